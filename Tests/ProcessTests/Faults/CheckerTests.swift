import Testing
import Time

/// A checker that can't fail would be worth nothing: each is shown facts that break its promise.
@Suite("Checkers find what they are there for")
struct CheckerTests {
    private static let id = "01990000-0000-7000-8000-000000000001"
    private static let other = "01990000-0000-7000-8000-000000000002"

    /// A payout that went through, with everything that belongs to it.
    private static func good() -> Facts {
        var facts = Facts()
        facts.asked = ["payout-1": ["completed"]]
        facts.jobs = [Facts.Job(id: id, key: "payout-1", state: "completed", seq: 2, plan: "end")]
        facts.history = [
            Facts.Entry(job: id, seq: 1, at: Timestamp(seconds: 1), from: nil, event: "started", to: "quoting"),
            Facts.Entry(job: id, seq: 2, at: Timestamp(seconds: 2), from: "quoting", event: "ended", to: "completed"),
        ]
        facts.signals = [Facts.Signal(job: id, name: "$wake", answer: "delivered")]
        facts.webhooks = [Facts.Webhook(id: "1", status: "matched", belongs: true)]
        facts.attempts = [Facts.Attempt(job: id, seq: 1)]
        facts.effects = ["created", "confirmed", "transfer", "disbursed"].map {
            Facts.Effect(kind: $0, object: "pyt-1", key: "\(id)/3")
        }
        return facts
    }

    /// A payout that waits for its app.
    private static func waiting() -> Facts {
        var facts = good()
        facts.asked = ["payout-1": []]
        facts.effects = []
        facts.jobs[0] = Facts.Job(
            id: id, key: "payout-1", status: "waiting", state: "completed", seq: 2, plan: "wait",
            deadline: Timestamp(seconds: 9), isFinished: false)
        return facts
    }

    @Test("Nothing is wrong with a payout that went through, or with one that waits")
    func nothing() {
        #expect(Checker.check(Self.good()) == [])
        #expect(Checker.check(Self.waiting()) == [])
    }

    /// What breaks each promise.
    private static let bad: [(checker: Checker, break: @Sendable (inout Facts) -> Void)] = [
        (.everyKeyIsOneJob, { $0.asked["payout-2"] = [] }),
        (.everyKeyIsOneJob, { $0.asked = [:] }),
        (.onceAtTheProvider, { $0.effects.append($0.effects[0]) }),
        (.onceAtTheProvider, { $0.effects.append(.init(kind: "transfer", object: "pyt-2", key: "\(id)/5")) }),
        (.nothingIsMissing, { $0.effects.removeAll { $0.kind == "disbursed" } }),
        (.nothingIsMissing, { $0.jobs[0].status = "expired" }),
        (.nothingUnknown, { $0.effects.append(.init(kind: "created", object: "pyt-9", key: "\(other)/3")) }),
        (.nothingUnknown, { $0.effects.append(.init(kind: "created", object: "pyt-9", key: nil)) }),
        (.moneyIsWhereTheJobSays, { $0.effects.append(.init(kind: "reverted", object: "pyt-1", key: "\(id)/3")) }),
        (
            .moneyIsWhereTheJobSays,
            {
                $0.jobs[0].status = "failed"
                $0.jobs[0].funds = "inWallet"
                $0.effects.removeAll { $0.kind == "disbursed" }
            }
        ),
        (.noMoneyWithoutConsent, { $0.jobs[0].confirmsByItself = false }),
        (
            .noMoneyWithoutConsent,
            {
                $0.jobs[0].confirmsByItself = false
                $0.signals.append(.init(job: id, name: "confirm", answer: "refused: too early"))
            }
        ),
        (.endsAsItMust, { $0.asked["payout-1"] = ["rejected"] }),
        (.gaplessHistory, { $0.history[0].seq = 0 }),
        (.gaplessHistory, { $0.history.remove(at: 0) }),
        (.gaplessHistory, { $0.history[1].from = "creating" }),
        (.gaplessHistory, { $0.history[0].at = Timestamp(seconds: 3) }),
        (.historyLeadsToState, { $0.jobs[0].seq = 3 }),
        (.historyLeadsToState, { $0.history[1].to = "settling" }),
        (.historyLeadsToState, { $0.history = [] }),
        (.stateHasData, { $0.jobs[0].hasData = false }),
        (.nobodyOwnsAnything, { $0.jobs[0].owner = "a daemon" }),
        (.nobodyOwnsAnything, { $0.jobs[0].attemptStatus = "started" }),
        (.signalsHandled, { $0.signals[0].answer = nil }),
        (.webhooksHandled, { $0.webhooks[0].status = "parked" }),
        (.attemptsConsistent, { $0.attempts[0].job = other }),
        (.attemptsConsistent, { $0.attempts[0].seq = 3 }),
        (.attemptsConsistent, { $0.attempts[0].attempt = 0 }),
        (.attemptsConsistent, { $0.attempts[0].startedAt = Timestamp(seconds: 1) }),
    ]

    @Test("Facts that break a promise are found by its checker", arguments: bad.indices)
    func found(_ index: Int) {
        let (checker, spoil) = Self.bad[index]
        var facts = Self.good()
        spoil(&facts)
        #expect(!checker.violations(in: facts).isEmpty, "\(checker)")
    }

    @Test("A job that waits for nothing is found, however it stands")
    func nextStep() {
        let ways: [(inout Facts.Job) -> Void] = [
            { $0.deadline = nil }, { $0.plan = "poll readPayout" }, { $0.status = "parked" },
        ]
        for (number, spoil) in ways.enumerated() {
            var facts = Self.waiting()
            spoil(&facts.jobs[0])
            #expect(Checker.nextStep.violations(in: facts).count == 1, "way \(number)")
        }
    }

    @Test("No checker is left without facts that it finds")
    func all() {
        let shown = Set(Self.bad.map(\.checker)).union([.nextStep])
        #expect(shown == Set(Checker.allCases))
    }
}
