import Foundation
import Testing
import WorkflowCore

@Suite("The check of stored states")
struct FixtureCheckTests {
    /// Runs the check over files that exist only for it.
    private func faults(_ flows: [any Workflow.Type], _ files: [String: String]) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fixtures-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, text) in files {
            let url = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        return try FixtureCheck(flows, in: folder).faults()
    }

    private let old = ["Leaf/v1/green.json": #"{"green":{"size":"3"}}"#, "Leaf/v1/gone.json": #"{"gone":{}}"#]
    private let new = ["Leaf/v2/fresh.json": #"{"fresh":{"size":3}}"#, "Leaf/v2/dry.json": #"{"dry":{}}"#]

    @Test("Two versions side by side, each with all its states, are in order")
    func complete() throws {
        #expect(try faults([LeafV1.self, Leaf.self], old.merging(new) { $1 }) == [])
        // The old version's type may be dropped: its states are kept.
        #expect(try faults([Leaf.self], old.merging(new) { $1 }) == [])
    }

    @Test("A state without a file, and a version without a folder, are named with what to do")
    func missing() throws {
        var files = old.merging(new) { $1 }
        files["Leaf/v2/dry.json"] = nil
        #expect(
            try faults([Leaf.self], files) == [
                "Leaf/v2/dry.json is missing: write a state as it is stored into it, such as {\"dry\":{}}"
            ])
        #expect(
            try faults([Leaf.self], new) == [
                "Leaf/v1 is missing: states that version 1 of leaf stored have to be readable for ever; "
                    + "take them from a database, or from the release that had it"
            ])
    }

    @Test("A state that its version or the migration can't read is named")
    func unreadable() throws {
        var files = old.merging(new) { $1 }
        files["Leaf/v1/green.2.json"] = #"{"green":{}}"#
        let missing = "“green.size” is missing"
        #expect(
            try faults([LeafV1.self, Leaf.self], files) == ["Leaf/v1/green.2.json: version 1 can't read it: \(missing)"]
        )
        #expect(
            try faults([Leaf.self], files)
                == ["Leaf/v1/green.2.json: the migration from version 1 can't read it: \(missing)"])
        #expect(
            try faults([LeafV1.self, Leafless.self], ["Leafless/v1/green.json": #"{"green":{"size":"3"}}"#]).prefix(1)
                == ["Leafless/v1/gone.json is missing: write a state as it is stored into it, such as {\"gone\":{}}"])
        #expect(
            try faults([Leafless.self], old.reduce(into: [:]) { $0["Leafless" + $1.key.dropFirst(4)] = $1.value })
                .first
                == "Leafless/v1/gone.json: no migration leads from version 1 to version 2: list it in Leafless")
    }
}

/// What the two versions of the invented flow share.
protocol LeafFlow: Workflow where Input == LeafInput, Event == LeafEvent, Activity == LeafActivity {}

struct LeafInput: Codable, Sendable {}

enum LeafEvent: WorkflowEvent {
    case refused
}

enum LeafActivity: WorkflowActivity {
    case none

    var effect: Effect<Self> { .read }
}

extension LeafFlow {
    static var name: String { "leaf" }
    static var provider: String { "tree" }
    static func plan(for state: State) -> Plan<Self> { .wait }
    static func transition(from state: State, on event: Event) -> Transition<Self> { .ignore }
    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
}

enum LeafV1: LeafFlow {
    static let version = 1

    enum State: WorkflowState {
        case green(size: String)
        case gone
    }

    static func start(_ input: Input) -> State { .gone }
    static let samples = Samples<Self>(states: [.green(size: "1"), .gone], events: [.refused])
}

enum Leaf: LeafFlow {
    static let version = 2

    enum State: WorkflowState {
        case fresh(size: Int)
        case dry
    }

    static let migrations: [Migration<Self>] = [
        .from(1, LeafV1.State.self) { old in
            switch old {
            case .green(let size): .rests(in: .fresh(size: Int(size) ?? 0))
            case .gone: .stays(because: "it fell")
            }
        }
    ]

    static func start(_ input: Input) -> State { .dry }
    static let samples = Samples<Self>(states: [.fresh(size: 1), .dry], events: [.refused])
}

/// A second version that forgot the first.
enum Leafless: LeafFlow {
    static let version = 2

    enum State: WorkflowState {
        case dry
    }

    static func start(_ input: Input) -> State { .dry }
    static let samples = Samples<Self>(states: [.dry], events: [.refused])
}
