import Foundation
public import ProviderCore
public import Time

extension BorderlessXYZClient {
    /// Where returned money goes (Borderless.xyz documentation, “Refunds”).
    public struct RefundDestination: Hashable, Sendable, Encodable {
        /// How.
        public let type: Kind
        /// To which address; only with `address`, and needed there.
        public let address: String?
        /// Whether it goes by itself; Borderless.xyz's default, yes, where nil.
        public let autoRefund: Bool?

        /// What a refund's destination may be.
        public enum Kind: String, Hashable, Sendable, CaseIterable, Encodable {
            /// An address on chain.
            case address = "Address"
            /// Whoever sent the crypto.
            case source = "Source"
            /// The balance at the partner.
            case providerBalance = "ProviderBalance"
        }

        /// A destination.
        public init(type: Kind, address: String? = nil, autoRefund: Bool? = nil) {
            self.type = type
            self.address = address
            self.autoRefund = autoRefund
        }
    }

    /// What a partner can do about refunds in a corridor (Borderless.xyz documentation, “Refunds”).
    public struct RefundCapability: Hashable, Sendable {
        /// The partner.
        public let partner: String
        /// The ways that a refund may take.
        public let paths: [Reported<RefundPath>]
        /// The types of destination that may be asked for: `Address`, or none.
        public let acceptedTypes: [String]
        /// `none`, `address_optional`, `address_required`, `provider_locked`.
        public let destinationModes: [String]
        /// How a refund is sent off and followed.
        public let dispatchModes: [Reported<RefundDispatchMode>]
        /// The assets that can be refunded, such as `USDC_POLYGON`.
        public let assets: [String]
        /// The longest that a refund is estimated to take; of business days where `isInBusinessDays`.
        public let longest: Duration?
        /// Whether the estimate counts business days.
        public let isInBusinessDays: Bool
        /// Whether a transaction's own wish about automatic refunds is passed on; at present it never is.
        public let takesAutoRefund: Bool
        /// What has to be there first.
        public let prerequisites: [String]
    }

    /// The ways that a refund may take.
    public enum RefundPath: String, Hashable, Sendable, CaseIterable {
        case inlineProvider = "InlineProvider"
        case providerBalance = "ProviderBalance"
        case sourceReturn = "SourceReturn"
        case providerObserved = "ProviderObserved"
        case manualRequired = "ManualRequired"
        case unsupported = "Unsupported"
        case notNeeded = "NotNeeded"
    }

    /// How far a refund plan is.
    public enum RefundStatus: String, Hashable, Sendable, CaseIterable {
        case created = "Created"
        case eligible = "Eligible"
        case inProgress = "InProgress"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case blocked = "Blocked"
        case manualRequired = "ManualRequired"
        case unsupported = "Unsupported"
        case notNeeded = "NotNeeded"
        case cancelled = "Cancelled"
    }

    /// How a refund is sent off and followed.
    public enum RefundDispatchMode: String, Hashable, Sendable, CaseIterable {
        case none = "None"
        case pollOnly = "PollOnly"
        case webhookOnly = "WebhookOnly"
        case webhookAndPoll = "WebhookAndPoll"
        case submitAndPoll = "SubmitAndPoll"
        case submitAndWebhook = "SubmitAndWebhook"
        case manual = "Manual"
    }

    /// Which of the layers named the destination.
    public enum RefundDestinationSource: String, Hashable, Sendable, CaseIterable {
        case none = "None"
        case perTransaction = "PerTransaction"
        case organizationDefault = "OrganizationDefault"
        case originalSender = "OriginalSender"
        case providerLocked = "ProviderLocked"
        case manual = "Manual"
    }

