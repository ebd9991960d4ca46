import Domain
import Foundation
import JSONSchema
import Testing

@Test("A currency code is three capital letters, and an error names what was written")
func currencyCode() throws {
    #expect(CurrencyCode("USD")?.text == "USD")
    for wrong in ["usd", "US", "USDC", "U5D", "", "ÜSD", " USD"] { #expect(CurrencyCode(wrong) == nil, "\(wrong)") }
    #expect(throws: InvalidValue("“usd” is not a currency code: write three capital letters, such as USD")) {
        try CurrencyCode(text: "usd")
    }
}

@Test("A country code is two capital letters")
func countryCode() throws {
    #expect(CountryCode("DE")?.text == "DE")
    for wrong in ["de", "DEU", "D", "D1"] { #expect(CountryCode(wrong) == nil, "\(wrong)") }
}

@Test("A value that JSON holds in the wrong form is refused with the reason")
func decodingSaysWhy() throws {
    #expect(try JSONDecoder().decode([CurrencyCode].self, from: Data(#"["EUR"]"#.utf8)) == [CurrencyCode("EUR")])
    let error = #expect(throws: DecodingError.self) {
        try JSONDecoder().decode([CurrencyCode].self, from: Data(#"["eur"]"#.utf8))
    }
    guard case .dataCorrupted(let context)? = error else { throw Unexpected() }
    #expect(
        context.debugDescription == "“eur” is not a currency code: write three capital letters, such as USD")
    #expect(context.codingPath.first?.intValue == 0)
}

@Test("A token amount is a positive whole number in digits")
func tokenAmount() throws {
    let longest = String(repeating: "9", count: 78)
    for right in ["1", "1000000000", longest] { #expect(TokenAmount(right)?.text == right) }
    for wrong in ["0", "01", "-1", "+1", "1.0", "1e9", "", " 1", "١", longest + "9"] {
        #expect(TokenAmount(wrong) == nil, "\(wrong)")
    }
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([TokenAmount].self, from: Data("[1000]".utf8)) }
}

@Test("Token amounts compare as numbers")
func tokenAmountOrder() throws {
    let amounts = try ["10", "9", "100", "99"].map { try TokenAmount(text: $0) }
    #expect(amounts.sorted().map(\.text) == ["9", "10", "99", "100"])
}

@Test(
    "JSON numbers become decimals by their digits, not through a binary float",
    arguments: [
        ("985.50", "985.5"), ("0.1", "0.1"), ("12345678901234567890.12", "12345678901234567890.12"),
        ("14.50", "14.5"), ("0", "0"), ("1e3", "1000"), ("\"985.50\"", "985.5"), ("\"0.10\"", "0.1"),
    ])
func exactDecimals(json: String, text: String) throws {
    #expect(try JSONDecoder().decode([FiatAmount].self, from: Data("[\(json)]".utf8)).map(\.text) == [text])
}

@Test(
    "An amount of money refuses signs, grouping, exponents in text and what is too long",
    arguments: [
        "-1", "+1", "1,000", "1.", ".5", "01", "1e3", "", "NaN", "123456789012345678901", "0.1234567890123456789",
    ])
func wrongAmounts(text: String) {
    #expect(FiatAmount(text) == nil)
}

@Test(
    "A JSON number that would have to be rounded is refused",
    arguments: [
        "0.1234567890123456789", "1234567890123456789012345678901234567890.5", "1e-30", "-985.50",
    ])
func unroundedOrRefused(json: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([FiatAmount].self, from: Data("[\(json)]".utf8)) }
}

@Test("An amount of money writes itself as a string")
func moneyJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let money = Money(try FiatAmount(text: "985.50"), try CurrencyCode(text: "USD"))
    #expect(String(decoding: try encoder.encode(money), as: UTF8.self) == #"{"amount":"985.5","currency":"USD"}"#)
    #expect(try JSONDecoder().decode(Money.self, from: try encoder.encode(money)) == money)
    #expect("\(money)" == "985.5 USD")
}

@Test("Money covers a minimum of its own currency only")
func covering() throws {
    let usd = try CurrencyCode(text: "USD")
    let eur = try CurrencyCode(text: "EUR")
    let ten = try FiatAmount(text: "10.00")
    #expect(Money(ten, usd).covers(Money(try FiatAmount(text: "10"), usd)))
    #expect(!Money(ten, usd).covers(Money(try FiatAmount(text: "10.01"), usd)))
    #expect(!Money(ten, usd).covers(Money(try FiatAmount(text: "1"), eur)))
}

