public import Domain
public import Time

/// The few values that this flow stores. Borderless.xyz's wire types may change; these have to decode for ever.
extension BorderlessWithdrawal {
    /// What a partner of the corridor can do about refunds.
    public struct Capability: Codable, Hashable, Sendable {
        /// The partner.
        public let partner: String
        /// Which types of destination may be asked for.
        public let acceptedTypes: [String]
        /// Which assets it refunds.
        public let assets: [String]

        /// A capability.
        public init(partner: String, acceptedTypes: [String], assets: [String]) {
            self.partner = partner
            self.acceptedTypes = acceptedTypes
            self.assets = assets
        }
    }

    /// A price that can be taken until it runs out.
    public struct Quote: Codable, Hashable, Sendable {
        /// Borderless.xyz's id.
        public let id: String
        /// What arrives, in the order's currency.
        public let net: FiatAmount
        /// Until when it is good.
        public let expiresAt: Timestamp

        /// A quote.
        public init(id: String, net: FiatAmount, expiresAt: Timestamp) {
            self.id = id
            self.net = net
            self.expiresAt = expiresAt
        }

        /// Whether it gives what the order takes without asking.
        func isEnough(for order: Order) -> Bool { order.minFiatAmount.map { net >= $0 } ?? true }
    }

    /// A withdrawal as Borderless.xyz opened it, and what has become known of it since.
    public struct Withdrawal: Codable, Hashable, Sendable {
        /// Borderless.xyz's id.
        public let id: Identifier
        /// What was ordered.
        public let order: Order
        /// How far it was when it was last read.
        public var stage: Stage
        /// Where the crypto is to be sent.
        public var instructions: Instructions?
        /// Transactions on chain that Borderless.xyz has seen.
        public var hashes: [String]
        /// Whether the app said that it has sent the crypto.
        public var isFunded: Bool
        /// Whether Borderless.xyz has shown that it has the crypto.
        public var isCredited: Bool
        /// In which transaction, as the app says.
        public var fundingHash: String?
        /// Whether the fiat was paid once.
        public var isDelivered: Bool
        /// The bank's own names of the payment.
        public var traces: [String]
        /// Withdrawals of ours that nobody will fund, because an answer was lost.
        public var orphans: [Identifier]

        /// A withdrawal.
        public init(id: Identifier, order: Order, stage: Stage, orphans: [Identifier] = []) {
            self.id = id
            self.order = order
            self.stage = stage
            self.orphans = orphans
            hashes = []
            isFunded = false
            isCredited = false
            isDelivered = false
            traces = []
        }

        /// The same with what has become known; what was known before is never forgotten.
        public func with(_ report: Report) -> Withdrawal {
            var withdrawal = self
            withdrawal.stage = report.stage
            withdrawal.instructions = report.instructions ?? instructions
            withdrawal.hashes = report.hashes.isEmpty ? hashes : report.hashes
            withdrawal.traces = report.traces.isEmpty ? traces : report.traces
            withdrawal.isDelivered = isDelivered || report.stage == .completed
            withdrawal.isCredited = isCredited || report.showsCrypto
            return withdrawal
        }

        /// The same, with the app's word that the crypto was sent.
        func funded(by hash: String?) -> Withdrawal {
            var withdrawal = self
            withdrawal.isFunded = true
            withdrawal.fundingHash = hash ?? fundingHash
            return withdrawal
        }

        /// The same, with one orphan less.
        var tidied: Withdrawal {
            var withdrawal = self
            withdrawal.orphans = Array(orphans.dropFirst())
            return withdrawal
        }

        /// Where the crypto is, should the withdrawal be over now: Borderless.xyz has seen it, the app has sent it, or
        /// neither.
        var funds: Funds {
            if isCredited { return .atProvider }
            return isFunded ? .inFlight : .inWallet
        }

        /// What the job is asked that follows the refund.
        ///
        /// What was called off is not refunded by itself for certain: somebody says when the crypto has arrived.
        func refundOrder(_ funds: Funds, _ cause: Refusal) -> RefundOrder {
            let isAutomatic = order.autoRefund != false && cause.code != .canceled && cause.code != .expired
            return RefundOrder(
                account: order.account, transactionID: id, trigger: isAutomatic ? .automatic : .ask,
                observe: order.observeRefund ?? .skip, hasMoneyLeft: funds != .inWallet,
                sentAmount: order.amount.value,
                sentAsset: order.asset)
        }
    }

