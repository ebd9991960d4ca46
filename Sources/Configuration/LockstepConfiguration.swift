public import Crypto
import HTTPClient

/// What a daemon is told in its configuration file, checked as a whole: there is no half of one.
///
/// The file is JSON5: JSON with comments, unquoted names and commas at the end. Secrets never stand in it; it says
/// where they are, in the environment or in a file of their own.
///
/// ```
/// {
///   // one entry for each account at a provider
///   accounts: {
///     dfns: {
///       main: {
///         mode: "test", base_url: "http://127.0.0.1:7401", user_id: "us-…", credential_id: "cr-…",
///         token: {env: "DFNS_TOKEN"}, private_key: {file: "keys/dfns.pem"},
///         webhook_secret: {env: "DFNS_WEBHOOK_SECRET"},
///         // of all daemons together: calls at once, per second, and at once after a rest; each may be left out
///         limits: {concurrency: 32, rate: 10, burst: 20},
///       },
///     },
///   },
///   // the address under which providers reach us, for `lockstep accounts register-webhooks`
///   http: {listen: "127.0.0.1:7400", public_url: "https://lockstep.example.com"},
///   // what fields marked sensitive are sealed with, 32 bytes in base64 each; old ones stay as long as they are in use
///   sensitive_keys: {current: "k2", keys: {k1: {env: "LOCKSTEP_KEY_1"}, k2: {file: "keys/k2"}}},
///   engine: {jobs_held: 2000, calls_per_account: 32},
/// }
/// ```
public struct LockstepConfiguration: Sendable {
    /// The accounts at all providers.
    public let accounts: Accounts
    /// What is allowed at these accounts; those without an entry have no limits of their own.
    public let limits: [AccountName: Limits]
    /// What sensitive fields are sealed with; nil: nothing sensitive can be stored.
    public let sensitiveKeys: KeyRing?
    /// Where webhooks, the dashboard and metrics are served.
    public let http: HTTP
    /// How much the engine takes on; what is nil keeps its default.
    public let engine: Engine

    /// What all daemons together may ask of an account.
    public struct Limits: Hashable, Sendable {
        /// The most calls at once.
        public let concurrency: Int?
        /// The most calls per second.
        public let rate: Int?
        /// The most calls at once after a time without any; without it as many as in a second.
        public let burst: Int?
    }

    /// Where to listen.
    public struct HTTP: Hashable, Sendable {
        /// An address or name, such as `127.0.0.1`.
        public let host: String
        /// The port; 0 is any free one.
        public let port: UInt16
        /// Under which address providers reach us, such as `https://lockstep.example.com`; without a slash at the end.
        public let publicURL: String?

        /// Where webhooks of an account go, as its provider sees it; nil without a public address.
        public func webhookAddress(of account: AccountName) -> String? {
            publicURL.map { "\($0)/webhooks/\(account.provider)/\(account.name)" }
        }
    }

    /// Limits of the engine.
    public struct Engine: Hashable, Sendable {
        /// The most jobs held at once.
        public let jobsHeld: Int?
        /// The most jobs claimed by one statement.
        public let claimBatch: Int?
        /// The most jobs committed by one statement.
        public let commitBatch: Int?
        /// The most calls under way at once for each account.
        public let callsPerAccount: Int?
        /// How long a lease lasts.
        public let lease: Duration?
        /// The longest an idle daemon goes without looking.
        public let idlePoll: Duration?
        /// How long a daemon that is asked to stop waits for calls under way.
        public let grace: Duration?
        /// Connections to the database.
        public let databaseConnections: Int?
    }

    /// Reads a configuration.
    ///
    /// - Parameters:
    ///   - text: the file's content.
    ///   - file: the file's name, for errors; files that it names are looked for beside it.
    ///   - environment: the environment's variables.
    ///   - random: gives that many bytes that nobody can guess, for the nonces of what is sealed.
    ///   - mayLackWebhookSecrets: whether files of webhook secrets may be missing: before the webhooks are registered.
    ///   - readFile: gives the content of a file.
    /// - Throws: `ConfigurationError`, which names the file, the line, what is wrong and what to do.
    public static func load(
        text: String, file: String, environment: [String: String], random: @escaping @Sendable (Int) -> [UInt8],
        mayLackWebhookSecrets: Bool = false, readFile: @escaping (String) throws -> String
    ) throws(ConfigurationError) -> LockstepConfiguration {
        let root = try Section.root(
            text,
            Surroundings(
                file: file, environment: environment, random: random, mayLackWebhookSecrets: mayLackWebhookSecrets,
                readFile: readFile))
        let entries = try AccountEntries(root.section("accounts"))
        return LockstepConfiguration(
            accounts: try Accounts(entries), limits: try limits(entries),
            sensitiveKeys: try KeyRing(root.section("sensitive_keys")), http: try HTTP(root.section("http")),
            engine: try Engine(root.section("engine")))
    }

