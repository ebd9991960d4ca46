/// A currency, as the three capital letters of ISO 4217, such as `USD`.
///
/// Only the form is checked: which currencies a corridor takes is the provider's to say.
public struct CurrencyCode: TextValue {
    /// The three capital letters.
    public let text: String

    private init(checked text: String) { self.text = text }

    /// Three capital letters, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        guard text.utf8.count == 3, text.isAll(ASCII.isUpper) else {
            throw InvalidValue(text, isNot: "a currency code", expected: "write three capital letters, such as USD")
        }
        self.text = text
    }

    /// Three capital letters, or nil.
    public init?(_ text: String) {
        guard let code = try? CurrencyCode(text: text) else { return nil }
        self = code
    }

    /// Three capital letters.
    public static var pattern: String? { "^[A-Z]{3}$" }

    /// US dollars.
    public static var sample: CurrencyCode { CurrencyCode(checked: "USD") }
}

/// A country, as the two capital letters of ISO 3166-1, such as `US`.
public struct CountryCode: TextValue {
    /// The two capital letters.
    public let text: String

    private init(checked text: String) { self.text = text }

    /// Two capital letters, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        guard text.utf8.count == 2, text.isAll(ASCII.isUpper) else {
            throw InvalidValue(text, isNot: "a country code", expected: "write two capital letters, such as US")
        }
        self.text = text
    }

    /// Two capital letters, or nil.
    public init?(_ text: String) {
        guard let code = try? CountryCode(text: text) else { return nil }
        self = code
    }

    /// Two capital letters.
    public static var pattern: String? { "^[A-Z]{2}$" }

    /// The United States.
    public static var sample: CountryCode { CountryCode(checked: "US") }
}
