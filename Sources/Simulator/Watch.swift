import Activities
import Engine
import HTTPTypes
import SandboxCore
import Time
import WorkflowCore

/// Stands outside and looks at what passes: what nodes are given and do, what the store takes, what the provider did.
///
/// It keeps a model of its own of each job (who owns it, at which transition it is, what was tried), so that it needs
/// to trust neither the scheduler nor the store.
struct Watch {
    /// A job, as what passed by tells it.
    struct SeenJob {
        var seq = 0
        var commits = 0
        var lease = 0
        var owner: NodeID?
        var leaseEnds: Timestamp?
        var state: String?
        var isOver = false
        var lastRowAt: Timestamp?
        /// Whether the app has said yes, where it wants to be asked.
        var hasConsent = true
        /// The signals that it heard.
        var heard: Set<Int64> = []
        /// What the provider did for it, by kind.
        var effects: Effects = [:]

        /// Whether a commit of a node fits: it owns the job, and knows of all that was committed before.
        func admits(_ commit: JobCommit, of node: NodeID) -> Bool {
            owner == node && lease == commit.lease && seq == commit.expectedSeq && commits == commit.expectedCommits
        }
    }

    /// The attempts under one key.
    struct SeenAttempts {
        var handedOutAt: Timestamp
        /// Whether it is certain that nothing was done.
        var isCertain = false
        /// When the last look began that was answered.
        var lookedAt: Timestamp?
    }

    private(set) var violation: Violation?
    private(set) var counts: [String: Int] = [:]
    private(set) var unfinished = 0
    private(set) var seen: [JobID: SeenJob] = [:]
    private var attempts: [IdempotencyKey: SeenAttempts] = [:]
    private var callsUnderWay: Set<Lease> = []
    private var senders: [Int: Invocation] = [:]
    /// The writes of one call that the provider carried out.
    private var done: [Int: Int] = [:]
    /// Whose job a provider's ledger means by a key, or by an object of its own.
    private var owners: [String: JobID] = [:]
    let start: Timestamp
    let unwatched: Set<Promise>
    private let rail: any Rail
    private let consent: Consent?
    private let isPlain: Bool
    /// The ends, by name, at which a job is still looked at, and which it may leave.
    private let watchedEnds: Set<String>
    /// The jobs that are over and still looked at.
    private(set) var lookedAt: Set<JobID> = []

    init(_ rail: any Rail, isPlain: Bool, start: Timestamp, unwatched: Set<Promise>) {
        self.rail = rail
        consent = rail.consent
        self.isPlain = isPlain
        watchedEnds = rail.flows.reduce(into: []) { $0.formUnion(watchedStates(of: $1)) }
        self.start = start
        self.unwatched = unwatched
    }

    /// The first broken promise is the one that counts: others may follow from it.
    mutating func broken(_ promise: Promise, _ job: JobID?, _ what: String, at now: Timestamp) {
        guard violation == nil, !unwatched.contains(promise) else { return }
        violation = Violation(promise: promise, at: now, job: job, what: what)
    }

    mutating func count(_ name: String, _ number: Int = 1) { if number > 0 { counts[name, default: 0] += number } }

    mutating func enqueued(_ job: JobID, input: String) {
        var new = SeenJob()
        new.hasConsent = consent?.isGiven(input) ?? true
        seen[job] = new
        for name in rail.names(of: job, input: input) { owners[name] = job }
        unfinished += 1
    }

    mutating func told(_ job: JobID, _ name: String) {
        if name == consent?.signal { seen[job]?.hasConsent = true }
    }

    // MARK: Leases

    mutating func claimed(_ jobs: [ClaimedJob], by node: NodeID, until: Timestamp, at now: Timestamp) {
        for job in jobs {
            guard let known = seen[job.id] else { continue }
            if let owner = known.owner, let ends = known.leaseEnds, ends > now {
                broken(.oneOwner, job.id, "\(node) was given it while \(owner) held it until \(ends)", at: now)
            }
            if job.seq != known.seq || job.row.state != known.state {
                broken(
                    .gaplessHistory, job.id,
                    "it was at transition \(known.seq) in \(known.state ?? "nothing"), and now it is at \(job.seq) in "
                        + "\(job.row.state ?? "nothing")", at: now)
            }
            seen[job.id]?.lease = job.lease
            seen[job.id]?.owner = node
            seen[job.id]?.leaseEnds = until
        }
    }

