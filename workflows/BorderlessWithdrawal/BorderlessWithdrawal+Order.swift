public import Domain

/// What an app asks for.
extension BorderlessWithdrawal {
    /// The input of a job.
    public struct Order: Codable, Hashable, Sendable {
        /// The configured account of Borderless.xyz; `main` unless said otherwise.
        public var account: Identifier?
        /// The account at Borderless.xyz that withdraws.
        public let borderlessAccountID: Identifier
        /// What is withdrawn.
        public let asset: NetworkAsset
        /// How much of it, in units of the asset.
        public let amount: Amount
        /// What the recipient gets.
        public let fiatCurrency: CurrencyCode
        /// Where the recipient's bank is.
        public let country: CountryCode
        /// The recipient's bank account, as Borderless.xyz knows it.
        public let paymentInstructionsID: Identifier
        /// What the payment is for.
        public let paymentPurpose: PaymentPurpose
        /// The same in words.
        public var purposeDescription: Note?
        /// What stands as reference, unique to this withdrawal; the job's own unless said otherwise.
        public var reference: Identifier?
        /// What the developer takes, in units of the asset.
        public var developerFee: Amount?
        /// Who is on the other side, as Borderless.xyz knows them.
        public var counterPartyIdentityID: Identifier?
        /// The least amount in `fiatCurrency` that is taken without asking.
        public var minFiatAmount: FiatAmount?
        /// Where a refund goes; the organisation's default unless said otherwise.
        public var refundTarget: RefundTarget?
        /// Whether a refund goes by itself; yes unless said otherwise, which only a destination of its own can do.
        public var autoRefund: Bool?
        /// Whether a refund waits until somebody has seen what came back; no unless said otherwise.
        public var observeRefund: RefundObservation?
        /// Who says yes to the price.
        public let accept: Consent

        private enum CodingKeys: String, CodingKey {
            case account
            case borderlessAccountID = "borderless_account_id"
            case asset
            case amount
            case fiatCurrency = "fiat_currency"
            case country
            case paymentInstructionsID = "payment_instructions_id"
            case paymentPurpose = "payment_purpose"
            case purposeDescription = "purpose_description"
            case reference
            case developerFee = "developer_fee"
            case counterPartyIdentityID = "counter_party_identity_id"
            case minFiatAmount = "min_fiat_amount"
            case refundTarget = "refund_destination"
            case autoRefund = "auto_refund"
            case observeRefund = "observe_refund"
            case accept
        }

        /// An order; what is left out can be set afterwards.
        public init(
            borderlessAccountID: Identifier, asset: NetworkAsset, amount: Amount, fiatCurrency: CurrencyCode,
            country: CountryCode, paymentInstructionsID: Identifier, paymentPurpose: PaymentPurpose, accept: Consent
        ) {
            self.borderlessAccountID = borderlessAccountID
            self.asset = asset
            self.amount = amount
            self.fiatCurrency = fiatCurrency
            self.country = country
            self.paymentInstructionsID = paymentInstructionsID
            self.paymentPurpose = paymentPurpose
            self.accept = accept
        }

        /// What no form of a single member can say: the address of a refund has to be one of the asset's network,
        /// without one nobody hears that refunds are to wait, and no asset has more decimals than its network counts.
        var fault: Refusal? {
            if autoRefund == false, refundTarget == nil {
                let why = "auto_refund: it is sent as part of refund_destination, which is not there; name one"
                return Refusal(.invalid, why)
            }
            for (name, amount) in [("amount", amount), ("developer_fee", developerFee)] {
                guard let amount, let most = asset.mostDecimals, amount.decimals > most else { continue }
                return Refusal(.invalid, "\(name): \(asset) has \(most) decimals, and \(amount) has more")
            }
            guard let address = refundTarget?.address else { return nil }
            do {
                try asset.check(address: address.text)
                return nil
            } catch {
                return Refusal(.invalid, "refund_destination.address: a refund of \(asset) can't go there: \(error)")
            }
        }
    }

    /// Whether the app is asked.
    public enum Consent: String, CaseIterable, TextValue {
        /// Lockstep goes on by itself.
        case auto
        /// Lockstep waits for a signal.
        case ask

        /// Lockstep goes on by itself.
        public static var sample: Consent { .auto }
    }

    /// An amount of an asset: more than nothing, kept as it was written.
    public struct Amount: TextValue {
        /// Digits, perhaps with a point and decimals, such as `100.00`.
        public let text: String

        /// More than 0 in digits with at most 18 decimals, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            let amount = try FiatAmount(text: text)
            guard amount.text.contains(where: { ("1"..."9").contains($0) }) else {
                throw InvalidValue(text, isNot: "an amount to withdraw", expected: "write more than 0, such as 100.00")
            }
            self.text = text
        }

        /// Digits, then perhaps a point and up to 18 decimals, and one of them not 0.
        public static var pattern: String? { PositivePattern.of(digits: 20, decimals: 18) }

        /// 100 of the asset.
        public static var sample: Amount { Amount(checked: "100.00") }

        private init(checked text: String) { self.text = text }

        /// The number.
        var value: FiatAmount? { FiatAmount(text) }

        /// How many decimals it is written with, zeros at its end left out.
        var decimals: Int {
            guard let point = text.firstIndex(of: ".") else { return 0 }
            let written = text[text.index(after: point)...]
            return (written.lastIndex { $0 != "0" }).map { written.distance(from: written.startIndex, to: $0) + 1 } ?? 0
        }
    }

    /// A short text for people, on one line.
    public struct Note: TextValue {
        /// 1 to 140 characters.
        public let text: String

        /// 1 to 140 characters without line breaks, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            guard 1...140 ~= text.unicodeScalars.count, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
                throw InvalidValue("a text is not one line of 1 to 140 characters")
            }
            self.text = text
        }

        /// Anything on one line.
        public static var pattern: String? { "^[^\\u0000-\\u001F]{1,140}$" }

        /// A purpose.
        public static var sample: Note { Note(checked: "tickets") }

        private init(checked text: String) { self.text = text }
    }
}
