import Foundation
import Time

extension Journey {
    /// Purchases of crypto through Borderless Payments.
    static let onramp = [
        Journey(flow: "onramp", story: "a known customer pays by transfer", input: purchase(), ending: "completed"),
        Journey(
            flow: "onramp", story: "a new customer is checked, and registered", input: purchase(by: "maria"),
            ending: "completed"),
        Journey(
            flow: "onramp", story: "the venue turns the customer down", input: purchase(by: "vito"),
            script: Script(
                provider: "borderless_payments", outcome: #"{"outcome": "veto", "name": "vito@example.com"}"#),
            ending: "rejected"),
        Journey(
            flow: "onramp", story: "the payment is sent back by compliance", input: purchase(),
            script: Script(provider: "borderless_payments", outcome: #"{"outcome": "refund", "all": true}"#),
            ending: "refunded"),
    ]

    private static func purchase(by newcomer: String? = nil) -> String {
        let known = #"{"kind": "known", "user_id": "user-1", "country": "ES"}"#
        let customer = newcomer.map { name in
            """
            {"kind": "new", "person": {"email": "\(name)@example.com", "first_name": "\(name.capitalized)",
             "last_name": "García", "mobile": "+34685555555"}}
            """
        }
        return """
            {"customer": \(customer ?? known), "fiat_currency": "EUR", "fiat_amount": "100.00",
             "crypto_currency": "USDC",
             "wallet": {"kind": "polygon", "address": "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"},
             "payment_instrument": "sepa_bank_transfer", "accept": "auto"}
            """
    }
}