    /// What a node owns and was never told of is up for everybody.
    mutating func recovered(_ request: ClaimRequest, at now: Timestamp) {
        guard let recovery = request.recovery else { return }
        for (id, job) in seen where id.bucket == request.bucket && job.owner == request.node {
            guard let ends = job.leaseEnds, ends <= recovery.until, !recovery.held.contains(id) else { continue }
            if callsUnderWay.contains(Lease(job: id, token: job.lease)) {
                broken(.oneOwner, id, "\(request.node) gave up a job that it is calling for", at: now)
            }
            seen[id]?.leaseEnds = min(ends, now)
        }
    }

    mutating func renewed(_ jobs: Set<JobID>, until: Timestamp) {
        for job in jobs { seen[job]?.leaseEnds = until }
    }

    mutating func released(_ jobs: Set<JobID>) {
        for job in jobs.sorted() {
            count("released")
            seen[job]?.owner = nil
            seen[job]?.leaseEnds = nil
        }
    }

    // MARK: Calls

    mutating func handedOut(_ call: Invocation, by node: NodeID, stored: StoredJobView?, at now: Timestamp) {
        guard let stored else { return broken(.oneOwner, call.job, "a call for a job that does not exist", at: now) }
        count("calls")
        let lease = Lease(job: call.job, token: call.lease)
        if stored.owner != node || stored.lease != call.lease || stored.leaseEnds.map({ $0 <= now }) ?? true {
            broken(
                .oneOwner, call.job,
                "\(node) calls \(call.activity.name) under lease \(call.lease), while lease \(stored.lease) is held by "
                    + "\(stored.owner?.description ?? "nobody") until \(stored.leaseEnds?.description ?? "never")",
                at: now)
        }
        if !callsUnderWay.insert(lease).inserted {
            broken(.oneOwner, call.job, "two calls at once, the second for \(call.activity.name)", at: now)
        }
        if call.key != IdempotencyKey(job: call.job, enteredSeq: stored.enteredSeq) {
            broken(.lookBeforeRepeating, call.job, "key \(call.key) in a state of another key", at: now)
        }
        guard call.purpose == .perform else { return }
        owners[call.key.uuid] = call.job
        switch call.activity.effect {
        case .read: return
        case .deduplicated: break
        case .unguarded(_, let settle): repeats(call, settle: settle, at: now)
        }
        if stored.attempt != .started {
            broken(.intentBeforeEffect, call.job, "\(call.activity.name) is called, and no attempt is stored", at: now)
        }
        attempts[call.key] = SeenAttempts(handedOutAt: now)
    }

    private mutating func repeats(_ call: Invocation, settle: Duration, at now: Timestamp) {
        guard let last = attempts[call.key], !last.isCertain else { return }
        count("repeated actions")
        guard let looked = last.lookedAt, looked >= last.handedOutAt + settle else {
            return broken(
                .lookBeforeRepeating, call.job,
                "\(call.activity.name) is called again, and what became of the call at \(last.handedOutAt) "
                    + (last.lookedAt.map { "was looked up at \($0), too early" } ?? "was not looked up"), at: now)
        }
    }

    mutating func answered(_ call: Invocation, _ answer: ActivityAnswer) {
        callsUnderWay.remove(Lease(job: call.job, token: call.lease))
        switch (call.purpose, answer) {
        case (.perform, .notApplied), (.perform, .refused): attempts[call.key]?.isCertain = true
        case (.lookup, .event), (.lookup, .nothing):
            count("looks")
            attempts[call.key]?.lookedAt = call.startedAt
        case (.perform, .unknown): count("unknown outcomes")
        case (.perform, _), (.poll, _), (.lookup, _): break
        }
    }

    // MARK: The provider

    mutating func sent(_ id: Int, _ call: Invocation) { senders[id] = call }

    func sender(of id: Int) -> Invocation? { senders[id] }

