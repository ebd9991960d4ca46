import Time

extension Journey {
    /// Withdrawals through Borderless.xyz.
    static let borderlessXYZ = [
        Journey(flow: "borderless_withdrawal", story: "goes through", input: withdrawal("101.00"), ending: "completed"),
        Journey(
            flow: "borderless_withdrawal", story: "fails once it is funded, and the crypto comes back",
            input: withdrawal("108.00"), ending: "refunded"),
        Journey(
            flow: "refund", story: "brings back what another system's payout lost",
            input: """
                {"transaction_id": "bpo-demo", "trigger": "dispatch", "observe": "skip", "money_has_left": true,
                 "sent_amount": "100.00", "sent_asset": "USDC_POLYGON",
                 "refund_destination": {"type": "Address", "address": "0x00000000000000000000000000000000000000d0"}}
                """, ending: "refunded"),
        Journey(
            flow: "refund_default_check", story: "finds that nobody has said where refunds go", input: "{}",
            ending: "failed"),
    ]

    private static func withdrawal(_ amount: String) -> String {
        """
        {"borderless_account_id": "acc-1", "asset": "USDC_POLYGON", "amount": "\(amount)", "fiat_currency": "USD",
         "country": "US", "payment_instructions_id": "pi-1", "payment_purpose": "salary payment", "accept": "auto"}
        """
    }
}
