public import BorderlessXYZ
public import Domain
public import HTTPClient

/// An account at Borderless.xyz, and the secret in the address of its webhooks: whoever registers it needs it.
public struct BorderlessXYZEntry: ConfiguredAccount {
    /// `borderless_xyz`.
    public static var provider: String { "borderless_xyz" }

    /// The account.
    public let account: BorderlessXYZAccount
    /// What the address of its webhooks holds as `token`; nil: nothing.
    public let webhookToken: TokenWebhookVerifier?

    /// Where its webhooks go: that address, with the token behind it where there is one.
    public func webhookAddress(_ url: String) -> String { webhookToken.map { "\(url)?\($0.query)" } ?? url }

    /// Our own name of the account.
    public var name: String { account.name }
    /// Whether it moves real money.
    public var mode: Mode { account.mode }
    /// Where its API is.
    public var origin: Origin { account.origin }
}

extension BorderlessXYZEntry: ReadableAccount {
    static var members: [String] {
        [
            "client_id", "client_secret", "personal_data", "webhook_token", "webhook_public_key",
            "previous_webhook_public_key", "webhook_signature_header",
        ]
    }
    static var exampleURL: String { "https://sandbox-api.borderless.xyz" }

    init(_ entry: AccountEntry) throws(ConfigurationError) {
        let section = entry.section
        let mode = try entry.mode()
        let origin = try entry.origin(Self.exampleURL)
        let clientID = try section.secret("client_id", orText: true).secret.reveal()
        let clientSecret = try section.secret("client_secret").secret
        let personalData = try Self.personalData(section)
        let token = try Self.token(entry)
        let verifiers: [(any BorderlessXYZWebhookVerifier)?] = [try Self.signature(entry), token]
        account = try entry.checking("base_url") { () throws(InvalidValue) in
            try BorderlessXYZAccount(
                name: entry.name, mode: mode, origin: origin, clientID: clientID, clientSecret: clientSecret,
                personalData: personalData, webhookVerifiers: verifiers.compactMap(\.self))
        }
        webhookToken = token
    }

    private static func personalData(
        _ section: Section
    ) throws(ConfigurationError) -> BorderlessXYZAccount.PersonalData {
        let example = "\"all\" or \"redacted\""
        guard let value = section.value("personal_data") else { return .all }
        guard let known = BorderlessXYZAccount.PersonalData(rawValue: try section.text("personal_data", example).text)
        else { throw section.wrong("personal_data", value, example) }
        return known
    }

    private static func token(_ entry: AccountEntry) throws(ConfigurationError) -> TokenWebhookVerifier? {
        guard let secret = try entry.section.optionalSecret("webhook_token") else { return nil }
        return try entry.checking("webhook_token") { () throws(InvalidValue) in
            try TokenWebhookVerifier(token: secret)
        }
    }

    private static func signature(_ entry: AccountEntry) throws(ConfigurationError) -> RSAWebhookVerifier? {
        let section = entry.section
        guard let key = try section.optionalSecret("webhook_public_key") else { return nil }
        let previous = try section.optionalSecret("previous_webhook_public_key")
        let header = try section.optionalText("webhook_signature_header", "\"x-borderless-signature\"")
        return try entry.checking("webhook_public_key") { () throws(InvalidValue) in
            try RSAWebhookVerifier(
                publicKeys: [key, previous].compactMap { $0?.reveal() },
                header: header ?? RSAWebhookVerifier.defaultHeader)
        }
    }
}
