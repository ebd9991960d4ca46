import Domain
public import DollarPe

extension DollarPeAccount: ConfiguredAccount {
    /// `dollarpe`.
    public static var provider: String { "dollarpe" }
}

extension DollarPeAccount: ReadableAccount {
    static var members: [String] { ["api_key", "api_secret"] }
    static var exampleURL: String { "https://sandbox.dollarpe.xyz" }

    init(_ entry: AccountEntry) throws(ConfigurationError) {
        let mode = try entry.mode()
        let origin = try entry.origin(Self.exampleURL)
        let apiKey = try entry.section.secret("api_key").secret
        let apiSecret = try entry.section.secret("api_secret").secret
        self = try entry.checking("base_url") { () throws(InvalidValue) in
            try DollarPeAccount(name: entry.name, mode: mode, origin: origin, apiKey: apiKey, apiSecret: apiSecret)
        }
    }
}
