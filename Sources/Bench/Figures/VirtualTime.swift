import Postgres
import PrivateCluster

extension Figure {
    /// How long a day takes on a virtual clock, with the real daemon and the real simulator.
    static let virtualTime = Figure(
        name: "virtual-time", summary: "virtual time: 1,000 payouts that nobody confirms, 24 hours, real processes"
    ) { bench in
        try await bench.cluster.createDatabase("bench_virtual")
        let url = bench.cluster.connectionString(database: "bench_virtual")
        let world = try await bench.machine.startWorld(url)
        let app = PostgresConnection(try PostgresConfiguration(url))
        do {
            bench.machine.say("virtual time: 1,000 payouts, 24 hours …")
            try await app.query(Statement(enqueue))
            let start = bench.machine.elapsed()
            try await app.query(Statement("select lockstep.move_clock('25 hours')"))
            try await app.query(Statement("select lockstep.await_quiet('300 s')"))
            let took = bench.machine.elapsed() - start
            let expired: Int = try await app.query(
                Statement("select count(*) from lockstep.job_status where outcome = 'expired'")
            ).only[0]
            guard expired == 1000 else { throw BenchFailure("\(expired) of 1,000 payouts have expired") }
            await app.close()
            await world.stop()
            return [Line("24 hours of 1,000 payouts", took.inSeconds, " s", bar: .under(20))]
        } catch {
            await app.close()
            await world.stop()
            throw error
        }
    }

    private static let enqueue = """
        select count(*) from lockstep.enqueue_many('dfns_payout', array(
            select '{
                "wallet_id": "wa-polyg-usdc0-sandboxwallet01",
                "asset": {"kind": "Erc20", "amount": "75000000",
                    "contract": "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"},
                "fiat_currency": "USD", "country": "US",
                "borderless_account_id": "acc-1", "payment_instructions_id": "pi-1",
                "payment_purpose": "salary payment", "accept": "auto", "confirm": "ask"
            }'::jsonb from generate_series(1, 1000)))
        """
}