    /// A request has reached the provider, and was dealt with there.
    mutating func arrived(
        _ request: HTTPRequest, of id: Int, ledger: Ledger, from position: Int, stored: StoredJobView?,
        at now: Timestamp
    ) {
        guard let call = senders[id] else { return }
        let sent = SentRequest(method: request.method.rawValue, path: request.path, activity: call.activity.name)
        guard rail.isWrite(sent) else { return }
        if case .read = call.activity.effect {
            return broken(.intentBeforeEffect, call.job, "\(call.activity.name) changes something", at: now)
        }
        // A request that was on its way for so long that a look moved the job on had its attempt stored before it left.
        if let job = stored, job.lease == call.lease, job.attempt == nil,
            call.key == IdempotencyKey(job: call.job, enteredSeq: job.enteredSeq)
        {
            broken(.intentBeforeEffect, call.job, "\(call.activity.name) arrives, and no attempt is stored", at: now)
        }
        let before = done[id] ?? 0
        if before > 0 {
            broken(
                .lookBeforeRepeating, call.job, "one call of \(call.activity.name) was sent again after it was done",
                at: now)
        }
        let acts = rail.acts
        for effect in ledger.effects[position...] where acts.contains(effect.kind) {
            done[id] = before + 1
            // Under whatever key: what this request brought about is its job's.
            if job(of: effect) == nil { owners[effect.object] = call.job }
        }
        if done[id] == nil, let effects = seen[call.job]?.effects, rail.isRepeat(sent, after: effects) {
            broken(.lookBeforeRepeating, call.job, "\(call.activity.name) was done, and is sent again", at: now)
        }
    }

    /// Whose job an effect is of: by a key that begins with its id or is made of one of its keys, by another name of
    /// the job's, or by the provider's object, once that was the job's.
    func job(of effect: Ledger.Effect) -> JobID? {
        if let key = effect.key {
            if let job = JobID(String(key.prefix(36))), seen[job] != nil { return job }
            if let job = owners[key] { return job }
        }
        return owners[effect.object]
    }

    mutating func happened(_ effect: Ledger.Effect, at now: Timestamp) {
        count("ledger \(effect.kind.rawValue)")
        let key = effect.key ?? "no key"
        guard let job = job(of: effect) else {
            return broken(
                .nothingUnknownAtTheProvider, nil, "\(effect.kind.rawValue) \(effect.object) under \(key)", at: now)
        }
        owners[effect.object] = job
        seen[job]?.effects[effect.kind, default: 0] += 1
        if effect.kind == consent?.effect, seen[job]?.hasConsent == false {
            let what = "\(effect.kind.rawValue) \(effect.object), and nobody asked for that"
            broken(.noMoneyWithoutConsent, job, what, at: now)
        }
        if rail.once.contains(effect.kind), (seen[job]?.effects[effect.kind] ?? 0) > 1 {
            broken(.onceAtTheProvider, job, "\(effect.kind.rawValue) twice, now \(effect.object) under \(key)", at: now)
        }
    }
}

/// What the watch wants to know of a stored job.
struct StoredJobView {
    let owner: NodeID?
    let lease: Int
    let leaseEnds: Timestamp?
    let enteredSeq: Int
    let attempt: AttemptStatus?
}

/// The store's side.
extension Watch {
    /// The store took a commit.
    mutating func committed(_ commit: JobCommit, by node: NodeID, at now: Timestamp) {
        guard let known = seen[commit.id] else { return }
        if !known.admits(commit, of: node) {
            broken(
                .fencedCommits, commit.id,
                "\(node) committed \(commit.expectedSeq)…\(commit.seq), commit \(commit.expectedCommits), under lease "
                    + "\(commit.lease), while \(known.owner?.description ?? "nobody") held lease \(known.lease) at "
                    + "\(known.seq), commit \(known.commits)", at: now)
        }
        checkHistory(of: commit, known, at: now)
        for signal in commit.handled {
            count("signals heard")
            if seen[commit.id]?.heard.insert(signal.id).inserted == false {
                broken(.signalsOnce, commit.id, "signal \(signal.id) again: \(signal.answer)", at: now)
            }
        }
        seen[commit.id]?.seq = commit.seq
        seen[commit.id]?.commits += 1
        seen[commit.id]?.state = commit.row.state
        if !commit.keepsLease {
            seen[commit.id]?.owner = nil
            seen[commit.id]?.leaseEnds = nil
        }
        checkOver(commit, known, at: now)
        checkWaking(commit, at: now)
    }

