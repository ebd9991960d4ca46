public import JSONSchema

/// How much of which token.
///
/// In JSON it is an object such as `{"kind":"Erc20","amount":"1000000000","contract":"0x…"}`; the two Solana kinds name
/// their token by `mint`. Other members, as a provider adds them to its answers, are ignored.
public enum Asset: Hashable, Sendable {
    /// A token on Ethereum or a network like it, named by its contract.
    case erc20(amount: TokenAmount, contract: EVMAddress)
    /// A token of Solana's first token program, named by its mint.
    case spl(amount: TokenAmount, mint: SolanaAddress)
    /// A token of Solana's Token-2022 program, named by its mint.
    case spl2022(amount: TokenAmount, mint: SolanaAddress)

    /// Which of the three it is, under the name that stands in JSON.
    public enum Kind: String, CaseIterable, TextValue {
        /// `Asset.erc20`.
        case erc20 = "Erc20"
        /// `Asset.spl`.
        case spl = "Spl"
        /// `Asset.spl2022`.
        case spl2022 = "Spl2022"

        /// The most common one.
        public static var sample: Kind { .erc20 }
    }

    /// Which of the three it is.
    public var kind: Kind {
        switch self {
        case .erc20: .erc20
        case .spl: .spl
        case .spl2022: .spl2022
        }
    }

    /// How much, in minimum units.
    public var amount: TokenAmount {
        switch self {
        case .erc20(let amount, _), .spl(let amount, _), .spl2022(let amount, _): amount
        }
    }

    /// The address of the token itself: its contract or mint.
    public var token: String {
        switch self {
        case .erc20(_, let contract): contract.text
        case .spl(_, let mint), .spl2022(_, let mint): mint.text
        }
    }

    /// Checks that a text is an address on a network that carries this asset, such as one to send it to.
    public func check(address: String) throws(InvalidValue) {
        switch self {
        case .erc20: _ = try EVMAddress(text: address)
        case .spl, .spl2022: _ = try SolanaAddress(text: address)
        }
    }
}

extension Asset: Codable {
    private enum CodingKeys: String, CodingKey { case kind, amount, contract, mint }

    /// Reads the object; the error names the member that is missing or wrong.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(Kind.self, forKey: .kind)
        let amount = try container.decode(TokenAmount.self, forKey: .amount)
        switch kind {
        case .erc20: self = .erc20(amount: amount, contract: try container.decode(EVMAddress.self, forKey: .contract))
        case .spl: self = .spl(amount: amount, mint: try container.decode(SolanaAddress.self, forKey: .mint))
        case .spl2022: self = .spl2022(amount: amount, mint: try container.decode(SolanaAddress.self, forKey: .mint))
        }
    }

    /// Writes the object.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(amount, forKey: .amount)
        switch self {
        case .erc20(_, let contract): try container.encode(contract, forKey: .contract)
        case .spl(_, let mint), .spl2022(_, let mint): try container.encode(mint, forKey: .mint)
        }
    }
}

extension Asset: SchemaDescribed {
    /// One of three objects, told apart by `kind`.
    public static var schema: Schema {
        func object(_ kind: Kind, _ token: Schema.Property) -> Schema {
            .object([
                Schema.Property("kind", .string(allowed: [kind.text])),
                Schema.Property("amount", TokenAmount.schema), token,
            ])
        }
        let mint = Schema.Property("mint", SolanaAddress.schema)
        return .oneOf([
            object(.erc20, Schema.Property("contract", EVMAddress.schema)), object(.spl, mint), object(.spl2022, mint),
        ])
    }

    /// 1,000 USDC on Polygon.
    public static var sample: Asset { .erc20(amount: .sample, contract: .sample) }
}
