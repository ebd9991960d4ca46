import Domain
@testable import Engine
import Foundation
import JSONSchema
import Onramp
import Testing
import WorkflowCore

@Suite("What an on-ramp takes as input")
struct OnrampInputTests {
    private static let known = #"{"kind":"known","user_id":"user-1","country":"ES"}"#
    private static let maria =
        #"{"kind":"new","person":{"email":"maria@example.com","first_name":"María","last_name":"García","mobile":"+34685555555"}}"#
    private static let polygon = #"{"kind":"polygon","address":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"}"#
    private static let account = "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"

    private static func input(
        customer: String = known, amount: String = #""100.00""#, fiat: String = "EUR", wallet: String = polygon,
        instrument: String = "sepa_bank_transfer", more: String = ""
    ) -> String {
        #"{"customer":\#(customer),"fiat_currency":"\#(fiat)","fiat_amount":\#(amount),"crypto_currency":"USDC","wallet":\#(wallet),"payment_instrument":"\#(instrument)","accept":"auto"\#(more)}"#
    }

    private static func read(_ text: String) throws -> Onramp.Purchase {
        try JSONDecoder().decode(Onramp.Purchase.self, from: Data(text.utf8))
    }

    @Test("A known user starts at the quote, and a new one with being created")
    func start() throws {
        #expect(caseName(of: Onramp.start(try Self.read(Self.input()))) == "quoting")
        #expect(caseName(of: Onramp.start(try Self.read(Self.input(customer: Self.maria)))) == "creatingUser")
    }

    @Test("An exchange's account on Stellar can't be named without a memo, nor a wallet with another network's address")
    func wallets() throws {
        let hosted = #"{"kind":"stellar_exchange","address":"\#(Self.account)","memo":"1042"}"#
        let wallet = try Self.read(Self.input(wallet: hosted)).wallet
        #expect(wallet.network == "stellar")
        #expect(wallet.memo == "1042")
        #expect(
            try Self.read(Self.input(wallet: #"{"kind":"stellar","address":"\#(Self.account)"}"#)).wallet.memo == nil)
        for wrong in [
            #"{"kind":"stellar_exchange","address":"\#(Self.account)"}"#,
            #"{"kind":"stellar_exchange","address":"\#(Self.account)","memo":""}"#,
            #"{"kind":"stellar_exchange","address":"\#(Self.account)","memo":"a memo with spaces"}"#,
            #"{"kind":"stellar","address":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"}"#,
            #"{"kind":"polygon","address":"\#(Self.account)"}"#,
            #"{"kind":"polygon","address":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c335"}"#,
            #"{"kind":"solana","address":"\#(Self.account)"}"#, #"{"address":"\#(Self.account)"}"#,
        ] {
            #expect(throws: DecodingError.self, "\(wrong)") { try Self.read(Self.input(wallet: wrong)) }
        }
    }

    @Test("A mistyped account on Stellar does not pass: every single letter is covered by the checksum")
    func checksum() {
        #expect((try? Onramp.StellarAddress(text: Self.account)) != nil)
        for index in Self.account.indices.dropFirst() {
            var changed = Self.account
            changed.replaceSubrange(index...index, with: Self.account[index] == "A" ? "B" : "A")
            #expect((try? Onramp.StellarAddress(text: changed)) == nil, "\(changed)")
        }
    }

    @Test(
        "Rubbish is refused",
        arguments: [
            input(amount: #""0""#), input(amount: #""0.00""#), input(amount: #""-1""#), input(amount: #""1.001""#),
            input(amount: #""1e3""#), input(amount: "100.5"), input(amount: #""""#), input(fiat: "eur"),
            input(fiat: "USD"), input(instrument: "card"), input(customer: #"{"kind":"known","user_id":"user-1"}"#),
            input(customer: #"{"kind":"new"}"#), input(customer: #""maria""#),
            input(customer: maria.replacing("+34", with: "0034")), input(customer: maria.replacing("@", with: " at ")),
            input(customer: maria.replacing("García", with: String(repeating: "a", count: 1 << 20))),
            input(more: #","min_crypto_amount":"1.0000001""#), input(more: #","purposes":[""]"#),
        ])
    func rubbish(text: String) {
        #expect(throws: DecodingError.self) { try Self.read(text) }
    }

    @Test("Amounts keep two decimals, however they are written")
    func amounts() throws {
        for (text, sent) in [("100", "100.00"), ("100.5", "100.50"), ("0.01", "0.01"), ("99.99", "99.99")] {
            #expect(try Self.read(Self.input(amount: #""\#(text)""#)).fiatAmount.text == sent)
        }
    }

    @Test("Personal data is sealed where it is stored, and shown nowhere")
    func sealed() throws {
        let purchase = try Self.read(Self.input(customer: Self.maria))
        let shown = String(decoding: try JSONEncoder().encode(purchase), as: UTF8.self)
        #expect(!shown.contains("maria@example.com") && !shown.contains("García"))
        #expect(shown.contains("redacted"))
        #expect(!"\(Onramp.start(purchase))".contains("maria"))
    }

    @Test("The schema says for each member what it may be, so that enqueue can name what is wrong")
    func schema() throws {
        let schema = try Schema.of(Onramp.Purchase.self).json
        #expect(
            schema["required"] == [
                "customer", "fiat_currency", "fiat_amount", "crypto_currency", "wallet", "payment_instrument", "accept",
            ])
        guard case .array(let wallets)? = schema["properties"]?["wallet"]?["oneOf"] else {
            Issue.record("\(schema)")
            return
        }
        #expect(
            wallets.map { $0["required"] } == [
                ["kind", "address"], ["kind", "address"], ["kind", "address", "memo"],
            ])
        #expect(schema["properties"]?["fiat_currency"]?["enum"] == ["EUR"])
    }
}
