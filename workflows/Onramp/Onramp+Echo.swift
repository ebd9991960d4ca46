public import Domain

/// Whether an order is the one that was asked for.
extension Onramp {
    /// What an order says that it is about; nil where it says nothing.
    public struct Echo: Codable, Hashable, Sendable {
        /// Who buys.
        public var user: String?
        /// Where the crypto goes.
        public var wallet: String?
        /// Which customer of an exchange it is for; empty where the order says that it names none.
        public var memo: String?
        /// On which network.
        public var network: String?
        /// What is bought.
        public var crypto: String?
        /// What is paid.
        public var fiatAmount: FiatAmount?
        /// In which currency.
        public var fiatCurrency: String?
        /// How.
        public var instrument: String?

        /// An order that says nothing yet.
        public init() {}
    }
}

extension Onramp.Report {
    /// In what the order differs from what was asked for: sentences for a person, none where it doesn't.
    func differences(from order: Onramp.Order) -> [String] {
        (echo.map { Self.differences(of: $0, from: order) } ?? []) + wrongInstructions(for: order.purchase)
    }

    /// In what the customer is told to pay otherwise than was asked for; once it is paid, that is history.
    private func wrongInstructions(for purchase: Onramp.Purchase) -> [String] {
        guard case .transfer(let account, _)? = instructions, status.rank.map({ $0 <= 1 }) ?? true else { return [] }
        return [
            account.amount == FiatAmount(purchase.fiatAmount.text)
                ? nil : Self.difference("what is to be paid", account.amount?.text, purchase.fiatAmount.text),
            Self.difference("its currency", account.currency, purchase.fiatCurrency.text, ignoringCase: true),
        ].compactMap(\.self)
    }

    private static func differences(of echo: Onramp.Echo, from order: Onramp.Order) -> [String] {
        let purchase = order.purchase
        let wallet = purchase.wallet.address
        // Hexadecimal digits mean the same in both cases; no other address does.
        let isHex = wallet.hasPrefix("0x")
        return [
            Self.difference("the user", echo.user, order.buyer.id),
            Self.difference("the wallet", echo.wallet, wallet, ignoringCase: isHex),
            Self.difference("the memo", echo.memo, purchase.wallet.memo ?? ""),
            Self.difference("the network", echo.network, purchase.wallet.network, ignoringCase: true),
            Self.difference("what is bought", echo.crypto, purchase.cryptoCurrency.text, ignoringCase: true),
            echo.fiatAmount == FiatAmount(purchase.fiatAmount.text)
                ? nil : Self.difference("the amount", echo.fiatAmount?.text, purchase.fiatAmount.text),
            Self.difference("the currency", echo.fiatCurrency, purchase.fiatCurrency.text, ignoringCase: true),
            Self.difference("the way to pay", echo.instrument, purchase.instrument.text, ignoringCase: true),
        ].compactMap(\.self)
    }

    private static func difference(
        _ what: String, _ said: String?, _ asked: String, ignoringCase: Bool = false
    ) -> String? {
        guard let said, ignoringCase ? said.lowercased() != asked.lowercased() : said != asked else { return nil }
        func quoted(_ text: String) -> String { text.isEmpty ? "nothing" : "“\(text.prefix(100))”" }
        return "\(what) is \(quoted(said)) instead of \(quoted(asked))"
    }
}
