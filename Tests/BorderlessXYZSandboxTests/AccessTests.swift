import BorderlessXYZ
import BorderlessXYZSandbox
import Crypto
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("The simulated Borderless.xyz checks who asks, and tells of what happens")
struct AccessTests {
    @Test("A token runs out, and the client renews it without being told")
    func token() async throws {
        let bench = Bench { _ in
        } _: {
            $0.tokenLifetime = .minutes(20)
        }
        let client = try bench.client()
        let opened = try value(await client.createWithdrawal(try order(), key: key(1)))
        for _ in 0..<10 {
            bench.pass(.minutes(8))
            _ = try value(await client.transaction(opened.id))
        }
        bench.change { $0.revokeTokens() }
        _ = try value(await client.transaction(opened.id))
    }

    @Test("A secret that was replaced is no way in; other organisations' transactions are not there")
    func secrets() async throws {
        let bench = Bench {
            $0.organisations.append(.init(id: "clxt2", clientID: "client-2", clientSecret: "secret-2"))
        }
        let client = try bench.client()
        let opened = try value(await client.createWithdrawal(try order(), key: key(1)))
        let other = try bench.client(id: "client-2", secret: "secret-2")
        #expect(try refusal(await other.transaction(opened.id)).status == 404)
        #expect(
            try value(await other.withdrawals(for: try request(), reference: "ref-1", since: Bench.start)) == [])
        bench.change { $0.rotateSecrets(to: "secret-9") }
        #expect(try refusal(await client.transaction(opened.id)).code == .unauthorized)
        _ = try value(await bench.client(secret: "secret-9").transaction(opened.id))
    }

    @Test("Rubbish is answered in the API's form, and nothing is created")
    func rubbish() async throws {
        let bench = Bench()
        let client = try bench.client()
        for amount in ["", "0", "-1", "1.1234567", "1e3", "ten"] {
            #expect(try refusal(await client.createWithdrawal(try order(amount), key: "key-\(amount)")).status == 400)
        }
        let origin = try bench.client().account.origin
        for (body, status) in [("", 401), ("not JSON", 401)] {
            let request = HTTPRequest(.post, "/v1/withdrawals", body: Array(body.utf8))
            guard case .response(let response) = await bench.send(request, to: origin, timeout: .seconds(1)) else {
                Issue.record("no answer")
                return
            }
            #expect(response.status == status)
            #expect(
                String(decoding: response.body, as: UTF8.self)
                    == #"{"statusCode":401,"message":"Unauthorized","error":"Unauthorized"}"#)
        }
        #expect(bench.ledger.effects.isEmpty)
    }

    @Test("After too many failures an address is switched off in silence; the client notices, and switches it on again")
    func silence() async throws {
        let bench = Bench()
        let client = try bench.client()
        let url = "http://127.0.0.1:9/webhooks/borderless_xyz/main"
        bench.answerWebhooks(500)
        _ = try value(await client.createWithdrawal(try order(), key: key(1)))
        bench.pass(.hours(6))
        let attempts = bench.posted.count
        #expect(try value(await client.webhooks()).map(\.enabled) == [false])
        bench.answerWebhooks(200)
        _ = try value(await client.createWithdrawal(try order(reference: "ref-2"), key: key(2)))
        bench.pass(.hours(1))
        #expect(bench.posted.count == attempts, "nothing comes any more")
        guard case .enabledAgain = try value(await client.keepWebhook(url: url)) else {
            Issue.record("it was not switched on again")
            return
        }
        _ = try value(await client.createWithdrawal(try order(reference: "ref-3"), key: key(3)))
        bench.pass(.hours(1))
        #expect(bench.posted.count == attempts + 7)
        guard case .fine = try value(await client.keepWebhook(url: url)) else {
            Issue.record("it is not fine")
            return
        }
    }

    @Test("Webhooks are signed where there is a key, a wrong signature is told, and a rotation replaces the key")
    func signatures() async throws {
        let pem = try PrivateKey.generate(.rsa).pem()
        let bench = Bench { $0.signingKey = pem }
        let client = try bench.client()
        let verifier = try RSAWebhookVerifier(publicKeys: [try value(await client.webhookPublicKey())])
        _ = try value(await client.createWithdrawal(try order(), key: key(1)))
        bench.pass(.seconds(1))
        let posted = try #require(bench.posted.first?.request)
        guard case .plausible = BorderlessXYZWebhook.read(posted, verifiers: [verifier]) else {
            Issue.record("refused")
            return
        }
        var forged = posted
        forged.body += [0x20]
        guard case .refused = BorderlessXYZWebhook.read(forged, verifiers: [verifier]) else {
            Issue.record("believed")
            return
        }
    }
}
