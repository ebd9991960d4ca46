public import Time
public import WorkflowCore

/// The engine's loop as a state machine without I/O: it is told what happened, and answers with what to do.
///
/// No task, thread, clock, lock or random number inside. The daemon's shell interprets its actions with libpq and HTTP,
/// the simulator interprets the same actions on virtual time: what runs in production is what was simulated.
///
/// A job that was claimed is *held* until its lease is given back. What it changes is committed in groups, one
/// statement for many jobs of a bucket; while one group is under way the next one gathers.
public struct Scheduler: Sendable {
    /// How much a node takes on at once.
    public struct Limits: Sendable {
        /// The most jobs held at once.
        public var held = 2000
        /// Places beyond these for tenants whose turn it is: one that fills all of `held` keeps nobody out.
        public var turnPlaces = 100
        /// The most jobs of one tenant and priority that a turn takes, and an eighth of what it may take.
        public var quantum = 25
        /// While more is due than is claimed at once, tenants take turns this often, or after so many claims.
        public var turnEvery: Duration = .milliseconds(25)
        /// See `turnEvery`.
        public var turnAfter = 8
        /// The most jobs claimed by one statement.
        public var claim = 200
        /// The most jobs committed by one statement.
        public var commit = 200
        /// The most commits under way at once for each bucket.
        public var commitsUnderWay = 3
        /// The most calls under way at once for each provider account.
        public var callsPerAccount = 32
        /// How long a lease lasts; it is renewed at half time.
        public var term: Duration = .seconds(60)
        /// A call is not started when less than this is left of the lease.
        public var margin: Duration = .seconds(5)
        /// The longest an idle node goes without looking: the net under the bell.
        public var idlePoll: Duration = .seconds(1)
        /// How often a busy node looks behind its mark.
        public var lookBehind: Duration = .seconds(1)
        /// After a look behind its mark, or a turn of tenants, that took long, a node does none for ten times as long,
        /// but for no longer than this. While somebody keeps a transaction open, each walks over all that was done
        /// since, and the node would do nothing else.
        public var longestRest: Duration = .seconds(30)
        /// When an account's breaker opens; see `Breaker`.
        public var breaker = Breaker()
        /// A call that would wait for longer than this because of its account is not kept: the job is given back.
        ///
        /// More than zero on a real clock only: a virtual one stands still as long as anybody owns a job.
        public var holdAfter: Duration = .zero
        /// The longest such a job rests unless somebody makes it due: the net under the release.
        public var longestHold: Duration = .minutes(5)
        /// The most jobs made due by one statement when an account is free again.
        public var release = 200
        /// How often a node reads how accounts stand.
        public var exchange: Duration = .seconds(1)
        /// What falls due this soon after a claim waits for the next one: what comes due one by one is taken together.
        ///
        /// More than zero on a real clock only, as `holdAfter`.
        public var gathering: Duration = .zero
        /// How long a node leaves what is due and yet was not handed out to it: somebody else is just taking it.
        public var contention: Duration = .milliseconds(50)

        /// The defaults.
        public init() {}

        /// None after what took no longer than it takes every day.
        func rest(after walk: Duration) -> Duration {
            walk > .milliseconds(25) ? min(walk * 10, longestRest) : .zero
        }
    }

