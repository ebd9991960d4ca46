public import BorderlessPayments
public import Dfns
public import Domain
public import DollarPe
public import HTTPClient

/// By what an account is known: in the configuration, in SQL, and in the addresses of webhooks.
public struct AccountName: Hashable, Sendable, CustomStringConvertible {
    /// The provider, such as `dfns`.
    public let provider: String
    /// Our own name of the account, such as `main`.
    public let name: String

    /// The account of this name at this provider.
    public init(provider: String, name: String) {
        self.provider = provider
        self.name = name
    }

    /// Such as `dfns/main`.
    public var description: String { "\(provider)/\(name)" }
}

/// What the accounts at all providers have in common.
public protocol ConfiguredAccount: Sendable {
    /// The provider, as configuration, SQL and webhook addresses write it.
    static var provider: String { get }
    /// Our own name of the account.
    var name: String { get }
    /// Whether it moves real money.
    var mode: Mode { get }
    /// Where its API is.
    var origin: Origin { get }
}

extension ConfiguredAccount {
    /// By what it is known.
    public var id: AccountName { AccountName(provider: Self.provider, name: name) }
}

/// The accounts of a configuration, each list sorted by name.
public struct Accounts: Sendable {
    /// At Dfns.
    public let dfns: [DfnsAccount]
    /// At PontisGlobe.
    public let pontis: [PontisEntry]
    /// At DollarPe.
    public let dollarPe: [DollarPeAccount]
    /// At Borderless Payments.
    public let borderlessPayments: [PartnerAccount]
    /// At Borderless.xyz.
    public let borderlessXYZ: [BorderlessXYZEntry]
    /// The files that webhook secrets are read from, of the accounts that name one.
    public let webhookSecretFiles: [AccountName: String]

    /// All of them.
    public var all: [any ConfiguredAccount] { dfns + pontis + dollarPe + borderlessPayments + borderlessXYZ }
}

extension Accounts {
    /// The test accounts at providers on this machine: those that a simulator may stand in for.
    public var simulated: Accounts {
        func local<Account: ConfiguredAccount>(_ accounts: [Account]) -> [Account] {
            accounts.filter { $0.mode == .test && $0.origin.isLoopback }
        }
        return Accounts(
            dfns: local(dfns), pontis: local(pontis), dollarPe: local(dollarPe),
            borderlessPayments: local(borderlessPayments), borderlessXYZ: local(borderlessXYZ),
            webhookSecretFiles: webhookSecretFiles)
    }

    init(_ entries: AccountEntries) throws(ConfigurationError) {
        dfns = try entries.read()
        pontis = try entries.read()
        dollarPe = try entries.read()
        borderlessPayments = try entries.read()
        borderlessXYZ = try entries.read()
        var files: [AccountName: String] = [:]
        for entry in entries.all { files[entry.id] = entry.section.secretFile("webhook_secret") }
        webhookSecretFiles = files
    }
}
