import Domain
import PontisGlobe
import PontisPayout
import ProviderCore
import WorkflowCore

extension PontisPayout.Event {
    /// What the answer to an order or a reading of a payout says.
    init(_ payout: PontisClient.Payout) {
        self = .reported(report: PontisPayout.Report(id: payout.id, status: PontisPayout.Status(payout)))
    }
}

extension PontisPayout.Status {
    /// How far a payout is; what PontisGlobe says in a word that is not documented is kept as it is.
    init(_ payout: PontisClient.Payout) {
        let why = Refusal(.provider, payout.statusMessage ?? "PontisGlobe gave no reason")
        self =
            switch payout.status {
            case .known(.pendingApproval): .pendingApproval
            case .known(.pending): .pending
            case .known(.processing): .processing
            case .known(.completed): .completed
            case .known(.failed): .failed(why: why)
            case .known(.rejected): .rejected(why: why)
            case .known(.canceled): .canceled
            case .known(.reversed): .reversed(why: why)
            case .unknown(let word): .other(word: word)
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
