import Activities
import DollarPe
import DollarPePayout
import Domain
import Engine
import HTTPClient
import HTTPTypes
import LockstepTesting
import Testing
import Time
import Webhooks
import WorkflowCore

@Suite("DollarPe's webhooks wake whoever waits for what they are about")
struct DollarPeWebhookTests {
    private typealias Event = DollarPePayout.Event

    private let account: DollarPeAccount

    init() throws {
        account = try DollarPeAccount(
            name: "main", mode: .test, origin: try #require(Origin("http://127.0.0.1:1")), apiKey: Secret("key"),
            apiSecret: Secret("secret"))
    }

    private func signed(
        _ type: String, _ id: String, _ event: String, at now: Timestamp, metadata: String = "{}"
    ) -> HTTPRequest {
        let body = Array(
            #"{"event":"\#(event)","id":"\#(id)","metadata":\#(metadata),"timestamp":"","type":"\#(type)"}"#.utf8)
        let timestamp = String(now.seconds)
        let signature = DollarPeSignature.sign(
            body, timestamp: timestamp, apiKey: account.apiKey, apiSecret: account.apiSecret)
        return HTTPRequest(
            .post, "/webhooks/dollarpe/main", headers: ["X-TIMESTAMP": timestamp, "X-SIGNATURE": signature], body: body)
    }

    /// Whether a webhook makes a job that is waiting read at once.
    private func wakes(_ job: JobID, _ harness: Harness, _ type: String, _ id: String) async throws -> Bool {
        let now = harness.clock.now()
        let inbox = RecordingInbox()
        let endpoint = WebhookEndpoint(
            sources: [DollarPeWebhookSource(accounts: [account])], inbox: inbox, clock: StoppedClock(at: now),
            log: { _ in })
        let response = await endpoint.respond(to: signed(type, id, "VERIFIED", at: now))
        #expect(response.status == 200)
        let webhook = try #require(inbox.received.first)
        let jobs = webhook.references.flatMap {
            harness.store.jobs(referredToBy: Reference(provider: webhook.provider, value: $0))
        }
        guard jobs.contains(job) else { return false }
        let before = harness.provider.calls.count
        harness.signal(job, "$wake")
        harness.run()
        return harness.provider.calls.count > before
    }

    @Test("Of one about a person only its names are kept; a payout's stays as it came")
    func personalData() throws {
        let now = Timestamp(seconds: 1_781_175_822)
        let source = DollarPeWebhookSource(accounts: [account])
        for type in ["CUSTOMER", "BANK", "EDD", "PAYOUT"] {
            let request = signed(type, "c-1", "VERIFIED", at: now, metadata: #"{"name":"Asha Rao"}"#)
            guard case .genuine(let webhook) = source.read(request, account: "main", now: now) else {
                Issue.record("\(type) is not genuine")
                continue
            }
            let names = Array(#"{"event":"VERIFIED","id":"c-1","type":"\#(type)"}"#.utf8)
            #expect(webhook.body == (type == "PAYOUT" ? request.body : names))
        }
    }

    @Test("CUSTOMER and BANK, by the ids of the order; EDD, where it names the customer")
    func checks() async throws {
        let harness = try Harness(RegisteredWorkflow(DollarPePayout.self))
        let rules = DollarPePayout.Rules(coins: [.init(coin: .usdt, least: nil, most: nil)], requiredRisk: [])
        harness.provider.answer("readConfiguration", .event(Event.configured(rules: rules)))
        let job = try harness.enqueue(
            DollarPePayout.self,
            DollarPePayout.Order(
                customer: try .init(text: "c-1"), bank: try .init(text: "b-1"), asset: .usdt, amount: .sample,
                exchangeOrder: .sample, link: .afterSuccess, accept: .auto, onLimit: .wait))
        harness.advance(by: .minutes(10))
        #expect(harness.store[job]?.row.state == "verifyingCustomer")
        #expect(try await !wakes(job, harness, "CUSTOMER", "c-2"))
        harness.provider.answer("readCustomer", .event(Event.verified))
        #expect(try await wakes(job, harness, "CUSTOMER", "c-1"))
        harness.provider.answer("readBank", .nothing)
        harness.advance(by: .minutes(10))
        #expect(harness.store[job]?.row.state == "verifyingBank")
        harness.provider.answer("readRate", .event(Event.rated(rate: .init(price: .sample))))
        let none = DollarPePayout.Limits(
            available: .init(try FiatAmount(text: "0")), resetAt: nil, needsDiligence: true)
        harness.provider.answer("readLimits", .event(Event.limited(limits: none)))
        harness.provider.answer("readBank", .event(Event.verified))
        #expect(try await wakes(job, harness, "BANK", "b-1"))
        #expect(harness.store[job]?.row.state == "awaitingLimit")
        #expect(try await wakes(job, harness, "EDD", "c-1"))
    }
}
