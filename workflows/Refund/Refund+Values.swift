public import Domain
public import Time

/// The few values that this flow stores. Borderless.xyz's wire types may change; these have to decode for ever.
extension Refund {
    /// A refund that is due, and what is known of it.
    public struct Claim: Codable, Hashable, Sendable {
        /// What was asked.
        public let order: RefundOrder
        /// Why the transaction failed, in Borderless.xyz's words.
        public var cause: String?
        /// The corridor's country.
        public var country: CountryCode?
        /// The corridor's currency.
        public var fiat: CurrencyCode?
        /// What had left.
        public var asset: NetworkAsset?
        /// How much of it, in units of the asset.
        public var amount: FiatAmount?
        /// Which partner carried it out.
        public var partner: String?
        /// The plan as far as it was ever shown.
        public var plan: RefundPlan?
        /// How long it may take, in seconds; nil where nobody has said so.
        public var longestSeconds: Int64?
        /// Which types of destination may be asked for; nil where nobody has said so.
        public var acceptedTypes: [String]?
        /// Whether we have sent it off.
        public var isDispatched: Bool
        /// Whether no reading has shown yet what became of the dispatch: the plan is what it was answered with, or what
        /// was read while the dispatch may not have had its effect.
        public var isPlanAnswered: Bool?
        /// When it was sent off.
        public var dispatchedAt: Timestamp?
        /// Whether the organisation's default says that refunds don't go by themselves.
        public var waitsForDispatch: Bool?

        /// A refund of which only the order is known.
        public init(order: RefundOrder) {
            self.order = order
            isDispatched = false
        }

        /// The same with what has become known; what was known before is never forgotten.
        public func with(_ report: Report) -> Claim {
            var claim = self
            claim.cause = report.cause ?? cause
            claim.country = report.country ?? country
            claim.fiat = report.fiat ?? fiat
            claim.asset = report.asset ?? asset
            claim.amount = report.amount ?? amount
            claim.partner = report.partner ?? partner
            claim.plan = report.plan ?? plan
            claim.isPlanAnswered = isNews(report) ? nil : isPlanAnswered
            return claim
        }

        /// Whether a reading says what became of a dispatch: a plan that has not gone on says so only later.
        private func isNews(_ report: Report) -> Bool {
            guard let plan = report.plan else { return false }
            guard plan.status == .created || plan.status == .eligible, let dispatchedAt else { return true }
            return report.readAt.map { $0 >= dispatchedAt + Refund.settle } ?? false
        }

        /// The same with what the partner can do; where it isn't known which partner it is, the strictest counts.
        func with(_ capabilities: [Capability]) -> Claim {
            var claim = self
            let own = capabilities.filter { $0.partner == partner }
            let all = own.isEmpty ? capabilities : own
            claim.longestSeconds = all.compactMap(\.longestSeconds).max()
            claim.acceptedTypes = all.dropFirst().reduce(all.first?.acceptedTypes ?? []) { common, next in
                common.filter(next.acceptedTypes.contains)
            }
            return claim
        }

        /// The same, sent off, with the plan that the answer shows.
        func dispatched(_ plan: RefundPlan, at instant: Timestamp?) -> Claim {
            var claim = self
            claim.plan = plan
            claim.dispatchedAt = instant
            claim.isDispatched = true
            claim.isPlanAnswered = true
            return claim
        }

        /// How long it may be under way before somebody looks: the partner's estimate and a day, or a business week.
        var patience: Duration { longestSeconds.map { .seconds($0) + .days(1) } ?? .days(7) }
    }

    /// A refund plan, as far as Borderless.xyz shows it.
    public struct RefundPlan: Codable, Hashable, Sendable {
        /// How far it is.
        public let status: PlanStatus
        /// Which way it takes; nil for one that is new to us.
        public var path: Path?
        /// Which layer named the destination; nil for one that is new to us.
        public var layer: Layer?
        /// The destination's address.
        public var address: String?
        /// Whether a person has to do something.
        public var needsPerson: Bool
        /// Why it failed or can't go on.
        public var reason: String?

        /// A plan.
        public init(
            status: PlanStatus, path: Path? = nil, layer: Layer? = nil, address: String? = nil,
            needsPerson: Bool = false, reason: String? = nil
        ) {
            self.status = status
            self.path = path
            self.layer = layer
            self.address = address
            self.needsPerson = needsPerson
            self.reason = reason
        }
    }

