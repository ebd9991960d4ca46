import Domain
public import JSONSchema
public import WorkflowCore

/// What apps, operators and webhooks see of a payout.
extension DfnsPayout {
    /// `accept` the price, `confirm` the transfer, `cancel` the payout.
    public static let signals = ["accept", "confirm", "cancel"]

    /// Which signal is which event; `accept` may carry the least that was agreed to, `{"fiat_amount": "985.5"}`.
    public static func event(for signal: Signal) -> Event? {
        switch signal.name {
        case "accept": Acceptance(signal.payload, amount: "fiat_amount").map { .accepted(price: $0) }
        case "confirm": .approved
        case "cancel": .cancelRequested
        case _: nil
        }
    }

    /// Dfns said no.
    public static func refused(_ refusal: ProviderRefusal) -> Event {
        .refused(refusal: Refusal(Refusal.Code(rawValue: refusal.code), refusal.message))
    }

    /// The account that the order names.
    public static func account(of state: State) -> String { order(of: state)?.account?.text ?? "main" }

    /// Dfns's id of the payout, and Borderless's.
    public static func references(of state: State) -> [Reference] {
        guard let payout = payout(of: state) else { return [] }
        let own = [payout.id, payout.borderlessPayoutID, payout.transferID].compactMap { value in
            value.map { Reference(provider: provider, value: $0) }
        }
        // Borderless.xyz tells of it too, by its own name.
        return own + (payout.borderlessPayoutID.map { [Reference(provider: "borderless_xyz", value: $0)] } ?? [])
    }

    /// What the app may show: the price to accept, the transfer to confirm, ids, and where the money is.
    public static func output(of state: State) -> [String: JSONValue] {
        var output: [String: JSONValue] = [:]
        if let payout = payout(of: state) {
            output["payout_id"] = .string(payout.id)
            output["transfer_id"] = payout.transferID.map { .string($0) }
            output["transaction_hash"] = payout.transactionHash.map { .string($0) }
            output["borderless_payout_id"] = payout.borderlessPayoutID.map { .string($0) }
        }
        switch state {
        case .awaitingAcceptance(_, let quote, _):
            output["offers"] = .array(
                quote.offers.map { offer in
                    var shown: [String: JSONValue] = [
                        "fiat_amount": .string(offer.net.amount.text), "net": .string(offer.net.amount.text),
                        "currency": .string(offer.net.currency.text),
                    ]
                    shown["fees"] = offer.fees.map { .string($0.text) }
                    return .object(shown)
                })
        case .awaitingConfirmation(_, let transfer):
            output["deposit_address"] = .string(transfer.address)
            output["amount"] = .string(transfer.asset.amount.text)
        case .failed(let why, let funds, _):
            output["code"] = .string(why.code.rawValue)
            output["reason"] = .string(why.message)
            output["funds"] = .string(funds.rawValue)
        case .refunding(_, let cause):
            output["code"] = .string(cause.code.rawValue)
            output["reason"] = .string(cause.message)
            output["funds"] = .string(Funds.sent.rawValue)
        case .refunded(_, let refund):
            output.merge(refund.output) { _, new in new }
        case .rejected(let why, _):
            output["reason"] = .string(why.message)
        case .stranded(_, let why):
            output["reason"] = .string(why.message)
        case .quoting, .creating, .awaitingInstructions, .verifying, .confirming, .doubting, .canceling, .retracting,
            .settling, .tracing, .completed, .expired, .canceled:
            break
        }
        return output
    }

    /// What decides about a price.
    public static func conditions(on event: Event, in state: State) -> [(name: String, holds: Bool)] {
        if case .quoted(let quote) = event, case .quoting(let order, let asking) = state,
            let offer = quote.worst(in: order.fiatCurrency)
        {
            return [
                ("isEnough", offer.isEnough(for: order)),
                ("waitedADay", asking?.isTooLong(at: quote.timestamp) == true),
            ]
        }
        if case .accepted(let price) = event, case .awaitingAcceptance(let order, let quote, _) = state,
            let offer = quote.worst(in: order.fiatCurrency)
        {
            return [("isWorse", price.objection(to: offer.net.amount) != nil)]
        }
        return []
    }

    private static func payout(of state: State) -> Payout? {
        switch state {
        case .quoting, .awaitingAcceptance, .creating: nil
        case .awaitingInstructions(let payout), .awaitingConfirmation(let payout, _), .verifying(let payout, _),
            .confirming(let payout, _), .doubting(let payout, _), .stranded(let payout, _), .canceling(let payout, _),
            .retracting(let payout, _), .settling(let payout), .tracing(let payout, _), .refunding(let payout, _),
            .completed(let payout), .refunded(let payout, _), .rejected(_, let payout):
            payout
        case .failed(_, _, let payout), .expired(let payout), .canceled(let payout): payout
        }
    }

    private static func order(of state: State) -> Order? {
        switch state {
        case .quoting(let order, _), .awaitingAcceptance(let order, _, _), .creating(let order): order
        case .awaitingInstructions, .awaitingConfirmation, .verifying, .confirming, .doubting, .stranded, .canceling,
            .retracting, .settling, .tracing, .refunding, .completed, .refunded, .failed, .rejected, .expired,
            .canceled:
            payout(of: state)?.order
        }
    }
}
