import BorderlessPayments
import BorderlessXYZ
import Configuration
import Crypto
import Domain
import DollarPe
import HTTPClient
import PontisGlobe
import Testing

private struct NoSuchFile: Error, CustomStringConvertible {
    let description = "no such file"
}

private let variables = [
    "KEY": "key-1", "SECRET": "secret-1", "TEST_KEY": "sk_test_1", "LIVE_KEY": "sk_live_1", "OTHER_KEY": "pk_1",
    "BYTES": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "OTHER_BYTES": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
    "TOKEN": "0123456789abcdef", "HOOK": "whsec_1",
]

private func load(_ text: String, beforeRegistration: Bool = false) throws -> LockstepConfiguration {
    try LockstepConfiguration.load(
        text: text, file: "/etc/lockstep.json5", environment: variables, random: { Array(repeating: 7, count: $0) },
        mayLackWebhookSecrets: beforeRegistration
    ) { _ in throw NoSuchFile() }
}

/// What an error says of an account, its members given as one text from line 2.
private func complaint(_ provider: String, _ members: String, beforeRegistration: Bool = false) -> String {
    do {
        _ = try load("{accounts: {\(provider): {main: {\n\(members)}}}}", beforeRegistration: beforeRegistration)
        return "no complaint"
    } catch {
        return "\(error)".replacing("/etc/lockstep.json5:", with: "")
    }
}

private let pontis = """
    mode: "test", base_url: "https://sandbox.pontisglobe.com", api_key: {env: "KEY"}, email: "us@example.com",
    password: {env: "SECRET"}, encryption_secret: {env: "BYTES"}, hmac_secret: {env: "BYTES"},
    """
private let dollarPe = """
    mode: "test", base_url: "https://sandbox.dollarpe.xyz", api_key: {env: "KEY"}, api_secret: {env: "SECRET"},
    """
private let partner = """
    mode: "test", base_url: "https://api.borderlesspayments.xyz", api_key: {env: "TEST_KEY"},
    """
private let xyz = """
    mode: "test", base_url: "https://sandbox-api.borderless.xyz", client_id: "cl-1", client_secret: {env: "SECRET"},
    """

