import Postgres
import PrivateCluster

/// What had been used up at one moment: by this process, and by the server.
struct Usage: Sendable {
    let at: Duration
    let own: Duration
    let server: Duration
    let wal: Int
    let commits: Int
    let updates: Int
    let inPlace: Int

    /// Reads it. The server's counters lag while a session is open that changed something: close those before.
    static func now(on stage: Stage) async throws -> Usage {
        let row = try await stage.app.query(
            Statement(
                """
                select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as wal,
                    (select xact_commit from pg_stat_database where datname = current_database()) as commits,
                    (select sum(n_tup_upd + n_tup_del)::bigint from pg_stat_user_tables) as updates,
                    (select sum(n_tup_hot_upd)::bigint from pg_stat_user_tables) as in_place
                """)
        ).only
        return Usage(
            at: stage.machine.elapsed(), own: stage.machine.ownTime(), server: try stage.serverTime(),
            wal: try row["wal"], commits: try row["commits"], updates: try row["updates"],
            inPlace: try row["in_place"])
    }
}

extension Stage {
    /// The processor time of all processes of the server.
    func serverTime() throws -> Duration {
        guard let process = cluster.processID else { throw BenchFailure("the server has gone") }
        return try machine.time(process)
    }
}
