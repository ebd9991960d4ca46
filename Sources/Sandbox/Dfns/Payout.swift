internal import Domain
internal import SandboxCore
internal import Time

/// What a request for a payout asks for; two requests are the same if these are equal.
struct PayoutOrder: Sendable, Hashable {
    let walletID: String
    let asset: Asset
    let fiatCurrency: String
    let country: String
    let accountID: String
    let instructionsID: String
    let purpose: String
}

/// One payout.
struct Payout: Sendable {
    let id: String
    let externalID: String?
    let order: PayoutOrder
    let token: DfnsWorld.Token
    let userID: String
    let tokenID: String
    let created: Timestamp
    var script: PayoutScript

    var stage = ExecutionStatus.initializing
    /// Grows whenever the stage or the script changes, so that timers of before are void.
    var epoch = 0
    var statusReason: String?
    var borderlessPayoutID: String?
    var depositAddress: String?
    var transfer: Int?
    var approval: Int?
    var isApproved = false
    var submissionDeadline: Timestamp?
    var confirmed: Timestamp?
    var canceled: Timestamp?
    var depositConfirmed: Timestamp?
    var payoutConfirmed: Timestamp?
    var finalized: Timestamp?

    /// The payout as the API shows it, kept until something changes: clients poll more often than payouts move.
    var rendered: [UInt8]?

    /// The amount with its unit, for the ledger.
    var amount: String { "\(order.asset.amount.text) \(token.symbol)" }
}

extension Asset {
    /// The asset as Dfns answers it: with its network and what is known of the token.
    func json(of token: DfnsWorld.Token) -> JSON {
        .fields([
            "kind": .string(kind.rawValue), "amount": .string(amount.text),
            kind == .erc20 ? "contract" : "mint": .string(self.token),
            "network": .string(token.network),
            "metadata": .fields([
                "symbol": .string(token.symbol), "decimals": .int(token.decimals), "verified": .bool(true),
            ]),
        ])
    }
}

extension Payout {
    /// The payout as the API shows it (Dfns SDK, payouts/types).
    func json(transfer: Transfer?, showsTransferEarly: Bool) -> JSON {
        let isVisible = transfer.map { showsTransferEarly || $0.wasBroadcast } ?? false
        let shown = script.disguise.flatMap { $0.at == stage ? $0.value : nil } ?? stage.rawValue
        return .fields([
            "id": .string(id), "walletId": .string(order.walletID), "asset": order.asset.json(of: token),
            "fiatCurrency": .string(order.fiatCurrency), "externalId": .text(externalID),
            "status": .string(stage.status.rawValue),
            "requester": .fields(["userId": .string(userID), "tokenId": .string(tokenID)]),
            "dateCreated": .string(created.milliseconds), "dateFinalized": .text(finalized?.milliseconds),
            "provider": .string(script.unknownProvider ? "CircleMint" : "Borderless"),
            "data": .fields([
                "borderlessAccountId": .string(order.accountID),
                "paymentInstructionsId": .string(order.instructionsID), "paymentPurpose": .string(order.purpose),
                "country": .string(order.country), "executionStatus": .string(shown),
                "statusReason": .text(statusReason), "borderlessPayoutId": .text(borderlessPayoutID),
                "depositAddress": .text(depositAddress), "transferId": .text(isVisible ? transfer?.id : nil),
                "transactionHash": .text(isVisible ? transfer?.hash : nil),
                "dateConfirmed": .text(confirmed?.milliseconds), "dateCanceled": .text(canceled?.milliseconds),
                "dateDepositConfirmed": .text(depositConfirmed?.milliseconds),
                "datePayoutConfirmed": .text(payoutConfirmed?.milliseconds),
            ]),
        ])
    }
}
