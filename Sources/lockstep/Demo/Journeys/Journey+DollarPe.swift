import Time

extension Journey {
    /// Payouts through DollarPe.
    static let dollarPe = [
        Journey(flow: "dollarpe_payout", story: "goes through", input: rupees("100", order: 1), ending: "completed"),
        Journey(
            flow: "dollarpe_payout", story: "is reviewed for two hours", input: rupees("100.06", order: 2),
            ending: "completed"),
        Journey(
            flow: "dollarpe_payout", story: "fails, and the crypto comes back", input: rupees("100.02", order: 3),
            ending: "refunded"),
    ]

    private static func rupees(_ amount: String, order: Int) -> String {
        """
        {"customer_id": "customer-1", "bank_id": "bank-1", "asset": "usdt", "sending_amount": "\(amount)",
         "exchange_order_id": "order-\(order)", "exchange_transfer_id": "transfer-\(order)", "link": "after_initiate",
         "accept": "auto", "on_limit": "fail", "risk_parameters": {"ip_address": "203.0.113.7"}}
        """
    }
}