    /// A refund plan (Borderless.xyz documentation, “Manually dispatch a refund”). It tells no amount, fee, currency or
    /// transaction: what has come back is learnt by looking at chain or ledger.
    public struct RefundResolution: Hashable, Sendable {
        /// How far it is.
        public let status: Reported<RefundStatus>
        /// Which way it takes.
        public let path: Reported<RefundPath>?
        /// Whether the partner can refund it at all; nil where that is not said.
        public let isSupported: Bool?
        /// Whether a person has to do something.
        public let needsPerson: Bool
        /// How it is sent off and followed.
        public let dispatchMode: Reported<RefundDispatchMode>?
        /// Which layer named the destination.
        public let destinationSource: Reported<RefundDestinationSource>?
        /// The address, where the destination is one.
        public let address: String?
        /// Why it failed or can't go on.
        public let reason: String?
    }

    /// The organisation's default destination (Borderless.xyz documentation, “Get refund default”).
    public struct RefundDefault: Hashable, Sendable {
        /// Where to, by network, such as `ETHEREUM`.
        public let addresses: [String: String]
        /// Whether refunds go by themselves.
        public let autoRefund: Bool
        /// When somebody last said that it is right.
        public let verifiedAt: Timestamp?
        /// More than 30 days ago.
        public let isStale: Bool
        /// More than 90 days ago: no automatic refund goes to it until it is confirmed again.
        public let isRejected: Bool
    }
}

extension BorderlessXYZClient.RefundCapability: Decodable {
    /// Reads what is there.
    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        partner = try root.decode(String.self, forKey: .pfiName)
        paths = root.tolerant(.supportedPaths) ?? []
        acceptedTypes = root.tolerant(.acceptedRequestTypes) ?? []
        destinationModes = root.tolerant(.destinationModes) ?? []
        dispatchModes = root.tolerant(.dispatchModes) ?? []
        assets = root.tolerant(.chainsSupported) ?? []
        let range: Range? = root.tolerant(.estimatedTimingRange)
        longest = range?.maxSeconds.map { .seconds(max(0, min($0, 31_536_000))) }
        isInBusinessDays = range?.businessDays ?? false
        takesAutoRefund = root.tolerant(.autoRefundOverrideSupported) ?? false
        prerequisites = root.tolerant(.prerequisites) ?? []
    }

    private enum Key: String, CodingKey {
        case pfiName, supportedPaths, acceptedRequestTypes, destinationModes, dispatchModes, chainsSupported
        case estimatedTimingRange, autoRefundOverrideSupported, prerequisites
    }

    private struct Range: Decodable {
        let maxSeconds: Int?
        let businessDays: Bool?
    }
}

extension BorderlessXYZClient.RefundResolution: Decodable {
    /// Reads what is there; without a status it says nothing.
    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        status = try root.decode(Reported<BorderlessXYZClient.RefundStatus>.self, forKey: .status)
        path = root.tolerant(.path)
        isSupported = root.tolerant(.supported)
        needsPerson = root.tolerant(.requiresManualAction) ?? false
        dispatchMode = root.tolerant(.dispatchMode)
        destinationSource = root.tolerant(.destinationSource)
        let destination: Destination? = root.tolerant(.destination)
        address = destination?.address
        reason = root.tolerant(.reason)
    }

    private enum Key: String, CodingKey {
        case supported, status, path, requiresManualAction, dispatchMode, destinationSource, destination, reason
    }

    private struct Destination: Decodable { let address: String? }
}

extension BorderlessXYZClient.RefundDefault: Decodable {
    /// Reads what is there; without a destination it is no default.
    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        let destination = try root.decode(Destination.self, forKey: .destination)
        let pairs = (destination.addresses ?? []).map { ($0.network, $0.address) }
        addresses = Dictionary(pairs) { first, _ in first }
        autoRefund = destination.autoRefund ?? true
        verifiedAt = root.tolerant(.verifiedAt)
        isStale = root.tolerant(.isStaleWarning) ?? false
        isRejected = root.tolerant(.isStaleReject) ?? false
    }

    private enum Key: String, CodingKey { case destination, verifiedAt, isStaleWarning, isStaleReject }

    private struct Destination: Decodable {
        struct Address: Decodable {
            let network: String
            let address: String
        }

        let addresses: [Address]?
        let autoRefund: Bool?
    }
}
