import BorderlessPayments
import BorderlessPaymentsSandbox
import Domain
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("The simulated Borderless Payments checks who asks, and how often")
struct AccessTests {
    @Test("A key's beginning is its mode: live has to be enabled, and sees nothing of the test half")
    func modes() async throws {
        let test = Bench()
        #expect(try refusal(await test.client("sk_live").user("user-known")).code == .forbidden)
        try test.script(#"{"outcome":"live"}"#)
        #expect(try refusal(await test.client("sk_live").user("user-known")).code == .notFound)
        #expect(try value(await test.client().user("user-known")).id == "user-known")
        #expect(try refusal(await test.client("sk_test_2").user("user-known")).code == .unauthorized)
    }

    @Test("Scopes are checked, and a revoked key is none any more")
    func scopes() async throws {
        let bench = Bench()
        let reader = try bench.client("sk_test_read")
        _ = try value(await reader.user("user-known"))
        #expect(try refusal(await reader.createOrder(order(), key: "k")).code == .forbidden)
        try bench.script(#"{"outcome":"revoke_key","value":"sk_test_9"}"#)
        #expect(try refusal(await reader.user("user-known")).code == .unauthorized)
        _ = try value(await bench.client("sk_test_9").user("user-known"))
    }

    @Test("A teammate's token needs the mode's header, and is good for fifteen minutes")
    func teammates() throws {
        let bench = Bench()
        try bench.ask(
            .post, "/api/v1/auth/login", #"{"email":"dev@acme.example","password":"wrong"}"#, expect: 401)
        let pair = try bench.ask(
            .post, "/api/v1/auth/login",
            #"{"email":"dev@acme.example","password":"correct-horse-battery-staple"}"#)
        #expect(pair["expires_in"] == .int(900))
        let bearer = "Bearer \(pair["access_token"]?.string ?? "")"
        try bench.ask(.get, "/api/v1/users", headers: ["Authorization": bearer], expect: 400)
        let headers: HTTPHeaders = ["Authorization": bearer, "X-Borderlesspayments-Mode": "TEST"]
        let context = try bench.ask(.get, "/api/v1/context", headers: headers)
        #expect(context["mode"] == .string("TEST"))
        #expect(context["api_key_prefix"] == .null)
        bench.pass(.seconds(900))
        try bench.ask(.get, "/api/v1/users", headers: headers, expect: 401)
    }

    @Test("The same key and body is the same answer for a day, also after it was lost; then it is a new order")
    func keys() async throws {
        let bench = Bench()
        let client = try bench.client()
        bench.fault(.dropAfter, on: .createOrder)
        guard case .unknown = await client.createOrder(order(), key: "k1") else {
            Issue.record("the answer was not lost")
            return
        }
        bench.pass(.hours(23))
        let replayed = try value(await client.createOrder(order(), key: "k1"))
        #expect(replayed.status == .known(.awaitingPayment))
        #expect(try value(await client.order(replayed.id)).status == .known(.completed))
        #expect(bench.ledger.count(.created) == 1)
        #expect(try refusal(await client.createOrder(order(amount: "101.00"), key: "k1")).code == .duplicate)
        bench.pass(.hours(2))
        let later = try value(await client.createOrder(order(), key: "k1"))
        #expect(later.id != replayed.id)
        #expect(bench.ledger.count(.created) == 2)
    }

    @Test("Whether failures are kept, and whether bytes or JSON are compared, can be chosen")
    func readings() async throws {
        let keeping = Bench { $0.storedAnswers = .all }
        try keeping.script(#"{"outcome":"refuse","operation":"create_order","code":"upstream_error"}"#)
        for _ in 0..<2 {
            guard case .unknown = try await keeping.client().createOrder(order(), key: "k1") else {
                Issue.record("no 502")
                return
            }
        }
        let forgetting = Bench()
        try forgetting.script(#"{"outcome":"refuse","operation":"create_order","code":"upstream_error"}"#)
        guard case .unknown = try await forgetting.client().createOrder(order(), key: "k1") else {
            Issue.record("no 502")
            return
        }
        _ = try value(await forgetting.client().createOrder(order(), key: "k1"))

        let first = #"{"email":"a@example.com","first_name":"A","last_name":"B","mobile":"+34685555555"}"#
        let second = #"{ "last_name":"B","email":"a@example.com","first_name":"A","mobile":"+34685555555"}"#
        for (reading, status) in [(PartnerOptions.BodyReading.json, 201), (.bytes, 422)] {
            let bench = Bench { $0.bodies = reading }
            try bench.ask(.post, "/api/v1/users", first, headers: ["Idempotency-Key": "k"], expect: 201)
            try bench.ask(.post, "/api/v1/users", second, headers: ["Idempotency-Key": "k"], expect: status)
        }
    }

    @Test("Faults before and after it was done are told apart by the ledger alone")
    func faults() async throws {
        let bench = Bench()
        let client = try bench.client()
        for (number, fault) in [RequestFault.errorBefore, .errorAfter, .dropBefore, .dropAfter, .accepted].enumerated()
        {
            bench.fault(fault, on: .createOrder)
            guard case .unknown = await client.createOrder(order("job-\(number)"), key: "k\(number)") else {
                Issue.record("\(fault) is known")
                continue
            }
            #expect(bench.ledger.count(.created, of: "job-\(number)") == (number % 2 == 1 || number == 4 ? 1 : 0))
        }
        bench.fault(.rateLimited, on: .createOrder)
        guard case .notApplied = await client.createOrder(order("job-9"), key: "k9") else {
            Issue.record("429 is unknown")
            return
        }
    }

    @Test("Errors come in one envelope, lists in another, and unknown members are refused")
    func envelopes() throws {
        let bench = Bench()
        let missing = try bench.ask(.get, "/api/v1/orders/nothing", expect: 404)
        #expect(missing["error"]?["code"] == .string("not_found"))
        #expect(missing["request_id"]?.string?.hasPrefix("req_") == true)
        let list = try bench.ask(.get, "/api/v1/users?limit=1&offset=0")
        #expect(list["total"] == .int(1) && list["limit"] == .int(1) && list["items"]?.array?.count == 1)
        try bench.ask(.get, "/api/v1/users?limit=0", expect: 422)
        try bench.ask(.post, "/api/v1/users", #"{"email":"a@b.c","nickname":"m"}"#, expect: 422)
        try bench.ask(.post, "/api/v1/users", "not JSON", expect: 422)
        #expect(try bench.ask(.get, "/healthz")["status"] == .string("ok"))
        let catalogue = try bench.ask(.get, "/api/v1/quotes/catalogue")
        #expect(catalogue["crypto_networks"] == .array([.string("polygon"), .string("stellar")]))
        try bench.ask(.post, "/__sandbox/outcome", #"{"outcome":"pay"}"#, expect: 400)
        try bench.ask(.post, "/__sandbox/outcome", #"{"outcome":"rain","all":true}"#, expect: 400)
    }
}
