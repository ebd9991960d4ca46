import Domain
import JSONSchema
import Testing

@Suite("A yes to a price")
struct AcceptanceTests {
    private func yes(_ payload: JSONValue) -> Acceptance? { Acceptance(payload, amount: "fiat_amount") }

    @Test("It may name the least that was agreed to; what is no amount makes no sense, and is not taken for a bare yes")
    func payload() throws {
        #expect(yes([:]) == Acceptance())
        #expect(yes(["fiat_amount": .null, "by": "maria"]) == Acceptance())
        #expect(yes(["fiat_amount": "97.80"]) == Acceptance(least: try FiatAmount(text: "97.8")))
        for wrong: JSONValue in ["97,8", "", "-1", 97, ["97.8"]] { #expect(yes(["fiat_amount": wrong]) == nil) }
    }

    @Test("A price under another name is no yes to any price: who said it, and why, is all that may stand beside it")
    func otherNames() throws {
        #expect(yes(.null) == Acceptance())
        #expect(yes(["by": "maria", "reason": "good enough"]) == Acceptance())
        for wrong: JSONValue in [
            ["receiving_amount": "985.50"], ["net": "97.8", "by": "maria"],
            ["fiat_amount": "97.8", "crypto_amount": "1"],
            ["fiatAmount": .null], "97.8", ["97.8"], 97,
        ] {
            #expect(yes(wrong) == nil)
        }
    }

    @Test("It is no yes to a worse price, and one to the same or a better one; a bare one is a yes to any")
    func objection() throws {
        let seen = Acceptance(least: try FiatAmount(text: "97.8"))
        #expect(
            seen.objection(to: try FiatAmount(text: "97.799999"))
                == "the price is now 97.799999, and the yes was to 97.8")
        #expect(seen.objection(to: try FiatAmount(text: "97.80")) == nil)
        #expect(seen.objection(to: try FiatAmount(text: "98")) == nil)
        #expect(Acceptance().objection(to: try FiatAmount(text: "1")) == nil)
    }
}
