import Domain
import HTTPClient
import HTTPTypes
import PontisGlobe
import PontisSandbox
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("The simulated PontisGlobe checks who asks")
struct AccessTests {
    @Test("A clock that is off by more than five minutes is told by the signature")
    func clock() async throws {
        let bench = try Bench()
        #expect(try refusal(await bench.client(ahead: .seconds(301)).payout("sb_1")).status == 401)
        #expect(try refusal(await bench.client(ahead: .seconds(-301)).payout("sb_1")).status == 401)
        #expect(try refusal(await bench.client(ahead: .seconds(299)).payout("sb_1")).status == 404)
    }

    @Test("A token lives for fifteen minutes, and the client renews it without being told")
    func token() async throws {
        let bench = try Bench()
        let client = try bench.client()
        let payout = try value(await client.send(try order(), key: key(1)))
        for _ in 0..<10 {
            bench.pass(.minutes(7))
            _ = try value(await client.payout(payout.id))
        }
    }

    @Test("A wrong password is no way in, and too many log-ins are told to wait")
    func password() async throws {
        let bench = try Bench { $0.logInsPerMinute = 2 }
        let client = try bench.client(password: "wrong")
        #expect(try refusal(await client.payout("sb_1")).code == .unauthorized)
        #expect(try refusal(await client.payout("sb_1")).code == .unauthorized)
        guard case .notApplied = await client.payout("sb_1") else {
            Issue.record("the third log-in was not held up")
            return
        }
        bench.pass(.minutes(2))
        #expect(try refusal(await client.payout("sb_1")).code == .unauthorized)
    }

    @Test("Rubbish is answered in PontisGlobe's envelope, and nothing is created")
    func rubbish() async throws {
        let bench = try Bench()
        let headers: HTTPHeaders = ["x-api-key": "key-1", "x-timestamp": "soon", "x-signature": "00"]
        for (headers, body, status) in [
            ([:] as HTTPHeaders, "", 401), (headers, "{}", 401), (headers, "not JSON", 401),
            (headers, String(repeating: "a", count: 70_000), 413),
        ] {
            let request = HTTPRequest(
                .post, "/api/v1/payouts/sendPayoutRequest", headers: headers, body: Array(body.utf8))
            let result = await bench.send(request, to: try bench.client().account.origin, timeout: .seconds(1))
            guard case .response(let response) = result else {
                Issue.record("no answer")
                continue
            }
            #expect(response.status == status)
            #expect(String(decoding: response.body, as: UTF8.self).hasPrefix(#"{"ok":false,"request_id":"01"#))
        }
        #expect(bench.ledger.effects.isEmpty)
        #expect(try refusal(await bench.client().send(try order("12.345"), key: key(1))).code == .invalid)
        #expect(try refusal(await bench.client().send(try order(), key: "no-uuid")).code == .invalid)
    }
}