    /// Reads what sensitive fields are sealed with, and nothing else: for commands that call no provider.
    ///
    /// Throws as `load` does.
    public static func sensitiveKeys(
        text: String, file: String, environment: [String: String], readFile: @escaping (String) throws -> String
    ) throws(ConfigurationError) -> KeyRing? {
        let surroundings = Surroundings(
            file: file, environment: environment, random: { _ in [] }, mayLackWebhookSecrets: true, readFile: readFile)
        return try KeyRing(Section.root(text, surroundings).section("sensitive_keys"))
    }

    private static func limits(_ entries: AccountEntries) throws(ConfigurationError) -> [AccountName: Limits] {
        var found: [AccountName: Limits] = [:]
        for entry in entries.all {
            guard let limits = try entry.section.section("limits") else { continue }
            found[entry.id] = try Limits(limits)
        }
        return found
    }
}

extension LockstepConfiguration.Limits {
    init(_ section: Section) throws(ConfigurationError) {
        try section.allow(["concurrency", "rate", "burst"])
        concurrency = try section.number("concurrency", from: 1, to: 10_000)
        rate = try section.number("rate", from: 1, to: 100_000)
        burst = try section.number("burst", from: 1, to: 100_000)
        if rate == nil, let value = section.value("burst") {
            throw section.surroundings.error(
                value.line, "\(section.path(of: "burst")) needs a rate beside it; add rate: 10, or leave it out")
        }
    }
}

extension LockstepConfiguration.HTTP {
    init(_ section: Section?) throws(ConfigurationError) {
        try section?.allow(["listen", "public_url"])
        let publicURL = try section.flatMap { (section) throws(ConfigurationError) in try Self.publicURL(section) }
        guard let section, let value = section.value("listen") else {
            self.init(host: "127.0.0.1", port: 7400, publicURL: publicURL)
            return
        }
        guard case .text(let text) = value.value, let colon = text.lastIndex(of: ":"), colon > text.startIndex,
            let port = UInt16(text[text.index(after: colon)...]), !text.contains(where: \.isWhitespace),
            !text.contains("/")
        else { throw section.wrong("listen", value, "host and port, such as \"127.0.0.1:7400\"") }
        self.init(host: String(text[..<colon]), port: port, publicURL: publicURL)
    }

    /// Providers send over TLS only; without it they may come to this machine, which simulators do.
    private static func publicURL(_ section: Section) throws(ConfigurationError) -> String? {
        guard let value = section.value("public_url") else { return nil }
        guard case .text(let text) = value.value, let origin = Origin(text), origin.isSecure || origin.isLoopback else {
            throw section.wrong("public_url", value, "scheme and host, such as \"https://lockstep.example.com\"")
        }
        return origin.description
    }
}

extension LockstepConfiguration.Engine {
    init(_ section: Section?) throws(ConfigurationError) {
        try section?.allow([
            "jobs_held", "claim_batch", "commit_batch", "calls_per_account", "lease_seconds", "idle_poll_milliseconds",
            "grace_seconds", "database_connections",
        ])
        jobsHeld = try section?.number("jobs_held", from: 1, to: 1_000_000)
        claimBatch = try section?.number("claim_batch", from: 1, to: 10_000)
        commitBatch = try section?.number("commit_batch", from: 1, to: 10_000)
        callsPerAccount = try section?.number("calls_per_account", from: 1, to: 1000)
        lease = try section?.number("lease_seconds", from: 10, to: 3600).map { .seconds($0) }
        idlePoll = try section?.number("idle_poll_milliseconds", from: 10, to: 60_000).map { .milliseconds($0) }
        grace = try section?.number("grace_seconds", from: 0, to: 3600).map { .seconds($0) }
        databaseConnections = try section?.number("database_connections", from: 1, to: 100)
    }
}
