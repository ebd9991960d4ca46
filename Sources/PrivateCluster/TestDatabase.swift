import Glibc

/// Databases for tests, one for each, on a cluster that the tests of a process share and that goes with it.
public actor TestDatabase {
    /// A database that is prepared once and then copied, which is faster than preparing each.
    public struct Template: Sendable {
        let name: String
        let prepare: @Sendable (String) async throws -> Void

        /// A template with a name of its own; `prepare` gets the connection string of an empty database, and must have
        /// closed its connections when it returns.
        public init(name: String, prepare: @escaping @Sendable (String) async throws -> Void) {
            self.name = name
            self.prepare = prepare
        }
    }

    private static let shared = TestDatabase()

    private let starting = Task.detached { try TestDatabase.start() }
    private var templates: [String: Task<Void, any Error>] = [:]
    private var count = 0

    /// The connection string of a new database, empty or a copy of the template, that nobody else uses.
    public static func fresh(_ template: Template? = nil) async throws -> String {
        try await shared.make(template)
    }

    /// The cluster that all tests of this process share.
    ///
    /// Don't stop it: start one of your own for that.
    public static func cluster() async throws -> PrivateCluster {
        try await shared.starting.value
    }

    private static func start() throws -> PrivateCluster {
        var options = PrivateCluster.Options()
        options.maximumConnections = 400
        options.lifetime = .withProcessAndDirectory
        return try PrivateCluster.start(directory: makeTemporaryDirectory("/tmp/lockstep-test-"), options: options)
    }

    private func make(_ template: Template?) async throws -> String {
        let cluster = try await starting.value
        count += 1
        let name = "test_\(count)"
        if let template { try await prepare(template, on: cluster) }
        try await cluster.createDatabase(name, template: template?.name ?? "template0")
        return cluster.connectionString(database: name)
    }

    private func prepare(_ template: Template, on cluster: PrivateCluster) async throws {
        let preparing =
            templates[template.name]
            ?? Task {
                try await cluster.createDatabase(template.name, template: "template0")
                try await template.prepare(cluster.connectionString(database: template.name))
            }
        templates[template.name] = preparing
        try await preparing.value
    }
}
