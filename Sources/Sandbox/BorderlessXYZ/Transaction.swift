internal import SandboxCore
internal import Time

/// How far a transaction is (Borderless.xyz documentation, “Transactions”, “Sandbox testing”, “Refunds”).
public enum TransactionStatus: String, Sendable, Hashable, CaseIterable {
    case submitted = "Submitted"
    case verifying = "Verifying"
    case preparing = "Preparing"
    case orchestrating = "Orchestrating"
    case pending = "Pending"
    case processing = "Processing"
    case completed = "Completed"
    case failed = "Failed"
    case cancelled = "Cancelled"
    case refunded = "Refunded"

    var isCancellable: Bool {
        switch self {
        case .submitted, .verifying, .preparing, .pending: true
        case .orchestrating, .processing, .completed, .failed, .cancelled, .refunded: false
        }
    }
}

/// What is to happen to a transaction.
struct TransactionScript: Sendable {
    /// How it ends once the crypto is there.
    var end = TransactionStatus.completed
    var reason: String?
    /// Where it stays for ever.
    var stuckAt: TransactionStatus?
    /// A status that is not documented, shown in place of Processing.
    var disguise: String?
    /// How long after its completion it comes back.
    var returnAfter: Duration?
    /// What a refund that is sent off comes to.
    var refund = RefundStatus.succeeded
    var refundReason: String?
    /// How much comes back, where it is not what had left.
    var refundAmount: String?
    /// Whether the refund is sent off by itself; nil: as the destination says.
    var refundsItself: Bool?
    /// How often each webhook is posted.
    var webhooks = 1
}

/// A withdrawal.
struct Transaction: Sendable {
    let id: String
    let organisation: Int
    let key: String?
    let order: WithdrawalOrder
    let partner: String?
    let created: Timestamp
    var updated: Timestamp
    var status = TransactionStatus.submitted
    var failureReason: String?
    /// The transfers that have arrived.
    var hashes: [String] = []
    var plan: RefundPlan
    var script: TransactionScript
    /// Raised with each move, so that a timer of an earlier one is void.
    var moves = 0
    var planMoves = 0

    var isFunded: Bool { !hashes.isEmpty }

    /// What the ledger knows it by, beside its id: our reference.
    var name: String? { order.reference ?? key }

    var instructions: JSON {
        guard status == .pending || status == .processing || isFunded else { return .null }
        return .fields([
            "fromAddress": .null, "toAddress": .string(order.depositAddress(for: id)), "asset": .string(order.asset),
            "amount": .string(order.amount), "transaction": .fields(["raw": .string("0x02")]),
        ])
    }

    /// The transaction as the API shows it; nearly everything may be null.
    func json(given options: BorderlessXYZOptions, masked: Bool) -> JSON {
        let shown = status == .processing ? script.disguise ?? status.rawValue : status.rawValue
        let reason = failureReason.map { JSON.fields(["message": .string($0), "details": .array([])]) }
        return .fields([
            "id": .string(id), "type": .string("Withdrawal"), "status": .string(shown),
            "pfiName": .orNull(partner), "country": .orNull(order.country),
            "source": .fields([
                "asset": .string(order.asset), "amount": .string(order.amount), "fiatCurrency": .null,
                "accountId": .string(order.accountID), "accountName": masked ? .string("***") : .null,
            ]),
            "destination": .fields([
                "asset": .null, "amount": .orNull(order.net), "fiatCurrency": .orNull(order.fiat),
                "imad": .orNull(status == .completed ? "2026\(id.suffix(8))" : nil), "omad": .null,
                "traceNumber": .null, "reference": .orNull(options.showsReference ? order.reference : nil),
                "externalAddress": .null, "accountId": .null, "paymentInstructionId": .string(order.instructionID),
            ]),
            "instructions": instructions, "createdAt": .string(created.milliseconds),
            "updatedAt": .string(updated.milliseconds),
            "txHash": .array(options.showsHashes ? hashes.map(JSON.string) : []),
            "feeAmount": .string("0"), "developerFeeAmount": .null, "failureReason": reason ?? .null,
            "counterPartyIdentityId": .null, "refund": options.showsPlan ? plan.json : nil,
        ])
    }

    /// What a webhook tells of it: fewer members, and no `updatedAt`.
    var event: JSON {
        .fields([
            "id": .string(id), "type": .string("Withdrawal"), "status": .string(status.rawValue),
            "source": .fields([
                "asset": .string(order.asset), "amount": .string(order.amount), "fiatCurrency": .null,
                "accountId": .string(order.accountID), "counterPartyIdentityId": .null,
            ]),
            "destination": .fields([
                "asset": .null, "fiatCurrency": .orNull(order.fiat), "imad": .null, "omad": .null,
                "traceNumber": .null, "externalAddress": .null, "accountId": .null,
                "paymentInstructionId": .string(order.instructionID),
            ]),
            "instructions": instructions, "createdAt": .string(created.milliseconds),
            "txHash": .array(hashes.map(JSON.string)), "feeAmount": .string("0"),
            "failureReason": .orNull(failureReason),
        ])
    }
}

/// What was ordered.
struct WithdrawalOrder: Sendable {
    let accountID: String
    let instructionID: String
    let asset: String
    let amount: String
    let fiat: String?
    let country: String?
    /// What arrives, where a quote has said so.
    let net: String?
    let reference: String?
    let destination: RefundDestination?

    /// The network of the asset.
    var network: String {
        let parts = asset.split(separator: "_", maxSplits: 1)
        return String(parts.count == 2 ? parts[1] : parts[0])
    }

    /// The last digit before the point: it chooses the ending (Borderless.xyz documentation, “Sandbox testing”).
    var digit: Character? { amount.prefix { $0 != "." }.last }

    func depositAddress(for id: String) -> String {
        if network == "SOLANA" || network == "SOL" { return "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T" }
        if network == "TRON" || network == "TRX" { return "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t" }
        // 40 hexadecimal digits that depend on the id alone.
        let digits = id.utf8.map { String($0 & 15, radix: 16) }.joined()
        return "0x" + String(repeating: "0", count: max(0, 40 - digits.utf8.count)) + digits
    }
}
