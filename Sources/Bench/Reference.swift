import Postgres
import PrivateCluster

extension Bench {
    /// What PostgreSQL itself does on this machine, now: transitions a second of the reference script.
    func reference() async throws -> Double {
        machine.say("the reference, \(options.referenceSeconds) s …")
        try await cluster.createDatabase("bench_reference")
        let printed = try cluster.runScript(
            options.reference, [String(options.referenceSeconds)], database: "bench_reference")
        guard let rate = Double(printed.filter { !$0.isWhitespace }), rate > 0 else {
            throw BenchFailure("the reference script printed no number: “\(printed.prefix(200))”")
        }
        let admin = PostgresConnection(try PostgresConfiguration(cluster.connectionString()))
        try await admin.query(Statement("drop database bench_reference"))
        await admin.close()
        return rate
    }
}