    /// What happened.
    public enum Happening: Sendable {
        /// A sleep ended before its time: a virtual clock moved, or somebody wants the node to look.
        case tick
        /// Somebody enqueued or told something.
        case bell
        /// The bell was asked for: from now on it rings.
        case bellSet
        /// Jobs were claimed.
        case claimed(bucket: Int, Claim)
        /// A claim failed. The next one brings the jobs that it may have leased.
        case claimFailed(bucket: Int)
        /// An activity answered.
        case answered(JobID, lease: Int, ActivityAnswer)
        /// A group was committed; of the jobs that are not named the fence did not hold.
        case committed(Int, accepted: Set<JobID>)
        /// A group was not committed, or nobody knows.
        case commitFailed(Int, StoreFailure)
        /// Where the jobs of a group stand whose commit's answer was lost.
        case found(Int, [JobID: Position])
        /// That could not be learnt.
        case findFailed(Int)
        /// Leases were renewed; those asked for and not named are lost.
        case renewed(bucket: Int, asked: [Lease], renewed: Set<JobID>)
        /// They could not be renewed for now.
        case renewFailed(bucket: Int)
        /// The buckets that are to be claimed from, from now on.
        case share(Set<Int>)
        /// How accounts stand.
        case accounts([AccountReading])
        /// That could not be read for now.
        case accountsFailed
        /// Others have learnt what this node knew of an account, and this is how accounts stand now.
        case changed(ProviderAccount, [AccountReading])
        /// They have not, or nobody knows.
        case changeFailed(ProviderAccount)
        /// So many held jobs were made due.
        case released(HeldRelease, Int)
        /// They were not, or nobody knows.
        case releaseFailed(HeldRelease)
        /// Permits for calls were taken.
        case permits(ProviderAccount, PermitGrant)
        /// They were not, or nobody knows.
        case permitsFailed(ProviderAccount)
        /// No new work: finish what is under way, give back the rest.
        case drain
        /// Give everything back now, also what is called for: nobody waits for answers.
        case giveBack
        /// Leases were given back.
        case givenBack(Int)
        /// They were not, or nobody knows.
        case giveBackFailed(Int)
    }

    /// What to do.
    public enum Action: Sendable {
        /// Claim due jobs.
        case claim(ClaimRequest)
        /// Call an activity.
        case perform(Invocation)
        /// Let the call under way for a lease send something until then, and no longer.
        case permit(Lease, until: Timestamp)
        /// Commit a group.
        case commit(Int, CommitBatch)
        /// Find out where jobs stand.
        case find(Int, bucket: Int, [JobID])
        /// Renew leases.
        case renew(bucket: Int, [Lease])
        /// Give leases back.
        case release(Int, bucket: Int, [Lease])
        /// Ask for the bell, since there is nothing to do.
        case setBell
        /// Read how accounts stand.
        case readAccounts
        /// Let others learn something of an account.
        case change(ProviderAccount, AccountChange)
        /// Make held jobs due.
        case releaseHeld(HeldRelease)
        /// Take permits for so many calls at an account with a rate.
        case takePermits(ProviderAccount, Int)
        /// Tell people, in one line.
        case note(String)
    }

    let node: NodeID
    let registry: Registry
    let limits: Limits
    var held: [JobID: HeldJob] = [:]
    /// How many jobs are held of each tenant.
    var places: [String: Int] = [:]
    /// What each held job is about: much larger than its place in the queues, and changed where it lies.
    var runs: [JobID: JobRun] = [:]
    var buckets: [Int: BucketState] = [:]
    var groups: [Int: CommitGroup] = [:]
    var nextGroup = 1
    /// Leases that are being given back without a commit.
    var releases: [Int: ReleaseGroup] = [:]
    var accounts: [ProviderAccount: AccountState] = [:]
    /// Calls under way, and whose places they take.
    var calls: [Lease: ProviderAccount] = [:]
    var bell = BellState.silent
    /// How often the node was asked to look, and how often it claimed.
    var looks = 0
    var claims = 0
    /// When accounts were read last, after how many looks, and whether they are being read.
    var readAccountsAt: Timestamp?
    var looksRead = -1
    var isReadingAccounts = false
    var actions: [Action] = []
    /// Whether the node takes no new work.
    public internal(set) var isDraining = false
    /// Whether it gives everything back, whatever is under way.
    var givesBack = false

    /// A scheduler that looks after these buckets.
    public init(node: NodeID, registry: Registry, buckets: some Sequence<Int>, limits: Limits = Limits()) {
        self.node = node
        self.registry = registry
        self.limits = limits
        for bucket in buckets { self.buckets[bucket] = BucketState() }
    }

    /// How many jobs the node holds.
    public var heldJobs: Int { held.count }

