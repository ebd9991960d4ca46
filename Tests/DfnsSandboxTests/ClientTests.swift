import Crypto
import Dfns
import DfnsSandbox
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

/// A sandbox that is called as a client calls a server.
private actor DirectTransport: Transport {
    private var bench: Bench

    init(_ bench: Bench) { self.bench = bench }

    func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        switch bench.sandbox.handle(request, at: bench.now) {
        case .respond(let response), .respondSlowly(let response, _, _): return .response(response)
        case .drop: return .unknown(reason: "connection broken")
        case .respondAfterDelivery(_, let answer): return .response(answer(200))
        }
    }

    func pass(_ interval: Duration) -> [(at: Timestamp, delivery: WebhookDelivery)] {
        bench.posted = []
        bench.pass(interval)
        return bench.posted
    }

    func script(_ fault: Faults.RequestRule) { bench.sandbox.faults.add(fault) }

    var ledger: Ledger { bench.sandbox.ledger }
}

@Suite("Lockstep's own client against the sandbox")
struct ClientTests {
    private let order = DfnsClient.PayoutOrder(
        walletID: Bench.wallet, asset: .sample, fiatCurrency: .sample, country: .sample, borderlessAccountID: "acc-1",
        paymentInstructionsID: "ins-1", paymentPurpose: .salaryPayment)

    private func client(_ kind: KeyKind = .ed25519) throws -> (DfnsClient, DirectTransport) {
        let bench = try Bench(kind: kind)
        let transport = DirectTransport(bench)
        let account = try DfnsAccount(
            name: "main", mode: .test, origin: try #require(Origin("http://127.0.0.1:1")), token: Secret("token-one"),
            credentialID: "cred-one", privateKey: bench.key)
        return (DfnsClient(account: account, transport: transport), transport)
    }

    private func value<Value>(_ outcome: ProviderOutcome<Value>) throws -> Value {
        guard case .answered(let value) = outcome else {
            Issue.record("\(outcome)")
            throw CancellationError()
        }
        return value
    }

    @Test("walks a payout from its quote to completion, with keys of all kinds", arguments: KeyKind.allCases)
    func journey(kind: KeyKind) async throws {
        let (client, transport) = try client(kind)
        let quote = try value(
            await client.quote(walletID: Bench.wallet, asset: .sample, fiatCurrency: .sample, country: .sample))
        #expect(quote.offers.map { "\($0.net)" } == ["985.5 USD"])
        let created = try value(await client.createPayout(order, externalID: "key-1"))
        #expect(created.status == .known(.processing))

        let posted = await transport.pass(.seconds(8))
        #expect(posted.count == 1)
        let delivery = try #require(posted.first?.delivery)
        let verified = DfnsWebhook.verify(
            body: delivery.request.body, headers: delivery.request.headers, secret: Secret(Bench.secret),
            now: Bench.start + .seconds(9))
        guard case .genuine(let event) = verified else {
            Issue.record("\(verified)")
            return
        }
        #expect(event.kind == "payout.action.required")
        #expect(event.references == [created.id, "key-1"])

        let payout = try value(await client.payout(created.id))
        #expect(payout == event.payout)
        #expect(payout.executionStatus == .known(.awaitingPayoutConfirmation))
        let address = try #require(payout.data.depositAddress)
        _ = try value(
            await client.confirm(payoutID: payout.id, walletID: Bench.wallet, asset: .sample, to: address))
        _ = await transport.pass(.hours(1))
        let completed = try value(await client.payout(created.id))
        #expect(completed.status == .known(.completed))
        let transferID = try #require(completed.data.transferID)
        let transfer = try value(await client.transfer(transferID, from: Bench.wallet))
        #expect(transfer.status == .known(.confirmed))
        #expect(transfer.transactionHash == completed.data.transactionHash)
        #expect(try value(await client.payouts(status: .completed)).items == [completed])
    }

    @Test("repeats a creation whose answer was lost under the same key, and one payout exists")
    func lostCreation() async throws {
        let (client, transport) = try client()
        await transport.script(.init(.dropAfter, operation: "create"))
        guard case .unknown = await client.createPayout(order, externalID: "key-1") else {
            Issue.record("a broken connection leaves the outcome unknown")
            return
        }
        let payout = try value(await client.createPayout(order, externalID: "key-1"))
        #expect(payout.externalID == "key-1")
        #expect(await transport.ledger.count(.created) == 1)
    }

    @Test("learns of refusals what they are: a used key, another state, too many requests")
    func refusals() async throws {
        let (client, transport) = try client()
        let payout = try value(await client.createPayout(order, externalID: "key-1"))
        let other = DfnsClient.PayoutOrder(
            walletID: Bench.wallet, asset: .sample, fiatCurrency: .sample, country: .sample,
            borderlessAccountID: "acc-1", paymentInstructionsID: "ins-2", paymentPurpose: .salaryPayment)
        guard case .refused(let refusal) = await client.createPayout(other, externalID: "key-1") else {
            Issue.record("another order under a used key is refused")
            return
        }
        #expect(refusal.duplicateOf == payout.id)
        _ = try value(await client.cancel(payoutID: payout.id))
        guard case .refused = await client.cancel(payoutID: payout.id) else {
            Issue.record("canceled twice")
            return
        }
        await transport.script(.init(.rateLimited))
        guard case .notApplied = await client.payout(payout.id) else {
            Issue.record("429 means that nothing happened")
            return
        }
    }

    @Test("manages webhooks, and a ping says how it went")
    func webhooks() async throws {
        let (client, _) = try client()
        let made = try value(await client.createWebhook(url: "https://example.test/hook", events: ["*"]))
        #expect(made.secret != nil)
        #expect(try value(await client.webhooks()).items.count == 2)
        _ = try value(await client.pingWebhook(made.id))
        _ = try value(await client.deleteWebhook(made.id))
        #expect(try value(await client.webhooks()).items.count == 1)
    }
}
