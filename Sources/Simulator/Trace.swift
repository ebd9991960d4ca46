import Engine
import Time

/// What happened in a run, one line each.
///
/// The columns: seconds since the run began; who (`node 1`, `store`, `dfns`, `app`, `operator`); what; about which job,
/// by its number in the run; details. A transition is a line of the store:
/// `   12.345 store    move     job 1  3 creating + opened = awaitingInstructions (activity)`.
struct Trace {
    let isKept: Bool
    private(set) var lines: [String] = []

    mutating func note(
        _ now: Timestamp, since start: Timestamp, _ who: String, _ what: String, job: Int?, _ details: String
    ) {
        let micros = (now - start).microseconds
        let millis = micros / 1000
        let fraction = String(1000 + millis % 1000).dropFirst()
        let time = Self.pad("\(millis / 1000).\(fraction)", to: 12, left: true)
        let about = Self.pad(job.map { "job \($0)" } ?? "", to: 6)
        lines.append("\(time) \(Self.pad(who, to: 8)) \(Self.pad(what, to: 8)) \(about) \(details)")
    }

    private static func pad(_ text: String, to width: Int, left: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return left ? space + text : text + space
    }
}
