import Domain
public import JSONSchema
public import Time
public import WorkflowCore

extension RefundDefaultCheck {
    /// How the default stands.
    public struct Standing: Codable, Hashable, Sendable {
        /// How long ago it was confirmed, as Borderless.xyz sees it.
        public let age: Age
        /// When it was confirmed.
        public var verifiedAt: Timestamp?
        /// The address for each network.
        public let addresses: [String: String]
        /// Whether refunds to it go by themselves; yes where nobody has said so.
        public var isAutomatic: Bool?

        /// A standing.
        public init(age: Age, verifiedAt: Timestamp?, addresses: [String: String], isAutomatic: Bool? = nil) {
            self.age = age
            self.verifiedAt = verifiedAt
            self.addresses = addresses
            self.isAutomatic = isAutomatic
        }
    }

    /// How long ago it was confirmed.
    public enum Age: String, Codable, Hashable, Sendable {
        /// In the last 30 days.
        case fresh
        /// Before that: it still works.
        case stale
        /// Before 90 days: automatic refunds to it are paused.
        case rejected
    }

    /// `confirm`, by who has looked at the addresses, and repeats them.
    public static let signals = ["confirm"]

    /// Which signal is which event; `confirm` carries `{"addresses": {"POLYGON": "0x…"}}`, as the output shows them.
    public static func event(for signal: Signal) -> Event? {
        guard signal.name == "confirm" else { return nil }
        switch signal.payload["addresses"] {
        case .object(let members)?:
            let addresses = members.compactMapValues(\.string)
            return addresses.count == members.count ? .confirmationGiven(addresses: addresses) : nil
        case nil, .null?: return .confirmationGiven(addresses: nil)
        case .bool?, .int?, .double?, .string?, .array?: return nil
        }
    }

    /// Borderless.xyz said no.
    public static func refused(_ refusal: ProviderRefusal) -> Event {
        .refused(refusal: Refusal(Refusal.Code(rawValue: refusal.code), refusal.message))
    }

    /// The account that the order names.
    public static func account(of state: State) -> String {
        switch state {
        case .reading(let order), .lacking(let order, _), .asking(let order, _), .comparing(let order, _),
            .confirming(let order, _), .fresh(let order, _), .missing(let order), .unconfirmed(let order, _),
            .failed(let order, _):
            order.account?.text ?? "main"
        }
    }

    /// What was found, and what to do about it.
    public static func output(of state: State) -> [String: JSONValue] {
        switch state {
        case .reading, .comparing, .confirming: return [:]
        case .lacking(let order, let standing?):
            let networks = order.missing(in: standing).joined(separator: ", ")
            return shown(
                standing, "the default has no address on \(networks): add one on Borderless.xyz's dashboard")
        case .lacking(_, nil): return ["reason": .string("\(none): set one on Borderless.xyz's dashboard")]
        case .fresh(_, let standing): return shown(standing, nil)
        case .asking(_, let standing), .unconfirmed(_, let standing):
            let what =
                standing.age == .rejected
                ? "automatic refunds to the default are paused, since nobody has confirmed it for 90 days"
                : "nobody has confirmed the default for 30 days; after 90, automatic refunds to it pause"
            return shown(
                standing, "\(what): look at the addresses, then signal “confirm” with them, or correct them first")
        case .missing: return ["reason": .string("nobody has set what was missing")]
        case .failed(_, let why):
            return ["code": .string(why.code.rawValue), "reason": .string(why.message)]
        }
    }

    private static let none =
        "no default is set, so that refunds of payouts through Dfns go back to who sent the crypto, or to nobody"

    private static func shown(_ standing: Standing, _ reason: String?) -> [String: JSONValue] {
        var output: [String: JSONValue] = [
            "standing": .string(standing.age.rawValue),
            "addresses": .object(standing.addresses.mapValues { .string($0) }),
        ]
        output["goes_by_itself"] = standing.isAutomatic.map { .bool($0) }
        output["verified_at"] = standing.verifiedAt.map { .string($0.description) }
        output["reason"] = reason.map { .string($0) }
        return output
    }
}

extension RefundDefaultCheck.Order {
    /// The networks on which the default has no address, and should have one.
    func missing(in standing: RefundDefaultCheck.Standing) -> [String] {
        (networks ?? []).map(\.text).filter { standing.addresses[$0] == nil }
    }
}
