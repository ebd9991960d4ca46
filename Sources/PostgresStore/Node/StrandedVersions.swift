public import Postgres
public import Time

/// Unfinished jobs of one version of a flow that no living daemon can run.
public struct StrandedVersion: Hashable, Sendable {
    /// Beyond this many the jobs are not counted.
    private static let most = 10_000

    /// The flow.
    public let workflow: String
    /// The version that nobody can run.
    public let version: Int
    /// How many jobs; above 10,000 they are not counted.
    public let count: Int
    /// Since when the one rests there that does so longest.
    public let oldest: Timestamp
    /// One of them.
    public let example: String

    /// All of a database: cheap, however many jobs there are.
    public static func all(in database: any QueryRunner) async throws(PostgresError) -> [StrandedVersion] {
        var found: [StrandedVersion] = []
        for row in try await database.query(.stranded, [], timeout: .seconds(20)) {
            found.append(
                StrandedVersion(
                    workflow: try row["workflow"], version: try row["version"], count: try row["jobs"],
                    oldest: try row["oldest"], example: try row["example"]))
        }
        return found
    }
}

extension StrandedVersion: CustomStringConvertible {
    /// In a sentence, for a person.
    public var description: String {
        let jobs =
            switch count {
            case 1: "1 job"
            case ...Self.most: "\(count) jobs"
            default: "more than \(Self.most) jobs"
            }
        let flow = "\(workflow) version \(version)"
        return "\(jobs) of \(flow), the oldest since \(oldest), can be run by no living daemon, such as \(example)"
    }
}

/// Says it, and says it again as long as it lasts, that there are jobs that nobody can run.
public struct StrandedWatch: TroubleWatch {
    private let database: any QueryRunner
    private let log: @Sendable (String) -> Void

    /// A watch; `log` takes one line for a person.
    public init(_ database: any QueryRunner, log: @escaping @Sendable (String) -> Void) {
        self.database = database
        self.log = log
    }

    /// Looks once; returns whether there are such jobs.
    public func look(wasThere: Bool) async -> Bool {
        do throws(PostgresError) {
            let stranded = try await StrandedVersion.all(in: database)
            for version in stranded {
                log("CAUTION: \(version): select * from lockstep.unclaimable, and run a build that knows it")
            }
            if stranded.isEmpty, wasThere { log("every unfinished job can be run by a living daemon again") }
            return !stranded.isEmpty
        } catch {
            if !Task.isCancelled { log("whether there are jobs that nobody can run is not known: \(error)") }
            return wasThere
        }
    }
}
