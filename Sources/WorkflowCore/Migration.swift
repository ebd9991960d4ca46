/// How jobs that rest in states of an older version of a flow come to rest in states of a newer one.
///
/// A flow lists one for each older version of which there may still be jobs:
///
/// ```swift
/// static let migrations: [Migration<Self>] = [
///     .from(1, PayoutV1.State.self) { old in
///         switch old {
///         case .creating(let order): .rests(in: .creating(order: order, limit: nil))
///         case .settling: .stays(because: "version 1 did not store the transfer's id: look it up first")
///         }
///     }
/// ]
/// ```
///
/// It is pure, like the flow itself. What a job has done in its state it has done: the time of its entry and the
/// idempotency key stay, so that the new state should go on with what the old one was about.
public struct Migration<Flow: Workflow>: Sendable {
    /// The version whose states it reads.
    public let version: Int
    /// The version whose states it makes: the flow's own, or one between.
    public let next: Int
    /// The type of the states that it reads.
    public let old: any WorkflowState.Type
    /// The type of the states that it makes.
    public let new: any WorkflowState.Type
    /// What becomes of a state of the older version; nil where it is of another type than `old`.
    public let move: @Sendable (any WorkflowState) -> AnyMigrated?

    /// From the states of an older version to the flow's own.
    ///
    /// - Parameters:
    ///   - version: the older version.
    ///   - old: the type of its states, which decodes what it stored.
    ///   - move: where a job that rests in the one comes to rest.
    public static func from<Old: WorkflowState>(
        _ version: Int, _ old: Old.Type, _ move: @escaping @Sendable (Old) -> Migrated<Flow.State>
    ) -> Self {
        Self(version, old, to: Flow.version, Flow.State.self, move)
    }

    /// From the states of an older version to those of a version between, from where another migration goes on.
    ///
    /// - Parameters:
    ///   - version: the older version.
    ///   - old: the type of its states.
    ///   - next: the version between.
    ///   - new: the type of its states.
    ///   - move: where a job that rests in the one comes to rest.
    public static func from<Old: WorkflowState, New: WorkflowState>(
        _ version: Int, _ old: Old.Type, to next: Int, _ new: New.Type,
        _ move: @escaping @Sendable (Old) -> Migrated<New>
    ) -> Self {
        Self(version, old, to: next, new, move)
    }

    private init<Old: WorkflowState, New: WorkflowState>(
        _ version: Int, _ old: Old.Type, to next: Int, _ new: New.Type,
        _ move: @escaping @Sendable (Old) -> Migrated<New>
    ) {
        self.version = version
        self.next = next
        self.old = old
        self.new = new
        self.move = { value in
            guard let value = value as? Old else { return nil }
            return switch move(value) {
            case .rests(in: let state): .rests(in: state)
            case .stays(because: let reason): .stays(because: reason)
            }
        }
    }
}

/// What becomes of a job that rests in a state of an older version.
public enum Migrated<State: WorkflowState>: Hashable, Sendable {
    /// It rests in this state of the newer version.
    case rests(in: State)
    /// It stays where it is, for this reason: a person has to look, or a build that knows the older version goes on.
    case stays(because: String)
}

/// A `Migrated` without its state's type.
public enum AnyMigrated: Sendable {
    /// It rests in this state of the newer version.
    case rests(in: any WorkflowState)
    /// It stays where it is, for this reason.
    case stays(because: String)
}

/// What is wrong with a flow's list of migrations.
public struct MigrationFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence for whoever wrote the flow.
    public let description: String

    /// A fault, in a sentence.
    public init(description: String) { self.description = description }
}

extension Workflow {
    /// The migrations that lead from an older version to this one, in order; none: there is no way.
    ///
    /// Throws a `MigrationFault` where the flow's list makes no sense.
    public static func migrations(from version: Int) throws(MigrationFault) -> [Migration<Self>] {
        var path: [Migration<Self>] = []
        var reached = version
        while reached < Self.version {
            let steps = migrations.filter { $0.version == reached }
            guard let step = steps.first else {
                if path.isEmpty { return [] }
                throw fault("lead from version \(version) to \(reached), and no further")
            }
            guard steps.count == 1 else { throw fault("have two ways from version \(reached)") }
            guard step.next > reached, step.next <= Self.version else {
                throw fault("lead from version \(reached) to \(step.next)")
            }
            if let last = path.last, ObjectIdentifier(last.new) != ObjectIdentifier(step.old) {
                throw fault("make a \(last.new) of version \(reached), and read a \(step.old)")
            }
            path.append(step)
            reached = step.next
        }
        if let last = path.last, ObjectIdentifier(last.new) != ObjectIdentifier(State.self) {
            throw fault("end at a \(last.new), which is not the flow's state")
        }
        return path
    }

    private static func fault(_ what: String) -> MigrationFault {
        MigrationFault(description: "the migrations of \(name) version \(version) \(what)")
    }
}
