import Domain
import Testing

@Test(
    "The form of amounts takes digits with something other than 0 among them, and nothing else",
    arguments: [
        ("1", true), ("51", true), ("999", true), ("51.2", true), ("51.25", true), ("0.1", true), ("0.10", true),
        ("0.01", true), ("0.99", true), ("0", false), ("0.0", false), ("0.00", false), ("00", false), ("01", false),
        ("1000", false), ("51.251", false), ("0.001", false), ("51.", false), (".5", false), ("-1", false),
        ("1e2", false),
        ("", false),
    ])
func positivePattern(text: String, fits: Bool) throws {
    let form = try Regex(PositivePattern.of(digits: 3, decimals: 2))
    #expect((try form.wholeMatch(in: text) != nil) == fits)
}

@Test(
    "A product is rounded up to whole units",
    arguments: [("51", "82.5", "4208"), ("2", "82.5", "165"), ("0.000001", "1", "1"), ("0", "82.5", "0")])
func roundedUpProduct(units: String, price: String, product: String) throws {
    let found = try FiatAmount(text: units).roundedUpProduct(with: try FiatAmount(text: price))
    #expect(found?.text == product)
}

@Test("A product with more digits than an amount may have is none")
func tooLargeProduct() throws {
    let large = try FiatAmount(text: "99999999999999999999")
    #expect(large.roundedUpProduct(with: large) == nil)
}
