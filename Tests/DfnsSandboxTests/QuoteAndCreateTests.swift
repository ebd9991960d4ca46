import DfnsSandbox
import HTTPTypes
import SandboxCore
import Testing
import Time

@Suite("Point 4: quotes inform and promise nothing")
struct QuoteTests {
    @Test("1,000 USDC bring 985.50 USD, as a number with exactly these digits, without an id")
    func example() throws {
        var bench = try Bench()
        let response = try #require(try bench.send(.post, "/payouts/quote", Bench.order(nil)))
        #expect(response.status == 200)
        #expect(
            response.text.contains(
                #""quotes":[{"offer":{"fiatCurrency":"USD","amount":985.50,"fees":14.50}}]"#))
        #expect(response["timestamp"] == .string("2026-03-01T12:00:00.000Z"))
        #expect(response["asset"]?["network"] == .string("Polygon"))
        #expect(bench.sandbox.ledger.effects.isEmpty)
    }

    @Test("rates drift: a minute later the offer is another one, and the same seed drifts in the same way")
    func drift() throws {
        func offers() throws -> [String] {
            var bench = try Bench(seed: 7)
            return try (0..<5).map { _ in
                bench.pass(.minutes(1))
                let response = try #require(try bench.send(.post, "/payouts/quote", Bench.order(nil, fiat: "EUR")))
                return String(try #require(response.text.firstMatch(of: /"amount":([0-9]+\.[0-9]{2}),/)).1)
            }
        }
        let first = try offers()
        #expect(Set(first).count > 1)
        #expect(try offers() == first)
        #expect(first.allSatisfy { $0.hasPrefix("90") || $0.hasPrefix("91") })
    }

    @Test("a currency that is not served has no quotes, and a payout in it fails before funding")
    func noCorridor() throws {
        var bench = try Bench()
        let response = try bench.send(.post, "/payouts/quote", Bench.order(nil, fiat: "XAU"))
        #expect(response?.status == 200)
        #expect(response?["quotes"] == .array([]))
        let created = try #require(try bench.send(.post, "/payouts", Bench.order(fiat: "XAU")))
        bench.pass(.minutes(1))
        let payout = try bench.read(try #require(created["id"]?.string))
        #expect(payout["status"] == .string("Failed"))
        #expect(payout["data"]?["statusReason"] == .string("the corridor US/XAU is not served"))
        #expect(bench.sandbox.ledger.count(.transfer) == 0)
    }

    @Test("the optional quoteId is there if asked for; amounts of 78 digits don't trap")
    func extremes() throws {
        var options = DfnsOptions()
        options.quotesHaveIDs = true
        var bench = try Bench(options: options)
        let response = try bench.send(
            .post, "/payouts/quote", Bench.order(nil, amount: String(repeating: "9", count: 78), fiat: "COP"))
        #expect(response?.status == 200)
        #expect(response?["quotes"]?.array?.first?["quoteId"]?.string?.hasPrefix("quote-") == true)
        let tiny = try bench.send(.post, "/payouts/quote", Bench.order(nil, amount: "1", fiat: "JPY"))
        #expect(tiny?.text.contains(#""amount":0,"fees":0"#) == true)
    }
}

@Suite("Point 5: creating, and the externalId that makes it safe to repeat")
struct CreateTests {
    @Test("the same request again is 200 with the same payout, also when that has ended, and nothing is made twice")
    func replay() throws {
        var bench = try Bench()
        let first = try #require(try bench.send(.post, "/payouts", Bench.order()))
        let second = try #require(try bench.send(.post, "/payouts", Bench.order()))
        #expect(first.status == 200)
        #expect(first.text == second.text)
        #expect(first["status"] == .string("Processing"))
        #expect(first["data"]?["executionStatus"] == .string("Initializing"))
        let id = try #require(first["id"]?.string)
        #expect(try bench.send(.post, "/payouts/\(id)/action", #"{"action":"Cancel"}"#)?.status == 200)
        let third = try #require(try bench.send(.post, "/payouts", Bench.order()))
        #expect(third["id"] == .string(id))
        #expect(third["status"] == .string("Canceled"))
        #expect(bench.sandbox.ledger.count(.created) == 1)
    }

    @Test("another body under the same id is 409 with the duplicate")
    func conflict() throws {
        var bench = try Bench()
        let id = try bench.create()
        let response = try #require(try bench.send(.post, "/payouts", Bench.order(amount: "2000000000")))
        #expect(response.status == 409)
        let duplicate = response["error"]?["details"]?["duplicate"]
        #expect(duplicate?["id"] == .string(id))
        #expect(duplicate?["externalId"] == .string("key-1"))
        #expect(bench.sandbox.ledger.count(.created) == 1)
    }

    @Test("in the other reading, another body gets the payout that is there")
    func otherReading() throws {
        var options = DfnsOptions()
        options.conflict = .existingPayout
        var bench = try Bench(options: options)
        let id = try bench.create()
        let response = try #require(try bench.send(.post, "/payouts", Bench.order(amount: "2000000000")))
        #expect(response.status == 200)
        #expect(response["id"] == .string(id))
        #expect(response["asset"]?["amount"] == .string("1000000000"))
        #expect(bench.sandbox.ledger.count(.created) == 1)
    }

    @Test("the id holds in the organisation, or in one wallet", arguments: DfnsOptions.ExternalIDScope.allCases)
    func scope(scope: DfnsOptions.ExternalIDScope) throws {
        var options = DfnsOptions()
        options.externalIDScope = scope
        var bench = try Bench(options: options)
        _ = try bench.create()
        let elsewhere = Bench.order(
            wallet: "wa-ether-usdc0-sandboxwallet02", contract: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
        let response = try bench.send(.post, "/payouts", elsewhere)
        #expect(response?.status == (scope == .organisation ? 409 : 200))
    }

    @Test("without an externalId each request makes a payout")
    func withoutID() throws {
        var bench = try Bench()
        let first = try bench.create(nil)
        let second = try bench.create(nil)
        #expect(first != second)
        #expect(bench.sandbox.ledger.count(.created) == 2)
    }

    @Test("ids, addresses and hashes follow from the seed")
    func seeded() throws {
        func run(_ seed: UInt64) throws -> String {
            var bench = try Bench(seed: seed)
            let id = try bench.create()
            bench.pass(.seconds(8))
            try bench.confirm(id)
            bench.pass(.hours(1))
            return try bench.read(id).text
        }
        let first = try run(3)
        #expect(try run(3) == first)
        #expect(try run(4) != first)
    }
}

@Suite("Point 10: listing")
struct ListTests {
    @Test("newest first, in pages, each payout exactly once, also while new ones are made")
    func pages() throws {
        var bench = try Bench()
        let ids = try (1...5).map { try bench.create("key-\($0)") }
        var seen: [String] = []
        var target = "/payouts?limit=2"
        while true {
            let page = try #require(try bench.send(.get, target))
            seen += page["items"]?.array?.compactMap { $0["id"]?.string } ?? []
            _ = try bench.create(nil)
            guard let token = page["nextPageToken"]?.string else { break }
            target = "/payouts?limit=2&paginationToken=\(token)"
        }
        #expect(seen == ids.reversed())
    }

    @Test(
        "status filters take commas and repeated keys",
        arguments: [
            "status=Canceled,Processing", "status=Canceled&status=Processing", "status=Canceled%2CProcessing",
        ])
    func statuses(query: String) throws {
        var bench = try Bench()
        let canceled = try bench.create("a")
        let failed = try bench.create("b", amount: "1000000003")
        let open = try bench.create("c")
        _ = try bench.send(.post, "/payouts/\(canceled)/action", #"{"action":"Cancel"}"#)
        bench.pass(.minutes(1))
        func ids(_ query: String) throws -> [String?] {
            try bench.send(.get, "/payouts?\(query)")?["items"]?.array?.map { $0["id"]?.string } ?? []
        }
        #expect(try ids(query) == [open, canceled])
        #expect(try ids("status=Failed") == [failed])
        #expect(try ids("walletId=\(Bench.wallet)&provider=Borderless") == [open, failed, canceled])
        #expect(try ids("walletId=\(Bench.solanaWallet)") == [])
        #expect(try ids("provider=CircleMint") == [])
    }

    @Test(
        "nonsense in the query is 400",
        arguments: [
            "limit=0", "limit=101", "limit=x", "status=Paid", "paginationToken=x", "paginationToken=page-x",
        ])
    func nonsense(query: String) throws {
        var bench = try Bench()
        #expect(try bench.send(.get, "/payouts?\(query)")?.status == 400)
    }
}
