import Domain
import PontisGlobe
import PontisPayout
import ProviderCore
import WorkflowCore

extension PontisPayout.Event {
    /// What a reading of a payout says; nil where it is a word that this build does not know.
    ///
    /// The payout then counts as under way until it is overdue.
    init?(reading payout: PontisClient.Payout) {
        guard let status = PontisPayout.Status(payout) else { return nil }
        self = .reported(report: PontisPayout.Report(id: payout.id, status: status))
    }

    /// What the answer to an order says: its id is never lost, whatever is said of the payout.
    init(taken payout: PontisClient.Payout) {
        self = .reported(
            report: PontisPayout.Report(id: payout.id, status: PontisPayout.Status(payout) ?? .pending))
    }
}

extension PontisPayout.Status {
    /// How far a payout is; nil where PontisGlobe says so in a word that is not documented.
    init?(_ payout: PontisClient.Payout) {
        guard case .known(let status) = payout.status else { return nil }
        let why = Refusal(.provider, payout.statusMessage ?? "PontisGlobe gave no reason")
        self =
            switch status {
            case .pendingApproval: .pendingApproval
            case .pending: .pending
            case .processing: .processing
            case .completed: .completed
            case .failed: .failed(why: why)
            case .rejected: .rejected(why: why)
            case .canceled: .canceled
            case .reversed: .reversed(why: why)
            }
    }
}

extension PontisClient.PayoutOrder {
    init(_ order: PontisPayout.Order) {
        self.init(
            country: order.country, currency: order.currency, method: order.method.text, network: order.network?.text,
            sourceAmount: order.amount.text, sourceCurrency: order.sourceCurrency?.text,
            recipient: order.recipient.exposed.members, purpose: order.purpose?.text,
            sourceOfFunds: order.sourceOfFunds?.text)
    }
}

extension PontisPayout.Recipient {
    /// As PontisGlobe names them.
    fileprivate var members: [String: String] {
        let members = [
            "name": name, "account_number": accountNumber, "ifsc": ifsc, "bank_name": bankName, "bank_code": bankCode,
            "account_type": accountType, "mobile": mobile, "email": email,
        ]
        return members.compactMapValues { $0?.text }
    }
}
