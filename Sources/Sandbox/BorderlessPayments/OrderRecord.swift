internal import SandboxCore
internal import Time

/// How far an order is (Borderless Payments documentation, “Reference tables”).
public enum OrderStatus: String, Sendable, Hashable, CaseIterable {
    /// Taken.
    case pending = "PENDING"
    /// Nobody knows yet whether the venue took it.
    case pendingReconciliation = "PENDING_RECONCILIATION"
    /// The customer has to pay.
    case awaitingPayment = "AWAITING_PAYMENT"
    /// A payment was seen.
    case paymentVerifying = "PAYMENT_VERIFYING"
    /// The crypto is bought and sent.
    case processing = "PROCESSING"
    /// It has arrived.
    case completed = "COMPLETED"
    /// It came to nothing.
    case failed = "FAILED"
    /// It was called off.
    case cancelled = "CANCELLED"
    /// It was not paid in time.
    case expired = "EXPIRED"
    /// The payment was sent back.
    case refunded = "REFUNDED"

    /// Whether nothing follows.
    var isFinal: Bool {
        switch self {
        case .pending, .pendingReconciliation, .awaitingPayment, .paymentVerifying, .processing: false
        case .completed, .failed, .cancelled, .expired, .refunded: true
        }
    }

    /// The event that tells of it; none is named for a reconciliation.
    var event: String? {
        switch self {
        case .pending: "order.created"
        case .pendingReconciliation: nil
        case .awaitingPayment: "order.awaiting_payment"
        case .paymentVerifying: "order.payment_verifying"
        case .processing: "order.processing"
        case .completed: "order.completed"
        case .failed: "order.failed"
        case .cancelled: "order.cancelled"
        case .expired: "order.expired"
        case .refunded: "order.refunded"
        }
    }
}

/// How a customer pays.
enum PaymentWay: String, Sendable, Hashable, CaseIterable {
    /// As the instructions say.
    case exact
    /// Too little.
    case under
    /// Too much.
    case over
    /// Without the reference: nobody finds out whose payment it is.
    case wrongReference = "wrong_reference"
    /// From an account of somebody else.
    case thirdParty = "third_party"
    /// As the instructions say, and then once more.
    case twice
    /// Not at all.
    case never

    /// Why it is sent back; nil where it isn't.
    var reason: String? {
        switch self {
        case .under, .over: "payment_amount_mismatch"
        case .thirdParty: "payment_name_mismatch"
        case .exact, .wrongReference, .twice, .never: nil
        }
    }
}

/// A price, and for what.
struct QuoteRecord: Sendable {
    let id: String
    let user: String?
    let mode: PartnerMode
    let cents: Int
    let network: String
    let instrument: String
    /// In millionths of USDC.
    let crypto: Int
    let at: Timestamp
}

/// An order.
struct OrderRecord: Sendable {
    let id: String
    let mode: PartnerMode
    let user: String
    let reference: String?
    let cents: Int
    let network: String
    let wallet: String
    let memo: String?
    let instrument: String
    let quote: String
    let createdAt: Timestamp
    /// In millionths of USDC.
    var crypto: Int
    var status: OrderStatus
    var reason: String?
    var hasInstructions = false
    var dueBy: Timestamp
    /// Since when it can be paid.
    var payableAt: Timestamp?
    var pageNumber = 1
    var declaredAt: Timestamp?
    var updatedAt: Timestamp
    var script: OrderScript
    /// Counts the moves: a timer set before the last one is void.
    var moves = 0

    /// By what the ledger knows it beside its id.
    var key: String { reference ?? id }

    var isOnPage: Bool { instrument == "pm_open_banking" }

