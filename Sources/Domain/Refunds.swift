public import JSONSchema

/// Where returned money is to go (Borderless.xyz documentation, “Refunds”).
public enum RefundTarget: Hashable, Sendable {
    /// An address on chain.
    case address(ChainAddress)
    /// Whoever sent the crypto.
    case source
    /// The balance at the partner that carried it out: a claim on that account, and not cash in a wallet.
    case providerBalance

    /// Borderless.xyz's word for it.
    public var type: String {
        switch self {
        case .address: "Address"
        case .source: "Source"
        case .providerBalance: "ProviderBalance"
        }
    }

    /// The address, where it is one.
    public var address: ChainAddress? {
        guard case .address(let address) = self else { return nil }
        return address
    }
}

extension RefundTarget: Codable {
    private enum CodingKeys: String, CodingKey { case type, address }

    /// Reads `{"type":"Address","address":"0x…"}`, or one of the two types without an address.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "Address": self = .address(try container.decode(ChainAddress.self, forKey: .address))
        case "Source": self = .source
        case "ProviderBalance": self = .providerBalance
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container,
                debugDescription:
                    "“\(other.prefix(80))” is not in the list: write one of Address, Source, ProviderBalance")
        }
    }

    /// Writes the object.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encodeIfPresent(address, forKey: .address)
    }
}

extension RefundTarget: SchemaDescribed {
    /// One of three objects, told apart by `type`.
    public static var schema: Schema {
        func object(_ type: String, _ more: [Schema.Property] = []) -> Schema {
            .object([Schema.Property("type", .string(allowed: [type]))] + more)
        }
        return .oneOf([
            object("Address", [Schema.Property("address", ChainAddress.schema)]), object("Source"),
            object("ProviderBalance"),
        ])
    }

    /// An address.
    public static var sample: RefundTarget { .address(.sample) }
}

/// Who sets a refund going.
public enum RefundTrigger: String, CaseIterable, TextValue {
    /// Borderless.xyz, by itself.
    case automatic
    /// Lockstep, as soon as the plan allows it.
    case dispatch
    /// Lockstep, when somebody sends the signal `dispatch`.
    case ask

    /// What Borderless.xyz does unless told otherwise.
    public static var sample: RefundTrigger { .automatic }
}

/// Whether the job waits until somebody has seen what came back: Borderless.xyz never tells how much it is.
public enum RefundObservation: String, CaseIterable, TextValue {
    /// It waits for the signal `observed`.
    case ask
    /// It ends when Borderless.xyz says that it is done; the amount stays unknown.
    case skip

    /// The one that needs nobody.
    public static var sample: RefundObservation { .skip }
}

/// What a job of `refund` is asked: by an app, or by a flow whose payment failed after its money had left.
///
/// It is here and not in that flow, so that other flows can ask without knowing it.
public struct RefundOrder: Codable, Hashable, Sendable {
    /// The configured account of Borderless.xyz; `main` unless said otherwise.
    public var account: Identifier?
    /// Borderless.xyz's id of the transaction that is to be refunded.
    public let transactionID: Identifier
    /// Who sets it going.
    public let trigger: RefundTrigger
    /// Where the money is to go, above all that was said before; only a refund that Lockstep dispatches can say so:
    /// with the trigger `dispatch` or `ask`.
    public var target: RefundTarget?
    /// Whether the job waits until somebody has seen what came back.
    public let observe: RefundObservation
    /// Whether the asker knows that money has left: then “nothing to refund” is not taken for an answer.
    public var hasMoneyLeft: Bool?
    /// How much had left, in units of the asset.
    public var sentAmount: FiatAmount?
    /// What had left.
    public var sentAsset: NetworkAsset?

    private enum CodingKeys: String, CodingKey {
        case account
        case transactionID = "transaction_id"
        case trigger
        case target = "refund_destination"
        case observe
        case hasMoneyLeft = "money_has_left"
        case sentAmount = "sent_amount"
        case sentAsset = "sent_asset"
    }

    /// An order.
    public init(
        account: Identifier? = nil, transactionID: Identifier, trigger: RefundTrigger, target: RefundTarget? = nil,
        observe: RefundObservation, hasMoneyLeft: Bool? = nil, sentAmount: FiatAmount? = nil,
        sentAsset: NetworkAsset? = nil
    ) {
        self.account = account
        self.transactionID = transactionID
        self.trigger = trigger
        self.target = target
        self.observe = observe
        self.hasMoneyLeft = hasMoneyLeft
        self.sentAmount = sentAmount
        self.sentAsset = sentAsset
    }
}

/// How a job of `refund` ended, for the flow that ran it.
public struct RefundEnding: Codable, Hashable, Sendable {
    /// The job.
    public let job: String
    /// Whether the money has come back.
    public let isRefunded: Bool
    /// How much came back; nil while nobody has seen it.
    public let amount: String?
    /// Of what.
    public let asset: String?
    /// Where it is, such as `provider_balance`.
    public let funds: String?
    /// What is wrong with what came back, compared with what had left; nil where nothing is, or nobody knows.
    public let discrepancy: String?
    /// Why none came back, as a word.
    public let code: String?
    /// The same as a sentence.
    public let reason: String?

    /// What the job had to show when it ended.
    public init(job: String, isRefunded: Bool, output: JSONValue = [:]) {
        self.job = job
        self.isRefunded = isRefunded
        amount = output["refunded_amount"]?.string
        asset = output["refunded_asset"]?.string
        funds = output["funds"]?.string
        discrepancy = output["discrepancy"]?.string
        code = output["code"]?.string
        reason = output["reason"]?.string
    }

    /// What the flow that ran it shows: an amount that nobody has seen is unknown, and said to be.
    public var output: [String: JSONValue] {
        var output: [String: JSONValue] = [
            "refund_job": .string(job), "funds": .string(funds ?? Self.unknownPlace),
            "refunded_amount": amount.map { .string($0) } ?? .null,
        ]
        output["refunded_asset"] = asset.map { .string($0) }
        output["discrepancy"] = discrepancy.map { .string($0) }
        if amount == nil { output["note"] = .string(Self.unknownAmount) }
        return output
    }

    /// What is said in place of an amount.
    public static let unknownAmount =
        "Borderless.xyz doesn't tell how much came back: unknown until it was observed"

    /// What is said in place of where it is: it may be in a wallet, or a balance at the partner.
    public static let unknownPlace = "unknown"

    /// Whether Borderless.xyz says that there was nothing to refund, since it was carried out.
    public var isDelivered: Bool { code == "delivered" }
}
