internal import Domain
internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Confirming and canceling (Dfns documentation, create-payout-action).
///
/// Which status a wrong state or a mismatch gets is documented nowhere; 400 is assumed.
extension DfnsSimulator {
    private enum Action: String, CaseIterable {
        case confirm = "Confirm"
        case cancel = "Cancel"
    }

    mutating func act(
        on index: Int, _ request: HTTPRequest, user: DfnsWorld.User, at now: Timestamp
    ) throws(DfnsError) -> SandboxAnswer {
        let payout = payouts[index]
        guard payout.userID == user.id else {
            throw DfnsError(403, "Only the user who created the payout can confirm or cancel it.")
        }
        let body = try checking { () throws(InvalidField) in try JSONReader(body: request.body) }
        let action = try checking { () throws(InvalidField) in
            guard let action: Action = try body.optionalChoice("action") else {
                throw InvalidField("action", "is required")
            }
            return action
        }
        switch action {
        case .confirm:
            try checkConfirmation(of: payout, body)
            confirm(index, at: now)
            if payout.script.losesConfirmResponse { return .drop }
        case .cancel:
            guard payout.stage.canBeCanceled else {
                throw DfnsError(400, "payout can't be canceled: it is \(payout.stage.rawValue)")
            }
            cancel(index, at: now)
        }
        return .respond(ok(.object([])))
    }

    /// The confirmation must name the payout's wallet, and the very transfer that is going to be made.
    private func checkConfirmation(of payout: Payout, _ body: JSONReader) throws(DfnsError) {
        let (walletID, asset, to) = try checking { () throws(InvalidField) in
            let transfer = try body.object("transfer")
            return (try body.walletID(), try transfer.readAsset(), try transfer.string("to", length: 1...100))
        }
        guard payout.stage == .awaitingConfirmation, let address = payout.depositAddress else {
            throw DfnsError(400, "payout can't be confirmed: it is \(payout.stage.rawValue)")
        }
        let order = payout.order
        func check(_ isSame: Bool, _ field: String) throws(DfnsError) {
            guard isSame else { throw DfnsError(InvalidField(field, "does not match the payout")) }
        }
        try check(walletID == order.walletID, "walletId")
        try check(asset.kind == order.asset.kind, "transfer.kind")
        try check(asset.amount == order.asset.amount, "transfer.amount")
        try check(asset.isNamed(order.asset.token), asset.kind == .erc20 ? "transfer.contract" : "transfer.mint")
        try check(asset.isSameAddress(to, address), "transfer.to")
    }

    private mutating func confirm(_ index: Int, at now: Timestamp) {
        let payout = payouts[index]
        payouts[index].confirmed = now
        let deadline = now + options.submissionTimeout
        payouts[index].submissionDeadline = deadline
        timers.add(PayoutTimer(payout: index, epoch: nil, step: .expireSubmission), at: deadline)
        ledger.record(.confirmed, of: payout.id, key: payout.externalID, at: now, amount: payout.amount)
        enter(.submittingTransfer, index, at: now)
    }

    private mutating func cancel(_ index: Int, at now: Timestamp) {
        let payout = payouts[index]
        payouts[index].canceled = now
        ledger.record(.canceled, of: payout.id, key: payout.externalID, at: now, amount: payout.amount)
        enter(.canceled, index, at: now)
    }
}