    var json: JSON {
        .fields([
            "id": .string(id), "partner_id": .string("partner-1"), "user_id": .string(user),
            "mode": .string(mode.rawValue), "partner_order_ref": .orNull(reference),
            "status": .string(status == .processing ? script.disguise ?? status.rawValue : status.rawValue),
            "fiat_currency": .string("EUR"), "fiat_amount": .string(Amounts.euros(cents)),
            "crypto_currency": .string("USDC"), "crypto_network": .string(network),
            "crypto_amount": status == .pendingReconciliation ? .null : .string(Amounts.coins(crypto)),
            "wallet_address": .string(wallet), "wallet_address_memo": .orNull(memo),
            "payment_instrument": .string(instrument), "quote_id": .string(quote),
            "payment_instructions": hasInstructions ? instructions : .null,
            "created_at": .string(createdAt.offsetText), "updated_at": .string(updatedAt.offsetText),
            "last_event_at": .null,
            "partner_payment_confirmed_at": .orNull(declaredAt?.offsetText),
            "provider_payment_confirmed_at": .orNull(declaredAt?.offsetText),
        ])
    }

    /// For a transfer an account and a reference, for Open Banking nothing but a page.
    private var instructions: JSON {
        func transfer(_ text: String) -> JSON { isOnPage ? .null : .string(text) }
        return .fields([
            "iban": transfer("LT601010012345678901"), "bic": transfer("EXAMLT21"),
            "beneficiary_name": transfer("Example Beneficiary Ltd"), "bank_name": transfer("Example Bank"),
            "reference": transfer("BP-\(id.prefix(8))"), "amount": transfer(Amounts.euros(cents)),
            "currency": transfer("EUR"), "due_by": transfer(dueBy.offsetText),
            "redirect_url": isOnPage ? .string("https://bank.example/authorise/\(id)/\(pageNumber)") : .null,
        ])
    }

    /// What a webhook says of it: no bank details, but why it came to nothing, which the order itself doesn't tell.
    var summary: JSON {
        .fields([
            "id": .string(id), "partner_order_ref": .orNull(reference), "status": .string(status.rawValue),
            "fiat_amount": .string(Amounts.euros(cents)), "crypto_amount": .string(Amounts.coins(crypto)),
            "reason_code": reason.map { .string($0) },
        ])
    }
}

/// What is to happen to one order.
struct OrderScript: Sendable, Hashable {
    /// Whether it begins in reconciliation, and where that ends.
    var reconciliation: OrderStatus?
    /// How the customer pays.
    var payment = PaymentWay.exact
    /// How long after it can be paid; nil: as usual.
    var paysAfter: Duration?
    /// How it ends once it is paid.
    var end = OrderStatus.completed
    /// Where it ends so, if not after PROCESSING; an end itself, where the money comes back later.
    var endsAt: OrderStatus?
    /// How long after it came there; nil: at once, or a day after an end.
    var endsAfter: Duration?
    /// Why, where it is another end.
    var reason: String?
    /// The status that it never leaves.
    var stuckAt: OrderStatus?
    /// A status nobody has documented, shown instead of PROCESSING.
    var disguise: String?
    /// What the order gives of what was quoted, in hundredths of a percent; nil: all of it.
    var share: Int?
    /// Other delays than usual, of a reconciliation or of a delivery that is held back.
    var delay: Duration?
}

/// Amounts as the API writes them.
enum Amounts {
    /// Cents as `100.00`.
    static func euros(_ cents: Int) -> String { "\(cents / 100)." + digits(cents % 100, 2) }

    /// Millionths as `97.832041`.
    static func coins(_ millionths: Int) -> String { "\(millionths / 1_000_000)." + digits(millionths % 1_000_000, 6) }

    /// The cents of an amount with at most two decimals; nil where it is none.
    static func cents(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard 1...2 ~= parts.count, 1...9 ~= parts[0].utf8.count,
            parts.allSatisfy({ part in
                !part.isEmpty && part.utf8.allSatisfy { 0x30...0x39 ~= $0 }
            }), let whole = Int(parts[0])
        else { return nil }
        guard parts.count == 2 else { return whole * 100 }
        guard parts[1].utf8.count <= 2, let rest = Int(parts[1]) else { return nil }
        return whole * 100 + (parts[1].utf8.count == 1 ? rest * 10 : rest)
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
