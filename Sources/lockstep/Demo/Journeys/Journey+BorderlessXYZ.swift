import Time

extension Journey {
    /// Withdrawals through Borderless.xyz.
    static let borderlessXYZ = [
        Journey(flow: "borderless_withdrawal", story: "goes through", input: withdrawal("101.00"), ending: "completed"),
        Journey(
            flow: "borderless_withdrawal", story: "fails once it is funded, and the crypto comes back",
            input: withdrawal("108.00"), ending: "refunded"),
    ]

    private static func withdrawal(_ amount: String) -> String {
        """
        {"borderless_account_id": "acc-1", "asset": "USDC_POLYGON", "amount": "\(amount)", "fiat_currency": "USD",
         "country": "US", "payment_instructions_id": "pi-1", "payment_purpose": "salary payment", "accept": "auto"}
        """
    }
}