@Suite("Accounts at the five providers")
struct AccountTests {
    @Test("Accounts at all providers are read; limits are kept by provider and name")
    func all() throws {
        let configuration = try load(
            """
            {accounts: {
              pontis: {main: {\(pontis) previous_hmac_secret: {env: "OTHER_BYTES"}, limits: {rate: 3}}},
              dollarpe: {main: {\(dollarPe) limits: {concurrency: 1}}},
              borderless_payments: {main: {\(partner) webhook_secret: {env: "HOOK"},
                previous_webhook_secret: {env: "SECRET"}, stale_webhooks: "refuse"}, z: {\(partner)}},
              borderless_xyz: {main: {\(xyz) personal_data: "redacted", webhook_token: {env: "TOKEN"}}, b: {\(xyz)}},
            }}
            """)
        let accounts = configuration.accounts
        #expect(
            accounts.all.map(\.id.description) == [
                "pontis/main", "dollarpe/main", "borderless_payments/main", "borderless_payments/z",
                "borderless_xyz/b", "borderless_xyz/main",
            ])
        #expect(accounts.borderlessPayments.map(\.staleWebhooks) == [.refuse, .accept])
        #expect(accounts.pontis.first?.account.signers.count == 2)
        #expect(accounts.dollarPe.first?.apiSecret.reveal() == "secret-1")
        #expect(accounts.borderlessPayments.first?.webhookSecrets.map { $0.reveal() } == ["whsec_1", "secret-1"])
        #expect(accounts.borderlessXYZ.last?.webhookToken?.query == "token=0123456789abcdef")
        #expect(accounts.borderlessXYZ.last?.account.webhookVerifiers.count == 1)
        #expect(accounts.borderlessXYZ.first?.account.webhookVerifiers.isEmpty == true)
        #expect(configuration.limits[AccountName(provider: "pontis", name: "main")]?.rate == 3)
        #expect(configuration.limits[AccountName(provider: "dollarpe", name: "main")]?.rate == nil)
        #expect(configuration.limits[AccountName(provider: "dollarpe", name: "main")]?.concurrency == 1)
        #expect(configuration.limits.count == 2)
        var shown = "\(configuration)"
        dump(configuration, to: &shown)
        for secret in ["key-1", "secret-1", "sk_test_1", "AAAA", "0123456789abcdef", "whsec_1"] {
            #expect(!shown.contains(secret))
        }
    }

    @Test(
        "Hosts and keys of the other mode are refused",
        arguments: [
            (
                "pontis", pontis.replacing("https://sandbox.", with: "https://api."),
                "2: accounts.pontis.main.base_url: a test account of PontisGlobe must not be at "
                    + "https://api.pontisglobe.com: money would move"
            ),
            (
                "pontis", pontis.replacing("\"test\"", with: "\"live\""),
                "2: accounts.pontis.main.base_url: a live account of PontisGlobe must be at "
                    + "https://api.pontisglobe.com, and not at https://sandbox.pontisglobe.com"
            ),
            (
                "dollarpe", dollarPe.replacing("https://sandbox.", with: "https://production."),
                "2: accounts.dollarpe.main.base_url: a test account of DollarPe must not be at "
                    + "https://production.dollarpe.xyz: money would move"
            ),
            (
                "dollarpe", dollarPe.replacing("\"test\"", with: "\"live\""),
                "2: accounts.dollarpe.main.base_url: a live account of DollarPe must be at "
                    + "https://production.dollarpe.xyz or https://api.zapyd.com, and not at https://sandbox.dollarpe.xyz"
            ),
            (
                "borderless_payments", partner.replacing("TEST_KEY", with: "LIVE_KEY"),
                "2: accounts.borderless_payments.main.mode: a test account needs a test key (sk_test_…): with this one, "
                    + "money would move"
            ),
            (
                "borderless_payments", partner.replacing("\"test\"", with: "\"live\""),
                "2: accounts.borderless_payments.main.mode: a live account can't have a test key (sk_test_…)"
            ),
            (
                "borderless_payments", partner.replacing("TEST_KEY", with: "OTHER_KEY"),
                "2: accounts.borderless_payments.main.mode: an API key of Borderless Payments begins with sk_test_ or sk_"
            ),
            (
                "borderless_xyz", xyz.replacing("https://sandbox-", with: "https://"),
                "2: accounts.borderless_xyz.main.base_url: a test account of Borderless.xyz must not be at "
                    + "https://api.borderless.xyz: money would move"
            ),
            (
                "borderless_xyz", xyz.replacing("\"test\"", with: "\"live\""),
                "2: accounts.borderless_xyz.main.base_url: a live account of Borderless.xyz must be at "
                    + "https://api.borderless.xyz, and not at https://sandbox-api.borderless.xyz"
            ),
        ])
    func otherMode(provider: String, members: String, message: String) {
        #expect(complaint(provider, members) == message)
    }

    @Test(
        "Rubbish is refused, with the member's name",
        arguments: [
            ("pontis", "", "1: accounts.pontis.main.mode is missing; add mode: \"test\" or \"live\""),
            (
                "pontis",
                pontis.replacing("encryption_secret: {env: \"BYTES\"}", with: "encryption_secret: {env: \"KEY\"}"),
                "3: accounts.pontis.main.encryption_secret: encryption_secret must be 32 bytes in base64url, 43 "
                    + "characters, as the dashboard shows it"
            ),
            (
                "pontis", pontis.replacing(" hmac_secret: {env: \"BYTES\"},", with: " hmac_secret: \"x\","),
                "3: accounts.pontis.main.hmac_secret holds a secret in clear; move it to the environment or to a file, "
                    + "and write {env: \"NAME\"} or {file: \"path\"}"
            ),
            (
                "pontis", pontis + "webhook_secret: {env: \"KEY\"}",
                "3: accounts.pontis.main.webhook_secret is not known; known here: mode, base_url, api_key, email, "
                    + "password, encryption_secret, hmac_secret, previous_hmac_secret, limits"
            ),
            (
                "dollarpe", dollarPe.replacing("{env: \"SECRET\"}", with: "42"),
                "2: accounts.dollarpe.main.api_secret is a number; write {env: \"NAME\"} or {file: \"path\"}"
            ),
            (
                "borderless_xyz", xyz + "webhook_token: {env: \"KEY\"}",
                "2: accounts.borderless_xyz.main.webhook_token: webhook_token must be 16 or more letters, digits, dashes "
                    + "and underscores"
            ),
            (
                "borderless_xyz", xyz + "personal_data: \"some\"",
                "2: accounts.borderless_xyz.main.personal_data is “some”; write \"all\" or \"redacted\""
            ),
            (
                "borderless_payments", partner + "webhook_secret: {file: \"hook\"}",
                "2: accounts.borderless_payments.main.webhook_secret: the file /etc/hook can't be read; lockstep accounts "
                    + "register-webhooks writes it"
            ),
        ])
    func rubbish(provider: String, members: String, message: String) {
        #expect(complaint(provider, members) == message)
    }

    @Test("Before webhooks are registered, the file of their secret may be missing, and its path is known")
    func beforeRegistration() throws {
        let text = "{accounts: {borderless_payments: {main: {\(partner) webhook_secret: {file: \"hook\"}}}}}"
        let configuration = try load(text, beforeRegistration: true)
        #expect(configuration.accounts.borderlessPayments.first?.webhookSecrets.isEmpty == true)
        let main = AccountName(provider: "borderless_payments", name: "main")
        #expect(configuration.accounts.webhookSecretFiles == [main: "/etc/hook"])
        #expect(
            complaint("borderless_payments", partner + "webhook_secret: {env: \"GONE\"}", beforeRegistration: true)
                == "2: accounts.borderless_payments.main.webhook_secret: the environment variable GONE is not set; set it"
        )
    }

    @Test("The public address gives each account's webhooks theirs")
    func publicURL() throws {
        let http = try load("{http: {public_url: \"https://lockstep.example.com/\"}}").http
        #expect(
            http.webhookAddress(of: AccountName(provider: "dfns", name: "main"))
                == "https://lockstep.example.com/webhooks/dfns/main")
        for wrong in ["\"http://lockstep.example.com\"", "\"lockstep.example.com\"", "\"https://x/y\"", "7"] {
            #expect(throws: ConfigurationError.self) { try load("{http: {public_url: \(wrong)}}") }
        }
    }

    @Test(
        "A key ring that can't seal is refused",
        arguments: [
            ("{keys: {}}", "sensitive_keys.current is missing; add current: \"k1\""),
            ("{current: \"k1\"}", "sensitive_keys.keys is missing; add keys: {k1: {env: \"LOCKSTEP_KEY_1\"}}"),
            (
                "{current: \"k2\", keys: {k1: {env: \"BYTES\"}}}",
                "sensitive_keys: there is no key called “k2”; there is k1"
            ),
            (
                "{current: \"k1\", keys: {k1: {env: \"KEY\"}}}",
                "sensitive_keys.keys.k1: the environment variable KEY does not hold 32 bytes in base64; make a key with: "
                    + "openssl rand -base64 32"
            ),
            (
                "{current: \"k 1\", keys: {'k 1': {env: \"BYTES\"}}}",
                "sensitive_keys: “k 1” can't be the name of a key; take letters, digits, dashes and underscores"
            ),
            (
                "{current: \"k1\", keys: {k1: \"AAAA\"}}",
                "sensitive_keys.keys.k1 holds a secret in clear; move it to the environment or to a file, and write "
                    + "{env: \"NAME\"} or {file: \"path\"}"
            ),
        ])
    func keyRing(text: String, message: String) {
        do {
            _ = try load("{sensitive_keys: \(text)}")
            Issue.record("it was taken")
        } catch {
            #expect("\(error)" == "/etc/lockstep.json5:1: " + message)
        }
    }

    @Test("A key ring is read whole, by itself too, and shows no key")
    func keys() throws {
        let text =
            "{accounts: {dfns: {main: {}}}, sensitive_keys: {current: \"k2\", keys: {k1: {env: \"BYTES\"}, "
            + "k2: {env: \"OTHER_BYTES\"}}}}"
        let ring = try LockstepConfiguration.sensitiveKeys(
            text: text, file: "lockstep.json5", environment: variables
        ) { _ in throw NoSuchFile() }
        #expect(ring?.current == "k2")
        #expect(ring.map { "\($0)" } == "keys k1, k2 (current)")
    }
}
