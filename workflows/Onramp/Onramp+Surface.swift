import Domain
public import JSONSchema
import Time
public import WorkflowCore

/// What apps, operators and webhooks see of a purchase.
extension Onramp {
    /// `accept` a price, say that the `payment_sent`, give `purposes`, `acknowledge` what was found wrong with an order
    /// that is over, `cancel` what is not ordered yet.
    public static let signals = ["accept", "payment_sent", "purposes", "acknowledge", "cancel"]

    /// Which signal is which event; `accept` may carry the least that was agreed to, `{"crypto_amount": "97.8"}`, and
    /// `purposes` carries `{"purposes": ["…"]}`.
    public static func event(for signal: Signal) -> Event? {
        switch signal.name {
        case "accept": Acceptance(signal.payload, amount: "crypto_amount").map { .accepted(price: $0) }
        case "payment_sent": .paymentSent
        case "purposes": purposes(in: signal.payload).map { .purposeGiven(purposes: $0) }
        case "acknowledge": .acknowledged
        case "cancel": .cancelRequested
        case _: nil
        }
    }

    private static func purposes(in payload: JSONValue) -> [Purpose]? {
        guard case .array(let items)? = payload["purposes"], !items.isEmpty else { return nil }
        let purposes = items.compactMap { $0.string.flatMap { try? Purpose(text: $0) } }
        return purposes.count == items.count ? purposes : nil
    }

    /// Borderless Payments said no.
    public static func refused(_ refusal: ProviderRefusal) -> Event {
        .refused(refusal: Refusal(Refusal.Code(rawValue: refusal.code), refusal.message))
    }

    /// The account that the purchase names.
    public static func account(of state: State) -> String { purchase(of: state)?.account?.text ?? "main" }

    /// The provider's ids of the user and of the order.
    public static func references(of state: State) -> [Reference] {
        [user(of: state), order(of: state)?.id].compactMap { $0.map { Reference(provider: provider, value: $0) } }
    }

    /// What the app may show: where the customer goes, the price to accept, how to pay, and why it came to nothing.
    public static func output(of state: State) -> [String: JSONValue] {
        var output: [String: JSONValue] = [:]
        output["user_id"] = user(of: state).map { .string($0) }
        if let order = order(of: state) { show(order, in: &output) }
        switch state {
        case .verifying(_, let session), .refreshingCheck(_, let session):
            output["verify_url"] = session.url.map { .string($0) }
            output["kyc_status"] = .string(session.status)
        case .awaitingPurpose: output["needs"] = "purposes"
        case .awaitingAcceptance(_, _, let quote, _, _):
            output["crypto_amount"] = .string(quote.crypto.text)
            output["fees"] = quote.fees.map { .string($0.text) }
            output["expires_at"] = .string(quote.endsAt.description)
        case .quoting(_, _, _, let rounds?), .checking(_, _, _, _, let rounds?), .ordering(_, _, _, _, let rounds?),
            .searching(_, _, _, _, _, _, let rounds?):
            guard rounds >= manyRounds else { break }
            output["reason"] = .string(
                "\(rounds) prices have run out before an order was placed: see which call to Borderless Payments fails")
        case .reconfirming: output["needs"] = "accept"
        case .awaitingPayment(let order), .preparing(let order, isShown: true?):
            output["payment_instructions"] = order.instructions?.shown
        case .holding(_, let status, let finding):
            output["status"] = .string(status)
            output["reason"] = .string(reason(of: status, finding))
        case .refunded(_, let why):
            show(why, in: &output)
            output["refunded_amount"] = "unknown: Borderless Payments does not say it"
        case .failed(let why, _), .rejected(let why), .expired(let why, _), .canceled(let why, _):
            show(why, in: &output)
        case .creatingUser, .findingUser, .startingKYC, .awaitingRegistration, .registering, .declaringPurpose,
            .quoting, .checking, .ordering, .searching, .reconciling, .preparing, .confirming, .lapsed,
            .verifyingPayment, .processing, .completed:
            break
        }
        return output
    }

    private static func reason(of status: String, _ finding: Finding?) -> String {
        guard let finding else { return "Borderless Payments says “\(status)”, which is new to us: ask its support" }
        return "\(finding.words): ask Borderless Payments' support"
            + (finding.end == nil ? "" : ", and acknowledge it once it is settled")
    }

