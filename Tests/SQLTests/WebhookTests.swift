import Postgres
import SQL
import Testing

/// Promise 7: webhooks wake, whether they come early, late or twice.
struct WebhookTests {
    private func receive(_ database: Database, key: String = "evt-1", refs: [String] = ["po-1"]) async throws -> String
    {
        try await database.owner.query(
            Statement(name: "receive", sql: SQL.receiveWebhook),
            [
                .text("dfns"), .text("main"), .text("payout.paid"), .text(key), .texts(refs), .text("{}"),
                .bytes(Array("{}".utf8)),
            ]
        ).only["result"]
    }

    private func refer(_ database: Database, _ job: String, to value: String = "po-1") async throws {
        try await database.owner.script("insert into lockstep.reference values (0, 'dfns', '\(value)', '\(job)')")
    }

    private func match(_ runner: some QueryRunner, _ refs: [String]? = nil) async throws -> Int {
        try await runner.query(
            Statement(name: "match", sql: SQL.matchWebhooks), [refs.map { .texts($0) } ?? .null]
        ).only["settled"]
    }

    @Test("A webhook wakes its job once, however often it is delivered")
    func wakes() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            try await refer(database, job)
            #expect(try await receive(database) == "stored")
            #expect(try await receive(database) == "duplicate")
            #expect(try await match(database.owner, ["po-1"]) == 1)
            #expect(try await match(database.owner) == 0)
            #expect(
                try await database.owner.table("select job_id, name, payload, key, actor from lockstep.signals")
                    == [
                        [
                            job, "$wake", #"{"kind": "payout.paid", "webhook": 1, "provider": "dfns"}"#, "$webhook:0:1",
                            "webhook",
                        ]
                    ])
            #expect(
                try await database.owner.table("select status, job_id from lockstep.webhooks") == [["matched", job]])
        }
    }

    @Test("An early webhook is parked, and wakes its job when the provider's id becomes known")
    func early() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            #expect(try await receive(database, refs: ["x", "po-1"]) == "stored")
            #expect(try await match(database.owner) == 0)
            #expect(try await database.owner.table("select status from lockstep.webhooks") == [["parked"]])
            try await refer(database, job)
            #expect(try await match(database.owner, ["po-2"]) == 0)
            #expect(try await match(database.owner, ["po-1"]) == 1)
            #expect(try await database.owner.claimSignaled().map(\.id) == [job])
        }
    }

    @Test("A webhook about a finished job is late, and is told all the same")
    func late() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            try await refer(database, job)
            try await database.owner.script(
                "update lockstep.job_state set status = 'completed', finished_at = now(), due_at = null")
            _ = try await receive(database)
            #expect(try await match(database.owner) == 1)
            #expect(try await database.owner.table("select status, job_id from lockstep.webhooks") == [["late", job]])
            #expect(try await database.owner.claimSignaled().map(\.id) == [job])
        }
    }

    @Test("Whichever of webhook and reference commits second finds the other", arguments: [true, false])
    func race(webhookCommitsFirst: Bool) async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            let (endpoint, daemon) = (database.connect(), database.connect())
            try await endpoint.withSession { endpoint in
                try await daemon.withSession { daemon in
                    try await endpoint.script("begin; \(Self.storing)")
                    try await daemon.script(
                        "begin; insert into lockstep.reference values (0, 'dfns', 'po-1', '\(job)')")
                    let order = webhookCommitsFirst ? [endpoint, daemon] : [daemon, endpoint]
                    try await order[0].script("commit")
                    #expect(try await match(order[0]) == 0)
                    try await order[1].script("commit")
                    #expect(try await match(order[1]) == 1)
                }
            }
            #expect(try await database.owner.claimSignaled().map(\.id) == [job])
            await endpoint.close()
            await daemon.close()
        }
    }

    private static let storing = """
        select lockstep.receive_webhook('dfns', 'main', 'payout.paid', 'evt-1', array['po-1'], '{}', '')
        """

    @Test("Two that match at once settle each webhook once, and don't wait")
    func matchTwice() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            try await refer(database, job)
            _ = try await receive(database)
            let (first, second) = (database.connect(), database.connect())
            try await second.script("set lock_timeout = '1ms'")
            try await first.withSession { session in
                try await session.script("begin")
                #expect(try await match(session) == 1)
                #expect(try await match(second) == 0)
                try await session.script("commit")
            }
            #expect(try await database.owner.value("select count(*) from lockstep.signals") == "1")
            await first.close()
            await second.close()
        }
    }

    @Test("A webhook that nobody asked for in a week is given up, and kept")
    func unknown() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            _ = try await receive(database)
            #expect(try await database.owner.value("select lockstep.give_up_webhooks()") == "0")
            try await database.owner.table("select lockstep.set_clock('virtual', '2030-01-08 12:00:01 UTC')")
            #expect(try await database.owner.value("select lockstep.give_up_webhooks()") == "1")
            #expect(
                try await database.owner.table("select status, job_id from lockstep.webhooks") == [["unknown", nil]])
            #expect(try await receive(database) == "duplicate")
        }
    }

    @Test("One account's event is no duplicate of another's")
    func accounts() async throws {
        try await withDatabase(buckets: 8) { database in
            for account in ["main", "second", "main"] {
                try await database.owner.table(
                    "select lockstep.receive_webhook('dfns', $1, 'paid', 'evt-1', '{}', '{}', '')", [.text(account)])
            }
            #expect(try await database.owner.value("select count(*) from lockstep.webhooks") == "2")
        }
    }
}
