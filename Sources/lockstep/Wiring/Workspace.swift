import Crypto
import Foundation

/// The directory in which `dev` and `demo` keep a cluster, a configuration and throw-away keys.
struct Workspace {
    /// Where it is.
    let directory: String

    /// The configuration's file.
    var configuration: String { directory + "/lockstep.json5" }
    /// The private cluster's directory.
    var cluster: String { directory + "/pg" }

    /// Where a child's output goes.
    func log(of name: String) -> String { directory + "/\(name).log" }

    /// Makes the directory, with keys and a configuration for simulated providers on these ports.
    func prepare(daemonPort: UInt16, sandboxPorts: [String: UInt16], random: () -> UInt64) throws {
        let files = FileManager.default
        try files.createDirectory(
            atPath: directory + "/keys", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
        let secrets = Simulation.all.flatMap(\.secrets) + [ThrowAwaySecret("sensitive-1", .key)]
        for secret in secrets { try write(secret, random) }
        try Data(text(daemonPort: daemonPort, sandboxPorts: sandboxPorts).utf8)
            .write(to: URL(fileURLWithPath: configuration))
    }

    /// Writes a secret once, for nobody but its owner.
    private func write(_ secret: ThrowAwaySecret, _ random: () -> UInt64) throws {
        let path = directory + "/keys/" + secret.file
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let text =
            switch secret.form {
            case .privateKey: try PrivateKey.generate(.ed25519).pem()
            case .word(let prefix): prefix + String(random(), radix: 16) + String(random(), radix: 16)
            case .key: Base64URL.encode(SecureRandom.bytes(32))
            }
        let made = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard made else { throw CommandFailure("can't write \(path)") }
    }

    private func text(daemonPort: UInt16, sandboxPorts: [String: UInt16]) -> String {
        let accounts = Simulation.all.compactMap { simulation -> String? in
            guard let port = sandboxPorts[simulation.provider] else { return nil }
            let members = simulation.entry.split(separator: "\n").map { "        \($0)" }.joined(separator: "\n")
            return """
                    \(simulation.provider): {
                      main: {
                        mode: "test",
                        base_url: "http://127.0.0.1:\(port)",
                \(members)
                      },
                    },
                """
        }
        return """
            // Written by `lockstep dev` and `lockstep demo`: a test account at each simulated provider.
            // In production: mode "live", the provider's own base_url, and secrets from {env: "…"} or {file: "…"}.
            {
              accounts: {
            \(accounts.joined(separator: "\n"))
              },
              // What fields marked sensitive are sealed with in the database. Lost keys are lost data.
              sensitive_keys: {current: "k1", keys: {k1: {file: "keys/sensitive-1"}}},
              http: {listen: "127.0.0.1:\(daemonPort)", public_url: "http://127.0.0.1:\(daemonPort)"},
            }

            """
    }
}