    /// How far a plan is.
    public enum PlanStatus: String, Codable, Hashable, Sendable, CaseIterable {
        /// Made with the transaction.
        case created
        /// The transaction has failed: it may be sent off.
        case eligible
        /// Sent off.
        case inProgress = "in_progress"
        /// Done.
        case succeeded
        /// Tried, and not done.
        case failed
        /// Something stands in its way.
        case blocked
        /// A person at Borderless.xyz or its partner has to do it.
        case manualRequired = "manual_required"
        /// The partner can't.
        case unsupported
        /// Nothing had moved.
        case notNeeded = "not_needed"
        /// Called off with its transaction.
        case cancelled
    }

    /// Which way a refund takes.
    public enum Path: String, Codable, Hashable, Sendable, CaseIterable {
        /// By the partner, within the transaction.
        case inlineProvider = "inline_provider"
        /// Onto the balance at the partner.
        case providerBalance = "provider_balance"
        /// Back to whoever sent it.
        case sourceReturn = "source_return"
        /// The partner does it by itself, and Borderless.xyz watches.
        case providerObserved = "provider_observed"
        /// By a person.
        case manualRequired = "manual_required"
        /// Not at all.
        case unsupported
        /// None is needed.
        case notNeeded = "not_needed"
    }

    /// Which layer named the destination; each overrides those before it.
    public enum Layer: String, Codable, Hashable, Sendable, CaseIterable {
        /// None.
        case none
        /// The organisation's default.
        case organisationDefault = "organisation_default"
        /// The withdrawal.
        case perTransaction = "per_transaction"
        /// The refund call.
        case manual
        /// Nobody named one: it goes back to who sent it.
        case originalSender = "original_sender"
        /// The partner takes no other.
        case providerLocked = "provider_locked"
    }

    /// What a reading of the transaction says.
    public struct Report: Codable, Hashable, Sendable {
        /// Where the transaction is.
        public let stage: Stage
        /// Why it failed.
        public var cause: String?
        /// The corridor's country.
        public var country: CountryCode?
        /// The corridor's currency.
        public var fiat: CurrencyCode?
        /// What had left.
        public var asset: NetworkAsset?
        /// How much of it, in units of the asset.
        public var amount: FiatAmount?
        /// Which partner carries it out.
        public var partner: String?
        /// The plan, where it is shown.
        public var plan: RefundPlan?
        /// When it was read.
        public var readAt: Timestamp?

        /// A report.
        public init(
            stage: Stage, cause: String? = nil, country: CountryCode? = nil, fiat: CurrencyCode? = nil,
            asset: NetworkAsset? = nil, amount: FiatAmount? = nil, partner: String? = nil, plan: RefundPlan? = nil,
            readAt: Timestamp? = nil
        ) {
            self.stage = stage
            self.cause = cause
            self.country = country
            self.fiat = fiat
            self.asset = asset
            self.amount = amount
            self.partner = partner
            self.plan = plan
            self.readAt = readAt
        }
    }

    /// Where a transaction is, as far as a refund cares.
    public enum Stage: String, Codable, Hashable, Sendable, CaseIterable {
        /// Not over, or in a status that is new to us.
        case underWay = "under_way"
        /// Carried out.
        case completed
        /// Not carried out.
        case failed
        /// Called off.
        case cancelled
        /// The money has come back.
        case refunded
    }

    /// What a partner can do in the corridor.
    public struct Capability: Codable, Hashable, Sendable {
        /// The partner.
        public let partner: String
        /// Which types of destination may be asked for.
        public let acceptedTypes: [String]
        /// The longest that a refund is estimated to take; business days are counted with their weekends.
        public let longestSeconds: Int64?

        /// A capability.
        public init(partner: String, acceptedTypes: [String], longestSeconds: Int64?) {
            self.partner = partner
            self.acceptedTypes = acceptedTypes
            self.longestSeconds = longestSeconds
        }
    }

    /// How the organisation's default destination stands.
    public enum Standing: String, Codable, Hashable, Sendable, CaseIterable {
        /// Nobody has set one.
        case missing
        /// Confirmed in the last 30 days.
        case fresh
        /// Confirmed more than 30 days ago: it still works.
        case stale
        /// Confirmed more than 90 days ago: automatic refunds to it are paused.
        case rejected
        /// Set so that no refund to it goes by itself.
        case manual
    }

    /// What somebody has seen come back.
    public struct Receipt: Codable, Hashable, Sendable {
        /// How much.
        public let amount: FiatAmount
        /// Of what.
        public let asset: NetworkAsset
        /// By which transaction on chain.
        public var transactionHash: String?

        /// A receipt.
        public init(amount: FiatAmount, asset: NetworkAsset, transactionHash: String? = nil) {
            self.amount = amount
            self.asset = asset
            self.transactionHash = transactionHash
        }

        private enum CodingKeys: String, CodingKey {
            case amount
            case asset
            case transactionHash = "transaction_hash"
        }
    }
}
