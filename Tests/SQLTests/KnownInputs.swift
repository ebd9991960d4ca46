import Activities
import WorkflowCore

/// An input of a flow with all that it may have, and each way of spoiling it.
struct KnownInput: Sendable {
    /// One member that is replaced, added, or, without a value, left out; and how what enqueue says to that begins.
    struct Spoilt: Sendable {
        let path: [String]
        let value: String?
        let message: String

        init(_ path: String, _ value: String?, _ message: String) {
            self.path = path.split(separator: ".").map(String.init)
            self.value = value
            self.message = message
        }
    }

    let input: String
    let spoilt: [Rubbish: Spoilt]

    /// The flows of this build.
    static let flows = Set(KnownFlows.all.map { $0.name }).sorted()

    static let all: [String: KnownInput] = [
        "dfns_payout": dfnsPayout, "dollarpe_payout": dollarPePayout, "pontis_payout": pontisPayout, "onramp": onramp,
        "borderless_withdrawal": borderlessWithdrawal, "refund": refund, "refund_default_check": refundDefaultCheck,
    ]

    private static let megabyte = "\"" + String(repeating: "a", count: 1 << 20) + "\""
    private static let identifier = "does not have the form ^[A-Za-z0-9_.:-]{1,64}$"

    private static let dfnsPayout = KnownInput(
        input: """
            {"account": "main", "wallet_id": "wa-polyg-usdc0-sandboxwallet01", "asset": {"kind": "Erc20",
             "amount": "1000000000", "contract": "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"},
             "fiat_currency": "USD", "country": "US", "borderless_account_id": "acc-1",
             "payment_instructions_id": "ins-1", "payment_purpose": "salary payment", "min_fiat_amount": "985.50",
             "accept": "auto", "confirm": "auto"}
            """,
        spoilt: [
            .wrongPurpose: Spoilt("payment_purpose", #""bribe""#, purposes),
            .lowerCaseCurrency: Spoilt(
                "fiat_currency", #""usd""#, "fiat_currency does not have the form ^[A-Z]{3}$"),
            .negativeAmount: Spoilt(
                "asset.amount", #""-5""#, "asset.amount does not have the form ^[1-9][0-9]{0,77}$"),
            .tooManyDecimals: Spoilt(
                "asset.amount", #""10.5""#, "asset.amount does not have the form ^[1-9][0-9]{0,77}$"),
            .floatAmount: Spoilt("asset.amount", "1000000000", "asset.amount must be text, and is a number"),
            .unknownNetwork: Spoilt("asset.kind", #""Trc20""#, "asset.kind must be one of Erc20, Spl, Spl2022"),
            .memoMissing: Spoilt("asset.contract", nil, "asset.contract is missing"),
            .megabyteOfText: Spoilt("borderless_account_id", megabyte, "borderless_account_id \(identifier)"),
            .wrongType: Spoilt("asset", "[]", "asset must be an object, and is a list"),
            .missingField: Spoilt("wallet_id", nil, "wallet_id is missing"),
            .unknownField: Spoilt(
                "walletid", #""x""#,
                "walletid is not known; known are "),
        ])

    private static let dollarPePayout = KnownInput(
        input: """
            {"account": "main", "customer_id": "c-1", "bank_id": "b-1", "asset": "usdt", "sending_amount": "51.25",
             "exchange_order_id": "92233720368547758079", "exchange_transfer_id": "t-1", "link": "after_success",
             "accept": "auto", "min_fiat_amount": "4000", "on_limit": "wait", "risk_parameters": {
             "device_id": "device-123", "ip_address": "203.0.113.10", "law_enforcement_agency_report": false,
             "suspicious_activity_report": false}}
            """,
        spoilt: [
            .wrongPurpose: Spoilt("payment_purpose", #""bribe""#, dollarPeMembers("payment_purpose")),
            .lowerCaseCurrency: Spoilt("fiat", #""inr""#, dollarPeMembers("fiat")),
            .negativeAmount: Spoilt("sending_amount", #""-51""#, "sending_amount does not have the form "),
            .tooManyDecimals: Spoilt("sending_amount", #""51.1234567""#, "sending_amount does not have the form "),
            .floatAmount: Spoilt("sending_amount", "51.25", "sending_amount must be text, and is a number"),
            .unknownNetwork: Spoilt("asset", #""usdt_mars""#, "asset must be one of usdt, usdc"),
            .memoMissing: Spoilt("exchange_order_id", nil, "exchange_order_id is missing"),
            .megabyteOfText: Spoilt(
                "customer_id", megabyte, "customer_id does not have the form ^[A-Za-z0-9_-]{1,64}$"),
            .wrongType: Spoilt(
                "exchange_order_id", "92233720368547758079", "exchange_order_id must be text, and is a number"),
            .missingField: Spoilt("bank_id", nil, "bank_id is missing"),
            .unknownField: Spoilt("memo", #""x""#, dollarPeMembers("memo")),
        ])

    private static func dollarPeMembers(_ stranger: String) -> String {
        "\(stranger) is not known; known are link, asset, accept, "
    }

    private static let pontisPayout = KnownInput(
        input: """
            {"account": "main", "country_code": "IN", "currency_code": "INR", "payment_method": "bank_local",
             "payment_network": "imps", "source_amount": "125.00", "source_currency": "USDT",
             "recipient_details": {"name": "Asha Rao", "account_number": "50100012345678", "ifsc": "HDFC0000001"},
             "purpose_of_payment": "salary", "source_of_funds": "business", "accept": "auto", "watch_days": "7"}
            """,
        spoilt: [
            .wrongPurpose: Spoilt(
                "purpose_of_payment", #""salary\nand more""#, "purpose_of_payment does not have the form "),
            .lowerCaseCurrency: Spoilt(
                "source_currency", #""usdt""#, "source_currency does not have the form ^[A-Z]{3,5}$"),
            .negativeAmount: Spoilt("source_amount", #""-125.00""#, "source_amount does not have the form "),
            .tooManyDecimals: Spoilt("source_amount", #""125.001""#, "source_amount does not have the form "),
            .floatAmount: Spoilt("source_amount", "125.00", "source_amount must be text, and is a number"),
            .unknownNetwork: Spoilt("payment_network", #""the moon""#, "payment_network \(identifier)"),
            .memoMissing: Spoilt("recipient_details.name", nil, "recipient_details.name is missing"),
            .megabyteOfText: Spoilt(
                "recipient_details.name", megabyte, "recipient_details.name does not have the form "),
            .wrongType: Spoilt("recipient_details", #""Asha Rao""#, "recipient_details must be an object, and is text"),
            .missingField: Spoilt("country_code", nil, "country_code is missing"),
            .unknownField: Spoilt("memo", #""x""#, "memo is not known; known are "),
        ])

    private static let onramp = KnownInput(
        input: """
            {"account": "main", "customer": {"kind": "known", "user_id": "usr-1", "country": "DE"},
             "fiat_currency": "EUR", "fiat_amount": "100.00", "crypto_currency": "USDC", "wallet": {
             "kind": "stellar_exchange", "memo": "12345",
             "address": "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"},
             "payment_instrument": "sepa_bank_transfer", "accept": "auto", "min_crypto_amount": "90.5",
             "purposes": ["investing"]}
            """,
        spoilt: [
            .wrongPurpose: Spoilt("purposes.0", #""bribe\n""#, "purposes[0] "),
            .lowerCaseCurrency: Spoilt("fiat_currency", #""eur""#, "fiat_currency must be EUR"),
            .negativeAmount: Spoilt("fiat_amount", #""-100""#, "fiat_amount does not have the form "),
            .tooManyDecimals: Spoilt("fiat_amount", #""100.001""#, "fiat_amount does not have the form "),
            .floatAmount: Spoilt("fiat_amount", "100.00", "fiat_amount must be text, and is a number"),
            .unknownNetwork: Spoilt(
                "wallet.kind", #""tron""#, "wallet.kind must be one of polygon, stellar, stellar_exchange"),
            .memoMissing: Spoilt("wallet.memo", nil, "wallet.memo is missing"),
            .megabyteOfText: Spoilt("customer.user_id", megabyte, "customer.user_id \(identifier)"),
            .wrongType: Spoilt("wallet", #""GA5Z""#, "wallet must be an object, and is text"),
            .missingField: Spoilt("customer", nil, "customer is missing"),
            .unknownField: Spoilt("memo", #""x""#, "memo is not known; known are "),
        ])

    private static let borderlessWithdrawal = KnownInput(
        input: """
            {"account": "main", "borderless_account_id": "acc-1", "asset": "USDC_POLYGON", "amount": "100.00",
             "fiat_currency": "USD", "country": "US", "payment_instructions_id": "ins-1",
             "payment_purpose": "salary payment", "purpose_description": "March", "reference": "ref-1",
             "developer_fee": "1.5", "counter_party_identity_id": "cp-1", "min_fiat_amount": "95",
             "refund_destination": {"type": "Address", "address": "0x00000000000000000000000000000000000000d0"},
             "auto_refund": true, "observe_refund": "skip", "accept": "auto"}
            """,
        spoilt: [
            .wrongPurpose: Spoilt("payment_purpose", #""bribe""#, purposes),
            .lowerCaseCurrency: Spoilt(
                "fiat_currency", #""usd""#, "fiat_currency does not have the form ^[A-Z]{3}$"),
            .negativeAmount: Spoilt("amount", #""-100""#, "amount does not have the form "),
            .tooManyDecimals: Spoilt("amount", #""1.0000000000000000001""#, "amount does not have the form "),
            .floatAmount: Spoilt("amount", "100.00", "amount must be text, and is a number"),
            .unknownNetwork: Spoilt("asset", #""USDC_MARS""#, "asset does not have the form "),
            .memoMissing: Spoilt("refund_destination.address", nil, "refund_destination.address is missing"),
            .megabyteOfText: Spoilt("purpose_description", megabyte, "purpose_description does not have the form "),
            .wrongType: Spoilt("auto_refund", #""yes""#, "auto_refund must be true or false, and is text"),
            .missingField: Spoilt("payment_instructions_id", nil, "payment_instructions_id is missing"),
            .unknownField: Spoilt("memo", #""x""#, "memo is not known; known are "),
        ])

    private static let refund = KnownInput(
        input: """
            {"account": "main", "transaction_id": "tx-1", "trigger": "dispatch", "observe": "ask",
             "refund_destination": {"type": "Address", "address": "0x00000000000000000000000000000000000000d0"},
             "money_has_left": true, "sent_amount": "100.00", "sent_asset": "USDC_POLYGON"}
            """,
        spoilt: [
            .wrongPurpose: Spoilt("trigger", #""bribe""#, "trigger must be one of automatic, dispatch, ask"),
            .lowerCaseCurrency: Spoilt("sent_asset", #""usdc""#, "sent_asset does not have the form "),
            .negativeAmount: Spoilt("sent_amount", #""-100""#, "sent_amount does not have the form "),
            .tooManyDecimals: Spoilt(
                "sent_amount", #""1.0000000000000000001""#, "sent_amount does not have the form "),
            .floatAmount: Spoilt("sent_amount", "100.00", "sent_amount must be text, and is a number"),
            .unknownNetwork: Spoilt("sent_asset", #""USDC_MARS""#, "sent_asset does not have the form "),
            .memoMissing: Spoilt("refund_destination.address", nil, "refund_destination.address is missing"),
            .megabyteOfText: Spoilt("transaction_id", megabyte, "transaction_id \(identifier)"),
            .wrongType: Spoilt("money_has_left", "1", "money_has_left must be true or false, and is a number"),
            .missingField: Spoilt("transaction_id", nil, "transaction_id is missing"),
            .unknownField: Spoilt("memo", #""x""#, "memo is not known; known are "),
        ])

    private static let refundDefaultCheck = KnownInput(
        input: #"{"account": "main", "networks": ["POLYGON"]}"#,
        spoilt: [
            .wrongPurpose: Spoilt("purpose", #""bribe""#, "purpose is not known; known are account"),
            .lowerCaseCurrency: Spoilt("currency", #""usd""#, "currency is not known; known are account"),
            .negativeAmount: Spoilt("amount", #""-1""#, "amount is not known; known are account"),
            .tooManyDecimals: Spoilt("amount", #""1.0000001""#, "amount is not known; known are account"),
            .floatAmount: Spoilt("amount", "1.5", "amount is not known; known are account"),
            .unknownNetwork: Spoilt("networks", #"["MARS"]"#, "networks[0] must be one of ETHEREUM, POLYGON, BASE, "),
            .memoMissing: Spoilt("account", #""""#, "account \(identifier)"),
            .megabyteOfText: Spoilt("account", megabyte, "account \(identifier)"),
            .wrongType: Spoilt("account", "7", "account must be text, and is a number"),
            .missingField: Spoilt("account", "[]", "account must be text, and is a list"),
            .unknownField: Spoilt("accounts", #""x""#, "accounts is not known; known are account"),
        ])

    private static let purposes = "payment_purpose must be one of salary payment, personal remittance, rent payment, "
}
