/// All SQL of Lockstep, as text: it stands in `migrations/` and `queries/`, and is embedded in the binary.
public enum SQL {
    /// One step of the schema.
    public struct Migration: Sendable {
        /// The file's name without `.sql`, such as `0001_tables`.
        public let name: String
        /// The statements, for one transaction.
        public let text: String
    }

    /// The steps that lead from an empty database to today's schema, in order.
    public static let migrations = [
        Migration(name: "0001_tables", bytes: PackageResources._001_tables_sql),
        Migration(name: "0002_basics", bytes: PackageResources._002_basics_sql),
    ]

    /// Takes due jobs of one bucket.
    public static let claim = String(PackageResources.claim_sql)
    /// Takes jobs of one bucket that were told something.
    public static let claimSignaled = String(PackageResources.claim_signaled_sql)
    /// Prolongs leases.
    public static let renew = String(PackageResources.renew_sql)
    /// Gives leases back without a change.
    public static let release = String(PackageResources.release_sql)
    /// Commits finished work of many jobs of one bucket.
    public static let commit = String(PackageResources.commit_sql)
    /// Looks up what became of commits whose answer was lost.
    public static let findCommit = String(PackageResources.find_commit_sql)
    /// When the next job of one bucket is due.
    public static let nextDue = String(PackageResources.next_due_sql)

    /// Publishes what a daemon knows about one version of a flow.
    public static let publishWorkflow = String(PackageResources.publish_workflow_sql)
    /// What rests where, counted.
    public static let liveStates = String(PackageResources.live_states_sql)
    /// Says that a daemon is alive.
    public static let heartbeat = String(PackageResources.heartbeat_sql)
    /// Hangs up the bell of a daemon that is about to sleep.
    public static let fallAsleep = String(PackageResources.fall_asleep_sql)
    /// Takes a daemon off the list.
    public static let forgetNode = String(PackageResources.forget_node_sql)
    /// The instant.
    public static let now = String(PackageResources.now_sql)
}

extension SQL.Migration {
    fileprivate init(name: String, bytes: [UInt8]) {
        self.init(name: name, text: String(bytes))
    }
}

extension String {
    /// The text of an embedded file.
    fileprivate init(_ bytes: [UInt8]) {
        self.init(decoding: bytes, as: UTF8.self)
    }
}
