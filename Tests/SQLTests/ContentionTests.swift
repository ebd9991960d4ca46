import Postgres
import Testing

/// Many daemons on few jobs, with leases that have run out as soon as they are taken.
struct ContentionTests {
    @Test("However often leases run out: one history without gaps for each job, and each signal delivered once")
    func shortLeases() async throws {
        try await withDatabase { database in
            try await database.owner.table(
                "select lockstep.enqueue_many('payout', array_fill('\(Database.input)'::jsonb, array[8]))")
            let outcomes = try await withThrowingTaskGroup(of: (committed: Int, refused: Int).self) { group in
                for number in 1...4 { group.addTask { try await work(as: number, database) } }
                return try await group.reduce(into: (committed: 0, refused: 0)) {
                    $0.committed += $1.committed
                    $0.refused += $1.refused
                }
            }
            #expect(outcomes.refused > 0)
            let told = "select sum(jsonb_array_length(detail -> 'signals')) from lockstep.history"
            #expect(
                try await database.owner.table(
                    """
                    select (select sum(seq) from lockstep.job_state), (select count(*) from lockstep.history),
                        (select count(*) from (select distinct job_id, seq from lockstep.history) each),
                        (\(told)) = (select count(*) from lockstep.signals where handled_at is not null),
                        (\(told)) = (
                            select count(distinct signal)
                            from lockstep.history, jsonb_array_elements(detail -> 'signals') signal)
                    """)
                    == [["\(outcomes.committed)", "\(outcomes.committed)", "\(outcomes.committed)", "t", "t"]])
        }
    }

    /// Claims and commits a hundred times, and sends a signal each time.
    private func work(as number: Int, _ database: Database) async throws -> (committed: Int, refused: Int) {
        let daemon = database.connect()
        let node = "00000000-0000-4000-8000-00000000000\(number)"
        var outcome = (committed: 0, refused: 0)
        for round in 1...100 {
            try await daemon.table(
                "select lockstep.signal(id, 'paid') from lockstep.job order by id offset $1 limit 1",
                [.int((round * number) % 8)])
            let isTold = round % 3 == 0
            let jobs =
                try await isTold
                ? daemon.claimSignaled(by: node, limit: 3, lease: "0 s")
                : daemon.claim(by: node, limit: 3, lease: "0 s")
            for job in jobs {
                let signals = job.signals.matches(of: /"id": (\d+)/).compactMap { Int($0.1) }
                let accepted = try await daemon.settle(
                    job, by: node, due: "2020-01-01 UTC",
                    [
                        34: .texts([#"{"signals": \#(signals)}"#]), 35: .texts(signals.map { _ in job.id }),
                        36: .ints(signals), 37: .texts(signals.map { _ in "taken" }),
                    ])
                outcome.committed += accepted.count
                outcome.refused += 1 - accepted.count
            }
        }
        await daemon.close()
        return outcome
    }
}
