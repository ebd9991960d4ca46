public import Time
public import WorkflowCore

/// What must hold in every run, whatever goes wrong.
public enum Promise: String, CaseIterable, Sendable {
    /// A lease is one node's; nobody else takes the job or calls for it while it lasts.
    case oneOwner
    /// A commit is taken only from the owner, at the transition that he knows.
    case fencedCommits
    /// A provider is asked to change something only after the attempt was stored.
    case intentBeforeEffect
    /// A write whose outcome is unknown is repeated only after a look, or under its key.
    case lookBeforeRepeating
    /// Where the app wants to be asked before money moves, it does not move before the app has confirmed it.
    case noMoneyWithoutConsent
    /// What a provider does for a job (order, payout, confirmation, transfer, refund), it does once.
    case onceAtTheProvider
    /// The provider's ledger has nothing that no job knows of.
    case nothingUnknownAtTheProvider
    /// Each number of a transition has one history row, and the last one says where the job rests.
    case gaplessHistory
    /// What a job did is what its flow's rows say, event by event.
    case historyFollowsTheFlow
    /// What a job is told, it hears once.
    case signalsOnce
    /// A job that is over does not move.
    case endsAreFinal
    /// No job ends while it may still move money.
    case silenceIsNotFailure
    /// What an ending says about the money is what the provider's ledger says.
    case moneyIsWhereTheJobSays
    /// No job is parked or ends without success where nothing is wrong but that no provider can be reached.
    case waitingIsNotFailing
    /// Once nothing goes wrong any more, every job comes to its end.
    case everyJobEnds

    /// The promise in words.
    public var words: String {
        switch self {
        case .oneOwner: "one owner: nobody takes or calls for a job under another node's lease"
        case .fencedCommits: "a stale owner's commit changes nothing"
        case .intentBeforeEffect: "an attempt is stored before the provider is called"
        case .lookBeforeRepeating: "a write whose outcome is unknown is not repeated without a look"
        case .noMoneyWithoutConsent: "no money moves before the app has confirmed it, where it wants to be asked"
        case .onceAtTheProvider: "a provider does nothing twice for one job"
        case .nothingUnknownAtTheProvider: "the provider's ledger has nothing that no job knows of"
        case .gaplessHistory: "history is gapless, and its last row says where the job rests"
        case .historyFollowsTheFlow: "each row of history is a row of the flow"
        case .signalsOnce: "what a job is told it hears once"
        case .endsAreFinal: "a job that is over does not move"
        case .silenceIsNotFailure: "no job ends while it may still move money"
        case .moneyIsWhereTheJobSays: "an ending says where the money is"
        case .waitingIsNotFailing: "jobs wait for a provider that can't be reached, and don't fail"
        case .everyJobEnds: "when nothing goes wrong any more, every job ends"
        }
    }
}

/// A promise that was broken.
public struct Violation: Sendable, CustomStringConvertible {
    /// Which.
    public let promise: Promise
    /// When, on the run's clock.
    public let at: Timestamp
    /// Whose; nil where it is nobody's in particular.
    public let job: JobID?
    /// What was seen.
    public let what: String

    /// The promise, and what was seen instead.
    public var description: String {
        "\(at) broken: \(promise.words)\n  \(job.map { "job \($0): " } ?? "")\(what)"
    }
}
