import Time

/// Promises that facts must keep when all is quiet.
enum Checker: CaseIterable {
    /// Every key that the app enqueued is one job, and there is no other.
    case everyKeyIsOneJob
    /// No payout, confirmation, transfer or disbursement twice for one job.
    case onceAtTheProvider
    /// A completed job has exactly its effects.
    case nothingIsMissing
    /// No effect without a job.
    case nothingUnknown
    /// What an ending says about the money is what the ledger says.
    case moneyIsWhereTheJobSays
    /// Nothing was confirmed that nobody said yes to.
    case noMoneyWithoutConsent
    /// A job ends as what happened to it allows.
    case endsAsItMust
    /// History counts from 1 without a gap, each row where the last one led, in the order of time.
    case gaplessHistory
    /// The last row of the history is where the job rests.
    case historyLeadsToState
    /// Who has a state has its data.
    case stateHasData
    /// An unfinished job has something to come: due, parked with a reason, or waiting for a signal with a deadline.
    case nextStep
    /// Nobody owns a job when all is quiet, and no attempt is open.
    case nobodyOwnsAnything
    case signalsHandled
    case webhooksHandled
    /// Attempts are of jobs that there are, of transitions that they made, and end after they began.
    case attemptsConsistent

    /// What is wrong with the facts; empty where nothing is.
    func violations(in facts: Facts) -> [String] {
        switch self {
        case .everyKeyIsOneJob: Self.everyKeyIsOneJob(facts)
        case .onceAtTheProvider: Self.onceAtTheProvider(facts)
        case .nothingIsMissing: Self.nothingIsMissing(facts)
        case .nothingUnknown: Self.nothingUnknown(facts)
        case .moneyIsWhereTheJobSays: Self.moneyIsWhereTheJobSays(facts)
        case .noMoneyWithoutConsent: Self.noMoneyWithoutConsent(facts)
        case .endsAsItMust: Self.endsAsItMust(facts)
        case .gaplessHistory: Self.gaplessHistory(facts)
        case .historyLeadsToState: Self.historyLeadsToState(facts)
        case .stateHasData:
            facts.jobs.filter { ($0.state != nil) != $0.hasData || ($0.isFinished && $0.state == nil) }
                .map { "job \($0.id) rests in \($0.state ?? "nothing") with \($0.hasData ? "data" : "no data")" }
        case .nextStep: facts.jobs.filter { !$0.hasNextStep }.map { "\($0.inWords) has nothing to come" }
        case .nobodyOwnsAnything:
            facts.jobs.filter { $0.owner != nil || $0.attemptStatus == "started" }
                .map { "\($0.inWords) is owned by \($0.owner ?? "nobody"), attempt \($0.attemptStatus ?? "none")" }
        case .signalsHandled:
            facts.signals.filter { $0.answer == nil }.map { "job \($0.job) has not heard the signal \($0.name)" }
        case .webhooksHandled:
            facts.webhooks.filter { $0.status == "parked" && $0.belongs }
                .map { "webhook \($0.id) is parked, and there is a job for it" }
        case .attemptsConsistent: Self.attemptsConsistent(facts)
        }
    }

    /// Everything that is wrong, each with its promise.
    static func check(_ facts: Facts) -> [String] {
        allCases.flatMap { checker in checker.violations(in: facts).map { "\(checker): \($0)" } }
    }
}

extension Facts.Job {
    /// For people.
    var inWords: String {
        let words = [status, state.map { "in \($0)" }, plan, lastError.map { "“\($0)”" }].compactMap { $0 }
        return "job \(id) (\(key): \(words.joined(separator: ", ")))"
    }

    fileprivate var hasNextStep: Bool {
        switch status {
        case _ where isFinished: true
        case "parked", "paused": lastError != nil
        case _ where due != nil: true
        default: plan == "wait" && deadline != nil
        }
    }
}

extension Checker {
    private static func everyKeyIsOneJob(_ facts: Facts) -> [String] {
        let jobs = Dictionary(grouping: facts.jobs, by: \.key)
        let missing = facts.asked.keys.filter { jobs[$0]?.count != 1 }
            .map { "\($0) was enqueued, and is \(jobs[$0]?.count ?? 0) jobs" }
        let refunds = Dictionary(grouping: facts.jobs.compactMap(\.parent)) { $0 }
        return missing
            + facts.jobs.filter { $0.parent == nil && facts.asked[$0.key] == nil }
            .map { "nobody enqueued \($0.inWords)" }
            + refunds.filter { $0.value.count > 1 }.map { "\($0.key) has \($0.value.count) refunds" }
    }

    /// How many effects of each kind there are for each job.
    private static func counts(_ facts: Facts) -> [String: [String: Int]] {
        var counts: [String: [String: Int]] = [:]
        for effect in facts.effects {
            if let job = effect.job { counts[job, default: [:]][effect.kind, default: 0] += 1 }
        }
        return counts
    }

