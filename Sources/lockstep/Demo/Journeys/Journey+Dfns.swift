import Time

extension Journey {
    /// Payouts through Dfns.
    static let dfns = [
        Journey(flow: "dfns_payout", story: "goes through", input: payout("1000000000"), ending: "completed"),
        Journey(
            flow: "dfns_payout", story: "the customer confirms two hours later",
            input: payout("250000000", confirm: "ask"), deeds: [Deed(after: .hours(2), signal: "confirm")],
            ending: "completed"),
        Journey(
            flow: "dfns_payout", story: "nobody confirms it", input: payout("75000000", confirm: "ask"),
            ending: "expired"),
        Journey(
            flow: "dfns_payout", story: "a policy on the wallet says no", input: payout("5000000001"),
            ending: "rejected"),
        Journey(
            flow: "dfns_payout", story: "is confirmed, and the answer is lost", input: payout("340000007"),
            ending: "completed"),
        Journey(
            flow: "dfns_payout", story: "fails once the crypto has left: a refund job follows it",
            input: payout("60000004"), ending: "refunded"),
    ]

    private static func payout(_ amount: String, confirm: String = "auto") -> String {
        Scenario.input(amount: amount, confirm: confirm)
    }
}
