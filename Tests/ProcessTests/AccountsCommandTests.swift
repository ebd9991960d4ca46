import Foundation
import HTTPTypes
import Postgres
import PrivateCluster
import Testing

/// `lockstep accounts` against the simulated providers, on sockets.
@Suite("Commands about accounts", .timeLimit(.minutes(3)))
struct AccountsCommandTests {
    @Test("Good credentials are proved at each provider, and nothing happens there")
    func good() async throws {
        let world = try ProviderWorld()
        defer { world.remove() }
        let sandbox = try await world.sandbox()
        defer { sandbox.kill() }
        #expect(
            try world.accounts("check") == [
                "dfns/main: the credentials are good: payouts can be read, and its key signs",
                "pontis/main: the credentials are good: it can log in, and what is sealed and signed is understood",
                "dollarpe/main: the credentials are good: its configuration can be read",
                "borderless_payments/main: the credentials are good: its key may create users and place orders",
                "borderless_xyz/main: the credentials are good: a token is given, and webhooks can be read",
            ])
        for provider in ["dfns", "pontis", "dollarpe", "borderless_payments", "borderless_xyz"] {
            #expect(try await world.control(provider, .get, "ledger").contains(#""effects":[]"#))
        }
        let one = try world.accounts("check", ["--account", "pontis/main", "--json"])
        #expect(one.count == 1 && one[0].contains(#""account":"pontis/main","finding":"good""#))
        #expect(one[0].contains(#""ok":true"#))
    }

    @Test(
        "A wrong secret is told apart, whichever it is, and the others are still checked",
        arguments: [
            ("dfns-token", "dfns/main", "check token, credential_id and private_key, and that they are of mode test"),
            ("pontis-api-key", "pontis/main", "check api_key, email, password, encryption_secret and hmac_secret"),
            ("pontis-password", "pontis/main", "check api_key, email, password, encryption_secret and hmac_secret"),
            ("dollarpe-api-secret", "dollarpe/main", "check api_key and api_secret, and that they are of mode test"),
            ("borderless-api-key", "borderless_payments/main", "check api_key, and that they are of mode test"),
            ("xyz-client-secret", "borderless_xyz/main", "check client_id and client_secret"),
        ])
    func wrongSecret(file: String, account: String, advice: String) async throws {
        let world = try ProviderWorld()
        defer { world.remove() }
        let sandbox = try await world.sandbox()
        defer { sandbox.kill() }
        try world.write("wrong", "sk_test_something-else")
        try world.configure("wrong") { $0.replacing("{file: \"\(file)\"}", with: "{file: \"wrong\"}") }
        let lines = try world.accounts("check", config: "wrong", expecting: 1)
        #expect(lines.count == 5)
        #expect(lines.contains { $0.hasPrefix("\(account): \(advice)") })
        #expect(lines.count { $0.contains("the credentials are good") } == 4)
        #expect(!lines.joined().contains("something-else"))
        let json = try world.accounts("check", ["--json"], config: "wrong", expecting: 1)
        #expect(json[0].contains(#""account":"\#(account)","finding":"wrong_key""#))
    }

    @Test("A key that does not sign, a provider that is not there, and a configuration of the other mode")
    func otherTroubles() async throws {
        let world = try ProviderWorld()
        defer { world.remove() }
        let away = try world.accounts("check", ["--account", "dollarpe/main"], expecting: 1)
        #expect(away[0].hasPrefix("dollarpe/main: it can't be reached now: "))
        let sandbox = try await world.sandbox()
        defer { sandbox.kill() }
        try world.configure("wrong") { text in
            text.replacing("credential_id: \"cr-1\"", with: "credential_id: \"cr-2\"")
        }
        let key = try world.accounts("check", ["--account", "dfns/main"], config: "wrong", expecting: 1)
        #expect(key[0].contains("the credential cr-2 is not among those with which Dfns lets this account sign"))
        try world.configure("live") { $0.replacing("mode: \"test\"", with: "mode: \"live\"") }
        let live = try world.accounts("check", config: "live", expecting: 2)
        #expect(live[0].contains("a live account of Dfns must be at https://api.dfns.io"))
        #expect(
            try world.accounts("check", ["--account", "dfns/other"], expecting: 2)[0].contains("no account dfns/other"))
        #expect(try world.accounts("look", expecting: 2)[0].contains("accounts takes check or register-webhooks"))
    }

    @Test("A clock that is two days ahead is called by its name")
    func clock() async throws {
        let world = try ProviderWorld()
        defer { world.remove() }
        let url = try await TestDatabase.fresh()
        try Running.once(["migrate", "--database", url])
        let pool = PostgresPool(try PostgresConfiguration(url), connections: 1)
        _ = try await pool.query(
            Statement("select lockstep.set_clock('virtual', clock_timestamp() + interval '2 days')"))
        let sandbox = try await world.sandbox()
        let ahead = try world.accounts(
            "check", ["--account", "pontis/main", "--json", "--database", url], expecting: 1)
        #expect(ahead[0].contains(#""finding":"clock""#))
        #expect(ahead[0].contains("the clock that signatures are dated by is "))
        #expect(ahead[0].contains(" ahead of the provider's; set it by NTP"))
        sandbox.kill()
        // Simulators that go by the same clock find nothing wrong with it.
        let shared = try await world.sandbox("--database", url)
        #expect(try world.accounts("check", ["--database", url]).count == 5)
        shared.kill()
        await pool.close()
    }

    @Test("Webhooks are registered once; the secret lands in its file, for its owner only; again changes nothing")
    func register() async throws {
        let world = try ProviderWorld()
        defer { world.remove() }
        let sandbox = try await world.sandbox()
        defer { sandbox.kill() }
        let hook = "http://127.0.0.1:\(world.daemonPort)/webhooks"
        let first = try world.accounts("register-webhooks")
        let file = world.path("made/dfns-webhook-secret")
        #expect(first.count == 5)
        #expect(first[0].hasPrefix("dfns/main: webhooks go to \(hook)/dfns/main (wh-"))
        #expect(first[0].hasSuffix("; its secret is in \(file): restart the daemons, who read it as they start"))
        #expect(
            first[1]
                == "pontis/main: PontisGlobe has no call for it: enter \(hook)/pontis/main in its dashboard, under "
                + "Developer Tools")
        #expect(first[2] == "dollarpe/main: webhooks go to \(hook)/dollarpe/main; they are signed with api_secret")
        let other = world.path("made/borderless-webhook-secret")
        #expect(
            first[3]
                == "borderless_payments/main: webhooks go to \(hook)/borderless_payments/main; its secret is in "
                + "\(other): restart the daemons, who read it as they start")
        #expect(
            first[4].hasPrefix(
                "borderless_xyz/main: webhooks go to \(hook)/borderless_xyz/main, with webhook_token behind it"))
        let secret = try String(contentsOfFile: file, encoding: .utf8)
        let second = try String(contentsOfFile: other, encoding: .utf8)
        #expect(secret.count >= 8 && second.hasPrefix("whsec_"))
        #expect(!first.joined().contains(secret) && !first.joined().contains(second))
        #expect(!first.joined().contains("secret-of-xyz-webhook-token"))
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let again = try world.accounts("register-webhooks")
        #expect(again[0].hasPrefix("dfns/main: webhooks go to \(hook)/dfns/main already (wh-"))
        #expect(again[3] == "borderless_payments/main: webhooks go to \(hook)/borderless_payments/main")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == secret)
        #expect(try String(contentsOfFile: other, encoding: .utf8) == second)
        #expect(try await webhooks(world) == 1)
    }

    @Test(
        "A secret that got lost is not passed over in silence, and --rotate brings another; without a file nothing is asked"
    )
    func rotate() async throws {
        let world = try ProviderWorld()
        defer { world.remove() }
        let sandbox = try await world.sandbox()
        defer { sandbox.kill() }
        let file = world.path("made/dfns-webhook-secret")
        try world.configure("nowhere") {
            $0.replacing("webhook_secret: {file: \"made/dfns-webhook-secret\"},", with: "")
        }
        let dfns = ["--account", "dfns/main"]
        let nowhere = try world.accounts("register-webhooks", dfns, config: "nowhere", expecting: 1)
        #expect(nowhere[0].contains("webhook_secret has to name a file, such as {file: \"keys/dfns-main-webhook\"}"))
        #expect(try await webhooks(world) == 0)
        _ = try world.accounts("register-webhooks", dfns)
        let secret = try String(contentsOfFile: file, encoding: .utf8)
        try FileManager.default.removeItem(atPath: file)
        let lost = try world.accounts("register-webhooks", dfns, expecting: 1)
        #expect(lost[0].contains("it is not in the file that webhook_secret names; run this again with --rotate"))
        _ = try world.accounts("register-webhooks", dfns + ["--rotate"])
        let payments = ["--account", "borderless_payments/main"]
        let kept = world.path("made/borderless-webhook-secret")
        _ = try world.accounts("register-webhooks", payments)
        try FileManager.default.removeItem(atPath: kept)
        #expect(try world.accounts("register-webhooks", payments, expecting: 1)[0].contains("with --rotate for a new"))
        _ = try world.accounts("register-webhooks", payments + ["--rotate"])
        #expect(FileManager.default.fileExists(atPath: kept))
        #expect(try String(contentsOfFile: file, encoding: .utf8) != secret)
        #expect(try await webhooks(world) == 1)
    }

    /// How many webhooks Dfns knows.
    private func webhooks(_ world: ProviderWorld) async throws -> Int {
        struct State: Decodable {
            struct Webhook: Decodable { let id: String }
            let webhooks: [Webhook]
        }
        let text = try await world.control("dfns", .get, "state")
        return try JSONDecoder().decode(State.self, from: Data(text.utf8)).webhooks.count
    }
}
