import DfnsSandbox
import HTTPTypes
import SandboxCore
import Testing
import Time

@Suite("Point 9: faults of requests")
struct FaultTests {
    private func answer(_ bench: inout Bench, _ body: String = Bench.order()) throws -> SandboxAnswer {
        var request = bench.plainRequest(.post, "/payouts", body)
        request.headers["X-DFNS-USERACTION"] = try bench.makeToken(for: request)
        return bench.sandbox.handle(request, at: bench.now)
    }

    @Test(
        "what a fault answers, and whether the payout was created",
        arguments: [
            ("drop_before", nil, 0), ("drop_after", nil, 1), ("rate_limited", 429, 0), ("error_before", 500, 0),
            ("error_after", 500, 1), ("unavailable", 503, 0), ("accepted", 202, 1),
        ] as [(String, Int?, Int)])
    func faults(fault: String, status: Int?, created: Int) throws {
        var bench = try Bench()
        let rule = try bench.send(.post, "/__sandbox/faults", #"{"fault":"\#(fault)","operation":"create"}"#)
        #expect(rule?.status == 200)
        #expect(try answer(&bench).response?.status == status)
        #expect(bench.sandbox.ledger.count(.created) == created)
        // The next one, the same with a new token, is answered as if nothing had been.
        let next = try #require(try answer(&bench).response.map(Response.init))
        #expect(next.status == 200)
        #expect(next["externalId"] == .string("key-1"))
        #expect(bench.sandbox.ledger.count(.created) == 1)
    }

    @Test("errors come in Dfns's envelope")
    func envelope() throws {
        var bench = try Bench()
        for (fault, text) in [("rate_limited", "Too Many Requests"), ("error_before", "Internal Server Error")] {
            _ = try bench.send(.post, "/__sandbox/faults", #"{"fault":"\#(fault)"}"#)
            #expect(try bench.send(.get, "/payouts")?.message == text)
        }
    }

    @Test("429 and 503 say when to come again where the fault says so, and other faults refuse it")
    func retryAfter() throws {
        var bench = try Bench()
        for (fault, status) in [("rate_limited", 429), ("unavailable", 503)] {
            _ = try bench.send(.post, "/__sandbox/faults", #"{"fault":"\#(fault)","retry_after":7}"#)
            let answer = bench.sandbox.handle(bench.plainRequest(.get, "/payouts"), at: bench.now).response
            #expect(answer?.status == status)
            #expect(answer?.headers["Retry-After"] == "7")
        }
        #expect(bench.sandbox.handle(bench.plainRequest(.get, "/payouts"), at: bench.now).response?.status == 200)
        let refused = try bench.send(.post, "/__sandbox/faults", #"{"fault":"drop_after","retry_after":7}"#)
        #expect(refused?.status == 400)
    }

    @Test("latency and drip are told to whoever holds the socket, and go with other faults")
    func latency() throws {
        var bench = try Bench()
        bench.sandbox.faults.add(.init(.latency, operation: "create", duration: .seconds(31)))
        guard case .respondSlowly(let response, let delay, let drip) = try answer(&bench) else {
            Issue.record("the answer is to come slowly")
            return
        }
        #expect((response.status, delay, drip) == (200, .seconds(31), .zero))
        bench.sandbox.faults.add(.init(.drip, operation: "read", duration: .seconds(5)))
        bench.sandbox.faults.add(.init(.unavailable, operation: "read"))
        let request = bench.plainRequest(.get, "/payouts/pyt-x")
        guard case .respondSlowly(let failed, _, let pieces) = bench.sandbox.handle(request, at: bench.now) else {
            Issue.record("the answer is to come in pieces")
            return
        }
        #expect((failed.status, pieces) == (503, .seconds(5)))
    }

    @Test("a fault meets only what it names: operation, verb, path; as often as it says")
    func matching() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.pass(.seconds(8))
        _ = try bench.send(.post, "/__sandbox/faults", #"{"fault":"error_before","operation":"confirm"}"#)
        _ = try bench.send(
            .post, "/__sandbox/faults", #"{"fault":"unavailable","method":"GET","path":"/webh","times":2}"#)
        #expect(try bench.send(.get, "/payouts/\(id)")?.status == 200)
        #expect(try bench.send(.get, "/webhooks")?.status == 503)
        #expect(try bench.send(.get, "/webhooks")?.status == 503)
        #expect(try bench.send(.get, "/webhooks")?.status == 200)
        #expect(try bench.confirm(id)?.status == 500)
        #expect(bench.sandbox.ledger.count(.confirmed) == 0)
        #expect(try bench.confirm(id)?.status == 200)
    }

    @Test("confirm and cancel are told apart by their body")
    func confirmAndCancel() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.pass(.seconds(8))
        bench.sandbox.faults.add(.init(.dropAfter, operation: "cancel"))
        #expect(try bench.send(.post, "/payouts/\(id)/action", #"{"action":"Cancel"}"#) == nil)
        #expect(try bench.stage(id) == "Canceled/Canceled")
    }

    @Test("a lost confirmation was made; the same request verbatim finds its token used")
    func lostConfirm() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.pass(.seconds(8))
        var request = bench.plainRequest(.post, "/payouts/\(id)/action", try bench.confirmation(of: id))
        request.headers["X-DFNS-USERACTION"] = try bench.makeToken(for: request)
        bench.sandbox.faults.add(.init(.dropAfter, operation: "confirm"))
        #expect(bench.sandbox.handle(request, at: bench.now).response == nil)
        #expect(bench.sandbox.ledger.count(.confirmed, of: id) == 1)
        let again = try #require(bench.sandbox.handle(request, at: bench.now).response.map(Response.init))
        #expect(again.message == "user action has already been used")
    }

    @Test(
        "a rate limit answers 429 beyond so many requests in a minute; the next minute is free", arguments: [100, 1000])
    func rateLimit(limit: Int) throws {
        var bench = try Bench()
        let body = #"{"fault":"rate_limit","per_minute":\#(limit)}"#
        #expect(try bench.send(.post, "/__sandbox/faults", body)?["requestsPerMinute"] == .number("\(limit)"))
        let statuses = try (0..<(limit + 5)).map { _ in try bench.send(.get, "/payouts?limit=1")?.status ?? 0 }
        #expect(statuses.filter { $0 == 200 }.count == limit)
        #expect(statuses.suffix(5) == [429, 429, 429, 429, 429])
        bench.pass(.seconds(59))
        #expect(try bench.send(.get, "/payouts")?.status == 429)
        bench.pass(.seconds(1))
        #expect(try bench.send(.get, "/payouts")?.status == 200)
        _ = try bench.send(.post, "/__sandbox/faults", #"{"fault":"rate_limit","per_minute":0}"#)
        #expect(bench.sandbox.faults.requestsPerMinute == nil)
    }

    @Test("random faults: the same seed gives the same run, and about as many as the rate says")
    func random() throws {
        func run(_ seed: UInt64) throws -> [Int] {
            var bench = try Bench()
            bench.sandbox.faults = .random(
                seed: seed, rates: FaultRates(requests: [.dropBefore: 0.1, .errorBefore: 0.2, .latency: 0.3]))
            return (0..<1000).map { _ in
                switch bench.sandbox.handle(bench.plainRequest(.get, "/payouts"), at: bench.now) {
                case .respond(let response): response.status
                case .respondSlowly(let response, _, _): response.status + 1000
                case .drop, .respondAfterDelivery: 0
                }
            }
        }
        let statuses = try run(5)
        #expect(try run(5) == statuses)
        #expect(try run(6) != statuses)
        #expect(70...130 ~= statuses.filter { $0 == 0 }.count)
        #expect(140...220 ~= statuses.filter { $0 % 1000 == 500 }.count)
        #expect(230...310 ~= statuses.filter { $0 > 1000 }.count)
    }

    @Test("random faults of webhooks lose, double and delay them")
    func randomWebhooks() throws {
        var bench = try Bench()
        bench.sandbox.faults = .random(
            seed: 1, rates: FaultRates(webhooks: [.lost: 0.3, .doubled: 0.3, .late: 0.3]))
        for index in 0..<100 { _ = try bench.create("key-\(index)") }
        bench.pass(.seconds(8))
        let atOnce = bench.posted.count
        bench.pass(.hours(1))
        let keys = bench.posted.compactMap { bench.body($0.delivery)["data"]?["payout"]?["externalId"]?.string }
        #expect(atOnce < keys.count)
        #expect(Set(keys).count < 100)
        #expect(keys.count > Set(keys).count)
    }
}

@Suite("The control plane")
struct ControlPlaneTests {
    @Test("faults are listed and cleared")
    func listAndClear() throws {
        var bench = try Bench()
        _ = try bench.send(
            .post, "/__sandbox/faults", #"{"fault":"latency","operation":"read","seconds":2.5,"times":3}"#)
        _ = try bench.send(.post, "/__sandbox/faults", #"{"fault":"lost","webhook":"payout."}"#)
        _ = try bench.send(
            .post, "/__sandbox/faults",
            #"{"fault":"random","seed":7,"rates":{"drop_after":0.5},"webhook_rates":{"late":1}}"#)
        let faults = try #require(try bench.send(.get, "/__sandbox/faults"))
        #expect(
            faults.text
                == #"{"requests":[{"fault":"latency","operation":"read","times":3}],"#
                + #""webhooks":[{"fault":"lost","webhook":"payout.","times":1}],"random":true}"#)
        #expect(bench.sandbox.faults.requestRules.first?.duration == .milliseconds(2500))
        #expect(bench.sandbox.faults.random?.rates.requests == [.dropAfter: 0.5])
        let cleared = try bench.send(.delete, "/__sandbox/faults")
        #expect(cleared?.text == #"{"requests":[],"webhooks":[],"random":false}"#)
    }

    @Test(
        "a fault that makes no sense is 400, says why, and changes nothing",
        arguments: [
            (#"{}"#, "“fault” is required"), (#"{"fault":"explode"}"#, "“fault” must be one of latency, drip,"),
            (#"{"fault":"lost"}"#, "“fault” must be one of latency, drip,"),
            (#"{"fault":"latency","webhook":"*"}"#, "“fault” must be one of lost, doubled,"),
            (#"{"fault":"latency","operation":"pay"}"#, "“operation” must be one of init, action, quote, create,"),
            (#"{"fault":"latency","times":0}"#, "“times” must be a whole number from 1 to 1000000"),
            (#"{"fault":"latency","times":1.5}"#, "“times” must be a whole number"),
            (#"{"fault":"latency","second":1}"#, "“second” is not known here; known are fault, operation,"),
            (#"{"fault":"rate_limit"}"#, "“per_minute” is required"),
            (#"{"fault":"random","rates":{"drop":1}}"#, "“rates.drop” is not known here"),
            (#"{"fault":"random","rates":{"drop_after":2}}"#, "“rates.drop_after” must be a number from 0.0 to 1.0"),
            (#"[1]"#, "“body” must be a JSON object"),
        ])
    func nonsense(body: String, message: String) throws {
        var bench = try Bench()
        let response = try bench.send(.post, "/__sandbox/faults", body)
        #expect(response?.status == 400)
        #expect(response?.message.hasPrefix(message) == true, "\(response?.message ?? "")")
        #expect(bench.sandbox.faults.requestRules.isEmpty && bench.sandbox.faults.webhookRules.isEmpty)
        #expect(bench.sandbox.faults.random == nil)
    }

    @Test("the ledger is JSON, as a whole or for one object")
    func ledger() throws {
        var bench = try Bench()
        let id = try bench.create("a")
        _ = try bench.create("b")
        #expect(try bench.send(.get, "/__sandbox/ledger")?["effects"]?.array?.count == 2)
        let effect = #"{"kind":"created","object":"\#(id)","key":"a","at":"2026-03-01T12:00:00.000000Z","#
        for name in [id, "a"] {
            let response = try bench.send(.get, "/__sandbox/ledger?of=\(name)")
            #expect(response?.text == #"{"effects":["# + effect + #""amount":"1000000000 USDC"}],"total":2}"#)
        }
        // A page of it, for whoever has many.
        let page = try bench.send(.get, "/__sandbox/ledger?from=1&limit=5")
        #expect(page?["effects"]?.array?.compactMap { $0["key"]?.string } == ["b"])
        #expect(try bench.send(.get, "/__sandbox/ledger?from=-1")?.status == 400)
    }

    @Test("the state shows what there is; the control plane needs no bearer and is never hit by faults")
    func state() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.sandbox.faults.add(.init(.dropBefore, times: 100))
        let request = HTTPRequest(.get, "/__sandbox/state")
        let state = try #require(bench.sandbox.handle(request, at: bench.now).response.map(Response.init))
        #expect(state["payouts"]?.array?.first?["id"] == .string(id))
        #expect(state["wallets"]?.array?.count == 4)
        #expect(state["nextTimer"] == .string("2026-03-01T12:00:02.000000Z"))
        #expect(!state.text.contains(Bench.secret))
        #expect(bench.sandbox.faults.requestRules.first?.times == 100)
    }

    @Test("help lists every operation, fault, outcome and magic amount; what is unknown is 404 and points there")
    func help() throws {
        var bench = try Bench()
        let help = try #require(try bench.send(.get, "/__sandbox/help")).text
        let words =
            RequestFault.allCases.map(\.rawValue) + WebhookFault.allCases.map(\.rawValue)
            + PayoutOutcome.allCases.map(\.rawValue) + DfnsOperation.allCases.map(\.rawValue)
            + (1...17).map { $0 < 10 ? "…0\($0)" : "…\($0)" }
            + ["POST /__sandbox/faults", "rate_limit", "random", "/payouts/{payoutId}/action"]
        for word in words { #expect(help.contains(word), "\(word)") }
        let unknown = try bench.send(.get, "/__sandbox/nothing")
        #expect(unknown?.status == 404)
        #expect(unknown?.message == "no such operation; GET /__sandbox/help lists them")
    }
}
