import Dfns
import Domain
import HTTPTypes
import ProviderCore
import Testing

@Test("Creating a webhook is signed, and its secret comes back wrapped")
func createWebhook() async throws {
    let transport = RecordingTransport(
        signing() + [
            answer(
                """
                {"id":"wh-1","url":"https://us.example/dfns","events":["payout.action.required"],"status":"Enabled",
                 "description":"lockstep","dateCreated":"2026-03-01T12:00:00.000Z","secret":"whsec-1"}
                """)
        ])
    let outcome = try await client(transport).createWebhook(
        url: "https://us.example/dfns", events: ["payout.action.required"], description: "lockstep")
    #expect(
        transport.wire.last == """
            POST /webhooks
            Authorization: Bearer bearer-1
            Content-Type: application/json
            User-Agent: lockstep/1.0
            X-DFNS-USERACTION: token-1

            {"description":"lockstep","events":["payout.action.required"],"url":"https://us.example/dfns"}
            """)
    guard case .answered(let webhook) = outcome else { throw Unexpected("\(outcome)") }
    #expect(webhook.secret?.reveal() == "whsec-1")
    #expect(!"\(webhook)".contains("whsec-1"))
}

@Test("Listing webhooks is not signed")
func listWebhooks() async throws {
    let transport = RecordingTransport([
        answer(#"{"items":[{"id":"wh-1","url":"https://us.example","events":["*"],"status":"Enabled"}]}"#)
    ])
    let outcome = try await client(transport).webhooks()
    #expect(transport.wire == ["GET /webhooks\nAuthorization: Bearer bearer-1\nUser-Agent: lockstep/1.0"])
    guard case .answered(let page) = outcome else { throw Unexpected("\(outcome)") }
    #expect(page.items.map(\.events) == [["*"]])
    #expect(page.nextPageToken == nil)
}

@Test("Changing a webhook names only what changes")
func updateWebhook() async throws {
    let transport = RecordingTransport(
        signing() + [answer(#"{"id":"wh-1","url":"https://us.example","events":["*"],"status":"Disabled"}"#)])
    let outcome = try await client(transport).updateWebhook("wh-1", enabled: false)
    #expect(transport.wire.last?.hasPrefix("PUT /webhooks/wh-1\n") == true)
    #expect(transport.wire.last?.hasSuffix("\n\n{\"status\":\"Disabled\"}") == true)
    guard case .answered(let webhook) = outcome else { throw Unexpected("\(outcome)") }
    #expect(webhook.status == "Disabled")
}

@Test("Removing and pinging have no body; the challenge is then for the empty text")
func bodiless() async throws {
    let removing = RecordingTransport(signing() + [answer(#"{"deleted":true}"#)])
    #expect(try await client(removing).deleteWebhook("wh-1") == .answered(.init()))
    #expect(
        removing.wire.last == """
            DELETE /webhooks/wh-1
            Authorization: Bearer bearer-1
            User-Agent: lockstep/1.0
            X-DFNS-USERACTION: token-1
            """)
    #expect(
        removing.wire.first?.hasSuffix(
            """
            {"userActionHttpMethod":"DELETE","userActionHttpPath":"/webhooks/wh-1","userActionPayload":"",\
            "userActionServerKind":"Api"}
            """) == true)

    let pinging = RecordingTransport(signing() + [answer(#"{"status":"500","error":"no route"}"#)])
    let outcome = try await client(pinging).pingWebhook("wh-1")
    guard case .answered(let ping) = outcome else { throw Unexpected("\(outcome)") }
    #expect(pinging.wire.last?.hasPrefix("POST /webhooks/wh-1/ping\n") == true)
    #expect(ping.status == "500" && ping.error == "no route")
}
