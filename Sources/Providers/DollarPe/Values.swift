public import Foundation
public import ProviderCore
public import Time

extension DollarPeClient {
    /// What may be paid out.
    public struct Configuration: Hashable, Sendable {
        /// The assets, in lower case.
        public let assets: [String]
        /// The least and the most of each asset for a bank transfer, in units of the asset; nil where it isn't said.
        public let limits: [String: Range]
        /// The risk parameters without which a quotation is refused.
        public let requiredRiskParameters: [String]

        /// Least and most.
        public struct Range: Hashable, Sendable {
            /// The least amount.
            public let least: Decimal
            /// The most.
            public let most: Decimal

            /// A range.
            public init(least: Decimal, most: Decimal) {
                self.least = least
                self.most = most
            }
        }
    }

    /// A customer of ours.
    public struct Customer: Hashable, Sendable, Decodable {
        /// How far the check of the customer's identity is.
        public let status: Reported<VerificationStatus>
        /// Why it failed.
        public let failureReason: String?

        private enum CodingKeys: String, CodingKey {
            case status
            case failureReason = "failure_reason"
        }
    }

    /// A customer's bank account.
    public struct Bank: Hashable, Sendable, Decodable {
        /// How far its check is.
        public let status: Reported<VerificationStatus>
        /// Why it failed.
        public let failureReason: String?

        private enum CodingKeys: String, CodingKey {
            case status = "bank_account_status"
            case failureReason = "failure_reason"
        }
    }

    /// How far a check of DollarPe's is.
    public enum VerificationStatus: String, Hashable, Sendable, CaseIterable {
        /// Not begun.
        case unverified = "UNVERIFIED"
        /// Under way.
        case processing = "PROCESSING"
        /// Done, and good.
        case verified = "VERIFIED"
        /// Done, and not good.
        case failed = "FAILED"
    }

    /// How much a customer may still be paid, in the fiat currency (assumed: the documents name no unit).
    public struct Limits: Hashable, Sendable {
        /// What is left for now.
        public let available: Decimal
        /// When all of it is there again.
        public let resetAt: Timestamp?
        /// Whether enhanced due diligence would be needed for more.
        public let isEDDRequired: Bool
        /// The most for one payout by bank transfer, also when all of the limit is there again; nil where it isn't
        /// said, or may be raised.
        public let ceiling: Decimal?
    }

    /// What a quotation is asked for.
    public struct QuotationRequest: Hashable, Sendable {
        /// The asset in lower case, such as `usdt`.
        public let asset: String
        /// The currency in lower case, such as `inr`.
        public let fiat: String
        /// How much of the asset, as digits: a number could be written in two ways, and signed in one.
        public let amount: String
        /// The customer's id.
        public let customer: String
        /// The id of the customer's bank account.
        public let bank: String
        /// Where DollarPe's configuration asks for it.
        public let risk: Risk?

        /// A request of all its parts.
        public init(asset: String, fiat: String, amount: String, customer: String, bank: String, risk: Risk?) {
            self.asset = asset
            self.fiat = fiat
            self.amount = amount
            self.customer = customer
            self.bank = bank
            self.risk = risk
        }
    }

    /// What DollarPe wants to know about the customer's session.
    public struct Risk: Hashable, Sendable {
        /// The customer's device.
        public let deviceID: String?
        /// The customer's address on the internet.
        public let ipAddress: String?
        /// Whether the police has asked about the customer; nil: nobody has said so, and nothing is sent.
        public let isReportedByPolice: Bool?
        /// Whether somebody has reported the customer; nil: nobody has said so, and nothing is sent.
        public let isReportedAsSuspicious: Bool?

        /// What is known.
        public init(deviceID: String?, ipAddress: String?, isReportedByPolice: Bool?, isReportedAsSuspicious: Bool?) {
            self.deviceID = deviceID
            self.ipAddress = ipAddress
            self.isReportedByPolice = isReportedByPolice
            self.isReportedAsSuspicious = isReportedAsSuspicious
        }
    }

    /// A locked rate: good until `expiresAt`, and for one payout.
    public struct Quotation: Hashable, Sendable {
        /// Its id.
        public let id: String
        /// What is paid, in the asset.
        public let sending: Decimal
        /// What arrives, in the fiat currency: authoritative, whatever fees are listed.
        public let receiving: Decimal
        /// The rate.
        public let rate: Decimal
        /// When it ends; documents say 5 or 10 minutes, so that this alone counts.
        public let expiresAt: Timestamp
    }

    /// What has become of a quotation.
    public struct QuotationState: Hashable, Sendable {
        /// `UNLINKED`, `LINKED`, `EXPIRED`; once used it seems to show the payout's status.
        public let status: String
        /// What has used it; whether that is the payout's id is not documented.
        public let order: String?

        /// Whether it was used.
        public var isUsed: Bool { order != nil || !["UNLINKED", "EXPIRED"].contains(status.uppercased()) }
    }

    /// What orders a payout.
    public struct Initiation: Hashable, Sendable {
        /// The quotation, used by this.
        public let quotation: String
        /// The customer, as in the quotation.
        public let customer: String
        /// The exchange's own order.
        public let exchangeOrder: String
        /// Our own reference, unique for ever.
        public let reference: String

        /// An order.
        public init(quotation: String, customer: String, exchangeOrder: String, reference: String) {
            self.quotation = quotation
            self.customer = customer
            self.exchangeOrder = exchangeOrder
            self.reference = reference
        }
    }

