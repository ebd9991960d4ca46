import Testing
import Engine
import Time

/// The stores that the suite runs against.
struct StoreKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable () async throws -> any StoreFixture

    static let all: [StoreKind] = [1, 8].flatMap { buckets in
        [
            StoreKind(testDescription: "memory, \(buckets) bucket(s)") { MemoryFixture(buckets: buckets) },
            StoreKind(testDescription: "PostgreSQL, \(buckets) bucket(s)") {
                try await PostgresFixture(buckets: buckets)
            },
        ]
    }
}
