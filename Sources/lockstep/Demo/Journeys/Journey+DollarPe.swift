import Time

extension Journey {
    /// Payouts through DollarPe.
    static let dollarPe = [
        Journey(flow: "dollarpe_payout", story: "goes through", input: rupees("100", order: 1), ending: "completed"),
        Journey(
            flow: "dollarpe_payout", story: "the bank sends it back, two days after success",
            input: rupees("100.04", order: 2), watchedFor: .days(3), ending: "reversed"),
        Journey(
            flow: "dollarpe_payout", story: "fails, and the crypto comes back", input: rupees("100.01", order: 3),
            ending: "failed"),
    ]

    private static func rupees(_ amount: String, order: Int) -> String {
        """
        {"customer_id": "customer-1", "bank_id": "bank-1", "asset": "usdt", "sending_amount": "\(amount)",
         "exchange_order_id": "order-\(order)", "exchange_transfer_id": "transfer-\(order)", "link": "after_initiate",
         "accept": "auto", "on_limit": "fail", "risk_parameters": {"ip_address": "203.0.113.7"}}
        """
    }
}