    /// A payout as DollarPe reports it.
    public struct Payout: Hashable, Sendable {
        /// DollarPe's id.
        public let id: String
        /// The quotation that it used.
        public let quotation: String?
        /// Our reference.
        public let reference: String?
        /// The exchange's own order.
        public let exchangeOrder: String?
        /// What arrives, in the fiat currency.
        public let receiving: Decimal?
        /// How far it is.
        public let status: Reported<PayoutStatus>
        /// The bank's reference, once it has arrived.
        public let utr: String?
        /// The transfer that was linked to it; nil where none is.
        public let transfer: String?
        /// Why it failed: always the same words, so that nothing may depend on it.
        public let failureReason: String?

        /// Whether its exchange order must not be used again (DollarPe documentation, “Initiate”).
        public var keepsOrder: Bool {
            switch status {
            case .known(.failed), .known(.refunded), .known(.cancelled): false
            case .known(.processing), .known(.inReview), .known(.success), .unknown: true
            }
        }
    }

    /// How far a payout is (DollarPe documentation, “Status reference”; `IN_REVIEW` is from newer material).
    public enum PayoutStatus: String, Hashable, Sendable, CaseIterable {
        /// Under way.
        case processing = "PROCESSING"
        /// Somebody looks at it.
        case inReview = "IN_REVIEW"
        /// It has arrived.
        case success = "SUCCESS"
        /// It did not arrive; the money may still come back.
        case failed = "FAILED"
        /// The money came back.
        case refunded = "REFUNDED"
        /// It was called off.
        case cancelled = "CANCELLED"
    }

    /// DollarPe took note.
    public struct Linked: Hashable, Sendable {
        /// The only value.
        public init() {}
    }
}

extension DollarPeClient.Limits: Decodable {
    private enum Key: String, CodingKey {
        case available_limit, daily_limit, payment_method_limits, full_limit_reset_timestamp, limit_reset_timestamp
        case is_edd_required, is_limit_increase_available
    }

    /// By rail: of those that there are, exchanges are paid through IMPS.
    private struct Rails: Decodable {
        let per_transaction_limit: [String: LooseAmount]?
    }

    /// Reads either name of the reset.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard let available = try container.decode(LooseAmount.self, forKey: .available_limit).decimal else {
            throw DecodingError.dataCorruptedError(
                forKey: .available_limit, in: container, debugDescription: "not a number")
        }
        self.available = available
        let reset: LooseInstant? =
            container.tolerant(.full_limit_reset_timestamp) ?? container.tolerant(.limit_reset_timestamp)
        resetAt = reset.map { Timestamp(seconds: $0.seconds) }
        isEDDRequired = container.tolerant(.is_edd_required) ?? false
        let (daily, rails): (LooseAmount?, Rails?) = (
            container.tolerant(.daily_limit), container.tolerant(.payment_method_limits)
        )
        let mayRise = isEDDRequired || container.tolerant(.is_limit_increase_available) ?? false
        let known = [daily?.decimal, rails?.per_transaction_limit?["IMPS"]?.decimal].compactMap { $0 }
        ceiling = mayRise ? nil : known.min()
    }
}

extension DollarPeClient.Quotation: Decodable {
    private enum Key: String, CodingKey {
        case id, sending_amount, receiving_amount, receiveing_amount, rate, expiry_time
    }

    /// Reads amounts in any of their forms, also under the reference's misspelt name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func amount(_ keys: Key...) throws -> Decimal {
            for key in keys {
                if let found: LooseAmount = container.tolerant(key), let decimal = found.decimal { return decimal }
            }
            throw DecodingError.dataCorruptedError(forKey: keys[0], in: container, debugDescription: "not a number")
        }
        id = try container.decode(String.self, forKey: .id)
        sending = try amount(.sending_amount)
        receiving = try amount(.receiving_amount, .receiveing_amount)
        rate = try amount(.rate)
        expiresAt = Timestamp(seconds: try container.decode(LooseInstant.self, forKey: .expiry_time).seconds)
    }
}

extension DollarPeClient.QuotationState: Decodable {
    private enum Key: String, CodingKey { case status, order_id }

    /// Reads status and payout.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        status = try container.decode(String.self, forKey: .status)
        let order: String? = container.tolerant(.order_id)
        self.order = order.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension DollarPeClient.Payout: Decodable {
    private enum Key: String, CodingKey {
        case id, quotation_id, client_reference_id, status, utr, exchange_transfer_id, failure_reason
        case exchange_order_id, receiving_amount, receiveing_amount
    }

    /// Reads a payout; an empty text counts as none, and `COMPLETED` as `SUCCESS`, as some guides write it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key) -> String? {
            let text: String? = container.tolerant(key)
            return text.flatMap { $0.isEmpty ? nil : $0 }
        }
        id = try container.decode(String.self, forKey: .id)
        let word = try container.decode(String.self, forKey: .status)
        status = Reported(word == "COMPLETED" ? "SUCCESS" : word)
        quotation = text(.quotation_id)
        reference = text(.client_reference_id)
        exchangeOrder = text(.exchange_order_id)
        let amounts: [LooseAmount?] = [
            container.tolerant(.receiving_amount), container.tolerant(.receiveing_amount),
        ]
        receiving = amounts.lazy.compactMap { $0?.decimal }.first
        utr = text(.utr)
        transfer = text(.exchange_transfer_id)
        failureReason = text(.failure_reason)
    }
}
