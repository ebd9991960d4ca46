import Postgres
import Time
import WorkflowCore

/// Builds the text form of an array byte by byte: a commit of 200 jobs has sixty of them, many times a second.
struct ArrayText {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]
    /// The steps of a batch mostly share their instants: the last one written is written again as it stands.
    private var lastInstant: Timestamp?
    private var lastDigits: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// The finished array.
    var parameter: Parameter { .text(utf8: bytes + [UInt8(ascii: "}")]) }

    mutating func append(_ text: String?) {
        guard var text else { return appendNull() }
        separate()
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { text in
            if text.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
                for byte in text {
                    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                    bytes.append(byte)
                }
            } else {
                bytes.append(contentsOf: text)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func append(_ number: Int?) {
        guard let number else { return appendNull() }
        separate()
        // A text of its own for each number would cost more than the number.
        if 0..<10 ~= number {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
        } else {
            bytes.append(contentsOf: String(number).utf8)
        }
    }

    mutating func append(_ truth: Bool) {
        separate()
        bytes.append(UInt8(ascii: truth ? "t" : "f"))
    }

    mutating func append(_ id: JobID) {
        separate()
        bytes.append(contentsOf: id.description.utf8)
    }

    mutating func append(_ instant: Timestamp?) {
        guard let instant else { return appendNull() }
        separate()
        if instant != lastInstant {
            lastInstant = instant
            lastDigits = Array(instant.description.utf8)
        }
        bytes.append(contentsOf: lastDigits)
    }

    private mutating func appendNull() {
        separate()
        bytes.append(contentsOf: "NULL".utf8)
    }

    private mutating func separate() {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    }
}

/// Several arrays of one length that are filled row by row.
struct Columns {
    private var arrays: [ArrayText]
    private var place = 0

    /// Room for so many rows, where a value of each column takes about as many bytes as said.
    init(rows: Int, widths: [Int]) { arrays = widths.map { ArrayText(capacity: 2 + rows * $0) } }

    /// The arrays, in order.
    var parameters: [Parameter] { arrays.map(\.parameter) }

    /// Begins a row.
    mutating func next() { place = 0 }

    mutating func put(_ text: String?) { add { $0.append(text) } }
    mutating func put(_ number: Int?) { add { $0.append(number) } }
    mutating func put(_ truth: Bool) { add { $0.append(truth) } }
    mutating func put(_ id: JobID) { add { $0.append(id) } }
    mutating func put(_ instant: Timestamp?) { add { $0.append(instant) } }

    private mutating func add(_ append: (inout ArrayText) -> Void) {
        append(&arrays[place])
        place += 1
    }
}

extension Parameter {
    /// An array of jobs' ids.
    static func ids(_ ids: [JobID]) -> Parameter {
        var array = ArrayText(capacity: 2 + ids.count * 37)
        for id in ids { array.append(id) }
        return array.parameter
    }

    /// A length of time.
    static func interval(_ length: Duration) -> Parameter { .text("\(length.microseconds) microseconds") }
}
