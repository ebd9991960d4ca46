import Domain
import HTTPClient
import HTTPTypes
import PontisGlobe
import ProviderCore
import RecordedHTTP
import Testing

@Suite("Calls to PontisGlobe, byte for byte")
struct CallTests {
    private let id = "029b2038-6166-4bea-80a9-f1a2425a85eb"

    @Test("A log-in is sealed, signed, and carries no token; a read follows with it")
    func read() async throws {
        let transport = RecordingTransport([
            loggedIn(),
            answer(200, #"{"ok":true,"data":{"transaction_id":"\#(id)","status":"pending","status_message":null}}"#),
        ])
        let outcome = try await client(transport).payout(id)
        guard case .answered(let payout) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(payout.id == id)
        #expect(payout.status == .known(.pending))
        #expect(payout.statusMessage == nil)

        #expect(
            transport.sent.map(\.origin.description) == Array(repeating: "https://sandbox.pontisglobe.com", count: 2))
        let logIn = try #require(transport.sent.first?.request)
        #expect(logIn.target == "/api/v1/user/login")
        #expect(logIn.headers["Authorization"] == nil)
        #expect(try opened(logIn) == #"{"email":"owner@example.com","password":"password-1"}"#)
        #expect(
            transport.wire.last == """
                POST /api/v1/payouts/getPayoutStatus
                Authorization: Bearer jwt-1
                Content-Type: application/json
                x-api-key: key-1
                x-signature: 4b31ea2b5b45062dff18ef0e85f8a104ccef8dc0000304e9722abe1dd78493c9
                x-timestamp: 1748023400

                {"data":"AAECAwQFBgcICQoL:sKXYEOcm61NhxhSp35uBuA:PCCiaaSLsXruNf7k37YRCaHspQTCQj1OCFTdqCtYNoQsJMyZzuwqqBWdUou55hoM3GwBtW-zwfhC"}
                """)
    }

    @Test("A payout is ordered under our key, and what it answers is read")
    func send() async throws {
        let transport = RecordingTransport([
            loggedIn(),
            answer(
                201,
                #"{"ok":true,"data":{"transaction_id":"sb_a42b69dcd78f_00_tg3qwn_30e136b2","status":"pending_approval"}}"#
            ),
        ])
        let outcome = try await client(transport).send(try order(), key: "6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10")
        guard case .answered(let payout) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(payout.status == .known(.pendingApproval))
        let request = try #require(transport.sent.last?.request)
        #expect(request.target == "/api/v1/payouts/sendPayoutRequest")
        #expect(
            try opened(request)
                == #"{"country_code":"IN","currency_code":"INR","idempotency_key":"6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10","payment_method":"bank_local","purpose_of_payment":"family support","recipient_details":{"account_number":"50100012345678","ifsc":"HDFC0000001","name":"Asha Rao"},"source_amount":"125.00","source_currency":"USDT"}"#
        )
    }

    @Test("A token that has run out is replaced once, and the same request is signed anew with it")
    func expiredToken() async throws {
        let transport = RecordingTransport([
            loggedIn("jwt-1"), failed(401, "jwt_expired"), loggedIn("jwt-2"),
            answer(200, #"{"ok":true,"data":{"transaction_id":"\#(id)","status":"completed","status_message":null}}"#),
        ])
        guard case .answered(let payout) = try await client(transport).payout(id) else {
            Issue.record("no answer")
            return
        }
        #expect(payout.status == .known(.completed))
        #expect(
            transport.sent.map { $0.request.headers["Authorization"] } == [nil, "Bearer jwt-1", nil, "Bearer jwt-2"])
    }

    @Test("A token that has run out twice in a row is a refusal, not a loop")
    func expiredTwice() async throws {
        let transport = RecordingTransport([
            loggedIn("jwt-1"), failed(401, "jwt_expired"), loggedIn("jwt-2"), failed(401, "jwt_expired"),
        ])
        guard case .refused(let refusal) = try await client(transport).payout(id) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .unauthorized)
        #expect(transport.sent.count == 4)
    }

    @Test("One log-in serves many calls, also those that begin while it is under way")
    func singleFlight() async throws {
        let answers = (0..<5).map { _ in
            answer(200, #"{"ok":true,"data":{"transaction_id":"\#(id)","status":"pending","status_message":null}}"#)
        }
        let transport = RecordingTransport([loggedIn()] + answers)
        let client = try client(transport)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { _ = await client.payout(id) } }
        }
        #expect(transport.sent.count { $0.request.target == "/api/v1/user/login" } == 1)
        #expect(transport.sent.count == 6)
    }

    @Test("A log-in without an answer leaves a payout certainly not ordered; an order without one may have happened")
    func silence() async throws {
        let atLogIn = RecordingTransport([.unknown(reason: "timed out")])
        #expect(
            try await client(atLogIn).send(try order(), key: "k")
                == .notApplied(retryAfter: nil, message: "timed out"))
        let atOrder = RecordingTransport([loggedIn(), .unknown(reason: "timed out")])
        #expect(
            try await client(atOrder).send(try order(), key: "k")
                == .unknown(message: "PontisGlobe did not answer: timed out"))
        let afterwards = RecordingTransport([loggedIn(), answer(201, "not JSON")])
        #expect(
            try await client(afterwards).send(try order(), key: "k")
                == .unknown(message: "PontisGlobe answered 201 with a body that can't be read: it is not JSON"))
    }

    @Test("An id of the sandbox under a live account: the wrong system, where the payout was taken all the same")
    func sandboxID() async throws {
        let transport = RecordingTransport([
            loggedIn(),
            answer(
                201, #"{"ok":true,"data":{"transaction_id":"sb_a42b69dcd78f_00_tg3qwn_30e136b2","status":"pending"}}"#),
        ])
        #expect(
            try await client(transport, mode: .live).send(try order(), key: "k")
                == .unknown(
                    message:
                        "the live account main was given sb_a42b69dcd78f_00_tg3qwn_30e136b2, an id of PontisGlobe's "
                        + "sandbox"))
    }

    @Test("A live id from PontisGlobe's sandbox is no “no” either: money may have moved")
    func liveID() async throws {
        let transport = RecordingTransport([
            loggedIn(), answer(201, #"{"ok":true,"data":{"transaction_id":"\#(id)","status":"pending"}}"#),
        ])
        #expect(
            try await client(transport).send(try order(), key: "k")
                == .unknown(
                    message: "the test account main was given \(id), which is no id of PontisGlobe's sandbox"))
    }

    @Test("Credentials that were replaced put an end to the token: whoever asks next logs in again")
    func replacedCredentials() async throws {
        let transport = RecordingTransport([
            loggedIn("jwt-1"), failed(401, "unauthorized"), loggedIn("jwt-2"),
            answer(200, #"{"ok":true,"data":{"transaction_id":"\#(id)","status":"pending","status_message":null}}"#),
        ])
        let client = try client(transport)
        guard case .refused(let refusal) = await client.payout(id), case .answered = await client.payout(id) else {
            Issue.record("not refused, or not answered then")
            return
        }
        #expect(refusal.code == .unauthorized)
        #expect(
            transport.sent.map { $0.request.headers["Authorization"] } == [nil, "Bearer jwt-1", nil, "Bearer jwt-2"])
    }

    @Test(
        "Whatever PontisGlobe has against a log-in is about the account, and never about the payout",
        arguments: [
            (400, "bad_request", "unauthorized"), (401, "unauthorized", "unauthorized"),
            (401, "invalid_signature", "unauthorized"), (403, "account_suspended", "forbidden"),
            (403, "ip_not_allowed", "forbidden"), (404, "not_found", "unauthorized"),
        ])
    func refusedLogIn(status: Int, code: String, expected: String) async throws {
        let transport = RecordingTransport([failed(status, code)])
        guard case .refused(let refusal) = try await client(transport).send(try order(), key: "k") else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code.rawValue == expected)
    }

    @Test("Nothing is sent for a job whose lease is over, and its certainty is told")
    func tooLate() async throws {
        let transport = RecordingTransport([loggedIn()])
        let outcome = try await client(transport).sending { true }.send(try order(), key: "k")
        guard case .notApplied = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(transport.sent.map(\.request.target) == ["/api/v1/user/login"])
    }
}
