import Crypto
import DfnsSandbox
import HTTPTypes
import SandboxCore
import Testing
import Time

@Suite("Point 7: webhooks")
struct WebhookTests {
    /// When the attempts to post `payout.action.required` were made, in seconds after the first.
    private func attempts(_ bench: inout Bench) throws -> [Int64] {
        _ = try bench.create()
        bench.pass(.days(3))
        return bench.posted.map { ($0.at - bench.posted[0].at).microseconds / 1_000_000 }
    }

    @Test(
        "anything but 200 is tried again after 1 min, 12 min, 2 h and 1 d, counted from one attempt to the next",
        arguments: [nil, 201, 204, 301, 404, 500])
    func retries(answer: Int?) throws {
        var bench = try Bench()
        bench.webhookAnswer = answer
        #expect(try attempts(&bench) == [0, 60, 780, 7980, 94_380])
    }

    @Test("in the other reading, the delays count from the first attempt")
    func retriesFromFirst() throws {
        var options = DfnsOptions()
        options.retryDelays = .fromFirstAttempt
        var bench = try Bench(options: options)
        bench.webhookAnswer = 500
        #expect(try attempts(&bench) == [0, 60, 720, 7200, 86_400])
    }

    @Test(
        "each attempt is a new event with the same data, signed anew; retryOf names an earlier one",
        arguments: DfnsOptions.RetryOfReading.allCases)
    func retryEvents(reading: DfnsOptions.RetryOfReading) throws {
        var options = DfnsOptions()
        options.retryOf = reading
        var bench = try Bench(options: options)
        bench.webhookAnswer = 503
        _ = try attempts(&bench)
        let bodies = bench.posted.map { bench.body($0.delivery) }
        let ids = bodies.compactMap { $0["id"]?.string }
        #expect(Set(ids).count == 5)
        #expect(bodies.map { $0["deliveryAttempt"] } == (1...5).map { .number(String($0)) })
        #expect(Set(bodies.map { $0["data"] }).count == 1)
        #expect(Set(bodies.map { $0["date"] }).count == 1)
        let named = bodies.map { $0["retryOf"]?.string }
        #expect(
            named == [nil] + (reading == .previous ? ids.dropLast().map { $0 } : Array(repeating: ids[0], count: 4)))
        for (at, delivery) in bench.posted {
            #expect(bench.body(delivery)["timestampSent"] == .number(String(at.seconds)))
            let code = HMACSHA256.code(for: delivery.request.body, key: Array(Bench.secret.utf8))
            #expect(delivery.request.headers["X-DFNS-WEBHOOK-SIGNATURE"] == "sha256=\(Hex.encode(code))")
        }
    }

    @Test("200 ends the attempts")
    func success() throws {
        var bench = try Bench()
        bench.webhookAnswer = 500
        _ = try bench.create()
        bench.pass(.seconds(8))
        bench.webhookAnswer = 200
        bench.pass(.days(3))
        #expect(bench.posted.count == 2)
    }

    @Test("signatures in upper-case digits, where the option says so")
    func upperCase() throws {
        var options = DfnsOptions()
        options.upperCaseSignatures = true
        var bench = try Bench(options: options)
        _ = try attempts(&bench)
        let header = bench.posted[0].delivery.request.headers["X-DFNS-WEBHOOK-SIGNATURE"]
        #expect(header?.wholeMatch(of: /sha256=[0-9A-F]{64}/) != nil)
    }

    @Test("lost: never posted and never tried again; the payout can still be read and confirmed")
    func lost() throws {
        var bench = try Bench()
        bench.sandbox.faults.add(.init(.lost, kind: "payout.action.required"))
        let id = try bench.create()
        bench.pass(.hours(1))
        #expect(bench.posted.isEmpty)
        #expect(try bench.confirm(id)?.status == 200)
        bench.pass(.hours(1))
        #expect(bench.kinds.count == 3)
    }

    @Test("doubled: the same body twice, and one series of retries")
    func doubled() throws {
        var bench = try Bench()
        bench.webhookAnswer = 500
        bench.sandbox.faults.add(.init(.doubled))
        #expect(try attempts(&bench) == [0, 0, 60, 780, 7980, 94_380])
        #expect(bench.posted[0].delivery.request.body == bench.posted[1].delivery.request.body)
        #expect(bench.posted[0].delivery.id != bench.posted[1].delivery.id)
    }

    @Test("late: posted later, dated when it is posted")
    func late() throws {
        var bench = try Bench()
        bench.sandbox.faults.add(.init(.late, duration: .minutes(7)))
        _ = try bench.create()
        bench.pass(.hours(1))
        #expect(bench.posted.map(\.at) == [Bench.start + .seconds(8) + .minutes(7)])
        #expect(bench.body(bench.posted[0].delivery)["timestampSent"] == .number("1772366828"))
        #expect(bench.body(bench.posted[0].delivery)["date"] == .string("2026-03-01T12:00:08.000Z"))
    }

    @Test("reversed: held back until the next one was posted")
    func reversed() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.pass(.seconds(8))
        try bench.confirm(id)
        bench.sandbox.faults.add(.init(.reversed, times: 2))
        bench.pass(.hours(1))
        #expect(
            bench.kinds == [
                "payout.action.required", "wallet.transfer.broadcasted", "wallet.transfer.requested",
                "wallet.transfer.confirmed",
            ])
        #expect(bench.posted[1].at == Bench.start + .seconds(13 + 60))
    }

    @Test("a bad signature does not fit; a skewed clock stands in the signed body")
    func badSignatureAndSkew() throws {
        var bench = try Bench()
        bench.sandbox.faults.add(.init(.badSignature))
        bench.sandbox.faults.add(.init(.skewed, duration: .minutes(6)))
        _ = try bench.create("a")
        _ = try bench.create("b")
        bench.pass(.minutes(1))
        func fits(_ delivery: WebhookDelivery) -> Bool {
            let code = HMACSHA256.code(for: delivery.request.body, key: Array(Bench.secret.utf8))
            return delivery.request.headers["X-DFNS-WEBHOOK-SIGNATURE"] == "sha256=\(Hex.encode(code))"
        }
        #expect(bench.posted.map { fits($0.delivery) } == [false, true])
        #expect(bench.body(bench.posted[1].delivery)["timestampSent"] == .number(String(1_772_366_408 - 360)))
    }

    @Test("webhooks are made, read, changed and deleted; the secret is shown once")
    func management() throws {
        var bench = try Bench()
        let body = #"{"url":"https://example.test/h?a=1","events":["payout.action.required"],"description":"d"}"#
        let made = try #require(try bench.send(.post, "/webhooks", body))
        #expect(made.status == 200)
        let secret = try #require(made["secret"]?.string)
        let id = try #require(made["id"]?.string)
        let read = try #require(try bench.send(.get, "/webhooks/\(id)"))
        #expect(read["secret"] == nil)
        #expect(read["status"] == .string("Enabled"))
        #expect(read["description"] == .string("d"))
        #expect(try bench.send(.get, "/webhooks")?["items"]?.array?.count == 2)

        _ = try bench.create("a")
        bench.pass(.minutes(1))
        let mine = bench.posted.filter { $0.delivery.url == "https://example.test/h?a=1" }
        #expect(mine.count == 1)
        #expect(mine[0].delivery.request.target == "/h?a=1")
        let code = HMACSHA256.code(for: mine[0].delivery.request.body, key: Array(secret.utf8))
        #expect(mine[0].delivery.request.headers["x-dfns-webhook-signature"] == "sha256=\(Hex.encode(code))")

        #expect(try bench.send(.put, "/webhooks/\(id)", #"{"status":"Disabled"}"#)?["status"] == .string("Disabled"))
        _ = try bench.create("b")
        bench.pass(.minutes(1))
        #expect(bench.posted.filter { $0.delivery.url == "https://example.test/h?a=1" }.count == 1)
        #expect(try bench.send(.delete, "/webhooks/\(id)")?.text == #"{"deleted":true}"#)
        #expect(try bench.send(.get, "/webhooks/\(id)")?.status == 404)
    }

    @Test(
        "a webhook that makes no sense is 400",
        arguments: [
            #"{"events":["*"]}"#, #"{"url":"https://a.test"}"#, #"{"url":"ftp://a.test","events":["*"]}"#,
            #"{"url":"https://a.test","events":[]}"#, #"{"url":"https://a.test","events":["payouts"]}"#,
            #"{"url":"https://a.test","events":"*"}"#, #"{"url":"https://a.test","events":["*"],"status":"On"}"#,
            #"{"url":"https://a.test","events":["*"],"description":"\#(String(repeating: "d", count: 257))"}"#,
        ])
    func nonsense(body: String) throws {
        var bench = try Bench()
        #expect(try bench.send(.post, "/webhooks", body)?.status == 400)
    }

    @Test("retries of a webhook that was disabled stop")
    func disabled() throws {
        var bench = try Bench()
        bench.webhookAnswer = 500
        _ = try bench.create()
        bench.pass(.seconds(10))
        let id = try #require(try bench.send(.get, "/webhooks")?["items"]?.array?.first?["id"]?.string)
        _ = try bench.send(.put, "/webhooks/\(id)", #"{"status":"Disabled"}"#)
        bench.pass(.days(3))
        #expect(bench.posted.count == 1)
    }

    @Test("a webhook's events can be listed with how posting them went, for 31 days")
    func events() throws {
        var bench = try Bench()
        bench.webhookAnswer = nil
        _ = try bench.create()
        bench.pass(.minutes(2))
        bench.webhookAnswer = 200
        bench.pass(.minutes(20))
        let webhook = try #require(try bench.send(.get, "/webhooks")?["items"]?.array?.first?["id"]?.string)
        let all = try #require(try bench.send(.get, "/webhooks/\(webhook)/events")?["items"]?.array)
        #expect(all.map { $0["status"]?.string } == ["200", "error", "error"])
        #expect(all.map { $0["deliveryFailed"] } == [.bool(false), .bool(true), .bool(true)])
        #expect(all[2]["nextAttemptDate"] == .string("2026-03-01T12:01:08.000Z"))
        #expect(all[0]["retryOf"] == all[1]["id"])
        let failed = try bench.send(.get, "/webhooks/\(webhook)/events?deliveryFailed=true&kind=payout.action.required")
        #expect(failed?["items"]?.array?.count == 2)
        let one = try bench.send(.get, "/webhooks/\(webhook)/events/\(all[0]["id"]?.string ?? "")")
        #expect(one?["data"]?["payout"]?["externalId"] == .string("key-1"))
        #expect(try bench.send(.get, "/webhooks/\(webhook)/events/whe-x")?.status == 404)
        bench.pass(.days(31))
        #expect(try bench.send(.get, "/webhooks/\(webhook)/events")?["items"] == .array([]))
    }

    @Test("a ping is posted at once and not kept; its answer says how it went")
    func ping() throws {
        var bench = try Bench()
        let webhook = try #require(try bench.send(.get, "/webhooks")?["items"]?.array?.first?["id"]?.string)
        var request = bench.plainRequest(.post, "/webhooks/\(webhook)/ping")
        request.headers["X-DFNS-USERACTION"] = try bench.makeToken(for: request)
        guard case .respondAfterDelivery(let delivery, let answer) = bench.sandbox.handle(request, at: bench.now) else {
            Issue.record("a ping is answered after its delivery")
            return
        }
        #expect(delivery.url == "http://127.0.0.1:9/hooks/dfns")
        #expect(bench.body(delivery)["kind"] == .string("ping"))
        #expect(Response(answer(200)).text == #"{"status":"200"}"#)
        #expect(Response(answer(nil)).text == #"{"status":"error","error":"no answer"}"#)
        #expect(try bench.send(.get, "/webhooks/\(webhook)/events")?["items"] == .array([]))
    }
}
