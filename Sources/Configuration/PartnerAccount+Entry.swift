public import BorderlessPayments
import Domain

extension PartnerAccount: ConfiguredAccount {
    /// `borderless_payments`.
    public static var provider: String { "borderless_payments" }
}

extension PartnerAccount: ReadableAccount {
    static var members: [String] { ["api_key", "webhook_secret", "previous_webhook_secret", "stale_webhooks"] }
    static var exampleURL: String { PartnerAccount.productionHost }

    init(_ entry: AccountEntry) throws(ConfigurationError) {
        let mode = try entry.mode()
        let origin = try entry.origin(Self.exampleURL)
        let apiKey = try entry.section.secret("api_key").secret
        let webhookSecret = try entry.section.webhookSecret("webhook_secret")
        let previous = try entry.section.optionalSecret("previous_webhook_secret")
        let stale = try Self.staleWebhooks(entry.section)
        // The key says which mode it is; the host is the same for both.
        self = try entry.checking("mode") { () throws(InvalidValue) in
            try PartnerAccount(
                name: entry.name, mode: mode, origin: origin, apiKey: apiKey, webhookSecret: webhookSecret,
                previousWebhookSecret: previous, staleWebhooks: stale)
        }
    }

    private static func staleWebhooks(_ section: Section) throws(ConfigurationError) -> StaleWebhooks {
        let example = "\"accept\" or \"refuse\""
        guard let value = section.value("stale_webhooks") else { return .accept }
        guard let known = StaleWebhooks(rawValue: try section.text("stale_webhooks", example).text) else {
            throw section.wrong("stale_webhooks", value, example)
        }
        return known
    }
}
