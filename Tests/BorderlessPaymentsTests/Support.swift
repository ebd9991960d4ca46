import BorderlessPayments
import Domain
import HTTPClient
import ProviderCore
import RecordedHTTP
import Testing
import Time

func client(_ transport: RecordingTransport, key: String = "sk_test_1", mode: Mode = .test) throws -> PartnerClient {
    let account = try PartnerAccount(
        name: "main", mode: mode, origin: try #require(Origin(PartnerAccount.productionHost)), apiKey: Secret(key))
    return PartnerClient(account: account, transport: transport)
}

/// The user of the documentation.
func user(_ changes: (String, String)...) -> String {
    changed(
        #"""
        {"id":"user-1","partner_id":"partner-1","mode":"TEST","partner_user_ref":"acme-user-1042","email":"maria.garcia@example.com","first_name":"Maria","last_name":"Garcia","dob":"1992-04-17","mobile":"+34685555555","country_code":"ES","address_line1":"Calle Mayor 1","address_line2":null,"address_city":"Madrid","address_state":"Madrid","address_postcode":"28013","kyc_level_name":"standard-eu","kyc_applicant_id":"session-1","kyc_status":"APPROVED","provider_registered_at":"2026-06-11T10:02:51+00:00","provider_kyc_rejected_at":null,"disabled_at":null,"disabled_reason":null,"created_at":"2026-06-11T09:14:22+00:00","updated_at":"2026-06-11T10:02:51+00:00"}
        """#, changes)
}

/// The order of the documentation.
func order(_ changes: (String, String)...) -> String {
    changed(
        #"""
        {"id":"order-1","partner_id":"partner-1","user_id":"user-1","mode":"TEST","partner_order_ref":"acme-order-58231","status":"AWAITING_PAYMENT","fiat_currency":"EUR","fiat_amount":"100.00","crypto_currency":"USDC","crypto_network":"polygon","crypto_amount":"97.832041","wallet_address":"0x1","wallet_address_memo":null,"payment_instrument":"sepa_bank_transfer","quote_id":"quote-1","payment_instructions":{"iban":"LT601010012345678901","bic":"EXAMLT21","beneficiary_name":"Example Beneficiary Ltd","bank_name":"Example Bank","reference":"BP-1","amount":"100.00","currency":"EUR","due_by":"2026-06-13T09:20:00+00:00","redirect_url":null},"created_at":"2026-06-11T10:20:14+00:00","updated_at":"2026-06-11T10:20:14+00:00","last_event_at":null,"partner_payment_confirmed_at":null,"provider_payment_confirmed_at":null}
        """#, changes)
}

private func changed(_ text: String, _ changes: [(String, String)]) -> String {
    changes.reduce(text) { $0.replacing($1.0, with: $1.1) }
}

func failed(_ status: Int, _ code: String) -> TransportResult {
    answer(
        status,
        #"{"error":{"code":"\#(code)","message":"No.","details":{}},"request_id":"req-1"}"#)
}

/// The answer of an outcome that has to be one.
func value<Value>(_ outcome: ProviderOutcome<Value>) throws -> Value {
    guard case .answered(let value) = outcome else {
        Issue.record("\(outcome)")
        throw CancellationError()
    }
    return value
}

let newUser = PartnerClient.NewUser(
    email: "maria.garcia@example.com", firstName: "Maria", lastName: "Garcia", mobile: "+34685555555",
    reference: "acme-user-1042")

func newOrder(memo: String? = nil) -> PartnerClient.NewOrder {
    PartnerClient.NewOrder(
        user: "user-1", wallet: memo == nil ? "0x1" : "G1", memo: memo, fiatAmount: "100.00", fiatCurrency: "EUR",
        crypto: "USDC", network: memo == nil ? "polygon" : "stellar", instrument: "sepa_bank_transfer",
        reference: "acme-order-58231")
}
