internal import Domain
internal import SandboxCore

extension JSONReader {
    /// An asset that must be there, such as `{"kind":"Erc20","amount":"1000000000","contract":"0x…"}`.
    func asset(_ name: String) throws(InvalidField) -> Asset {
        try object(name).readAsset()
    }

    /// An asset whose members are this object's own.
    func readAsset() throws(InvalidField) -> Asset {
        guard let kind: Asset.Kind = try optionalChoice("kind") else {
            throw InvalidField(name(of: "kind"), "is required")
        }
        let amount = try domain("amount") { text throws(InvalidValue) in try TokenAmount(text: text) }
        switch kind {
        case .erc20:
            let contract = try domain("contract") { text throws(InvalidValue) in try EVMAddress(text: text) }
            return .erc20(amount: amount, contract: contract)
        case .spl: return .spl(amount: amount, mint: try mint())
        case .spl2022: return .spl2022(amount: amount, mint: try mint())
        }
    }

    private func mint() throws(InvalidField) -> SolanaAddress {
        try domain("mint") { text throws(InvalidValue) in try SolanaAddress(text: text) }
    }

    /// A string that one of the domain's values is read from.
    func domain<Value>(
        _ name: String, _ read: (String) throws(InvalidValue) -> Value
    ) throws(InvalidField) -> Value {
        let text = try string(name)
        do { return try read(text) } catch { throw InvalidField(self.name(of: name), "is invalid: \(error)") }
    }

    /// The provider that is asked for, which must be one that exists and is bound here.
    func checkProvider() throws(InvalidField) {
        let provider = try string("provider")
        guard provider == "Borderless" else {
            throw InvalidField("provider", "must be Borderless, the only provider that is bound, not “\(provider)”")
        }
    }

    /// The id of a wallet, in its documented form: `^wa-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$`.
    func walletID() throws(InvalidField) -> String {
        let id = try string("walletId", length: 1...64)
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        let isPlain = parts.dropFirst().allSatisfy { $0.utf8.allSatisfy(Self.isLowerOrDigit) }
        guard parts.count == 4, parts[0] == "wa", parts[1].count == 5, parts[2].count == 5,
            14...16 ~= parts[3].count, isPlain
        else {
            throw InvalidField("walletId", "must look like wa-xxxxx-xxxxx-xxxxxxxxxxxxxx, not “\(id)”")
        }
        return id
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}

extension DfnsSimulator {
    /// The members that a quote and a payout have in common.
    struct Corridor {
        let wallet: DfnsWorld.Wallet
        let asset: Asset
        let token: DfnsWorld.Token
        let fiatCurrency: String
        let country: String
    }

    /// Reads and checks them: known wallet, and a token of that wallet's network.
    func corridor(_ body: JSONReader) throws(DfnsError) -> Corridor {
        let (id, asset, fiat, country) = try checking { () throws(InvalidField) in
            try body.checkProvider()
            return (
                try body.walletID(), try body.asset("asset"),
                try body.domain("fiatCurrency") { text throws(InvalidValue) in try CurrencyCode(text: text) }.text,
                try body.domain("country") { text throws(InvalidValue) in try CountryCode(text: text) }.text
            )
        }
        guard let wallet = wallets[id] else { throw .notFound("wallet", "walletId", id) }
        let token = try token(of: asset, on: wallet.network)
        return Corridor(wallet: wallet, asset: asset, token: token, fiatCurrency: fiat, country: country)
    }

    private func token(of asset: Asset, on network: String) throws(DfnsError) -> DfnsWorld.Token {
        let matches = tokens.filter { asset.isNamed($0.address) }
        if let token = matches.first(where: { $0.network == network }) { return token }
        let name = asset.kind == .erc20 ? "asset.contract" : "asset.mint"
        guard let elsewhere = matches.first else {
            throw DfnsError(InvalidField(name, "is no token that can be paid out: “\(asset.token)”"))
        }
        throw DfnsError(
            InvalidField(name, "is \(elsewhere.symbol) on \(elsewhere.network), and the wallet is on \(network)"))
    }
}

extension Asset {
    /// Whether this is the asset's contract or mint; the case of hexadecimal digits does not count.
    func isNamed(_ address: String) -> Bool {
        switch self {
        case .erc20: token.lowercased() == address.lowercased()
        case .spl, .spl2022: token == address
        }
    }

    /// Whether two addresses on this asset's network are the same.
    func isSameAddress(_ one: String, _ other: String) -> Bool {
        kind == .erc20 ? one.lowercased() == other.lowercased() : one == other
    }
}
