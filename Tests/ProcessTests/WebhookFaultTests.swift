import HTTPTypes
import Testing

@Suite("Payouts whose webhooks go wrong end the same", .serialized, .timeLimit(.minutes(5)))
struct WebhookFaultTests {
    private static let payouts = [
        (key: "goes-through", amount: "1000000000", confirm: "auto", ending: "completed"),
        (key: "policy-says-no", amount: "5000000001", confirm: "auto", ending: "rejected"),
        (key: "fails-before-funding", amount: "5000000003", confirm: "auto", ending: "failed"),
        (key: "nobody-confirms", amount: "70000000", confirm: "ask", ending: "expired"),
        (key: "create-answer-lost", amount: "120000006", confirm: "auto", ending: "completed"),
        (key: "confirm-answer-lost", amount: "120000007", confirm: "auto", ending: "completed"),
    ]

    @Test(
        "Without, with doubled, and with reversed webhooks",
        arguments: [
            [],
            [#"{"fault": "lost", "webhook": "*", "times": 1000}"#],
            [
                #"{"fault": "doubled", "webhook": "*", "times": 1000}"#,
                #"{"fault": "reversed", "webhook": "*", "times": 1000}"#,
            ],
        ])
    func sameEnds(faults: [String]) async throws {
        let lockstep = try await Installation(buckets: 8)
        for fault in faults { try await lockstep.control(.post, "faults", fault) }
        let daemon = try await lockstep.daemon("one")
        var jobs: [(job: String, ending: String)] = []
        for payout in Self.payouts {
            let job = try await lockstep.enqueue(key: payout.key, amount: payout.amount, confirm: payout.confirm)
            jobs.append((job, payout.ending))
        }
        try await lockstep.advance("26 hours")
        for (job, ending) in jobs { #expect(try await lockstep.status(job) == ending) }
        #expect(try await lockstep.effects("created") == 6)
        #expect(try await lockstep.effects("confirmed") == 4)
        #expect(try await lockstep.effects("transfer") == 3)
        #expect(try await lockstep.effects("disbursed") == 3)
        #expect(daemon.stop() == 0)
        await lockstep.end()
    }
}
