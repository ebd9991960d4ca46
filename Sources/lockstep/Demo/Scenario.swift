import Time

/// One payout of the demo: what an app asks for, what the sandbox makes of it, and how it should end.
struct Scenario: Sendable {
    /// The job's key.
    let key: String
    /// What happens, for the reader.
    let story: String
    /// In minimum units; the last two digits tell the sandbox what to do (`lockstep sandbox --help-dfns`).
    let amount: String
    /// `auto`, or `ask`: the app confirms the transfer by a signal.
    let confirm: String
    /// When the app's customer confirms, after the start; nil: never.
    let confirmedAfter: Duration?
    /// The status that it should end with.
    let ending: String

    /// The payouts of the demo.
    static let all = [
        Scenario(
            key: "payout-1", story: "goes through", amount: "1000000000", confirm: "auto", confirmedAfter: nil,
            ending: "completed"),
        Scenario(
            key: "payout-2", story: "waits until the customer confirms, two hours later", amount: "250000000",
            confirm: "ask", confirmedAfter: .hours(2), ending: "completed"),
        Scenario(
            key: "payout-3", story: "is created, and the answer is lost", amount: "120000006", confirm: "auto",
            confirmedAfter: nil, ending: "completed"),
    ]

    /// What the app says in its own transaction.
    var enqueue: String {
        """
        select lockstep.enqueue('dfns_payout', '\(Self.input(amount: amount, confirm: confirm))', key => '\(key)')
        """
    }

    /// What an app asks of `dfns_payout`.
    static func input(amount: String, confirm: String) -> String {
        """
        {
            "wallet_id": "wa-polyg-usdc0-sandboxwallet01",
            "asset": {"kind": "Erc20", "amount": "\(amount)", "contract": "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"},
            "fiat_currency": "USD", "country": "US",
            "borderless_account_id": "acc-1", "payment_instructions_id": "pi-1",
            "payment_purpose": "salary payment", "accept": "auto", "confirm": "\(confirm)"
        }
        """
    }
}
