/// What exists before the first request: accounts, and their customers with bank accounts.
public struct DollarPeWorld: Sendable {
    /// An exchange that uses DollarPe.
    public struct Account: Sendable, Hashable {
        /// What stands in `X-API-KEY`.
        public var apiKey: String
        /// The key of signatures.
        public var apiSecret: String
        /// Where webhooks are posted; nil until it is set.
        public var webhookURL: String?

        /// An account.
        public init(apiKey: String, apiSecret: String, webhookURL: String? = nil) {
            self.apiKey = apiKey
            self.apiSecret = apiSecret
            self.webhookURL = webhookURL
        }
    }

    /// How far a check is.
    public enum Verification: String, Sendable, Hashable, CaseIterable {
        /// Not begun.
        case unverified = "UNVERIFIED"
        /// Under way.
        case processing = "PROCESSING"
        /// Done, and good.
        case verified = "VERIFIED"
        /// Done, and not good.
        case failed = "FAILED"
    }

    /// A customer of an account.
    public struct Customer: Sendable, Hashable {
        /// DollarPe's id.
        public var id: String
        /// Which account's, counted from 0.
        public var account: Int
        /// Name.
        public var name: String
        /// How far the check is.
        public var status = Verification.verified
        /// What may be paid in a day, in paise.
        public var dailyLimit = 50_000_000
        /// The same once due diligence is approved.
        public var verifiedLimit = 500_000_000

        /// A verified customer of the first account.
        public init(id: String, name: String = "Asha Rao", account: Int = 0) {
            self.id = id
            self.account = account
            self.name = name
        }
    }

    /// A customer's bank account.
    public struct Bank: Sendable, Hashable {
        /// DollarPe's id.
        public var id: String
        /// Whose it is.
        public var customer: String
        /// Its number; nil where it is a UPI address.
        public var accountNumber: String? = "50100012345678"
        /// Its branch.
        public var ifsc: String? = "HDFC0000001"
        /// Its UPI address.
        public var vpa: String?
        /// How far its check is.
        public var status = Verification.verified

        /// A verified bank account.
        public init(id: String, customer: String) {
            self.id = id
            self.customer = customer
        }
    }

    /// What ids are drawn from.
    public var seed: UInt64
    /// The accounts.
    public var accounts: [Account]
    /// Their customers.
    public var customers: [Customer]
    /// Their customers' bank accounts.
    public var banks: [Bank]

    /// A world.
    public init(seed: UInt64, accounts: [Account], customers: [Customer] = [], banks: [Bank] = []) {
        self.seed = seed
        self.accounts = accounts
        self.customers = customers
        self.banks = banks
    }
}
