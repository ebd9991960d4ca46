@testable import Engine
import Glibc
import Postgres
import PostgresStore
import PrivateCluster
import Synchronization
import Testing
import Time
import WorkflowCore

/// A server of our own, because it is restarted.
@Suite("A database that is restarted", .timeLimit(.minutes(5)), .serialized)
struct RestartTests {
    private func withCluster(
        _ name: String, _ body: (PrivateCluster, PostgresFixture) async throws -> Void
    ) async throws {
        var options = PrivateCluster.Options()
        options.lifetime = .withProcessAndDirectory
        // What it has committed survives its own crashes, if not the machine's.
        options.settings = ["synchronous_commit": "on", "full_page_writes": "on"]
        let cluster = try PrivateCluster.start(directory: "/tmp/lockstep-\(name)-\(getpid())", options: options)
        let url = cluster.connectionString()
        let owner = PostgresConnection(try PostgresConfiguration(url))
        try await Migrator(owner).migrate(buckets: 2)
        // It moves by itself whenever all is quiet.
        try await owner.query(
            Statement("select lockstep.set_clock('virtual', $1::timestamptz, true)"), [.timestamp(.start)])
        await owner.close()
        try await body(cluster, PostgresFixture(url, buckets: 2))
        try cluster.stop()
    }

    /// Asks again as long as the server is away.
    private func insist<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        while true {
            do { return try await body() } catch let error as PostgresError where error.isTransient {}
        }
    }

    @Test("Everything goes on by itself: no job is lost, no parcel sent twice, and the log stays readable")
    func restarts() async throws {
        try await withCluster("restart") { cluster, fixture in
            let office = PostOffice()
            let lines = Mutex<[String]>([])
            let (written, write) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            let began = ContinuousClock.now
            let bed = try await PostgresBed(fixture, runner: office.handlers) { line in
                lines.withLock { $0.append(line) }
                write.yield()
            }
            var jobs: [(number: Int, id: JobID)] = []
            let numbers = (1...120).filter { $0 % 4 != 1 }
            try await bed.withDaemon {
                for (index, number) in numbers.enumerated() {
                    let parcel = Parcel.Input(number: number, isHeld: false, isInsured: number % 3 == 1)
                    jobs.append((number, try await insist { try await bed.enqueue(parcel) }))
                    if index % 20 == 10 { try cluster.restart(immediately: index % 40 == 10) }
                }
                try cluster.stop()
                // Lines come a second apart: by then every helper has met the closed door.
                var coming = written.makeAsyncIterator()
                for _ in 0..<3 { await coming.next() }
                try cluster.startAgain()
                let unfinished = Statement("select count(*) as n from lockstep.job_state where finished_at is null")
                while try await insist({ try await fixture.database.query(unfinished).only["n", as: Int.self] }) != 0 {}
            }
            for (number, id) in jobs {
                let job = try await fixture.job(id)
                #expect(job.history.map(\.seq) == Array(1...max(1, job.seq)), "parcel \(number)")
                #expect(zip(job.history, job.history.dropFirst()).allSatisfy { $0.to == $1.from && $0.at <= $1.at })
                let isSent = job.row.status == .completed
                #expect(isSent || job.row.status == .rejected, "parcel \(number): \(job.row.lastError ?? "")")
                #expect(office.sent[number] == (isSent ? 1 : nil), "parcel \(number)")
                #expect(try await fixture.children(of: id).count == (isSent && number % 3 == 1 ? 1 : 0))
            }
            let told = lines.withLock { $0 }
            #expect(told.count >= 3)
            #expect(Duration.seconds(told.count) <= ContinuousClock.now - began + .seconds(1))
        }
    }

    @Test("The listener rings once it listens again: what was rung meanwhile did not arrive")
    func bell() async throws {
        try await withCluster("rebell") { cluster, fixture in
            let (rings, bell) = AsyncStream.makeStream(of: Void.self)
            let notices = DatabaseNotices(fixture.configuration, bell: { bell.yield() }, clock: {})
            let running = Task { await notices.run() }
            var heard = rings.makeAsyncIterator()
            await heard.next()
            try cluster.restart(immediately: true)
            await heard.next()
            await notices.close()
            await running.value
        }
    }
}