@Test(
    "An asset is the object that Dfns documents",
    arguments: [
        #"{"amount":"1000000000","contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359","kind":"Erc20"}"#,
        #"{"amount":"5","kind":"Spl","mint":"EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"}"#,
        #"{"amount":"5","kind":"Spl2022","mint":"EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"}"#,
    ])
func assetJSON(json: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let asset = try JSONDecoder().decode(Asset.self, from: Data(json.utf8))
    #expect(String(decoding: try encoder.encode(asset), as: UTF8.self) == json)
}

@Test(
    "An asset with a wrong member is refused",
    arguments: [
        #"{"amount":"0","contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359","kind":"Erc20"}"#,
        #"{"amount":"1","contract":"3c499c542cEF5E3811e1192ce70d8cC03d5c3359","kind":"Erc20"}"#,
        #"{"amount":"1","contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c335","kind":"Erc20"}"#,
        #"{"amount":"1","mint":"EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v","kind":"Erc20"}"#,
        #"{"amount":"1","mint":"0PjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v","kind":"Spl"}"#,
        #"{"amount":"1","kind":"Native"}"#,
    ])
func wrongAssets(json: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Asset.self, from: Data(json.utf8)) }
}

@Test("Members that a provider adds to an asset are ignored")
func assetWithMore() throws {
    let json = """
        {"kind":"Erc20","amount":"7","contract":"0x3c499c542cef5e3811e1192ce70d8cc03d5c3359",
         "network":"Polygon","metadata":{"symbol":"USDC","decimals":6,"verified":true}}
        """
    let asset = try JSONDecoder().decode(Asset.self, from: Data(json.utf8))
    let checksummed = try EVMAddress(text: "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359")
    #expect(asset == .erc20(amount: try TokenAmount(text: "7"), contract: checksummed), "case is only a checksum")
    #expect(asset.token == "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359")
}

@Test("An address is checked for the network of the asset")
func addressOfAsset() throws {
    let amount = try TokenAmount(text: "1")
    let usdc = Asset.erc20(amount: amount, contract: EVMAddress.sample)
    let solana = Asset.spl(amount: amount, mint: SolanaAddress.sample)
    #expect(throws: Never.self) { try usdc.check(address: EVMAddress.sample.text) }
    #expect(throws: InvalidValue.self) { try usdc.check(address: SolanaAddress.sample.text) }
    #expect(throws: Never.self) { try solana.check(address: SolanaAddress.sample.text) }
    #expect(throws: InvalidValue.self) { try solana.check(address: EVMAddress.sample.text) }
}

@Test("The list of purposes is closed and has 26 entries")
func purposes() throws {
    #expect(PaymentPurpose.allCases.count == 26)
    #expect(PaymentPurpose.allowedValues?.first == "salary payment")
    #expect(PaymentPurpose.allowedValues?.last == "other")
    #expect(try PaymentPurpose(text: "owned account abroad") == .ownedAccountAbroad)
    let json = Data(#"["utility bills"]"#.utf8)
    #expect(try JSONDecoder().decode([PaymentPurpose].self, from: json) == [.utilityBills])
    #expect(try JSONEncoder().encode([PaymentPurpose.utilityBills]) == json)
    #expect(throws: InvalidValue("“live-ish” is not in the list: write one of test, live")) {
        try Mode(text: "live-ish")
    }
}

@Test("A refusal is stored as code and message")
func refusalJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let refusal = Refusal(.notFound, "payout not found")
    let json = #"{"code":"not_found","message":"payout not found"}"#
    #expect(String(decoding: try encoder.encode(refusal), as: UTF8.self) == json)
    #expect(try JSONDecoder().decode(Refusal.self, from: Data(json.utf8)) == refusal)
    let foreign = #"{"code":"their_own_word","message":"m"}"#
    #expect(try JSONDecoder().decode(Refusal.self, from: Data(foreign.utf8)).code == "their_own_word")
}

