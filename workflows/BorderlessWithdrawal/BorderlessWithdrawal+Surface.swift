import Domain
public import JSONSchema
import Time
public import WorkflowCore

/// What apps, operators and webhooks see of a withdrawal.
extension BorderlessWithdrawal {
    /// `accept` the price, say that it was `funded`, `cancel` it.
    public static let signals = ["accept", "funded", "cancel"]

    /// Which signal is which event; `accept` may carry the least that was agreed to, `{"fiat_amount": "985.5"}`.
    public static func event(for signal: Signal) -> Event? {
        switch signal.name {
        case "accept": Acceptance(signal.payload, amount: "fiat_amount").map { .accepted(price: $0) }
        case "funded": .funded(transactionHash: signal.payload["transaction_hash"]?.string)
        case "cancel": .cancelRequested
        case _: nil
        }
    }

    /// Borderless.xyz said no.
    public static func refused(_ refusal: ProviderRefusal) -> Event {
        .refused(refusal: Refusal(Refusal.Code(rawValue: refusal.code), refusal.message))
    }

    /// The account that the order names.
    public static func account(of state: State) -> String { order(of: state)?.account?.text ?? "main" }

    /// Borderless.xyz's id; while a refund is followed, webhooks wake the job that follows it.
    public static func references(of state: State) -> [Reference] {
        withdrawal(of: state).map { [Reference(provider: provider, value: $0.id.text)] } ?? []
    }

    /// What decides about look-ups, prices and refunds.
    public static func conditions(on event: Event, in state: State) -> [(name: String, holds: Bool)] {
        switch (event, state) {
        case (.found(let reports), _): [("isOpen", reports.contains(where: \.isOpen))]
        case (.quoted(let quote), .quoting(let order, let asking)):
            [
                ("isEnough", quote.isEnough(for: order)),
                ("waitedADay", asking?.isTooLong(at: quote.expiresAt) == true),
                ("isInVain", asking.map { $0.quotes >= Asking.mostQuotes } ?? false),
            ]
        case (.refundEnded(let refund), _): [("isDelivered", refund.isDelivered)]
        case (_, _): []
        }
    }

    /// What the app may show: the price to accept, where to send the crypto, and where the money is.
    public static func output(of state: State) -> [String: JSONValue] {
        var output: [String: JSONValue] = [:]
        if let withdrawal = withdrawal(of: state) {
            output["transaction_id"] = .string(withdrawal.id.text)
            output["bank_references"] =
                withdrawal.traces.isEmpty ? nil : .array(withdrawal.traces.map { .string($0) })
        }
        switch state {
        case .awaitingAcceptance(let order, let quote, _):
            output["fiat_amount"] = .string(quote.net.text)
            output["net"] = .string(quote.net.text)
            output["currency"] = .string(order.fiatCurrency.text)
            output["expires_at"] = .string(quote.expiresAt.description)
        case .awaitingFunds(let withdrawal):
            output["deposit_address"] = (withdrawal.instructions?.address).map { .string($0) }
            output["asset"] = .string(withdrawal.order.asset.text)
            output["amount"] = .string(withdrawal.order.amount.text)
        case .refunding(_, let funds, let cause), .failed(let cause, let funds, _):
            output["code"] = .string(cause.code.rawValue)
            output["reason"] = .string(cause.message)
            output["funds"] = .string(funds.rawValue)
        case .canceling(_, let reason), .retracting(_, let reason): output["reason"] = .string(reason.message)
        case .refunded(_, let refund), .reversed(_, let refund): output.merge(refund.output) { _, new in new }
        case .checkingRefund, .quoting, .creating, .searching, .tidying, .preparing, .settling, .completed, .expired,
            .canceled:
            break
        }
        return output
    }

    private static func withdrawal(of state: State) -> Withdrawal? {
        switch state {
        case .checkingRefund, .quoting, .awaitingAcceptance, .creating, .searching: nil
        case .tidying(let withdrawal), .preparing(let withdrawal), .awaitingFunds(let withdrawal),
            .canceling(let withdrawal, _), .retracting(let withdrawal, _), .settling(let withdrawal),
            .refunding(let withdrawal, _, _), .completed(let withdrawal), .refunded(let withdrawal, _),
            .reversed(let withdrawal, _):
            withdrawal
        case .failed(_, _, let withdrawal), .expired(let withdrawal), .canceled(let withdrawal): withdrawal
        }
    }

    private static func order(of state: State) -> Order? {
        switch state {
        case .checkingRefund(let order), .quoting(let order, _), .awaitingAcceptance(let order, _, _),
            .creating(let order, _, _), .searching(let order, _):
            order
        case .tidying, .preparing, .awaitingFunds, .canceling, .retracting, .settling, .refunding, .completed,
            .refunded,
            .reversed, .failed, .expired, .canceled:
            withdrawal(of: state)?.order
        }
    }
}
