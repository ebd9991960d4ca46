import BorderlessXYZ
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing
import Time

@Suite("What Borderless.xyz says is read leniently")
struct ReadingTests {
    private func read(_ body: String) async throws -> BorderlessXYZClient.Transaction {
        try value(await client(RecordingTransport([loggedIn(), answer(200, body)])).transaction(id))
    }

    @Test("A transaction in full: amounts, instructions, hashes, and the bank's names of it")
    func full() async throws {
        let transaction = try await read(
            transaction(
                "Processing",
                #"""
                "pfiName":"Bridge","country":"US","source":{"asset":"USDC_POLYGON","amount":"100.00","fiatCurrency":null,
                "accountId":"acc-1"},"destination":{"asset":null,"amount":"98.99","fiatCurrency":"USD","imad":"20260301X",
                "omad":null,"traceNumber":"7","reference":"payout-42","paymentInstructionId":"ins-1"},
                "instructions":{"fromAddress":null,"toAddress":"0xdead","asset":"USDC_POLYGON","amount":"100.00",
                "transaction":{"raw":"…"}},"createdAt":"2026-03-01T12:00:00.000Z","txHash":["0x1"],"feeAmount":"0",
                "failureReason":null
                """#))
        #expect(transaction.partner == "Bridge")
        #expect(transaction.amount == "100.00")
        #expect(transaction.fiatAmount == "98.99")
        #expect(transaction.reference == "payout-42")
        #expect(transaction.traces == ["20260301X", "7"])
        #expect(transaction.instructions?.to == "0xdead")
        #expect(transaction.instructions?.amount == "100.00")
        #expect(transaction.hashes == ["0x1"])
        #expect(transaction.fee == "0")
        #expect(transaction.refund == nil)
    }

    @Test("Nearly everything may be null")
    func nulls() async throws {
        let transaction = try await read(
            transaction(
                "Failed",
                #"""
                "pfiName":null,"source":null,"destination":null,"instructions":null,"createdAt":null,"txHash":null,
                "feeAmount":null,"failureReason":null
                """#))
        #expect(transaction.status == .known(.failed))
        #expect(transaction.amount == nil)
        #expect(transaction.hashes.isEmpty)
    }

    @Test(
        "Every status is known, and a new one breaks nothing",
        arguments: [
            "Submitted", "Verifying", "Preparing", "Orchestrating", "Pending", "Processing", "Completed", "Failed",
            "Cancelled", "Refunded", "Levitating",
        ])
    func statuses(status: String) async throws {
        let read = try await read(transaction(status))
        #expect(read.status.description == status)
        if case .unknown = read.status { #expect(status == "Levitating") }
    }

    @Test("Why it failed may be an object with details, an older object, or a text")
    func failureReasons() async throws {
        let newer =
            #""failureReason":{"message":"Validation error from PFI","details":[{"path":"paymentInstruction","pfiErrorMessage":"no such account"}]}"#
        #expect(
            try await read(transaction("Failed", newer)).failureReason
                == "Validation error from PFI; paymentInstruction: no such account")
        #expect(try await read(transaction("Failed", #""failureReason":{"code":7}"#)).failureReason == nil)
        #expect(try await read(transaction("Failed", #""failureReason":"closed""#)).failureReason == "closed")
    }

    @Test("A refund plan inside a transaction is taken where there is one")
    func plan() async throws {
        let plan = #""refund":{"status":"Eligible","path":"SourceReturn","destinationSource":"OrganizationDefault"}"#
        let read = try await read(transaction("Failed", plan))
        #expect(read.refund?.status == .known(.eligible))
        #expect(read.refund?.destinationSource == .known(.organizationDefault))
    }

    @Test("An answer about another transaction is no answer")
    func another() async throws {
        let body = #"{"id":"cm2c4x3cc000019stanother1","status":"Completed"}"#
        guard case .notApplied = try await client(RecordingTransport([loggedIn(), answer(200, body)])).transaction(id)
        else {
            Issue.record("it was believed")
            return
        }
    }

    @Test(
        "What the status of an error means for a write",
        arguments: [
            (400, #"{"statusCode":400,"message":["amount must be a string","asset is unknown"]}"#, "invalid"),
            (400, #"{"statusCode":400,"message":"Quote has expired"}"#, "expired"),
            (400, #"{"statusCode":400,"message":"Quote was already used."}"#, "used"),
            (400, #"{"statusCode":400,"message":"Quote refused: payouts are paused"}"#, "invalid"),
            (403, "{}", "forbidden"), (404, "{}", "not_found"), (409, "{}", "conflict"), (422, "{}", "invalid"),
        ])
    func refusals(status: Int, body: String, code: String) async throws {
        let transport = RecordingTransport([loggedIn(), answer(status, body)])
        guard case .refused(let refusal) = try await client(transport).cancel(id, key: key) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code.rawValue == code)
        #expect(refusal.status == status)
    }

    @Test("Words of an error come as a text or a list of them")
    func words() async throws {
        let transport = RecordingTransport([
            loggedIn(), answer(400, #"{"statusCode":400,"message":["a is wrong","b is missing"]}"#),
        ])
        guard case .refused(let refusal) = try await client(transport).cancel(id, key: key) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.message == "Borderless.xyz answered 400: a is wrong; b is missing")
    }

    @Test("A busy API did nothing; a broken one may have")
    func serverErrors() async throws {
        let transport = RecordingTransport([
            loggedIn(), .response(HTTPResponse(status: 429, headers: ["Retry-After": "7"])), answer(503, "{}"),
            answer(500, "{}"), answer(500, "{}"),
        ])
        let client = try client(transport)
        guard case .notApplied(retryAfter: .seconds(7), _) = await client.cancel(id, key: key),
            case .notApplied = await client.cancel(id, key: key), case .unknown = await client.cancel(id, key: key),
            case .notApplied = await client.transaction(id)
        else {
            Issue.record("another outcome")
            return
        }
    }
}
