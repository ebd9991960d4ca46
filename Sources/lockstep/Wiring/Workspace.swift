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

    /// Makes the directory, with keys and a configuration for a sandbox on these ports.
    func prepare(daemonPort: UInt16, sandboxPort: UInt16, random: () -> UInt64) throws {
        let files = FileManager.default
        try files.createDirectory(
            atPath: directory + "/keys", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
        try secret("keys/dfns.pem", PrivateKey.generate(.ed25519).pem())
        for name in ["dfns-token", "dfns-webhook-secret"] {
            try secret("keys/\(name)", String(random(), radix: 16) + String(random(), radix: 16))
        }
        try Data(text(daemonPort: daemonPort, sandboxPort: sandboxPort).utf8)
            .write(to: URL(fileURLWithPath: configuration))
    }

    /// Writes a secret once, for nobody but its owner.
    private func secret(_ name: String, _ text: String) throws {
        let path = directory + "/" + name
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let made = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard made else { throw CommandFailure("can't write \(path)") }
    }

    private func text(daemonPort: UInt16, sandboxPort: UInt16) -> String {
        """
        // Written by `lockstep dev` and `lockstep demo`: one test account at the sandbox's Dfns.
        // In production: mode "live", base_url "https://api.dfns.io", and secrets from {env: "…"} or {file: "…"}.
        {
          accounts: {
            dfns: {
              main: {
                mode: "test",
                base_url: "http://127.0.0.1:\(sandboxPort)",
                token: {file: "keys/dfns-token"},
                credential_id: "cr-sandb-oxcre-dential0000001",
                private_key: {file: "keys/dfns.pem"},
                user_id: "us-sandb-oxuse-rservice000001",
                webhook_secret: {file: "keys/dfns-webhook-secret"},
              },
            },
          },
          http: {listen: "127.0.0.1:\(daemonPort)"},
        }

        """
    }
}
