import Engine
import LockstepTesting
import SandboxCore
import Time
import WorkflowCore

/// What becomes of a request to the store.
enum StoreFate {
    /// It is done and answered.
    case answered
    /// It certainly was not done.
    case refused
    /// It was not done, and nobody knows.
    case lost
    /// It was done, and the answer is lost.
    case answerLost
    /// The answer is lost, and only later it is done: the connection broke while a statement waited for a lock.
    case doneLate
    /// Nobody waits for an answer any more.
    case unheard
}

/// The store's side of a run.
extension World {
    func drawFate() -> StoreFate {
        guard !isCalm else { return .answered }
        if faults.chance(profile.store.refused) { return .refused }
        if faults.chance(profile.store.lost) { return .lost }
        if faults.chance(profile.store.answerLost) { return .answerLost }
        if faults.chance(profile.store.doneLate) { return .doneLate }
        return .answered
    }

    func goDown(for interval: Duration) {
        guard !isCalm else { return }
        downUntil = now + interval
        watch.count("outages")
        note("store", "is down", nil, "for \(interval.inWords)")
    }

    var isDown: Bool { downUntil.map { $0 > now } ?? false }

    func store(hears action: Scheduler.Action, from number: Int, _ fate: StoreFate) {
        var fate = isCalm && fate.isFault ? .answered : fate
        let isCutOff = nodes[number]?.cutOffUntil.map { $0 > now } ?? false
        if isDown || isCutOff, fate.isHeard { fate = faults.chance(0.5) ? .refused : .lost }
        let soon = latency.between(.milliseconds(1), .milliseconds(30))
        let later = latency.spread(.milliseconds(10), .seconds(15))
        if fate.isFault {
            watch.count("store faults")
            note("store", "\(fate)", nil, "\(Self.name(of: number)) \(Self.name(of: action))")
        }
        switch fate {
        case .answered: schedule(.nodeHears(number, apply(action, of: number)), after: soon)
        case .refused: schedule(.nodeHears(number, failure(of: action, isKnown: true)), after: soon)
        case .lost: schedule(.nodeHears(number, failure(of: action, isKnown: false)), after: later)
        case .answerLost:
            _ = apply(action, of: number)
            schedule(.nodeHears(number, failure(of: action, isKnown: false)), after: later)
        case .doneLate:
            schedule(.nodeHears(number, failure(of: action, isKnown: false)), after: soon)
            schedule(.storeHears(node: number, action, .unheard), after: later)
        case .unheard: _ = apply(action, of: number)
        }
    }

    private static func name(of action: Scheduler.Action) -> String {
        switch action {
        case .claim: "claim"
        case .perform, .permit: "call"
        case .commit(let group, let batch): "commit \(group) of \(batch.jobs.count)"
        case .find(let group, _, _): "find \(group)"
        case .renew: "renew"
        case .release: "release"
        case .setBell: "set bell"
        case .readAccounts: "read accounts"
        case .change(let account, let change): "change \(account): \(change)"
        case .releaseHeld(let release): "release held by \(release.account)"
        case .takePermits(let account, let wanted): "take \(wanted) permits of \(account)"
        case .note: "note"
        }
    }

    private func failure(of action: Scheduler.Action, isKnown: Bool) -> Scheduler.Happening {
        let reason = "the simulator broke it"
        return switch action {
        case .permit: .tick
        case .claim(let request): .claimFailed(bucket: request.bucket)
        case .perform(let invocation):
            .answered(invocation.job, lease: invocation.lease, .unknown(message: reason))
        case .commit(let group, _): .commitFailed(group, isKnown ? .notApplied(reason) : .unknown(reason))
        case .find(let group, _, _): .findFailed(group)
        case .renew(let bucket, _): .renewFailed(bucket: bucket)
        case .release(let group, _, _): .giveBackFailed(group)
        case .setBell: .bellSet
        case .readAccounts: .accountsFailed
        case .change(let account, _): .changeFailed(account)
        case .releaseHeld(let release): .releaseFailed(release)
        case .takePermits(let account, _): .permitsFailed(account)
        case .note: .tick
        }
    }

