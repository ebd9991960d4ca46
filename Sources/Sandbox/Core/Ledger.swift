public import Time

/// Everything that a simulated provider really did: what tests ask, instead of trusting answers that may be lost.
///
/// It only grows. An entry names the provider's object and the client's own key for it, and can be found by either.
public struct Ledger: Sendable {
    /// What happened, as a word such as `created`.
    public struct Kind: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        /// The word.
        public let rawValue: String

        /// A kind of effect of a provider's own.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A kind of effect of a provider's own.
        public init(stringLiteral word: String) { rawValue = word }

        /// An order was taken: a payout, a withdrawal, a payment.
        public static let created: Kind = "created"
        /// The client said go.
        public static let confirmed: Kind = "confirmed"
        /// The client called it off.
        public static let canceled: Kind = "canceled"
        /// Crypto was sent out of a wallet.
        public static let transfer: Kind = "transfer"
        /// A transfer was undone on chain: nothing has left the wallet.
        public static let reverted: Kind = "reverted"
        /// Fiat reached its receiver.
        public static let disbursed: Kind = "disbursed"
        /// Crypto came back to a wallet.
        public static let refunded: Kind = "refunded"
        /// The receiver's bank sent the fiat back.
        public static let returned: Kind = "returned"
        /// It ended without success: failed, rejected or expired.
        public static let failed: Kind = "failed"
    }

    /// One thing that happened.
    public struct Effect: Sendable, Hashable {
        /// What happened.
        public let kind: Kind
        /// The provider's id of the object it happened to.
        public let object: String
        /// The client's own key for that object, where it gave one.
        public let key: String?
        /// When.
        public let at: Timestamp
        /// How much, with its unit, such as `1000000000 USDC` in minimum units or `985.50 USD`.
        public let amount: String?
        /// More in words, such as why something failed.
        public let detail: String?
    }

    private struct Index: Hashable {
        let kind: Kind
        let name: String
    }

    /// All effects, in the order in which they happened.
    public private(set) var effects: [Effect] = []
    /// Where in `effects` those of a kind for an object or key stand.
    private var positions: [Index: [Int]] = [:]
    private var totals: [Kind: Int] = [:]

    /// Nothing has happened.
    public init() {}

    /// Records an effect.
    public mutating func record(
        _ kind: Kind, of object: String, key: String?, at now: Timestamp, amount: String? = nil, detail: String? = nil
    ) {
        let position = effects.count
        effects.append(Effect(kind: kind, object: object, key: key, at: now, amount: amount, detail: detail))
        totals[kind, default: 0] += 1
        positions[Index(kind: kind, name: object), default: []].append(position)
        if let key, key != object { positions[Index(kind: kind, name: key), default: []].append(position) }
    }

    /// How many effects of a kind there were.
    public func count(_ kind: Kind) -> Int { totals[kind] ?? 0 }

    /// How many effects of a kind there were for one object, by the provider's id or the client's key.
    public func count(_ kind: Kind, of name: String) -> Int { positions[Index(kind: kind, name: name)]?.count ?? 0 }

    /// The effects of a kind for one object, by the provider's id or the client's key, in order.
    public func effects(_ kind: Kind, of name: String) -> [Effect] {
        (positions[Index(kind: kind, name: name)] ?? []).map { effects[$0] }
    }

    /// The effects as a JSON array, oldest first: those of one object or key if a name is given, and of these a page.
    public func json(of name: String? = nil, from: Int = 0, limit: Int = .max) -> JSON {
        let chosen = name.map { name in effects.filter { $0.object == name || $0.key == name } } ?? effects
        return .array(
            chosen.dropFirst(from).prefix(limit).map { effect in
                .fields([
                    "kind": .string(effect.kind.rawValue), "object": .string(effect.object), "key": .text(effect.key),
                    "at": .string(effect.at.description), "amount": .text(effect.amount),
                    "detail": .text(effect.detail),
                ])
            })
    }
}