    /// Whether nothing is under way: no job held, no claim on its way.
    public var isIdle: Bool {
        held.isEmpty && groups.isEmpty && releases.isEmpty && calls.isEmpty
            && buckets.values.allSatisfy { !$0.isClaiming }
            && (givesBack || accounts.values.allSatisfy(\.gate.isAtRest))
    }

    /// Takes what happened, and answers with what to do now.
    public mutating func handle(_ happening: Happening, at now: Timestamp) -> [Action] {
        handle([happening], at: now)
    }

    /// Takes all that happened, in order, and answers with what to do now.
    public mutating func handle(_ happenings: [Happening], at now: Timestamp) -> [Action] {
        for happening in happenings { take(happening, at: now) }
        schedule(at: now)
        defer { actions = [] }
        return actions
    }

    private mutating func take(_ happening: Happening, at now: Timestamp) {
        switch happening {
        case .tick: hurry(at: now)
        case .bell: ring()
        case .bellSet: bellSet()
        case .claimed(let bucket, let claim): claimed(claim, bucket: bucket, at: now)
        case .claimFailed(let bucket): claimFailed(bucket: bucket, at: now)
        case .answered(let job, let lease, let answer): answered(job, lease: lease, answer, at: now)
        case .committed(let group, let accepted): committed(group, accepted: accepted, at: now)
        case .commitFailed(let group, let failure): commitFailed(group, failure, at: now)
        case .found(let group, let positions): found(group, positions, at: now)
        case .findFailed(let group): findFailed(group, at: now)
        case .renewed(let bucket, let asked, let renewed): self.renewed(asked, renewed, bucket: bucket, at: now)
        case .renewFailed(let bucket): buckets[bucket]?.renewFailed(at: now)
        case .share(let share): self.share(share)
        case .drain: drain(at: now)
        case .giveBack: giveBack(at: now)
        case .givenBack(let group): releases[group] = nil
        case .giveBackFailed(let group): releases[group]?.retryAt = now + .milliseconds(250)
        case .accounts, .accountsFailed, .changed, .changeFailed, .released, .releaseFailed, .permits, .permitsFailed:
            takeNews(happening, at: now)
        }
    }

    private mutating func takeNews(_ happening: Happening, at now: Timestamp) {
        switch happening {
        case .accounts(let readings): learned(readings, at: now)
        case .accountsFailed:
            isReadingAccounts = false
            readAccountsAt = now
        case .changed(let account, let readings): changed(account, readings, at: now)
        case .changeFailed(let account): changeFailed(account, at: now)
        case .released(let release, let count): released(release, count, at: now)
        case .releaseFailed(let release): releaseFailed(release)
        case .permits(let account, let grant): permits(account, grant, at: now)
        case .permitsFailed(let account): permitsFailed(account, at: now)
        default: break
        }
    }

    /// When the node has to be woken if nothing happens before.
    public func wakeAt(after now: Timestamp) -> Timestamp {
        var wake = now + limits.idlePoll
        if !isDraining, allowance > 0 {
            for state in buckets.values where state.isShared && !state.isClaiming {
                if let instant = state.retryAt ?? state.nextDue { wake = min(wake, instant) }
            }
        }
        if !isDraining, turnRoom > 0 {
            for state in buckets.values where !state.isClaiming && state.isShared {
                if state.retryAt == nil, !state.mayHaveLost, let backlog = state.backlog {
                    wake = min(wake, backlog.turnedAt + backlog.pause)
                }
            }
        }
        for group in releases.values { if let retry = group.retryAt { wake = min(wake, retry) } }
        for group in groups.values { if let retry = group.retryAt { wake = min(wake, retry) } }
        for state in accounts.values { if let instant = state.wakeAt(for: node, at: now) { wake = min(wake, instant) } }
        if !held.isEmpty { wake = min(wake, now + limits.term / 8) }
        return max(wake, now)
    }