    private func apply(_ action: Scheduler.Action, of number: Int) -> Scheduler.Happening {
        switch action {
        case .claim(let request): return claim(request, by: number)
        case .commit(let group, let batch): return .committed(group, accepted: commit(batch, of: number))
        case .find(let group, let bucket, let jobs):
            watch.count("finds")
            return .found(group, database.memory.findNow(jobs, bucket: bucket))
        case .renew(let bucket, let leases):
            let node = Self.id(of: number)
            let term = profile.limits.term
            let renewed = database.memory.renewNow(leases, bucket: bucket, node: node, term: term)
            watch.renewed(renewed, until: now + term)
            return .renewed(bucket: bucket, asked: leases, renewed: renewed)
        case .release(let group, let bucket, let leases):
            let released = database.memory.releaseNow(leases, bucket: bucket, node: Self.id(of: number))
            watch.released(released)
            return .givenBack(group)
        case .setBell:
            if nodes[number] != nil { bells.insert(number) }
            return .bellSet
        case .readAccounts: return .accounts(database.memory.readAccountsNow())
        case .change(let account, let change):
            if case .probe = change { watch.count("probes") }
            return .changed(account, database.memory.changeNow(account, change, by: Self.id(of: number)))
        case .releaseHeld(let release): return .released(release, database.memory.releaseHeldNow(release))
        case .takePermits(let account, let wanted):
            return .permits(account, database.memory.takePermitsNow(account, wanted))
        case .perform, .permit, .note: return .tick
        }
    }

    private func claim(_ request: ClaimRequest, by number: Int) -> Scheduler.Happening {
        watch.recovered(request, at: now)
        let claim = database.claim(request)
        watch.claimed(claim.jobs, by: request.node, until: now + request.term, at: now)
        for job in claim.jobs {
            let status = job.row.attemptStatus.map { ", attempt \($0.rawValue)" } ?? ""
            let signals = job.signals.isEmpty ? "" : ", told \(job.signals.map(\.name).joined(separator: " "))"
            note(
                "store", "leases", job.id,
                "to \(Self.name(of: number)): \(job.seq) \(job.row.state ?? "queued")\(status)\(signals)"
                    + (job.ownerVanished ? ", owner vanished" : ""))
        }
        return .claimed(bucket: request.bucket, claim)
    }

    private func commit(_ batch: CommitBatch, of number: Int) -> Set<JobID> {
        let (accepted, didWake) = database.commit(batch)
        for commit in batch.jobs {
            let isTaken = accepted.contains(commit.id)
            guard isTaken else {
                watch.count("stale commits")
                note("store", "refuses", commit.id, "\(Self.name(of: number)): \(commit.expectedSeq)…\(commit.seq)")
                watch.refused(commit, by: batch.node, at: now)
                continue
            }
            for row in commit.history { noteTransition(row, of: commit) }
            noteRow(commit, by: number)
            watch.committed(commit, by: batch.node, at: now)
            for child in commit.children where watch.seen[child.id] == nil { noticeChild(child, of: commit) }
        }
        if didWake { ring() }
        return accepted
    }

    private func noteTransition(_ row: HistoryEntry, of commit: JobCommit) {
        note(
            "store", "move", commit.id,
            "\(row.seq) \(row.from ?? "-") + \(row.event) = \(row.to ?? "-") (\(row.actor)) \(row.detail)")
    }

    private func noticeChild(_ child: NewJob, of commit: JobCommit) {
        jobs.append(child.id)
        watch.enqueued(child.id, input: child.input)
        note("store", "starts", child.id, "\(child.workflow): \(child.input)")
        schedule(.app(.look(child.id, more: 6)), after: people.spread(.seconds(1), .minutes(30)))
    }

    private func noteRow(_ commit: JobCommit, by number: Int) {
        let row = commit.row
        let due = commit.keepsLease ? "" : row.dueAt.map { ", due in \(($0 - now).inWords)" } ?? ", never due"
        let attempt = row.attemptStatus.map { ", attempt \(row.attempt) \($0.rawValue)" } ?? ""
        note(
            "store", commit.keepsLease ? "keeps" : "releases", commit.id,
            "\(Self.name(of: number)): \(commit.seq) \(row.state ?? "-") \(row.status.rawValue)\(attempt)\(due)"
                + (row.lastError.map { ", \($0)" } ?? ""))
    }

    /// Somebody enqueued or told something: nodes that asked for it are woken, unless nobody hears the bell.
    func ring() {
        for number in bells.sorted() {
            bells.remove(number)
            if isCalm || !faults.chance(profile.bellsLost) {
                schedule(.nodeHears(number, .bell), after: latency.between(.milliseconds(1), .milliseconds(50)))
            }
        }
    }
}

extension StoreFate {
    fileprivate var isHeard: Bool {
        if case .unheard = self { return false }
        return true
    }

    fileprivate var isFault: Bool {
        switch self {
        case .answered, .unheard: false
        case .refused, .lost, .answerLost, .doneLate: true
        }
    }
}
