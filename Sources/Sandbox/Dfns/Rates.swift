internal import Domain
internal import Foundation
internal import SandboxCore
internal import Time

/// What a dollar of stablecoin brings in fiat; it drifts, so that a quote is never a promise.
struct Rates: Sendable {
    /// How much of a currency a dollar brings, and how many decimals amounts of it have.
    private struct Currency {
        let rate: Decimal
        let decimals: Int
    }

    private static let currencies: [String: Currency] = [
        "USD": Currency(rate: 1, decimals: 2),
        "EUR": Currency(rate: Decimal(sign: .plus, exponent: -4, significand: 9215), decimals: 2),
        "GBP": Currency(rate: Decimal(sign: .plus, exponent: -4, significand: 7880), decimals: 2),
        "MXN": Currency(rate: Decimal(sign: .plus, exponent: -2, significand: 1785), decimals: 2),
        "BRL": Currency(rate: Decimal(sign: .plus, exponent: -2, significand: 541), decimals: 2),
        "NGN": Currency(rate: 1535, decimals: 2),
        "KES": Currency(rate: 129, decimals: 2),
        "PHP": Currency(rate: Decimal(sign: .plus, exponent: -1, significand: 572), decimals: 2),
        "INR": Currency(rate: Decimal(sign: .plus, exponent: -1, significand: 834), decimals: 2),
        "COP": Currency(rate: 3985, decimals: 2),
        "JPY": Currency(rate: 151, decimals: 0),
    ]

    /// The currencies that can be paid out, sorted.
    static let supported: [String] = currencies.keys.sorted()

    /// 1.45 %, as in the documentation's example: of 1,000 USDC, 14.50 are fees.
    private static let fee = Decimal(sign: .plus, exponent: -4, significand: 145)

    let seed: UInt64

    /// What the receiver gets and what is kept, as texts with all their decimals; nil where the currency is not
    /// supported.
    func offer(
        for amount: TokenAmount, decimals: Int, in code: String, at now: Timestamp
    ) -> (net: String, fees: String)? {
        guard let currency = Self.currencies[code], let units = Decimal(string: amount.text) else { return nil }
        let dollars = units * Decimal(sign: .plus, exponent: -decimals, significand: 1)
        let gross = dollars * currency.rate * (1 + drift(of: code, at: now))
        let fees = Self.rounded(gross * Self.fee, decimals: currency.decimals)
        let net = Self.rounded(gross, decimals: currency.decimals) - fees
        return (Self.text(net, decimals: currency.decimals), Self.text(fees, decimals: currency.decimals))
    }

    /// Up to half a percent either way, another one each minute; a dollar stays a dollar.
    private func drift(of code: String, at now: Timestamp) -> Decimal {
        guard code != "USD" else { return 0 }
        let name = code.utf8.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var generator = SplitMix64(seed: seed ^ name ^ UInt64(bitPattern: now.seconds / 60))
        return Decimal(generator.below(1001) - 500) / 100_000
    }

    private static func rounded(_ value: Decimal, decimals: Int) -> Decimal {
        var result = Decimal()
        var value = value
        NSDecimalRound(&result, &value, decimals, .bankers)
        return result
    }

    /// All decimals, also where they are zero: `985.50`.
    private static func text(_ value: Decimal, decimals: Int) -> String {
        let text = value.description
        guard decimals > 0 else { return text }
        let parts = text.split(separator: ".")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        return "\(parts[0]).\(fraction)\(String(repeating: "0", count: max(0, decimals - fraction.count)))"
    }
}
