public import Postgres
public import Time
public import WorkflowCore

/// Unfinished jobs of one flow that rest in one state: what `lockstep check` compares with the build.
public struct LiveState: Hashable, Sendable {
    /// The flow.
    public let workflow: String
    /// Its version.
    public let version: Int
    /// The state's case name; nil: not started.
    public let state: String?
    /// How many jobs rest there.
    public let count: Int
    /// Since when the one rests there that does so longest.
    public let oldest: Timestamp
    /// The one that was enqueued first.
    public let example: JobID
    /// What is stored of that one's state, as JSON: whether the build can read it is worth a try.
    public let exampleData: String?

    /// All live states of a database.
    public static func all(in database: any QueryRunner) async throws(PostgresError) -> [LiveState] {
        var states: [LiveState] = []
        for row in try await database.query(.liveStates, [], timeout: .minutes(5)) {
            states.append(
                LiveState(
                    workflow: try row["workflow"], version: try row["version"], state: try row["state"],
                    count: try row["jobs"], oldest: try row["oldest"], example: try row["example"],
                    exampleData: try row["example_data"]))
        }
        return states
    }
}
