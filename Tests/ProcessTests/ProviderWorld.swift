import Crypto
import Foundation
import HTTPClient
import HTTPTypes
import Testing

/// A configuration of one test account at each simulated provider, in a directory of its own, and its sandbox.
final class ProviderWorld: Sendable {
    let directory: String
    let daemonPort: UInt16
    private let ports: [String: UInt16]
    private let transport = NetworkTransport(connectionsPerHost: 4)

    /// What each entry holds beside mode and address; secrets are files of the same name, with some content.
    private static let entries = [
        "dfns": """
        token: {file: "dfns-token"}, credential_id: "cr-1", private_key: {file: "dfns.pem"},
        webhook_secret: {file: "made/dfns-webhook-secret"},
        """,
        "pontis": """
        api_key: {file: "pontis-api-key"}, email: "us@example.com", password: {file: "pontis-password"},
        encryption_secret: {file: "pontis-encryption-secret"}, hmac_secret: {file: "pontis-hmac-secret"},
        """,
        "dollarpe": """
        api_key: {file: "dollarpe-api-key"}, api_secret: {file: "dollarpe-api-secret"},
        """,
        "borderless_payments": """
        api_key: {file: "borderless-api-key"}, webhook_secret: {file: "made/borderless-webhook-secret"},
        """,
        "borderless_xyz": """
        client_id: "us", client_secret: {file: "xyz-client-secret"}, webhook_token: {file: "xyz-webhook-token"},
        """,
    ]

    init() throws {
        directory = NSTemporaryDirectory() + "lockstep-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        daemonPort = try freePort()
        ports = try Self.entries.mapValues { _ in try freePort() }
        try write("dfns.pem", try PrivateKey.generate(.ed25519).pem())
        let words = [
            "dfns-token", "pontis-api-key", "pontis-password", "dollarpe-api-key", "dollarpe-api-secret",
            "xyz-client-secret", "xyz-webhook-token",
        ]
        for name in words { try write(name, "secret-of-\(name)") }
        try write("borderless-api-key", "sk_test_good")
        for (name, byte) in [("pontis-encryption-secret", 1), ("pontis-hmac-secret", 2), ("k1", 3)] as [(String, UInt8)]
        {
            try write(name, Base64URL.encode([UInt8](repeating: byte, count: 32)))
        }
        try configure("lockstep") { $0 }
    }

    /// Writes a file beside the configuration.
    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
    }

    /// Writes a configuration that differs from the usual one.
    func configure(_ name: String, _ change: (String) -> String) throws {
        let accounts = Self.entries.keys.sorted().map { provider in
            """
            \(provider): {main: {
              mode: "test", base_url: "http://127.0.0.1:\(ports[provider] ?? 0)",
              \(Self.entries[provider] ?? "")
            }},
            """
        }
        let text = """
            {
              accounts: {
            \(accounts.joined(separator: "\n"))
              },
              sensitive_keys: {current: "k1", keys: {k1: {file: "k1"}}},
              http: {listen: "127.0.0.1:\(daemonPort)", public_url: "http://127.0.0.1:\(daemonPort)"},
            }
            """
        try write("\(name).json5", change(text))
    }

    func path(_ name: String) -> String { directory + "/" + name }

    /// The simulated providers, on real time or on a database's clock.
    func sandbox(_ arguments: String...) async throws -> Running {
        try await Running.start(
            ["sandbox", "--config", path("lockstep.json5")] + arguments, log: path("sandbox.log"))
    }

    /// Runs `lockstep accounts`, and returns its lines.
    func accounts(
        _ verb: String, _ arguments: [String] = [], config: String = "lockstep", expecting code: Int32 = 0
    ) throws -> [String] {
        let text = try Running.once(
            ["accounts", verb, "--config", path("\(config).json5")] + arguments, expecting: code)
        return text.split(separator: "\n").map(String.init)
    }

    /// Asks a simulator's control plane.
    @discardableResult
    func control(_ provider: String, _ method: HTTPMethod, _ path: String, _ body: String = "") async throws -> String {
        try await call(provider, method, "/__sandbox/" + path, body)
    }

    /// Asks a simulator what anybody may ask its provider.
    @discardableResult
    func call(
        _ provider: String, _ method: HTTPMethod, _ target: String, _ body: String = "", token: String? = nil
    ) async throws -> String {
        let origin = try #require(Origin("http://127.0.0.1:\(ports[provider] ?? 0)"))
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let token { headers["Authorization"] = "Bearer \(token)" }
        let request = HTTPRequest(method, target, headers: headers, body: Array(body.utf8))
        guard case .response(let response) = await transport.send(request, to: origin, timeout: .seconds(10)) else {
            throw Trouble("the sandbox of \(provider) does not answer")
        }
        return String(decoding: response.body, as: UTF8.self)
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }
}
