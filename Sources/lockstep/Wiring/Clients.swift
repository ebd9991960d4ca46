import BorderlessPayments
import BorderlessXYZ
import Configuration
import Dfns
import DollarPe
import HTTPClient
import PontisGlobe
import Time

/// A client for each configured account, by provider and by the account's name.
struct Clients: Sendable {
    let dfns: [String: DfnsClient]
    let pontis: [String: PontisClient]
    let dollarPe: [String: DollarPeClient]
    let borderlessPayments: [String: PartnerClient]
    let borderlessXYZ: [String: BorderlessXYZClient]

    /// Clients that send over one transport; `now` is what signatures are dated with.
    init(_ accounts: Accounts, transport: any Transport, now: @escaping @Sendable () -> Timestamp) {
        dfns = Self.named(accounts.dfns) { DfnsClient(account: $0, transport: transport) }
        pontis = Self.named(accounts.pontis) { PontisClient(account: $0.account, transport: transport, now: now) }
        dollarPe = Self.named(accounts.dollarPe) { DollarPeClient(account: $0, transport: transport, now: now) }
        borderlessPayments = Self.named(accounts.borderlessPayments) {
            PartnerClient(account: $0, transport: transport)
        }
        borderlessXYZ = Self.named(accounts.borderlessXYZ) {
            BorderlessXYZClient(account: $0.account, transport: transport, now: now)
        }
    }

    private static func named<Account: ConfiguredAccount, Client>(
        _ accounts: [Account], _ client: (Account) -> Client
    ) -> [String: Client] {
        Dictionary(accounts.map { ($0.name, client($0)) }) { _, last in last }
    }
}
