@testable import Engine
import Testing
import Time
import WorkflowCore

@Suite("The engine over each store", .serialized)
struct EngineOverStoreTests {
    struct BedKind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (PostOffice) async throws -> any TestBed

        static let all: [BedKind] = [
            BedKind(testDescription: "memory, 1 bucket") { try MemoryBed(buckets: 1, runner: $0.handlers) },
            BedKind(testDescription: "memory, 8 buckets") { try MemoryBed(buckets: 8, runner: $0.handlers) },
            BedKind(testDescription: "PostgreSQL, 1 bucket") { try await PostgresBed(buckets: 1, runner: $0.handlers) },
            BedKind(testDescription: "PostgreSQL, 8 buckets") {
                try await PostgresBed(buckets: 8, runner: $0.handlers)
            },
            BedKind(testDescription: "PostgreSQL without notifications") {
                try await PostgresBed(buckets: 2, runner: $0.handlers, listens: false)
            },
        ]
    }

    /// Parcel number n: refused, held (and then released or not), insured, or neither.
    private static func parcel(_ number: Int) -> Parcel.Input {
        Parcel.Input(number: number, isHeld: number % 4 == 1, isInsured: number % 3 == 1)
    }

    @Test(
        "Some hundred jobs with retries, lost answers, signals, deadlines and children end as they must",
        .timeLimit(.minutes(10)), arguments: BedKind.all)
    func hundreds(kind: BedKind) async throws {
        let office = PostOffice()
        let bed = try await kind.make(office)
        var jobs: [(number: Int, id: JobID)] = []
        try await bed.withDaemon {
            for number in 1...210 { jobs.append((number, try await bed.enqueue(Self.parcel(number)))) }
            // Within ten minutes each that is to be released is held.
            try await bed.pass(.minutes(10))
            for (number, id) in jobs where number % 8 == 1 { try await bed.tell(id, "release") }
            try await bed.pass(.hours(2))
        }
        var statuses: [JobStatus: Int] = [:]
        for (number, id) in jobs {
            let job = try await bed.fixture.job(id)
            statuses[job.row.status, default: 0] += 1
            #expect(job.history.map(\.seq) == Array(1...max(1, job.seq)), "parcel \(number)")
            #expect(zip(job.history, job.history.dropFirst()).allSatisfy { $0.to == $1.from && $0.at <= $1.at })
            #expect(job.inbox == [], "parcel \(number)")
            let isSent = job.row.status == .completed
            #expect(office.sent[number] == (isSent ? 1 : nil), "parcel \(number)")
            #expect(job.references == (isSent ? [Reference(provider: "post", value: "r-\(number)")] : []))
            let children = try await bed.fixture.children(of: id)
            #expect(children.count == (isSent && number % 3 == 1 ? 1 : 0))
        }
        #expect(statuses == [.rejected: 30, .completed: 158, .expired: 22])
    }
}
