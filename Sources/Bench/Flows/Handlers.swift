import Engine
import Synchronization

/// The flows of the bench, as a daemon knows them.
func benchRegistry() throws -> Registry {
    Registry([
        try RegisteredWorkflow(TenSteps.self), try RegisteredWorkflow(OneStep.self),
        try RegisteredWorkflow(SlowCall.self),
    ])
}

/// Answers at once, with whatever takes the job on.
struct TenStepsHandler: ActivityHandler {
    typealias Flow = TenSteps

    func perform(_ activity: TenSteps.Activity, in context: ActivityContext) async -> Answer<TenSteps.Event> {
        switch activity {
        case .check: .event(.checked)
        case .quote: .event(.quoted(quote: TenSteps.Quote(id: "q1", rate: "0.99")))
        case .accept: .event(.accepted)
        case .reserve: .event(.reserved)
        case .create: .event(.created)
        case .confirm: .event(.confirmed)
        case .submit: .event(.submitted)
        case .settle: .event(.settled)
        case .awaitArrival: .event(.arrived)
        }
    }
}

/// Is never called: the job ends where it starts.
struct OneStepHandler: ActivityHandler {
    typealias Flow = OneStep

    func perform(_ activity: OneStep.Activity, in context: ActivityContext) async -> Answer<OneStep.Event> { .nothing }
}

/// Keeps everybody waiting, and says when enough of them do.
final class SlowCallHandler: ActivityHandler {
    typealias Flow = SlowCall

    private let inFlight = Mutex(0)
    private let wanted: Int
    private let reached: @Sendable () -> Void
    private let hold: @Sendable () async -> Void

    /// - Parameters:
    ///   - wanted: how many calls have to be in flight.
    ///   - reached: called once, when they are.
    ///   - hold: returns when a call may be answered.
    init(wanted: Int, reached: @escaping @Sendable () -> Void, hold: @escaping @Sendable () async -> Void) {
        self.wanted = wanted
        self.reached = reached
        self.hold = hold
    }

    func perform(_ activity: SlowCall.Activity, in context: ActivityContext) async -> Answer<SlowCall.Event> {
        let count = inFlight.withLock { count in
            count += 1
            return count
        }
        if count == wanted { reached() }
        await hold()
        inFlight.withLock { $0 -= 1 }
        return .event(.answered)
    }
}
