import Domain
public import JSONSchema
public import WorkflowCore

/// What apps, operators and webhooks see of a refund.
extension Refund {
    /// `dispatch` it, `approve` the destination that replaces the stored one, say what was `observed`, or `give_up`.
    public static let signals = ["dispatch", "approve", "observed", "give_up"]

    /// Which signal is which event; nil where its payload makes no sense.
    public static func event(for signal: Signal) -> Event? {
        switch signal.name {
        case "dispatch": requested(signal)
        case "approve": .approved(address: signal.payload["address"]?.string, by: signal.actor)
        case "observed": receipt(signal.payload).map { .observed(receipt: $0) }
        case "give_up": .givenUp(reason: signal.payload["reason"]?.string ?? "given up without a reason")
        case _: nil
        }
    }

    /// No destination, or one of the three.
    private static func requested(_ signal: Signal) -> Event? {
        let payload = signal.payload
        func request(_ target: RefundTarget?) -> Event { .dispatchRequested(target: target, by: signal.actor) }
        guard let type = payload["type"]?.string else { return request(nil) }
        switch (type, payload["address"]?.string) {
        case ("Address", let text?): return (try? ChainAddress(text: text)).map { request(.address($0)) }
        case ("Source", nil): return request(.source)
        case ("ProviderBalance", nil): return request(.providerBalance)
        case (_, _): return nil
        }
    }

    /// What came back: amount and asset as text.
    private static func receipt(_ payload: JSONValue) -> Receipt? {
        guard let amount = payload["amount"]?.string.flatMap({ FiatAmount($0) }),
            let asset = payload["asset"]?.string.flatMap({ try? NetworkAsset(text: $0) })
        else { return nil }
        return Receipt(amount: amount, asset: asset, transactionHash: payload["transaction_hash"]?.string)
    }

    /// Borderless.xyz said no.
    public static func refused(_ refusal: ProviderRefusal) -> Event {
        .refused(refusal: Refusal(Refusal.Code(rawValue: refusal.code), refusal.message))
    }

    /// The account that the order names.
    public static func account(of state: State) -> String { order(of: state).account?.text ?? "main" }

    /// The transaction's id.
    public static func references(of state: State) -> [Reference] {
        [Reference(provider: provider, value: order(of: state).transactionID.text)]
    }

    /// What decides about a second person's yes.
    public static func conditions(on event: Event, in state: State) -> [(name: String, holds: Bool)] {
        guard case .approved(_, let actor) = event, case .approving(_, _, let asker) = state else { return [] }
        return [("isWhoAsked", asker != nil && asker == actor)]
    }

    /// What the app may show: plan and destination, what a person has to do, and what came back, if anybody knows.
    public static func output(of state: State) -> [String: JSONValue] {
        var output: [String: JSONValue] = ["transaction_id": .string(order(of: state).transactionID.text)]
        if let claim = claim(of: state) {
            output["cause"] = claim.cause.map { .string($0) }
            output["partner"] = claim.partner.map { .string($0) }
            output["plan_status"] = claim.plan.map { .string($0.status.rawValue) }
            output["path"] = (claim.plan?.path).map { .string($0.rawValue) }
            output["destination_layer"] = (claim.plan?.layer).map { .string($0.rawValue) }
            output["address"] = (claim.plan?.address).map { .string($0) }
        }
        switch state {
        case .approving(_, let target, let asker):
            output["asks"] = .string("approve, naming the address once more")
            output["asked_by"] = asker.map { .string($0) }
            output["new_destination"] = .string(target.address?.text ?? target.type)
            output["reason"] = .string("another destination can't be undone: look at it, then signal “approve” with it")
        case .awaitingDispatch(let claim):
            output["asks"] = .string("dispatch")
            output["new_destination"] = claim.order.target.map { .string($0.address?.text ?? $0.type) }
            output["reason"] = .string(Sentence.eligible)
        case .atDesk(_, let why), .doubting(_, let why), .notNeeded(_, let why), .failed(_, let why, _):
            output["code"] = .string(why.code.rawValue)
            output["reason"] = .string(why.message)
        case .observing(let claim):
            output["asks"] = .string("observed, with amount, asset and transaction_hash of what came back")
            show(nil, of: claim, in: &output)
        case .refunded(let claim, let receipt): show(receipt, of: claim, in: &output)
        case .looking, .assessing, .checkingDefault, .dispatching, .underWay: break
        }
        return output
    }

    /// The amount is unknown until somebody has seen it, and that is said.
    private static func show(_ receipt: Receipt?, of claim: Claim, in output: inout [String: JSONValue]) {
        output["funds"] = .string(place(of: claim, seen: receipt))
        output["refunded_amount"] = receipt.map { .string($0.amount.text) } ?? .null
        guard let receipt else {
            output["note"] = .string(RefundEnding.unknownAmount)
            return
        }
        output["refunded_asset"] = .string(receipt.asset.text)
        output["transaction_hash"] = receipt.transactionHash.map { .string($0) }
        output["discrepancy"] = claim.discrepancy(of: receipt).map { .string($0) }
    }

    /// Where the money is: on a balance at the partner, or back, as far as anybody knows.
    private static func place(of claim: Claim, seen receipt: Receipt?) -> String {
        switch claim.plan?.path {
        case .providerBalance?: "provider_balance"
        case .inlineProvider?, .sourceReturn?, .providerObserved?: "returned"
        case .manualRequired?, .unsupported?, .notNeeded?, nil:
            receipt == nil ? RefundEnding.unknownPlace : "returned"
        }
    }

    private static func order(of state: State) -> RefundOrder {
        switch state {
        case .looking(let order), .failed(let order, _, _): order
        case .assessing(let claim), .checkingDefault(let claim), .awaitingDispatch(let claim),
            .approving(let claim, _, _),
            .dispatching(let claim, _), .doubting(let claim, _), .underWay(let claim), .atDesk(let claim, _),
            .observing(let claim), .refunded(let claim, _), .notNeeded(let claim, _):
            claim.order
        }
    }

    private static func claim(of state: State) -> Claim? {
        switch state {
        case .looking: nil
        case .failed(_, _, let claim): claim
        case .assessing(let claim), .checkingDefault(let claim), .awaitingDispatch(let claim),
            .approving(let claim, _, _),
            .dispatching(let claim, _), .doubting(let claim, _), .underWay(let claim), .atDesk(let claim, _),
            .observing(let claim), .refunded(let claim, _), .notNeeded(let claim, _):
            claim
        }
    }
}

extension Refund.Claim {
    /// What is wrong with what came back, compared with what had left; nil where nothing is, or nobody knows.
    func discrepancy(of receipt: Refund.Receipt) -> String? {
        if let sent = order.sentAsset ?? asset, sent != receipt.asset { return "another asset: \(sent) had left" }
        guard let sent = order.sentAmount ?? amount, receipt.amount != sent else { return nil }
        return "\(receipt.amount < sent ? "less" : "more") than the \(sent) that had left"
    }
}
