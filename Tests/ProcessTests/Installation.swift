import Crypto
import Foundation
import HTTPClient
import HTTPTypes
import Postgres
import PrivateCluster
import Testing
import Time

/// A real Lockstep: a database, the simulated Dfns and daemons, each a process of its own, on a virtual clock.
final class Installation: Sendable {
    let database: PostgresPool
    let url: String
    let directory: String
    let sandbox: Running
    let sandboxOrigin: Origin
    private let ports: SandboxPorts
    private let engine: String
    private let transport = NetworkTransport(connectionsPerHost: 4)

    /// A migrated database, and a sandbox that shares its clock while that is virtual.
    ///
    /// - Parameters:
    ///   - given: the database; nil: one of the cluster that all tests share.
    ///   - engine: the section `engine` of the configuration.
    ///   - options: more for the sandbox.
    init(
        buckets: Int = 1, clock: String = "virtual", on given: String? = nil, engine: String = "",
        sandbox options: [String] = []
    ) async throws {
        if let given { url = given } else { url = try await TestDatabase.fresh() }
        self.engine = engine
        directory = NSTemporaryDirectory() + "lockstep-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        ports = SandboxPorts(dfns: try freePort(), borderless: try freePort())
        sandboxOrigin = try #require(Origin("http://127.0.0.1:\(ports.dfns)"))
        try Self.writeKeys(directory)
        try Self.configure(directory, "lockstep", engine, daemonPort: try freePort(), ports)
        try Running.once(["migrate", "--database", url, "--buckets", "\(buckets)"])
        database = PostgresPool(try PostgresConfiguration(url), connections: 3)
        _ = try await database.query(Statement("select lockstep.set_clock($1)"), [.text(clock)])
        sandbox = try await Running.start(
            ["sandbox", "--config", directory + "/lockstep.json5"]
                + (clock == "virtual" ? ["--database", url] : []) + options,
            log: directory + "/sandbox.log")
    }

    /// Starts a daemon, and returns once it is ready.
    ///
    /// One listens where the sandbox posts its webhooks; those beside it have an address of their own.
    func daemon(_ name: String, beside: Bool = false, arguments: [String] = []) async throws -> Running {
        let file = beside ? name : "lockstep"
        if beside, !FileManager.default.fileExists(atPath: "\(directory)/\(name).json5") {
            try Self.configure(directory, name, engine, daemonPort: try freePort(), ports)
        }
        return try await Running.start(
            ["serve", "--config", "\(directory)/\(file).json5", "--database", url, "--node", name] + arguments,
            log: directory + "/\(name).log")
    }

    /// Ends what is still running.
    func end(_ daemons: Running...) async { await end(daemons) }

    /// Ends what is still running.
    func end(_ daemons: [Running], keepingLogs: Bool = false) async {
        for daemon in daemons { daemon.kill() }
        sandbox.kill()
        await database.close()
        if !keepingLogs { try? FileManager.default.removeItem(atPath: directory) }
    }

    /// Enqueues a payout and returns its job.
    func enqueue(key: String, amount: String = "1000000000", confirm: String = "ask") async throws -> String {
        let input = Self.order(amount: amount, accept: "auto", confirm: confirm)
        let rows = try await database.query(
            Statement("select lockstep.enqueue('dfns_payout', $1::text, key => $2) as id"), [.text(input), .text(key)])
        return try rows.only["id", as: String.self]
    }

    /// What an app asks of `dfns_payout`.
    static func order(amount: String, accept: String, confirm: String) -> String {
        """
        {"wallet_id": "wa-polyg-usdc0-sandboxwallet01",
         "asset": {"kind": "Erc20", "amount": "\(amount)", "contract": "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"},
         "fiat_currency": "USD", "country": "US", "borderless_account_id": "acc-1",
         "payment_instructions_id": "pi-1", "payment_purpose": "salary payment", "accept": "\(accept)",
         "confirm": "\(confirm)"}
        """
    }

    /// Moves the clock through everything that falls due.
    func advance(_ interval: String) async throws {
        _ = try await database.query(Statement("call lockstep.advance_clock('\(interval)')"))
    }

    /// Tells a job something.
    func signal(_ job: String, _ name: String) async throws {
        _ = try await database.query(Statement("select lockstep.signal($1::uuid, $2)"), [.text(job), .text(name)])
    }

    /// One text that a query gives.
    func text(_ sql: String, _ parameters: Parameter...) async throws -> String? {
        try await database.query(Statement(sql), parameters).first.map { try $0[0, as: String?.self] } ?? nil
    }

    /// Where a job rests.
    func state(_ job: String) async throws -> String? {
        try await text("select state from lockstep.job_status where id = $1::uuid", .text(job))
    }

    /// What an operator filters on.
    func status(_ job: String) async throws -> String? {
        try await text("select status from lockstep.job_status where id = $1::uuid", .text(job))
    }

    /// The sandbox's control plane.
    @discardableResult
    func control(_ method: HTTPMethod, _ path: String, _ body: String = "") async throws -> String {
        let request = HTTPRequest(
            method, "/__sandbox/" + path, headers: ["Content-Type": "application/json"], body: Array(body.utf8))
        guard case .response(let response) = await transport.send(request, to: sandboxOrigin, timeout: .seconds(10))
        else { throw Trouble("the sandbox does not answer") }
        let text = String(decoding: response.body, as: UTF8.self)
        guard response.status < 300 else { throw Trouble("the sandbox says \(response.status): \(text)") }
        return text
    }

    /// How many effects of a kind the provider really had.
    func effects(_ kind: String) async throws -> Int {
        struct Page: Decodable {
            struct Effect: Decodable { let kind: String }
            let effects: [Effect]
        }
        let page = try JSONDecoder().decode(Page.self, from: Data(try await control(.get, "ledger").utf8))
        return page.effects.count { $0.kind == kind }
    }

    /// Waits for a fact, for half a minute at most.
    func eventually(
        _ fact: String, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if try await holds() { return }
            _ = try await database.query(Statement("select pg_sleep(0.01)"))
        }
        Issue.record("it never came true that \(fact)", sourceLocation: sourceLocation)
        throw Trouble("it never came true that \(fact)")
    }

    private static func writeKeys(_ directory: String) throws {
        let key = try PrivateKey.generate(.ed25519).pem()
        for (name, text) in [("dfns.pem", key), ("token", "token-1"), ("secret", "whsec-1")] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
        }
    }

    private static func configure(
        _ directory: String, _ name: String, _ engine: String, daemonPort: UInt16, _ ports: SandboxPorts
    ) throws {
        let text = """
            {
              accounts: {
                dfns: {main: {
                  mode: "test", base_url: "http://127.0.0.1:\(ports.dfns)", token: {file: "token"},
                  credential_id: "cr-1", private_key: {file: "dfns.pem"}, user_id: "us-sandb-oxuse-rservice000001",
                  webhook_secret: {file: "secret"},
                }},
                // Whoever brings back what a payout lost.
                borderless_xyz: {main: {
                  mode: "test", base_url: "http://127.0.0.1:\(ports.borderless)", client_id: "client-1",
                  client_secret: {file: "token"},
                }},
              },
              http: {listen: "127.0.0.1:\(daemonPort)"},
              engine: {\(engine)},
            }
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name).json5"))
    }
}

/// Where the simulated providers listen.
private struct SandboxPorts {
    let dfns: UInt16
    let borderless: UInt16
}

/// Something that a test relies on is not so.
struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
