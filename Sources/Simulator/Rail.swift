import Engine
import HTTPClient
import LockstepTesting
import SandboxCore
import Time
import Webhooks
import WorkflowCore

/// What a run has beside the engine: one flow, the providers that it talks to, the apps that use it, and what has to
/// be true of the money in the end.
///
/// A rail says what there is and what people do; all that goes wrong is the run's. It is a value that is made anew for
/// each run, and draws whatever it needs from the dice that it is given, in the same order for the same seed.
protocol Rail {
    /// The flow whose jobs apps enqueue; behind it those that it runs as children.
    var flows: [any Workflow.Type] { get }
    /// How long a job may take at the most, once nothing goes wrong any more.
    var patience: Duration { get }
    /// How jobs end where everything succeeds.
    var successes: Set<JobStatus> { get }

    /// Draws how the providers behave in this run; where it is plain, as they do on a good day.
    init(_ dice: inout Dice, isPlain: Bool) throws

    /// The providers, each with an account of ours that fits those of `handlers` and `sources`.
    func sites(_ dice: inout Dice) throws -> [Site]
    /// Adds the flows' own handlers, over clients that nobody else uses while a call is under way.
    func addHandlers(to desk: inout Desk)
    /// Whose webhooks are listened to.
    var sources: [any WebhookSource] { get }

    /// What the app asks for with the job of this number, as JSON; where it is plain, something that can't but succeed.
    func input(of number: Int, isPlain: Bool, _ people: inout Dice) -> String
    /// What apps say now and then at whatever moment, beside what any job may be told.
    var wishes: [Wish] { get }
    /// What app and customer do when they look at a job.
    mutating func look(at job: StoredJob, _ people: inout Dice) -> [Deed]
    /// Whether apps look at whatever is not over once nothing goes wrong any more: where a flow waits for them for
    /// ever.
    var looksInTheCalm: Bool { get }
    /// What the providers' support does, hours after anything went wrong, about what is stuck there.
    var support: [Deed] { get }
    /// Whether a job may stay parked for good: it says there what a person has to do that no run has.
    func mayStayParked(_ job: StoredJob) -> Bool

    /// Whether a request asks a provider to change something.
    func isWrite(_ request: SentRequest) -> Bool
    /// Whether a write is one that the ledger already shows for the job, sent by an activity that has no key.
    func isRepeat(_ request: SentRequest, after effects: Effects) -> Bool
    /// Which effects nobody but a request of ours brings about.
    var acts: Set<Ledger.Kind> { get }
    /// Which effects a job may have once at the most.
    var once: Set<Ledger.Kind> { get }
    /// Which effect needs the app's yes, where there is one.
    var consent: Consent? { get }
    /// By which names, beside its idempotency keys, a provider's ledger may know the job with this input.
    func names(of job: JobID, input: String) -> [String]
    /// Whether a job with these effects may still move money, though nobody does anything more.
    func isUnderWay(_ effects: Effects) -> Bool
    /// What is wrong with how a job says that it ended, in words; nil where it is what the ledger says.
    func contradiction(of job: StoredJob, _ effects: Effects) -> String?
}

/// What providers did for one job: how often each kind of effect stands in their ledgers.
typealias Effects = [Ledger.Kind: Int]

extension Rail {
    var successes: Set<JobStatus> { [.completed] }
    var wishes: [Wish] { [] }
    var looksInTheCalm: Bool { false }
    var support: [Deed] { [] }
    var consent: Consent? { nil }
    var acts: Set<Ledger.Kind> { [.created, .confirmed, .canceled] }

    func look(at job: StoredJob, _ people: inout Dice) -> [Deed] { [] }
    func mayStayParked(_ job: StoredJob) -> Bool { false }
    func isRepeat(_ request: SentRequest, after effects: Effects) -> Bool { false }
    func names(of job: JobID, input: String) -> [String] { [] }
}

/// What somebody says now and then, at whatever moment: often the wrong one.
struct Wish {
    let name: String
    var payload = "{}"
    var key: String?
    /// The share of jobs that are told it.
    let share: Double
    /// How often those are.
    var times = 1
}

/// What an app or a customer does.
enum Deed {
    /// Tells the job something, as this person.
    case tell(String, payload: String = "{}", key: String? = nil, by: String = "app")
    /// Does something at a provider, such as to pay: a body for the control plane's `/__sandbox/outcome`.
    case act(String, at: Int = 0)
}

/// Where an app wants to be asked first.
struct Consent {
    /// What must not happen before.
    let effect: Ledger.Kind
    /// The signal that says yes.
    let signal: String
    /// Whether the job's input says yes already.
    let isGiven: @Sendable (_ input: String) -> Bool
}

/// A request on its way, and for which activity it was sent.
struct SentRequest {
    let method: String
    let path: String
    let activity: String
}
