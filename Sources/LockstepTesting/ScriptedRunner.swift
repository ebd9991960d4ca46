public import Engine
import Synchronization

/// A provider that answers by script, and remembers what it was asked.
///
/// Answers are given by the activity's name, in order; the last one stays. What has no answer is not applied, with a
/// message that names it, except polls and lookups, which find nothing new.
public final class ScriptedRunner: ActivityRunner {
    fileprivate struct State {
        var answers: [String: [ActivityAnswer]] = [:]
        var respond: (@Sendable (Invocation) -> ActivityAnswer?)?
        var calls: [Invocation] = []
    }

    private let state = Mutex(State())

    /// A provider that has no answers yet.
    public init() {}

    /// Lets it answer the activity of this name so, one call after the other; the last answer stays.
    public func answer(_ activity: String, _ answers: ActivityAnswer...) {
        state.withLock { $0.answers[activity] = answers }
    }

    /// Lets it work out its answers; where the closure returns nil, the answers given by name count.
    public func respond(_ respond: @escaping @Sendable (Invocation) -> ActivityAnswer?) {
        state.withLock { $0.respond = respond }
    }

    /// What it was asked, in order.
    public var calls: [Invocation] { state.withLock { $0.calls } }

    /// The names of the activities that it was asked for, in order.
    public var names: [String] { calls.map(\.activity.name) }

    /// The answer to one call; the call is remembered.
    public func call(_ invocation: Invocation) -> ActivityAnswer {
        let respond = state.withLock { state in
            state.calls.append(invocation)
            return state.respond
        }
        return respond?(invocation) ?? state.withLock { $0.scripted(invocation) }
    }

    /// `call`, for a daemon.
    public func perform(_ invocation: Invocation, permit: SendPermit) async -> ActivityAnswer {
        permit.isOver ? .notApplied(retryAfter: nil, message: "the lease is over") : call(invocation)
    }
}

extension ScriptedRunner.State {
    fileprivate mutating func scripted(_ invocation: Invocation) -> ActivityAnswer {
        let name = invocation.activity.name
        guard let answer = answers[name]?.first else {
            guard invocation.purpose == .perform else { return .nothing }
            return .notApplied(retryAfter: nil, message: "the script has no answer for \(name)")
        }
        if let count = answers[name]?.count, count > 1 { answers[name]?.removeFirst() }
        return answer
    }
}
