import Configuration
import HTTPClient
import JSONSchema
import PostgresStore
import Time

/// `lockstep accounts`: are the configured accounts good, and do their providers know where webhooks go?
enum AccountsCommand: Command {
    static let name = "accounts"
    static let summary = "Check the configured accounts at their providers, or register our webhooks there."
    static let positional = ["check|register-webhooks"]
    static let discussion = """
        check proves each account's credentials with a read that changes nothing, and says in words what is wrong: a
        wrong key, an account of the other mode, an address that is not allowed, a clock that is off, a provider that
        can't be reached. For Dfns it also obtains a signature that it does not use; for PontisGlobe it logs in; for
        Borderless Payments it looks at what the key may do, and says what onramp takes that is not sold at present.

        register-webhooks tells the providers our address, http.public_url in the configuration with
        /webhooks/<provider>/<account> behind it: Dfns, DollarPe, Borderless Payments and Borderless.xyz have a call for
        that; PontisGlobe's is set in its dashboard. What is registered already is left, or switched on again.
        Dfns and Borderless Payments make a secret and tell it once: it is written to the file that webhook_secret
        names, readable by its owner only, where the daemon reads it at its next start. If that file is missing although
        the webhook is there, --rotate has the provider make a new secret.

        The exit code is 1 if anything is wrong.
        """
    static let options = [
        Option("config", "FILE", "The configuration (default: lockstep.json5)."),
        Option("account", "NAME", "Only this account, such as dfns/main."),
        Option(flag: "rotate", "register-webhooks: make new secrets; the old ones end at once."),
        Option(flag: "json", "Print JSON."),
        Option("database", "URL", "Go by this database's clock, as simulated providers do (default: the machine's)."),
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let verb = arguments.positional[0]
        guard ["check", "register-webhooks"].contains(verb) else {
            throw UsageError("accounts takes check or register-webhooks, not “\(verb)”")
        }
        guard verb == "register-webhooks" || !arguments.has("rotate") else {
            throw UsageError("--rotate is for register-webhooks")
        }
        let configuration = try host.configuration(arguments["config"], mayLackWebhookSecrets: true)
        let chosen = configuration.accounts.all.map(\.id).filter { id in
            arguments["account"].map { $0 == id.description } ?? true
        }
        guard !chosen.isEmpty else {
            throw CommandFailure(
                arguments["account"].map { "the configuration has no account \($0)" }
                    ?? "the configuration has no accounts", code: .usage)
        }
        let desk = AccountDesk(
            accounts: configuration.accounts, http: configuration.http,
            transport: NetworkTransport(connectionsPerHost: 4),
            now: try await clock(arguments, on: host),
            store: { try host.writeSecret($0, to: $1) })
        var findings: [AccountFinding] = []
        for id in chosen {
            let finding =
                verb == "check"
                ? await desk.check(id) : await desk.registerWebhook(of: id, rotates: arguments.has("rotate"))
            findings.append(finding)
            if !arguments.has("json") { host.print("\(finding.account): \(finding.says)") }
        }
        let isGood = findings.allSatisfy(\.isGood)
        if arguments.has("json") {
            host.print(JSONText.of(["ok": .bool(isGood), "accounts": .array(findings.map(\.json))]))
        }
        return isGood ? .success : .failure
    }

    /// The machine's clock, or, as of now, that of a database.
    private static func clock(_ arguments: Arguments, on host: Host) async throws -> @Sendable () -> Timestamp {
        guard let url = arguments["database"] else { return { host.now() } }
        let began = host.now()
        let reading = try await Database.open(url) { try await PostgresClock.read($0) }
        return { reading.now + (host.now() - began) }
    }
}

extension AccountFinding {
    fileprivate var json: JSONValue {
        ["account": .string(account.description), "finding": .string(kind.rawValue), "says": .string(says)]
    }
}
