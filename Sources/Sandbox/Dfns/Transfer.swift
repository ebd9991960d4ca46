internal import Domain
internal import SandboxCore
internal import Time

/// One transfer out of a wallet, towards a payout's deposit address.
struct Transfer: Sendable {
    /// Where a transfer stands (Dfns SDK, wallets/types).
    enum Status: String, Sendable {
        case pending = "Pending"
        case executing = "Executing"
        case broadcasted = "Broadcasted"
        case confirmed = "Confirmed"
        case failed = "Failed"
        case rejected = "Rejected"
    }

    let id: String
    let payout: Int
    let walletID: String
    let asset: Asset
    let token: DfnsWorld.Token
    let to: String
    let userID: String
    let tokenID: String
    let requested: Timestamp
    var status: Status
    var approvalID: String?
    /// On chain it can be seen by this; only once `wasBroadcast`.
    var hash: String?
    var reason: String?
    var policyResolved: Timestamp?
    var broadcast: Timestamp?
    var confirmed: Timestamp?

    var wasBroadcast: Bool { broadcast != nil }

    /// The transfer as the API shows it.
    var json: JSON {
        .fields([
            "id": .string(id), "walletId": .string(walletID), "network": .string(token.network),
            "requester": .fields(["userId": .string(userID), "tokenId": .string(tokenID)]),
            "requestBody": .fields([
                "kind": .string(asset.kind.rawValue), "amount": .string(asset.amount.text), "to": .string(to),
                asset.kind == .erc20 ? "contract" : "mint": .string(asset.token),
            ]),
            "metadata": .fields([
                "asset": .fields(["symbol": .string(token.symbol), "decimals": .int(token.decimals)])
            ]),
            "status": .string(status.rawValue), "reason": .text(reason), "txHash": .text(hash),
            "approvalId": .text(approvalID), "dateRequested": .string(requested.milliseconds),
            "datePolicyResolved": .text(policyResolved?.milliseconds),
            "dateBroadcasted": .text(broadcast?.milliseconds), "dateConfirmed": .text(confirmed?.milliseconds),
        ])
    }
}

/// Crypto that came into a wallet, as its history and `wallet.blockchainevent.detected` show it.
struct Deposit: Sendable {
    let walletID: String
    let asset: Asset
    let token: DfnsWorld.Token
    let from: String
    let to: String
    let hash: String
    let at: Timestamp

    /// The event as the API shows it.
    var json: JSON {
        .fields([
            "kind": .string(asset.kind == .erc20 ? "Erc20Transfer" : "SplTransfer"), "direction": .string("In"),
            "walletId": .string(walletID), "network": .string(token.network),
            asset.kind == .erc20 ? "contract" : "mint": .string(asset.token), "symbol": .string(token.symbol),
            "decimals": .int(token.decimals), "value": .string(asset.amount.text), "from": .string(from),
            "to": .string(to), "txHash": .string(hash), "timestamp": .string(at.milliseconds),
        ])
    }
}

/// A policy's approval of a transfer.
struct Approval: Sendable {
    /// Where it stands (Dfns SDK, policies/types).
    enum Status: String, Sendable {
        case pending = "Pending"
        case approved = "Approved"
        case denied = "Denied"
        case expired = "Expired"
    }

    /// What somebody said.
    struct Decision: Sendable {
        let userID: String
        let value: Status
        let reason: String?
        let at: Timestamp
    }

    let id: String
    let payout: Int
    let initiatorID: String
    let created: Timestamp
    var status = Status.pending
    var resolved: Timestamp?
    var decisions: [Decision] = []

    /// The approval as the API shows it; the activity holds the transfer that it is about.
    func json(transfer: Transfer?) -> JSON {
        .fields([
            "id": .string(id), "initiatorId": .string(initiatorID), "status": .string(status.rawValue),
            "activity": .fields([
                "kind": .string("Wallets:Sign"), "transferRequest": transfer?.json,
            ]),
            "decisions": .array(
                decisions.map { decision in
                    .fields([
                        "userId": .string(decision.userID), "value": .string(decision.value.rawValue),
                        "reason": .text(decision.reason), "date": .string(decision.at.milliseconds),
                    ])
                }),
            "dateCreated": .string(created.milliseconds), "dateResolved": .text(resolved?.milliseconds),
        ])
    }
}