    /// Starts whatever can be started.
    private mutating func schedule(at now: Timestamp) {
        holdLines(at: now)
        for bucket in buckets.keys.sorted() {
            formGroups(in: bucket, at: now)
            renewLeases(in: bucket, at: now)
        }
        retryGroups(at: now)
        retryReleases(at: now)
        startCalls(at: now)
        tellNews(at: now)
        takePermits(at: now)
        releaseHeld(at: now)
        claimAll(at: now)
        readAccounts(at: now)
    }
}

/// A job in this node's hands.
struct HeldJob: Sendable {
    /// Where its next step has got to.
    enum Stage: Sendable {
        case uncommitted, committing, queued, calling
    }

    let lease: Lease
    let tenant: String
    var next: JobRun.Next = .release
    var stage = Stage.uncommitted
    var leaseEnds: Timestamp
    /// How often the node had been asked to look when it was claimed.
    let looks: Int
    /// Whether its provider was called since it was claimed.
    var hasCalled = false
}

/// One bucket, as this node sees it.
struct BucketState: Sendable {
    /// Whether it is this node's to claim from; of others it only finishes what it holds.
    var isShared = true
    var isClaiming = false
    var wantsClaim = true
    var mark: Timestamp?
    var markWasUsed = false
    var lookedBehindAt: Timestamp?
    /// For how long there is no other look in any case; see `longestRest`.
    var lookRest = Duration.zero
    var claimedAt: Timestamp?
    var nextDue: Timestamp?
    var retryAt: Timestamp?
    /// How many claims failed in a row.
    var failures = 0
    /// Whether jobs may be leased to this node that it was never told of.
    var mayHaveLost = false
    var asked = 0
    /// The number of its last claim among those of all buckets.
    var turn = 0
    /// How far tenants have taken turns; nil: nothing is due that a claim does not take at once.
    var backlog: Backlog?
    var isTurn = false
    var isRenewing = false
    var renewedAt: Timestamp?
    /// Jobs whose step waits to be committed, in order.
    var uncommitted = Line<Lease>()
    var groupsUnderWay = 0

    /// Whether nothing of it is under way but, perhaps, jobs that are held.
    var isIdle: Bool { !isClaiming && !isRenewing && uncommitted.isEmpty && groupsUnderWay == 0 }

    /// A claim came back, or failed: one that had to walk over what was done is not repeated at once.
    mutating func noteClaim(until now: Timestamp, _ limits: Scheduler.Limits) {
        if isTurn {
            backlog?.rest(limits, until: now)
        } else if !markWasUsed, let began = claimedAt {
            lookRest = limits.rest(after: now - began)
        }
    }

    /// Something will be due then.
    mutating func expect(_ due: Timestamp) { nextDue = nextDue.map { min($0, due) } ?? due }

    mutating func renewFailed(at now: Timestamp) {
        isRenewing = false
        renewedAt = now
    }
}

/// Steps that are committed together.
struct CommitGroup: Sendable {
    let bucket: Int
    var jobs: [JobCommit]
    var failures = 0
    var retryAt: Timestamp?
    var mustFind = false
    /// Whether it was sent again, while the first copy may still be on its way.
    var wasRepeated = false
}

/// Leases that are given back together.
struct ReleaseGroup: Sendable {
    let bucket: Int
    let leases: [Lease]
    var retryAt: Timestamp?
}

/// One account at a provider: what is called, and what waits for its turn.
struct AccountState: Sendable {
    var calling = 0
    var writes = Turns()
    var reads = Turns()
    var gate = Gate()

    var isEmpty: Bool { writes.isEmpty && reads.isEmpty }
    var waiting: Int { writes.count + reads.count }

    /// When the calls that wait here, or the news about it, go on.
    func wakeAt(for node: NodeID, at now: Timestamp) -> Timestamp? {
        if let again = gate.tellAt { return again }
        guard !isEmpty, case .blocked(let until) = gate.passage(for: node, at: now) else { return nil }
        return until
    }
}

/// Whether those who enqueue know that this node wants to be woken.
enum BellState: Sendable {
    case silent, asking, set
}
