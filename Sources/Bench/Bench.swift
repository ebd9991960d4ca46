import Postgres
public import PrivateCluster

/// One run of the bench: the machine, a cluster of its own, and how long things take.
public struct Bench: Sendable {
    /// How a run is made.
    public struct Options: Sendable {
        /// The script that measures what PostgreSQL itself can do.
        public var reference: String
        /// How long it measures, in seconds.
        public var referenceSeconds = 10
        /// How long the transaction of the figure `open-transaction` stays open.
        public var openTransaction = Duration.seconds(15)
        /// How many jobs wait in the figure `idle`.
        public var waitingJobs = 1_000_000

        /// The usual, with the reference script at this path.
        public init(reference: String) { self.reference = reference }
    }

    let machine: Machine
    let cluster: PrivateCluster
    let options: Options

    /// A run on this cluster.
    public init(_ machine: Machine, cluster: PrivateCluster, options: Options) {
        self.machine = machine
        self.cluster = cluster
        self.options = options
    }

    /// Sets up a database, lets `body` measure, and clears the database away.
    func stage<Answer>(_ name: String, _ body: (Stage) async throws -> Answer) async throws -> Answer {
        let stage = try await Stage.set(name, on: cluster, machine)
        do {
            let answer = try await body(stage)
            try await stage.strike()
            return answer
        } catch {
            await stage.app.close()
            throw error
        }
    }
}

/// Something that is measured.
public struct Figure: Sendable {
    /// What is typed to have only this one.
    public let name: String
    /// What it is, in a line.
    public let summary: String
    /// Measures it.
    public let measure: @Sendable (Bench) async throws -> [Line]

    /// All of them, in the order of the table.
    public static let all = [transitions, jobs, latency, idle, memory, openTransaction, virtualTime]
}