@Test("Each type's sample is valid and matches its own pattern or list")
func samples() throws {
    try check(CurrencyCode.self)
    try check(CountryCode.self)
    try check(TokenAmount.self)
    try check(FiatAmount.self)
    try check(EVMAddress.self)
    try check(SolanaAddress.self)
    try check(PaymentPurpose.self)
    try check(Mode.self)
    try check(Asset.Kind.self)
    try check(Identifier.self)
    try check(PathIdentifier.self)
}

@Test("A type made of these values has a schema")
func derivedSchema() throws {
    struct Order: Codable {
        let currency: CurrencyCode
        let purpose: Mode?
        let asset: Asset
    }
    let erc20 = Schema.object([
        Schema.Property("kind", .string(allowed: ["Erc20"])),
        Schema.Property("amount", .string(pattern: "^[1-9][0-9]{0,77}$")),
        Schema.Property("contract", .string(pattern: "^0x[0-9a-fA-F]{40}$")),
    ])
    guard case .object(let properties) = try Schema.of(Order.self) else { throw Unexpected() }
    #expect(properties.map(\.name) == ["currency", "purpose", "asset"])
    #expect(properties.map(\.isRequired) == [true, false, true])
    #expect(properties[0].schema == .string(pattern: "^[A-Z]{3}$"))
    #expect(properties[1].schema == .string(allowed: ["test", "live"]))
    guard case .oneOf(let branches) = properties[2].schema else { throw Unexpected() }
    #expect(branches.count == 3 && branches.first == erc20)
}

private func check<Value: TextValue>(_ type: Value.Type) throws {
    let text = Value.sample.text
    #expect(try Value(text: text) == Value.sample)
    if let pattern = Value.pattern {
        #expect(text.firstMatch(of: try Regex(pattern)) != nil, "\(type)")
    } else {
        #expect(Value.allowedValues?.contains(text) == true, "\(type)")
    }
}

@Test("A secret shows itself to nobody who prints it")
func secrets() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump((key: secret, list: [secret]), to: &dumped)
    for shown in ["\(secret)", String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)", dumped] {
        #expect(!shown.contains("hunter2"))
        #expect(shown.contains("‹redacted›"))
    }
    #expect(secret.reveal() == "hunter2")
}

private struct Unexpected: Error {}

@Suite("An asset on a network")
struct NetworkAssetTests {
    @Test(
        "Each network of the list has addresses of its own kind, and no other's are taken",
        arguments: Network.allCases)
    func addresses(network: Network) throws {
        let asset = try NetworkAsset(text: "USDC_\(network.rawValue)")
        let samples = [EVMAddress.sample.text, SolanaAddress.sample.text, TronAddress.sample.text]
        let taken = samples.filter { address in (try? asset.check(address: address)) != nil }
        let own =
            network == .solana ? SolanaAddress.sample.text : network == .tron ? TronAddress.sample.text : samples[0]
        // An address on Tron is written as one on Solana might be.
        #expect(taken == (network == .solana ? [own, TronAddress.sample.text] : [own]))
    }

    @Test("A network that is not in the list can be read, and not be asked for; no address passes there")
    func unknown() throws {
        let asset = try NetworkAsset(text: "USDC_MARS")
        #expect(asset.knownNetwork == nil)
        #expect(throws: InvalidValue.self) { try asset.check(address: EVMAddress.sample.text) }
        guard case .string(let pattern?, _, _) = NetworkAsset.schema else {
            Issue.record("its schema has no pattern")
            return
        }
        for (text, isAsked) in [
            ("USDC_MARS", false), ("USDC", false), ("USDC_POLYGON", true), ("ETH", true), ("USDT_TRON", true),
        ] {
            let match = try Regex(pattern).wholeMatch(in: text)
            #expect((match != nil) == isAsked, "\(text)")
        }
    }

    @Test(
        "A coin is on its own network, and stablecoins have six decimals but on Binance's",
        arguments: [
            ("ETH", Network.ethereum, nil), ("TRX", .tron, nil), ("USDT_TRON", .tron, 6), ("USDC_BSC", .bsc, 18),
            ("PYUSD_SOLANA", .solana, 6), ("WETH_BASE", .base, nil),
        ] as [(String, Network, Int?)])
    func coins(text: String, network: Network, decimals: Int?) throws {
        let asset = try NetworkAsset(text: text)
        #expect(asset.knownNetwork == network)
        #expect(asset.mostDecimals == decimals)
    }
}
