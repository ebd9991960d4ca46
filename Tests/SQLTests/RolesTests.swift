import Postgres
import SQL
import Testing

/// Who may do what.
struct RolesTests {
    @Test(
        "Nobody but the owner can change or delete history, attempts or jobs",
        arguments: [
            "lockstep_app", "lockstep_ops", "lockstep_daemon",
        ])
    func appendOnly(role: String) async throws {
        try await withDatabase { database in
            let session = try await database.connect(as: role)
            for table in ["history_entry", "attempt", "history_entry_default"] {
                for statement in [
                    "update lockstep.\(table) set seq = 0", "delete from lockstep.\(table)",
                    "truncate lockstep.\(table)",
                ] {
                    let error = try await failure { try await session.script(statement) }
                    #expect(error?.sqlstate == "42501", "\(statement)")
                    #expect(error?.message == "permission denied for table \(table)")
                }
            }
            for statement in ["update lockstep.job set input = '{}'", "delete from lockstep.job"] {
                #expect(try await failure { try await session.script(statement) }?.sqlstate == "42501")
            }
            let view = try await failure { try await session.script("update lockstep.history set event = 'x'") }
            #expect(view?.sqlstate == "42501")
            await session.close()
        }
    }

    @Test("An app reads no table, and operates nothing")
    func appIsNarrow() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            let app = try await database.connect(as: "lockstep_app")
            for statement in [
                "select * from lockstep.job", "select * from lockstep.job_state", "select * from lockstep.webhooks",
                "select lockstep.retry('\(job)')", "select lockstep.set_clock('virtual')",
                "select lockstep.deliver('\(job)', '$wake', '{}', null, 'x')", "select lockstep.ring()",
                "select lockstep.drop_partitions('2020-01-01')", "insert into lockstep.tenant_role values ('a', 'b')",
            ] {
                #expect(try await failure { try await app.script(statement) }?.sqlstate == "42501", "\(statement)")
            }
            await app.close()
        }
    }

    @Test("An app sees, signals and cancels the jobs of its own tenants, and no others")
    func tenants() async throws {
        try await withDatabase { database in
            try await database.owner.script("insert into lockstep.tenant_role values ('lockstep_app', 'acme')")
            let other = try await database.enqueue(key: "other")
            let app = try await database.connect(as: "lockstep_app")
            let own = try await app.value("select lockstep.enqueue('payout', $1)", [.text(Database.input)])
            #expect(try await app.table("select id, tenant from lockstep.job_status") == [[own, "acme"]])
            #expect(try await app.table("select id from lockstep.jobs") == [[own]])
            for job in [own, other] {
                try await database.owner.script(
                    """
                    insert into lockstep.history_entry (bucket, job_id, seq, at, event, actor)
                    values (0, '\(job)', 1, now(), 'started', 'engine');
                    select lockstep.signal('\(job)', 'paid')
                    """)
            }
            #expect(try await app.table("select job_id from lockstep.history") == [[own]])
            #expect(try await app.table("select job_id from lockstep.signals") == [[own]])
            #expect(try await app.value("select lockstep.signal('\(own)', 'paid')") == "accepted")
            #expect(try await app.value("select lockstep.signal('\(other)', 'paid')") == "unknown job")
            #expect(try await app.value("select lockstep.why('\(other)')") == "No job has the id \(other).")
            let cancel = try await failure { try await app.value("select lockstep.cancel('\(other)')") }
            #expect(cancel?.sqlstate == "LK005")
            let foreign = try await failure {
                try await app.value(
                    "select lockstep.enqueue('payout', $1, tenant => 'default')", [.text(Database.input)])
            }
            #expect(foreign?.sqlstate == "LK006")
            #expect(foreign?.message == #"role "lockstep_app" may not act for tenant "default""#)
            #expect(
                foreign?.hint == "It may act for acme. An operator grants more: "
                    + "insert into lockstep.tenant_role values ('lockstep_app', 'default').")
            await app.close()
        }
    }

    @Test("A role that is not listed has the tenant default; operators have all")
    func defaultTenant() async throws {
        try await withDatabase { database in
            let app = try await database.connect(as: "lockstep_app")
            let error = try await failure {
                try await app.value("select lockstep.enqueue('payout', $1, tenant => 'acme')", [.text(Database.input)])
            }
            #expect(error?.sqlstate == "LK006")
            let ops = try await database.connect(as: "lockstep_ops")
            try await ops.table("select lockstep.enqueue('payout', $1, tenant => 'acme')", [.text(Database.input)])
            try await app.table("select lockstep.enqueue('payout', $1)", [.text(Database.input)])
            #expect(try await app.table("select tenant from lockstep.job_status") == [["default"]])
            #expect(
                try await ops.table("select tenant from lockstep.job_status order by 1") == [["acme"], ["default"]])
            await app.close()
            await ops.close()
        }
    }

    @Test("A daemon's role is enough for every statement of a daemon")
    func daemon() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            let daemon = try await database.connect(as: "lockstep_daemon")
            let none = [Parameter](repeating: .null, count: 6)
            for (name, sql, parameters) in [
                (
                    "publish", SQL.publishWorkflow,
                    [.text("payout"), .int(2), .text("{}"), .texts([]), .text("[]"), .null]
                ),
                (
                    "heartbeat", SQL.heartbeat,
                    [
                        .text(Node.first), .text("a"), .text("b"), .texts(["payout"]), .ints([1]), .int(1),
                        .bool(false),
                    ]
                ),
                ("fall_asleep", SQL.fallAsleep, [.text(Node.first)]), ("housekeeping", SQL.housekeeping, []),
                ("live_states", SQL.liveStates, []), ("read_clock", SQL.readClock, []),
                ("next_due", SQL.nextDue, [.int(0), .texts(["payout"]), .ints([1])]),
                (
                    "receive", SQL.receiveWebhook,
                    [
                        .text("dfns"), .text("main"), .text("paid"), .text("e1"), .texts(["po-1"]), .text("{}"),
                        .bytes([UInt8(1)]),
                    ]
                ),
                ("match", SQL.matchWebhooks, [.null]), ("find", SQL.findCommit, Array(none.prefix(2))),
                ("renew", SQL.renew, Array(none.prefix(5))), ("release", SQL.release, Array(none.prefix(4))),
                ("join", SQL.joinClock, [.text("sandbox"), .null, .bool(false)]),
            ] as [(String, String, [Parameter])] {
                try await daemon.query(Statement(name: name, sql: sql), parameters)
            }
            let claimed = try #require(try await daemon.claim().first)
            #expect(
                try await daemon.settle(claimed, [38: .texts([job]), 39: .texts(["dfns"]), 40: .texts(["po-1"])]) == [
                    job
                ])
            #expect(try await daemon.claimSignaled() == [])
            try await daemon.query(Statement(name: "forget", sql: SQL.forgetNode), [.text(Node.first)])
            await daemon.close()
        }
    }
}
