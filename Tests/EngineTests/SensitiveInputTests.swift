import Engine
import LockstepTesting
import Testing
import WorkflowCore

/// A flow that is told something in confidence.
private enum Whisper: Workflow {
    static let name = "whisper"
    static let version = 1
    static let provider = "nobody"

    struct Input: Codable, Hashable, Sendable {
        let topic: String
        let secret: Sensitive<String>?
    }

    enum State: WorkflowState {
        case told(input: Whisper.Told)
    }

    struct Told: Codable, Hashable, Sendable {
        let secret: Sensitive<String>?
    }

    enum Event: WorkflowEvent {
        case refused
    }

    enum Activity: WorkflowActivity {
        case none

        var effect: Effect<Self> { .read }
    }

    static func start(_ input: Input) -> State { .told(input: Told(secret: input.secret)) }
    static func plan(for state: State) -> Plan<Self> { .wait }
    static func transition(from state: State, on event: Event) -> Transition<Self> { .ignore }
    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static var samples: Samples<Self> { Samples(states: [.told(input: Told(secret: nil))], events: [.refused]) }
}

@Suite("Sensitive input")
struct SensitiveInputTests {
    private static let plain = #"{"topic":"money","secret":"Ada"}"#

    private func run(
        _ input: String, _ coding: JSONCoding
    ) throws -> (harness: Harness, job: JobID) {
        let harness = Harness(try RegisteredWorkflow(Whisper.self), coding: coding)
        let job = harness.store.enqueue("whisper", input: input)
        harness.run()
        return (harness, job)
    }

    @Test("It is sealed with the job's first transition: in the input, in the state, and redacted in the history")
    func sealed() throws {
        let (harness, job) = try run(Self.plain, JSONCoding(sensitive: .plain))
        let stored = try #require(harness.store[job])
        #expect(stored.input == #"{"secret":"sealed:Ada","topic":"money"}"#)
        #expect(stored.row.data == #"{"told":{"input":{"secret":"sealed:Ada"}}}"#)
        #expect(stored.history.map(\.event) == ["started"])
        #expect(stored.history.allSatisfy { !$0.detail.contains("Ada") })
    }

    @Test("An input without anything sensitive in it needs no key")
    func nothingSensitive() throws {
        let (harness, job) = try run(#"{"topic":"money"}"#, JSONCoding())
        #expect(harness.store[job]?.row.state == "told")
    }

    @Test("Without a key the job is parked with the reason, and nothing of it is told")
    func withoutKey() throws {
        let (harness, job) = try run(Self.plain, JSONCoding())
        let stored = try #require(harness.store[job])
        #expect(stored.row.status == .parked)
        let reason = try #require(stored.row.lastError)
        #expect(reason.contains("a sensitive field can't be stored without a key to seal it"))
        #expect(reason.hasPrefix("it can't be stored: "))
        #expect(!reason.contains("Ada"))
    }

    @Test("What does not fit is not shown in the reason")
    func wrong() throws {
        let input = #"{"topic":"money","secret":{"name":"Ada"}}"#
        let (harness, job) = try run(input, JSONCoding(sensitive: .plain))
        let reason = try #require(harness.store[job]?.row.lastError)
        #expect(
            reason == "the input does not fit: “secret”: it does not fit; what it holds is sensitive, and not shown")
    }
}
