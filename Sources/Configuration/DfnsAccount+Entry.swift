import Crypto
public import Dfns
import Domain

extension DfnsAccount: ConfiguredAccount {
    /// `dfns`.
    public static var provider: String { "dfns" }
}

extension DfnsAccount: ReadableAccount {
    static var members: [String] { ["token", "credential_id", "private_key", "user_id", "webhook_secret"] }
    static var exampleURL: String { "https://api.dfns.io" }

    init(_ entry: AccountEntry) throws(ConfigurationError) {
        let section = entry.section
        let mode = try entry.mode()
        let origin = try entry.origin(Self.exampleURL)
        let token = try section.secret("token")
        let credentialID = try section.secret("credential_id", orText: true)
        let privateKey = try Self.privateKey(section)
        let userID = try section.optionalSecret("user_id", orText: true)
        let webhookSecret = try section.webhookSecret("webhook_secret")
        self = try entry.checking("base_url") { () throws(InvalidValue) in
            try DfnsAccount(
                name: entry.name, mode: mode, origin: origin, token: token.secret,
                credentialID: credentialID.secret.reveal(), privateKey: privateKey, userID: userID?.reveal(),
                webhookSecret: webhookSecret)
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