    /// A job that is given back, waits and isn't due would wait for ever, unless it waits for a signal or a child.
    private mutating func checkWaking(_ commit: JobCommit, at now: Timestamp) {
        let row = commit.row
        guard !commit.keepsLease, row.status == .waiting, row.dueAt == nil else {
            if row.status == .parked { parked(commit, at: now) }
            return
        }
        let waits = row.plan == "wait" || row.plan?.hasPrefix("run ") == true
        if !waits || row.deadlineAt != nil {
            let what = "it is given back in \(row.state ?? "nothing") to \(row.plan ?? "do nothing"), and never due"
            broken(.everyJobEnds, commit.id, what, at: now)
        }
    }

    private mutating func parked(_ commit: JobCommit, at now: Timestamp) {
        count("parked")
        let why = commit.row.lastError ?? ""
        if isPlain { broken(.waitingIsNotFailing, commit.id, "it is parked: \(why)", at: now) }
        if why.isEmpty { broken(.everyJobEnds, commit.id, "it is parked, and nobody says why", at: now) }
    }

    /// The store refused a commit, which it may do only to those who don't own the job.
    mutating func refused(_ commit: JobCommit, by node: NodeID, at now: Timestamp) {
        guard let known = seen[commit.id] else { return }
        if known.admits(commit, of: node) {
            broken(
                .fencedCommits, commit.id, "the owner's commit \(commit.expectedSeq)…\(commit.seq) was refused", at: now
            )
        }
    }

    private mutating func checkHistory(of commit: JobCommit, _ known: SeenJob, at now: Timestamp) {
        var (seq, state, time) = (known.seq, known.state, known.lastRowAt ?? start)
        for row in commit.history {
            if row.at < time || row.at > now {
                broken(
                    .gaplessHistory, commit.id, "row \(row.seq) is of \(row.at), and the one before of \(time)", at: now
                )
            }
            time = row.at
            if row.seq != seq + 1 || row.from != state {
                broken(
                    .gaplessHistory, commit.id,
                    "row \(row.seq) from \(row.from ?? "nothing") follows row \(seq) to \(state ?? "nothing")", at: now)
            }
            (seq, state) = (row.seq, row.to)
        }
        seen[commit.id]?.lastRowAt = time
        if seq != commit.seq || state != commit.row.state {
            broken(
                .gaplessHistory, commit.id,
                "the last row is \(seq) to \(state ?? "nothing"), the job is at \(commit.seq) in "
                    + "\(commit.row.state ?? "nothing")", at: now)
        }
        if known.isOver, commit.row.state != known.state, !watchedEnds.contains(known.state ?? "") {
            let what = "it moved from \(known.state ?? "nothing") to \(commit.row.state ?? "nothing")"
            broken(.endsAreFinal, commit.id, what, at: now)
        }
    }

    private mutating func checkOver(_ commit: JobCommit, _ known: SeenJob, at now: Timestamp) {
        let isOver = commit.row.finishedAt != nil
        if isOver != known.isOver {
            seen[commit.id]?.isOver = isOver
            unfinished += isOver ? -1 : 1
        }
        if isOver, commit.keepsLease || commit.row.dueAt != nil {
            lookedAt.insert(commit.id)
        } else {
            lookedAt.remove(commit.id)
        }
        guard isOver, !known.isOver || commit.row.state != known.state else { return }
        if known.isOver { count("reopened") }
        if isPlain, !rail.successes.contains(commit.row.status) {
            broken(.waitingIsNotFailing, commit.id, "it ended as \(commit.row.status.rawValue)", at: now)
        }
        if rail.isUnderWay(known.effects) {
            let what = "it ended as \(commit.row.status.rawValue), and at the provider it is still under way"
            broken(.silenceIsNotFailure, commit.id, what, at: now)
        }
    }
}

/// The ends of a flow at which a job is still looked at.
private func watchedStates<Flow: Workflow>(of flow: Flow.Type) -> Set<String> {
    Set(Flow.samples.states.filter { Flow.plan(for: $0).watch != nil }.map { caseName(of: $0) })
}
