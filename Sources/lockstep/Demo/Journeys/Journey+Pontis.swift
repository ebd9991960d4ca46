import Time

extension Journey {
    /// Payouts through PontisGlobe.
    static let pontis = [
        Journey(flow: "pontis_payout", story: "goes through", input: payout("100.00"), ending: "completed"),
        Journey(
            flow: "pontis_payout", story: "a person approves it three hours later", input: payout("100.05"),
            ending: "completed"),
        Journey(
            flow: "pontis_payout", story: "comes back three days after its delivery", input: payout("100.08"),
            watchedFor: .days(4), ending: "reversed"),
    ]

    private static func payout(_ amount: String) -> String {
        """
        {"country_code": "IN", "currency_code": "INR", "payment_method": "imps", "source_amount": "\(amount)",
         "recipient_details": {"name": "Asha Rao", "account_number": "50100012345678", "ifsc": "HDFC0000001"},
         "accept": "auto"}
        """
    }
}
