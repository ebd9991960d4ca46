import Domain
public import JSONSchema
import Time
public import WorkflowCore

/// What apps, operators and webhooks see of a payout.
extension DollarPePayout {
    /// `accept` the price, name the `transfer`, `cancel` what is not ordered yet.
    public static let signals = ["accept", "transfer", "cancel"]

    /// Which signal is which event; `accept` may carry the least that was agreed to, `{"fiat_amount": "4000"}`, and
    /// `transfer` carries `{"id": "…"}`.
    public static func event(for signal: Signal) -> Event? {
        switch signal.name {
        case "accept": Acceptance(signal.payload, amount: "fiat_amount").map { .accepted(price: $0) }
        case "transfer": signal.payload["id"]?.string.flatMap { Identifier($0) }.map { .transferNamed(id: $0) }
        case "cancel": .cancelRequested
        case _: nil
        }
    }

    /// DollarPe said no.
    public static func refused(_ refusal: ProviderRefusal) -> Event {
        .refused(refusal: Refusal(Refusal.Code(rawValue: refusal.code), refusal.message))
    }

    /// The account that the order names.
    public static func account(of state: State) -> String { order(of: state)?.account?.text ?? "main" }

    /// DollarPe's id of the payout; before there is one, those of what is waited for: DollarPe tells when a check of a
    /// customer or a bank account ends, and when due diligence is decided, as far as that names the customer.
    public static func references(of state: State) -> [Reference] {
        let names: [String] =
            switch state {
            case .verifyingCustomer(let order), .awaitingLimit(let order, _, _): [order.customer.text]
            case .verifyingBank(let order): [order.bank.text]
            case .requoting(let order, _, _, _): [order.customer.text, order.bank.text]
            case .configuring, .rating, .checkingLimits, .quoting, .awaitingAcceptance, .initiating, .finding,
                .rulingOut, .monitoring, .holding, .callingOff, .awaitingTransfer, .linking, .provingLink,
                .awaitingRefund, .completed, .refunded, .reversed, .failed, .rejected, .canceled, .expired:
                payout(of: state).map { [$0.id] } ?? []
            }
        return names.map { Reference(provider: provider, value: $0) }
    }

    /// What decides about quotations, transfers, and ends after an order was tried.
    public static func conditions(on event: Event, in state: State) -> [(name: String, holds: Bool)] {
        switch (event, state) {
        case (.cancelRequested, .quoting(_, _, let tried)), (.cancelRequested, .requoting(_, _, _, let tried)),
            (.cancelRequested, .awaitingAcceptance(_, _, _, let tried)), (.refused, .quoting(_, _, let tried)),
            (.refused, .requoting(_, _, _, let tried)):
            [("wasTried", tried != nil)]
        case (.quoted(let quote), .quoting(_, let asking, _)):
            [("waitedADay", asking?.isTooLong(at: quote.expiresAt) == true)]
        case (.timedOut, .awaitingAcceptance(_, let quote, let asking, _)):
            [("isTooFast", asking?.isTooFast(at: quote) == true)]
        case (.transferNamed(let id), _): [("isItsTransfer", payout(of: state)?.transfer == id)]
        case (_, _): []
        }
    }

    /// What the app may show: the price to accept, ids, the bank's reference, and why it did not arrive.
    public static func output(of state: State) -> [String: JSONValue] {
        var output: [String: JSONValue] = [:]
        if let payout = payout(of: state) {
            output["payout_id"] = .string(payout.id)
            output["utr"] = payout.utr.map { .string($0) }
            output["transfer_id"] = payout.linked.map { .string($0) }
            output["receiving_amount"] = .string((payout.receiving ?? payout.quote.receiving).text)
        }
        switch state {
        case .awaitingAcceptance(_, let quote, _, _):
            output["fiat_amount"] = .string(quote.receiving.text)
            output["receiving_amount"] = .string(quote.receiving.text)
            output["rate"] = .string(quote.rate.text)
            output["expires_at"] = .string(quote.expiresAt.description)
        case .awaitingLimit(_, let estimate, let limits):
            output["needed"] = .string(estimate.fiat.text)
            output["available"] = .string(limits.available.fiat.text)
            output["edd_required"] = .bool(limits.needsDiligence)
            output["limit_resets_at"] = limits.resetAt.map { .string($0.description) }
        case .holding(_, let status):
            output["status"] = .string(status)
            output["reason"] = .string("DollarPe says “\(status)”: ask its support what holds the payout up")
        case .callingOff:
            output["status"] = .string(Status.canceledWord)
            output["reason"] = "DollarPe says that it has canceled the payout, and is asked once more before it is over"
        case .provingLink(let payout, let transfer) where payout.isLinkForgotten == true:
            output["reason"] = .string(
                "DollarPe has taken the transfer id \(transfer) and doesn't show it: ask its support to link it")
        case .requoting(_, let why, _, _), .rulingOut(_, _, let why), .failed(let why, _), .rejected(let why):
            output["code"] = .string(why.code.rawValue)
            output["reason"] = .string(why.message)
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .quoting,
            .initiating, .finding, .monitoring, .awaitingTransfer, .linking, .provingLink, .awaitingRefund, .completed,
            .refunded, .reversed, .canceled, .expired:
            break
        }
        return output
    }

    private static func payout(of state: State) -> Payout? {
        switch state {
        case .monitoring(let payout), .holding(let payout, _), .callingOff(let payout), .awaitingTransfer(let payout),
            .linking(let payout, _), .provingLink(let payout, _), .awaitingRefund(let payout), .completed(let payout),
            .refunded(let payout), .reversed(let payout):
            payout
        case .failed(_, let payout), .canceled(let payout): payout
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .requoting, .awaitingAcceptance, .initiating, .finding, .rulingOut, .rejected, .expired:
            nil
        }
    }

    private static func order(of state: State) -> Order? {
        switch state {
        case .configuring(let order), .verifyingCustomer(let order), .verifyingBank(let order), .rating(let order),
            .checkingLimits(let order, _), .awaitingLimit(let order, _, _), .quoting(let order, _, _),
            .requoting(let order, _, _, _), .awaitingAcceptance(let order, _, _, _), .initiating(let order, _, _),
            .finding(let order, _), .rulingOut(let order, _, _):
            order
        case .monitoring, .holding, .callingOff, .awaitingTransfer, .linking, .provingLink, .awaitingRefund,
            .completed, .refunded, .reversed, .failed, .rejected, .canceled, .expired:
            payout(of: state)?.order
        }
    }
}

extension Refusal.Code {
    /// The customer has not passed DollarPe's check.
    static let unverifiedCustomer: Self = "customer_unverified"
    /// The bank account has not passed DollarPe's check.
    static let unverifiedBank: Self = "bank_unverified"
    /// The customer's limit is used up.
    static let limit: Self = "limit_exceeded"
    /// DollarPe wants to know more about where the money comes from.
    static let diligence: Self = "edd_required"
    /// The payout did not pass the screening against money laundering.
    static let laundering: Self = "aml"
}
