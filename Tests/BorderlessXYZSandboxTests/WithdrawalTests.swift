import BorderlessXYZ
import BorderlessXYZSandbox
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("Lockstep's own client withdraws at the simulated Borderless.xyz")
struct WithdrawalTests {
    @Test("A withdrawal goes through every status to its end, and each is told by a webhook")
    func completed() async throws {
        let bench = Bench()
        let client = try bench.client()
        let quote = try value(await client.quote(try request(), key: key(1)))
        #expect(quote.to == FiatAmount("99"))
        let opened = try value(await client.createWithdrawal(try order(quote: quote.id), key: key(2)))
        #expect(opened.id.utf8.count == 25)
        #expect(opened.status == .known(.submitted))
        #expect(opened.instructions == nil)
        bench.pass(.seconds(13))
        let pending = try value(await client.transaction(opened.id))
        #expect(pending.status == .known(.pending))
        #expect(pending.instructions?.amount == "100.00")
        #expect(pending.instructions?.asset == "USDC_POLYGON")
        #expect(pending.instructions?.to.utf8.count == 42)
        #expect(pending.fiatAmount == "99.00")
        bench.pass(.minutes(1))
        let paid = try value(await client.transaction(opened.id))
        #expect(paid.status == .known(.processing))
        #expect(paid.hashes.count == 1)
        bench.pass(.minutes(3))
        let completed = try value(await client.transaction(opened.id))
        #expect(completed.status == .known(.completed))
        #expect(!completed.traces.isEmpty)
        #expect(completed.refund?.status == .known(.notNeeded))
        #expect(bench.ledger.effects.map(\.kind) == [.created, .transfer, .disbursed])
        let events = bench.posted.compactMap { delivery -> String? in
            guard case .plausible(let event) = BorderlessXYZWebhook.read(delivery.request, verifiers: []) else {
                return nil
            }
            return "\(event.type) \(event.status ?? "")"
        }
        #expect(
            events == [
                "Transaction_Created Submitted", "Transaction_Updated Verifying", "Transaction_Updated Preparing",
                "Transaction_Updated Orchestrating", "Transaction_Updated Pending", "Transaction_Updated Processing",
                "Transaction_Updated Completed",
            ])
    }

    @Test(
        "The last digit before the point chooses the ending, as Borderless.xyz documents it",
        arguments: [
            ("19.99", BorderlessXYZClient.TransactionStatus.failed), ("10.50", .completed), ("8", .refunded),
            ("108.01", .refunded), ("9", .failed), ("17", .completed),
        ])
    func digits(amount: String, status: BorderlessXYZClient.TransactionStatus) async throws {
        let bench = Bench()
        let client = try bench.client()
        let opened = try value(await client.createWithdrawal(try order(amount), key: key(1)))
        bench.pass(.hours(2))
        #expect(try value(await client.transaction(opened.id)).status == .known(status))
    }

    @Test("Digit 9 fails with a plan that waits, and digit 8 may show Failed on the way")
    func readings() async throws {
        let bench = Bench { _ in
        } _: {
            $0.showsFailedBeforeRefunded = true
        }
        let client = try bench.client()
        let failed = try value(await client.createWithdrawal(try order("19"), key: key(1)))
        let refunded = try value(await client.createWithdrawal(try order("18", reference: "ref-2"), key: key(2)))
        bench.pass(.seconds(223))
        #expect(try value(await client.transaction(refunded.id)).status == .known(.failed))
        bench.pass(.seconds(3))
        #expect(try value(await client.transaction(refunded.id)).status == .known(.refunded))
        bench.pass(.days(3))
        let still = try value(await client.transaction(failed.id))
        #expect(still.status == .known(.failed))
        #expect(still.refund?.status == .known(.eligible))
    }

    @Test("A quote is good until it runs out, once, and for what it was asked for")
    func quotes() async throws {
        let bench = Bench()
        let client = try bench.client()
        let quote = try value(await client.quote(try request(), key: key(1)))
        let other = try refusal(await client.createWithdrawal(try order("200", quote: quote.id), key: key(2)))
        #expect(other.code == .invalid)
        _ = try value(await client.createWithdrawal(try order(quote: quote.id), key: key(3)))
        let again = try refusal(await client.createWithdrawal(try order(quote: quote.id), key: key(4)))
        #expect(again.code == "used")
        let second = try value(await client.quote(try request(), key: key(5)))
        bench.pass(.minutes(5))
        let late = try refusal(await client.createWithdrawal(try order(quote: second.id), key: key(6)))
        #expect(late.code == .expired)
        #expect(late.message == "Borderless.xyz answered 400: Quote has expired")
        #expect(bench.ledger.count(.created) == 1)
    }

    @Test("A quote has limits, and takes what the developer asks for off what arrives")
    func limits() async throws {
        let client = try Bench().client()
        func request(_ amount: String, fee: String? = nil) throws -> BorderlessXYZClient.QuoteRequest {
            BorderlessXYZClient.QuoteRequest(
                accountID: "acc-1", paymentInstructionID: "ins-1", asset: "USDC_POLYGON", amount: amount,
                fiat: try CurrencyCode(text: "USD"), country: try CountryCode(text: "US"), developerFee: fee)
        }
        for amount in ["0.99", "1000000.01"] {
            #expect(try refusal(await client.quote(try request(amount), key: key(1))).status == 400)
        }
        #expect(try value(await client.quote(try request("100", fee: "5.00"), key: key(2))).to == FiatAmount("94"))
        #expect(try refusal(await client.quote(try request("100", fee: "60"), key: key(3))).status == 400)
    }

    @Test("It can be called off where that is legal, and in no other status")
    func cancel() async throws {
        let bench = Bench { _ in
        } _: {
            $0.funding = .awaited
            $0.showsPreparing = false
        }
        let client = try bench.client()
        let first = try value(await client.createWithdrawal(try order(), key: key(1)))
        #expect(try value(await client.cancel(first.id, key: key(2))).status == .known(.cancelled))
        #expect(try refusal(await client.cancel(first.id, key: key(3))).status == 409)
        let second = try value(await client.createWithdrawal(try order(reference: "ref-2"), key: key(4)))
        bench.pass(.seconds(6))
        #expect(try value(await client.transaction(second.id)).status == .known(.orchestrating))
        #expect(try refusal(await client.cancel(second.id, key: key(5))).status == 409)
        bench.pass(.seconds(3))
        #expect(try value(await client.cancel(second.id, key: key(6))).status == .known(.cancelled))
    }

    @Test("What nobody pays expires; what arrives late makes a refund due that somebody has to dispatch")
    func expiry() async throws {
        let bench = Bench { _ in
        } _: {
            $0.funding = .awaited
        }
        let client = try bench.client()
        let opened = try value(await client.createWithdrawal(try order(), key: key(1)))
        bench.pass(.hours(25))
        let expired = try value(await client.transaction(opened.id))
        #expect(expired.status == .known(.failed))
        #expect(expired.failureReason == "The crypto did not arrive in time")
        #expect(expired.refund?.status == .known(.notNeeded))
        bench.script(#"{"outcome":"fund","transactionId":"\#(opened.id)","value":"0xab"}"#)
        bench.pass(.days(1))
        let late = try value(await client.transaction(opened.id))
        #expect(late.hashes == ["0xab"])
        #expect(late.refund?.status == .known(.eligible))
        _ = try value(await client.dispatchRefund(of: opened.id, to: nil, key: key(2)))
        bench.pass(.hours(1))
        #expect(try value(await client.transaction(opened.id)).status == .known(.refunded))
    }

    @Test(
        "A lost answer: the same key is the same withdrawal where keys are honoured; our reference finds it elsewhere")
    func lostAnswer() async throws {
        for idempotency in BorderlessXYZOptions.Idempotency.allCases {
            let bench = Bench { _ in
            } _: {
                $0.idempotency = idempotency
            }
            let client = try bench.client()
            bench.fault(.dropAfter, on: .create)
            guard case .unknown = await client.createWithdrawal(try order(), key: key(1)) else {
                Issue.record("the answer was not lost")
                return
            }
            let found = try value(
                await client.withdrawals(for: try request(), reference: "ref-1", since: Bench.start))
            #expect(found.count == 1)
            _ = try value(await client.createWithdrawal(try order(), key: key(1)))
            #expect(bench.ledger.count(.created) == (idempotency == .ignored ? 2 : 1))
        }
    }

    @Test("Another request under a key that was used is refused; how bodies are compared is an option")
    func reusedKey() async throws {
        for comparison in BorderlessXYZOptions.Comparison.allCases {
            let bench = Bench { _ in
            } _: {
                $0.comparison = comparison
            }
            let client = try bench.client()
            _ = try value(await client.createWithdrawal(try order(), key: key(1)))
            #expect(try refusal(await client.createWithdrawal(try order("200"), key: key(1))).status == 409)
            // The same in other bytes: the text that a client writes has no space in it.
            let token = try await bench.token()
            func post(_ body: String) async -> Int? {
                let request = HTTPRequest(
                    .post, "/v1/withdrawals",
                    headers: ["Authorization": "Bearer \(token)", "idempotency-key": key(2)], body: Array(body.utf8))
                guard let origin = Origin("http://127.0.0.1:1"),
                    case .response(let response) = await bench.send(request, to: origin, timeout: .seconds(1))
                else { return nil }
                return response.status
            }
            let members = """
                "amount":"5","accountId":"acc-1","asset":"USDC_POLYGON","fiat":"USD","country":"US",\
                "paymentInstructionId":"ins-1","paymentPurpose":"other"
                """
            #expect(await post("{\(members)}") == 201)
            #expect(await post("{ \(members) }") == (comparison == .json ? 201 : 409))
            #expect(bench.ledger.count(.created) == 2)
        }
    }

    @Test("A list goes on page by page, newest first or oldest first")
    func pages() async throws {
        for newestFirst in [true, false] {
            let bench = Bench { _ in
            } _: {
                $0.listsNewestFirst = newestFirst
            }
            let client = try bench.client()
            for number in 1...230 {
                let order = try order(reference: number == 7 ? "ours" : "other-\(number)")
                _ = try value(await client.createWithdrawal(order, key: "key-\(number)"))
                bench.pass(.seconds(1))
            }
            let found = try value(await client.withdrawals(for: try request(), reference: "ours", since: Bench.start))
            #expect(found.map(\.reference) == ["ours"])
        }
    }

    @Test("A corridor that nobody serves has no withdrawals, and no capabilities")
    func noPartner() async throws {
        let bench = Bench { $0.partners[0].corridor = "MX/MXN" }
        let client = try bench.client()
        #expect(try refusal(await client.createWithdrawal(try order(), key: key(1))).status == 422)
        let (us, usd) = (try CountryCode(text: "US"), try CurrencyCode(text: "USD"))
        #expect(try value(await client.refundCapabilities(country: us, fiat: usd)).isEmpty)
    }

    @Test("A status that is not documented is shown where that is scripted; and one is stuck")
    func scripted() async throws {
        let bench = Bench()
        let client = try bench.client()
        bench.script(#"{"outcome":"unknown_status","reference":"ref-1","value":"Levitating"}"#)
        let opened = try value(await client.createWithdrawal(try order(), key: key(1)))
        bench.pass(.minutes(1))
        #expect(try value(await client.transaction(opened.id)).status == .unknown("Levitating"))
        bench.script(#"{"outcome":"stuck","transactionId":"\#(opened.id)"}"#)
        bench.pass(.days(2))
        #expect(try value(await client.transaction(opened.id)).status == .unknown("Levitating"))
    }
}