    private static func show(_ order: Order, in output: inout [String: JSONValue]) {
        output["order_id"] = .string(order.id)
        output["quoted_crypto_amount"] = .string(order.quoted.text)
        output["crypto_amount"] = order.crypto.map { .string($0.text) }
        output["payment"] = .string(order.payment.rawValue)
        output["discrepancy"] = order.discrepancy.map { .string($0) }
    }

    private static func show(_ why: Refusal, in output: inout [String: JSONValue]) {
        output["code"] = .string(why.code.rawValue)
        output["reason"] = .string(why.message)
    }

    static func order(of state: State) -> Order? {
        switch state {
        case .reconciling(let order), .preparing(let order, _), .reconfirming(let order), .awaitingPayment(let order),
            .confirming(let order), .lapsed(let order), .verifyingPayment(let order), .processing(let order),
            .holding(let order, _, _), .completed(let order), .refunded(let order, _):
            order
        case .failed(_, let order), .expired(_, let order), .canceled(_, let order): order
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking, .ordering,
            .searching, .rejected:
            nil
        }
    }

    private static func applicant(of state: State) -> Applicant? {
        switch state {
        case .startingKYC(let applicant), .verifying(let applicant, _), .refreshingCheck(let applicant, _),
            .awaitingRegistration(let applicant), .registering(let applicant), .awaitingPurpose(let applicant),
            .declaringPurpose(let applicant):
            applicant
        case .creatingUser, .findingUser, .quoting, .awaitingAcceptance, .checking, .ordering, .searching,
            .reconciling, .preparing, .reconfirming, .awaitingPayment, .confirming, .lapsed, .verifyingPayment,
            .processing, .holding, .completed, .refunded, .failed, .rejected, .expired, .canceled:
            nil
        }
    }

    private static func user(of state: State) -> String? {
        switch state {
        case .quoting(_, let buyer, _, _), .awaitingAcceptance(_, let buyer, _, _, _),
            .checking(_, let buyer, _, _, _), .ordering(_, let buyer, _, _, _),
            .searching(_, let buyer, _, _, _, _, _):
            buyer.id
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .reconciling, .preparing, .reconfirming,
            .awaitingPayment, .confirming, .lapsed, .verifyingPayment, .processing, .holding, .completed, .refunded,
            .failed, .rejected, .expired, .canceled:
            applicant(of: state)?.user ?? order(of: state)?.buyer.id
        }
    }

    private static func purchase(of state: State) -> Purchase? {
        switch state {
        case .creatingUser(let purchase), .findingUser(let purchase), .quoting(let purchase, _, _, _),
            .awaitingAcceptance(let purchase, _, _, _, _), .checking(let purchase, _, _, _, _),
            .ordering(let purchase, _, _, _, _), .searching(let purchase, _, _, _, _, _, _):
            purchase
        case .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration, .registering, .awaitingPurpose,
            .declaringPurpose,
            .reconciling, .preparing, .reconfirming, .awaitingPayment, .confirming, .lapsed, .verifyingPayment,
            .processing, .holding, .completed, .refunded, .failed, .rejected, .expired, .canceled:
            applicant(of: state)?.purchase ?? order(of: state)?.purchase
        }
    }
}

extension Onramp.Instructions {
    /// For the customer.
    fileprivate var shown: JSONValue {
        switch self {
        case .transfer(let account, let dueBy):
            var shown: [String: JSONValue] = ["iban": .string(account.iban), "reference": .string(account.reference)]
            shown["bic"] = account.bic.map { .string($0) }
            shown["beneficiary_name"] = account.beneficiary.map { .string($0) }
            shown["bank_name"] = account.bank.map { .string($0) }
            shown["amount"] = account.amount.map { .string($0.text) }
            shown["due_by"] = dueBy.map { .string($0.description) }
            return .object(shown)
        case .page(let url, let until):
            return ["redirect_url": .string(url), "expires_at": .string(until.description)]
        }
    }
}

extension Refusal {
    /// Whether it says something about our account or our own mistake, and nothing about this purchase: such a job
    /// waits for a person.
    var needsPerson: Bool { [.unauthorized, .forbidden, .duplicate].contains(code) }
}

extension Refusal.Code {
    /// It goes against something that is there already.
    static let conflict: Self = "conflict"
    /// The venue wants to know what the crypto is for.
    static let purposeRequired: Self = "purpose_required"
    /// The user may do nothing at all.
    static let userDisabled: Self = "user_disabled"
    /// The venue turned the user down.
    static let vetoed: Self = "venue_veto"
    /// The user did not pass the identity check.
    static let checkFailed: Self = "kyc_rejected"
}