    /// Where the crypto is to be sent, and how much: exactly this much, in one transfer.
    public struct Instructions: Codable, Hashable, Sendable {
        /// To which address.
        public let address: String
        /// What, where it is said.
        public let asset: String?
        /// How much, where it is said.
        public let amount: String?

        /// Instructions.
        public init(address: String, asset: String?, amount: String?) {
            self.address = address
            self.asset = asset
            self.amount = amount
        }

        /// What is wrong with them, given what was ordered.
        func fault(for order: Order) -> Refusal? {
            let isOther =
                asset.map { $0 != order.asset.text } ?? false
                || amount.map { FiatAmount($0) != order.amount.value } ?? false
            if isOther || (try? order.asset.check(address: address)) == nil {
                let asked = [amount, asset, "to \(address)"].compactMap(\.self).joined(separator: " ")
                return Refusal(.mismatch, "Borderless.xyz asks for \(asked), which is not what was ordered")
            }
            return nil
        }
    }

    /// What a reading of the withdrawal says.
    public struct Report: Codable, Hashable, Sendable {
        /// Borderless.xyz's id.
        public let id: Identifier
        /// How far it is.
        public let stage: Stage
        /// Where the crypto is to be sent.
        public var instructions: Instructions?
        /// Transactions on chain that belong to it.
        public var hashes: [String]
        /// Why it failed.
        public var cause: String?
        /// The bank's own names of the payment.
        public var traces: [String]
        /// Whether its refund plan says that money is to be returned.
        public var refundIsDue: Bool?

        /// A report.
        public init(
            id: Identifier, stage: Stage, instructions: Instructions? = nil, hashes: [String] = [],
            cause: String? = nil, traces: [String] = [], refundIsDue: Bool? = nil
        ) {
            self.id = id
            self.stage = stage
            self.instructions = instructions
            self.hashes = hashes
            self.cause = cause
            self.traces = traces
            self.refundIsDue = refundIsDue
        }

        /// Whether it still waits for the crypto: what we opened and showed to nobody does, unless it was called off or
        /// ran out. One that was paid is another job's, to which an app gave the same reference.
        var isOpen: Bool { !stage.isDecided && !showsCrypto }

        /// Whether it can't be what it is without the crypto: a transfer was seen, and processed or to be returned.
        var showsCrypto: Bool { stage.showsCrypto || !hashes.isEmpty || refundIsDue == true }
    }

    /// How far a withdrawal is.
    public enum Stage: String, Codable, Hashable, Sendable, CaseIterable {
        case submitted, verifying, preparing, orchestrating, pending, processing, completed, failed, cancelled, refunded
        /// A status that is new to us: it counts as under way.
        case unknown

        /// Whether nobody gets there without the crypto.
        var showsCrypto: Bool {
            switch self {
            case .processing, .completed, .refunded: true
            case .submitted, .verifying, .preparing, .orchestrating, .pending, .failed, .cancelled, .unknown: false
            }
        }

        /// Whether Borderless.xyz lets it be called off (its documentation, “Sandbox testing”).
        var isCancellable: Bool {
            switch self {
            case .submitted, .verifying, .preparing, .pending: true
            case .orchestrating, .processing, .completed, .failed, .cancelled, .refunded, .unknown: false
            }
        }

        /// Whether calling it off is out of the question, since it was paid, or is over.
        var isDecided: Bool {
            switch self {
            case .processing, .completed, .failed, .cancelled, .refunded: true
            case .submitted, .verifying, .preparing, .orchestrating, .pending, .unknown: false
            }
        }
    }

    /// Where the customer's crypto is after a withdrawal failed.
    public enum Funds: String, Codable, Hashable, Sendable {
        /// Nobody has said or seen that it was sent.
        case inWallet = "in_wallet"
        /// The app has sent it, and Borderless.xyz has not seen it yet.
        case inFlight = "in_flight"
        /// Borderless.xyz or its partner has it.
        case atProvider = "at_provider"
    }
}
