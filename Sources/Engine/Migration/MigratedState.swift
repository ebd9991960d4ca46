import WorkflowCore

/// What becomes of a stored state of an older version.
struct MigratedState: Sendable {
    /// Where the job comes to rest, or why not.
    enum Outcome: Sendable {
        case rests(in: any Resident)
        case stays(because: String)
    }

    /// The old state as JSON, with sensitive fields redacted.
    let shown: String
    let outcome: Outcome
}

extension RegisteredWorkflow {
    /// The ways from the older versions that a flow's migrations name.
    static func migrations<Flow: Workflow>(
        of flow: Flow.Type
    ) throws -> [Int: @Sendable (_ data: String, JSONCoding) throws -> MigratedState] {
        var ways: [Int: @Sendable (String, JSONCoding) throws -> MigratedState] = [:]
        for version in Set(flow.migrations.map(\.version)) {
            let path = try flow.migrations(from: version)
            guard let first = path.first else {
                throw MigrationFault(
                    description: "\(flow.name) version \(flow.version) can't migrate from version \(version)")
            }
            let opening = first.old
            ways[version] = { data, coding in try migrated(open(data, as: opening, coding), along: path, coding) }
        }
        return ways
    }

    private static func open<Old: WorkflowState>(
        _ data: String, as type: Old.Type, _ coding: JSONCoding
    ) throws -> any WorkflowState {
        try coding.read(type, from: data)
    }

    private static func migrated<Flow: Workflow>(
        _ old: any WorkflowState, along path: [Migration<Flow>], _ coding: JSONCoding
    ) throws -> MigratedState {
        let shown = try coding.show(old)
        var state = old
        for step in path {
            switch step.move(state) {
            case .rests(in: let next): state = next
            case .stays(because: let reason): return MigratedState(shown: shown, outcome: .stays(because: reason))
            case nil: throw Mismatch(version: step.version)
            }
        }
        guard let last = state as? Flow.State else { throw Mismatch(version: Flow.version) }
        return MigratedState(shown: shown, outcome: .rests(in: ResidentState<Flow>(value: last)))
    }

    /// Excluded when the flow was registered: each migration reads what the one before makes.
    private struct Mismatch: Error, CustomStringConvertible {
        let version: Int
        var description: String { "the migrations do not fit together at version \(version)" }
    }
}
