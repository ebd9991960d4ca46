public import Dfns
import Crypto
import Domain
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
///   http: {listen: "127.0.0.1:7400"},
///   engine: {jobs_held: 2000, calls_per_account: 32},
/// }
/// ```
public struct LockstepConfiguration: Sendable {
    /// The accounts at Dfns, by name.
    public let dfnsAccounts: [DfnsAccount]
    /// What is allowed at these accounts, by their names; those without an entry have no limits of their own.
    public let limits: [String: Limits]
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
    ///   - readFile: gives the content of a file.
    /// - Throws: `ConfigurationError`, which names the file, the line, what is wrong and what to do.
    public static func load(
        text: String, file: String, environment: [String: String], readFile: @escaping (String) throws -> String
    ) throws(ConfigurationError) -> LockstepConfiguration {
        let surroundings = Surroundings(file: file, environment: environment, readFile: readFile)
        let value: JSON5
        do throws(JSON5Error) {
            value = try JSON5Parser.parse(text)
        } catch {
            throw surroundings.error(error.line, error.message)
        }
        let root = try Section(value, path: "", in: surroundings)
        try root.allow(["accounts", "http", "engine"])
        return LockstepConfiguration(
            dfnsAccounts: try dfnsAccounts(root.section("accounts")), limits: try limits(root.section("accounts")),
            http: try HTTP(root.section("http")),
            engine: try Engine(root.section("engine")))
    }

    private static func dfnsAccounts(_ accounts: Section?) throws(ConfigurationError) -> [DfnsAccount] {
        try accounts?.allow(["dfns"])
        guard let section = try accounts?.section("dfns") else { return [] }
        var found: [DfnsAccount] = []
        for member in section.members {
            let path = section.path(of: member.name)
            found.append(
                try DfnsAccount(named: member.name, Section(member.value, path: path, in: section.surroundings)))
        }
        return found.sorted { $0.name < $1.name }
    }
}

extension LockstepConfiguration {
    fileprivate static func limits(_ accounts: Section?) throws(ConfigurationError) -> [String: Limits] {
        var found: [String: Limits] = [:]
        guard let section = try accounts?.section("dfns") else { return found }
        for member in section.members {
            let account = try Section(member.value, path: section.path(of: member.name), in: section.surroundings)
            guard let limits = try account.section("limits") else { continue }
            found[member.name] = try Limits(limits)
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
    static let standard = LockstepConfiguration.HTTP(host: "127.0.0.1", port: 7400)

    init(_ section: Section?) throws(ConfigurationError) {
        try section?.allow(["listen"])
        guard let section, let value = section.value("listen") else {
            self = .standard
            return
        }
        guard case .text(let text) = value.value, let colon = text.lastIndex(of: ":"), colon > text.startIndex,
            let port = UInt16(text[text.index(after: colon)...]), !text.contains(where: \.isWhitespace),
            !text.contains("/")
        else { throw section.wrong("listen", value, "host and port, such as \"127.0.0.1:7400\"") }
        self.init(host: String(text[..<colon]), port: port)
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

extension DfnsAccount {
    /// The account that an entry describes.
    init(named name: String, _ section: Section) throws(ConfigurationError) {
        try section.allow([
            "mode", "base_url", "token", "credential_id", "private_key", "user_id", "webhook_secret", "limits",
        ])
        let mode = try section.text("mode", "\"test\" or \"live\"")
        guard let knownMode = Mode(rawValue: mode.text) else {
            throw section.surroundings.error(
                mode.line, "\(section.path(of: "mode")) is “\(mode.text)”; write \"test\" or \"live\"")
        }
        let example = "\"https://api.dfns.io\""
        let url = try section.text("base_url", example)
        guard let origin = Origin(url.text) else {
            throw section.surroundings.error(
                url.line, "\(section.path(of: "base_url")) is “\(url.text)”; write scheme and host, such as \(example)")
        }
        let token = try section.secret("token")
        let credentialID = try section.secret("credential_id", orText: true)
        let privateKey = try Self.privateKey(section)
        let userID = try section.optionalSecret("user_id", orText: true)
        let webhookSecret = try section.optionalSecret("webhook_secret")
        do throws(InvalidValue) {
            try self.init(
                name: name, mode: knownMode, origin: origin, token: token.secret,
                credentialID: credentialID.secret.reveal(), privateKey: privateKey,
                userID: userID?.reveal(),
                webhookSecret: webhookSecret)
        } catch {
            throw section.surroundings.error(url.line, "\(section.path(of: "base_url")): \(error)")
        }
    }

    private static func privateKey(_ section: Section) throws(ConfigurationError) -> PrivateKey {
        let pem = try section.secret("private_key")
        do throws(CryptoError) {
            return try PrivateKey(pem: pem.secret.reveal())
        } catch {
            throw section.surroundings.error(
                pem.line,
                "\(section.path(of: "private_key")): \(pem.source) holds no usable key (\(error)); "
                    + "put a PEM private key there: Ed25519, P-256 or RSA")
        }
    }
}
