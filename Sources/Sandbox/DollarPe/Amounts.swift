internal import SandboxCore

/// Amounts in whole millionths of a coin and whole paise, and the forms in which they are written.
enum Amounts {
    /// How many of the smallest unit make one.
    static let coin = 1_000_000
    /// How many paise make a rupee.
    static let rupee = 100

    /// Reads digits with at most six decimals; nil for anything else.
    static func coins(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isDigits = parts.allSatisfy { $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
        guard 1...2 ~= parts.count, isDigits, 1...12 ~= parts[0].utf8.count, let whole = Int(parts[0]) else {
            return nil
        }
        let decimals = parts.count == 2 ? parts[1] : "0"
        guard 1...6 ~= decimals.utf8.count,
            let rest = Int(decimals + String(repeating: "0", count: 6 - decimals.utf8.count))
        else { return nil }
        return whole * coin + rest
    }

    /// Digits with at least so many decimals.
    static func text(_ amount: Int, unit: Int, decimals least: Int = 0) -> String {
        let width = String(unit).utf8.count - 1
        var decimals = String(unit + abs(amount) % unit).dropFirst()
        while decimals.utf8.count > least, decimals.last == "0" { decimals.removeLast() }
        decimals += String(repeating: "0", count: max(0, least - width))
        let whole = (amount < 0 ? "-" : "") + String(abs(amount) / unit)
        return decimals.isEmpty ? whole : "\(whole).\(decimals)"
    }
}

extension DollarPeSimulator {
    /// An amount as the era writes it: a number, or a text with two decimals.
    func amount(_ amount: Int, unit: Int) -> JSON {
        options.era == .september2026
            ? .string(Amounts.text(amount, unit: unit, decimals: 2)) : .number(Amounts.text(amount, unit: unit))
    }

    /// What a payout costs, in paise: a fee of 0.4 %, 18 % tax on it, and 1 % tax at source on all.
    ///
    /// DollarPe documents no formula; the shares are those of its examples.
    static func costs(of gross: Int) -> (fee: Int, gst: Int, tds: Int) {
        let fee = gross * 4 / 1000
        return (fee, fee * 18 / 100, gross / 100)
    }

    /// The fees under the names of the era; the first guides leave those empty that are not charged.
    func fees(of gross: Int) -> JSON {
        let costs = Self.costs(of: gross)
        func rupees(_ paise: Int) -> JSON { amount(paise, unit: Amounts.rupee) }
        switch options.era {
        case .may2025: return .fields(["client_fee": .string(""), "client_gst": .string(""), "tds": rupees(costs.tds)])
        case .december2025:
            return .fields([
                "client_fee_fiat": .string(""), "client_gst_fiat": .string(""), "dollarpe_fee": rupees(costs.fee),
                "dollarpe_gst": rupees(costs.gst), "pg_fee": .number("0"), "tds": rupees(costs.tds),
            ])
        case .september2026:
            return .fields([
                "client_fee_fiat": .string("0.00"), "client_gst_fiat": .string("0.00"),
                "zapyd_fee": rupees(costs.fee), "zapyd_gst": rupees(costs.gst), "pg_fee": .string("0.00"),
                "tds": rupees(costs.tds),
            ])
        }
    }
}
