import Foundation
import Postgres
import PrivateCluster
import Testing

/// Personal data in a real database, with a real daemon.
@Suite("What is sensitive", .timeLimit(.minutes(3)))
struct SensitiveTests {
    private static let order = """
        {"customer_id": "customer-1", "bank_id": "bank-1", "asset": "usdt", "sending_amount": "100",
         "exchange_order_id": "order-1", "exchange_transfer_id": "transfer-1", "link": "after_initiate",
         "accept": "auto", "on_limit": "fail", "risk_parameters": {"ip_address": "203.0.113.77"}}
        """

    /// Every table that could hold it, as text.
    private static let search = """
        select count(*) from (
            select input::text from lockstep.job union all select data::text from lockstep.job_state
            union all select output::text from lockstep.job_state union all select last_error from lockstep.job_state
            union all select detail::text from lockstep.history_entry union all select error from lockstep.attempt
            union all select payload::text from lockstep.signal) as found (text)
        where text like '%203.0.113%'
        """

    @Test("It is sealed in every table once the job has started, and the job still ends as it should")
    func sealed() async throws {
        let world = try ProviderWorld()
        defer { world.remove() }
        try world.write("made-up", "whsec-1")
        try world.configure("lockstep") {
            $0.replacing("made/dfns-webhook-secret", with: "made-up")
                .replacing("made/borderless-webhook-secret", with: "made-up")
        }
        let (pool, url) = try await database()
        let sandbox = try await world.sandbox("--database", url)
        let daemon = try await Running.start(
            ["serve", "--config", world.path("lockstep.json5"), "--database", url], log: world.path("serve.log"))
        let job = try await enqueue(pool)
        #expect(try await value(pool, "select input -> 'risk_parameters' from lockstep.jobs") == "\"‹redacted›\"")
        _ = try await pool.query(Statement("call lockstep.advance_clock('1 day')"))
        #expect(try await value(pool, "select status from lockstep.job_status") == "completed")
        #expect(try await value(pool, Self.search) == "0")
        let stored = try await value(pool, "select input ->> 'risk_parameters' from lockstep.job")
        #expect(stored?.hasPrefix("sealed:1:k1:") == true)
        #expect(try await enqueue(pool) == job)
        daemon.kill()
        // A build that checks a deploy reads what is sealed with the ring, and says what it lacks without.
        #expect(
            try Running.once(["check", "--database", url, "--config", world.path("lockstep.json5")])
                == "This build can run every live job.\n")
        sandbox.kill()
        await pool.close()
    }

    @Test("Without keys the daemon says so, and parks such jobs instead of storing them in clear")
    func withoutKeys() async throws {
        let world = try ProviderWorld()
        defer { world.remove() }
        try world.write("made-up", "whsec-1")
        try world.configure("lockstep") { text in
            text.replacing("made/dfns-webhook-secret", with: "made-up")
                .replacing("made/borderless-webhook-secret", with: "made-up")
                .replacing("sensitive_keys: {current: \"k1\", keys: {k1: {file: \"k1\"}}},", with: "")
        }
        let (pool, url) = try await database()
        let sandbox = try await world.sandbox("--database", url)
        let daemon = try await Running.start(
            ["serve", "--config", world.path("lockstep.json5"), "--database", url], log: world.path("serve.log"))
        #expect(daemon.output.contains("there are no sensitive_keys in the configuration"))
        #expect(daemon.output.contains("dollarpe_payout (risk_parameters)"))
        _ = try await enqueue(pool)
        _ = try await pool.query(Statement("call lockstep.advance_clock('1 hour')"))
        let parked = try await value(pool, "select last_error from lockstep.parked")
        #expect(parked?.contains("a sensitive field can't be stored without a key to seal it") == true)
        #expect(parked?.contains("203.0.113") == false)
        daemon.kill()
        sandbox.kill()
        await pool.close()
    }

    private func database() async throws -> (PostgresPool, String) {
        let url = try await TestDatabase.fresh()
        try Running.once(["migrate", "--database", url])
        let pool = PostgresPool(try PostgresConfiguration(url), connections: 1)
        _ = try await pool.query(Statement("select lockstep.set_clock('virtual')"))
        return (pool, url)
    }

    private func enqueue(_ pool: PostgresPool) async throws -> String? {
        try await pool.query(
            Statement("select lockstep.enqueue('dollarpe_payout', $1::text, key => 'k') as id"), [.text(Self.order)]
        ).only["id"]
    }

    private func value(_ pool: PostgresPool, _ sql: String) async throws -> String? {
        try await pool.query(Statement(sql)).first.map { try $0[0, as: String?.self] } ?? nil
    }
}