    private static func onceAtTheProvider(_ facts: Facts) -> [String] {
        let kinds = ["created", "confirmed", "canceled", "transfer", "disbursed", "refunded", "reverted", "returned"]
        return counts(facts).flatMap { job, counts in
            kinds.filter { counts[$0, default: 0] > 1 }.map { "\($0) \(counts[$0, default: 0]) times for job \(job)" }
        }
    }

    private static func nothingIsMissing(_ facts: Facts) -> [String] {
        let counts = counts(facts)
        let needed = ["created", "confirmed", "transfer", "disbursed"]
        return facts.jobs.flatMap { job -> [String] in
            let effects = counts[job.id] ?? [:]
            if job.status == "completed" {
                return needed.filter { effects[$0] != 1 }.map { "\(job.inWords) is completed, and nothing was \($0)" }
            }
            return effects["disbursed"] == nil ? [] : ["\(job.inWords) was paid out"]
        }
    }

    private static func nothingUnknown(_ facts: Facts) -> [String] {
        let known = Set(facts.jobs.map(\.id))
        return facts.effects.filter { $0.job.map { !known.contains($0) } ?? true }
            .map { "\($0.kind) of \($0.object) under \($0.key ?? "no key") is no job's" }
    }

    private static func moneyIsWhereTheJobSays(_ facts: Facts) -> [String] {
        let counts = counts(facts)
        // What a refund does is its own provider's: it is the payout that says where the money is.
        return facts.jobs.filter { $0.isFinished && $0.parent == nil }.compactMap { job in
            let effects = counts[job.id] ?? [:]
            let hasLeft = effects["transfer", default: 0] > effects["reverted", default: 0]
            let isSaid = ["completed", "refunded"].contains(job.status) || job.funds == "sent"
            return hasLeft == isSaid ? nil : "\(job.inWords): the crypto has \(hasLeft ? "" : "not ")left the wallet"
        }
    }

    private static func noMoneyWithoutConsent(_ facts: Facts) -> [String] {
        let counts = counts(facts)
        let consents = Set(facts.signals.filter { $0.name == "confirm" && $0.answer == "delivered" }.map(\.job))
        return facts.jobs.filter { !$0.confirmsByItself && !consents.contains($0.id) }
            .filter { counts[$0.id]?["confirmed"] != nil }
            .map { "\($0.inWords) was confirmed, and nobody asked for that" }
    }

    private static func endsAsItMust(_ facts: Facts) -> [String] {
        facts.jobs.compactMap { job in
            guard let endings = facts.asked[job.key], !endings.isEmpty else { return nil }
            let ending = job.isFinished ? job.status : "unfinished"
            return endings.contains(ending)
                ? nil : "\(job.inWords) must be one of \(endings.sorted().joined(separator: ", "))"
        }
    }

    private static func gaplessHistory(_ facts: Facts) -> [String] {
        Dictionary(grouping: facts.history, by: \.job).flatMap { job, rows in
            var before: Facts.Entry?
            var violations: [String] = []
            for row in rows.sorted(by: { $0.seq < $1.seq }) {
                let what = "job \(job): row \(row.seq) (\(row.from ?? "nothing") → \(row.to ?? "nothing"))"
                if row.seq != (before?.seq ?? 0) + 1 { violations.append("\(what) follows row \(before?.seq ?? 0)") }
                if row.from != before?.to { violations.append("\(what) does not begin in \(before?.to ?? "nothing")") }
                if let before, row.at < before.at { violations.append("\(what) is earlier than the one before") }
                before = row
            }
            return violations
        }
    }

    private static func historyLeadsToState(_ facts: Facts) -> [String] {
        let last = Dictionary(grouping: facts.history, by: \.job).compactMapValues { $0.max { $0.seq < $1.seq } }
        return facts.jobs.compactMap { job in
            let row = last[job.id]
            guard row?.seq ?? 0 != job.seq || row?.to != job.state else { return nil }
            return "\(job.inWords) is at \(job.seq), and its history at \(row?.seq ?? 0) in \(row?.to ?? "nothing")"
        }
    }

    private static func attemptsConsistent(_ facts: Facts) -> [String] {
        let seqs = Dictionary(facts.jobs.map { ($0.id, $0.seq) }) { first, _ in first }
        return facts.attempts.compactMap { attempt in
            let what = "attempt \(attempt.attempt) of job \(attempt.job) after transition \(attempt.seq)"
            guard let seq = seqs[attempt.job] else { return "\(what): there is no such job" }
            if !(1...max(1, seq)).contains(attempt.seq) { return "\(what): the job is at \(seq)" }
            if attempt.attempt < 1 { return "\(what) has no number" }
            return attempt.finishedAt < attempt.startedAt ? "\(what) ended before it began" : nil
        }
    }
}
