import Domain
import HTTPClient
import HTTPTypes
import SandboxCore
import Time

/// A provider in a run: its sandbox, at an address of its own.
struct Site {
    /// Its name in traces.
    let name: String
    let origin: Origin
    var sandbox: any Simulator

    /// When the run next looks after its timers.
    var alarm: Timestamp?
    /// How much of its ledger was seen.
    var seenEffects = 0
    var downUntil: Timestamp?

    init(_ name: String, at origin: Origin, _ sandbox: any Simulator) {
        self.name = name
        self.origin = origin
        self.sandbox = sandbox
    }

    /// The address of a run's first, second and so on provider.
    static func origin(_ number: Int = 1) throws -> Origin {
        guard let origin = Origin("http://127.0.0.1:\(1 + number)") else {
            throw InvalidValue("there is no address number \(number)")
        }
        return origin
    }

    /// Does something there by the control plane's own words; whoever wrote the rail wrote what it can't read.
    mutating func act(_ body: String, at now: Timestamp) {
        let request = HTTPRequest(.post, "/__sandbox/outcome", body: Array(body.utf8))
        let answer = sandbox.handle(request, at: now).response
        precondition(
            answer?.status == 200, "\(name) was told \(body): \(String(decoding: answer?.body ?? [], as: UTF8.self))")
    }
}
