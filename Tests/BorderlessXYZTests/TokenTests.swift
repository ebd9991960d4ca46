import BorderlessXYZ
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Synchronization
import Testing
import Time

@Suite("The token of Borderless.xyz")
struct TokenTests {
    /// A clock that a test moves.
    private final class Clock: Sendable {
        private let now = Mutex(instant)
        func read() -> Timestamp { now.withLock { $0 } }
        func pass(_ interval: Duration) { now.withLock { $0 = $0 + interval } }
    }

    @Test("It is renewed five minutes before its end, and not earlier")
    func renewal() async throws {
        let transport = RecordingTransport([
            loggedIn("token-1", for: 3600), answer(200, transaction("Pending")), answer(200, transaction("Pending")),
            loggedIn("token-2", for: 3600), answer(200, transaction("Pending")),
        ])
        let clock = Clock()
        let client = try client(transport, at: { clock.read() })
        _ = try value(await client.transaction(id))
        clock.pass(.minutes(54))
        _ = try value(await client.transaction(id))
        clock.pass(.minutes(1))
        _ = try value(await client.transaction(id))
        #expect(
            transport.sent.map { $0.request.headers["Authorization"] }
                == [nil, "Bearer token-1", "Bearer token-1", nil, "Bearer token-2"])
    }

    @Test("One that is turned down is replaced once; turned down again, it is a refusal, and not a loop")
    func rotation() async throws {
        let transport = RecordingTransport([
            loggedIn("token-1"), answer(401, "{}"), loggedIn("token-2"), answer(200, transaction("Pending")),
            answer(401, "{}"), loggedIn("token-3"), answer(401, #"{"statusCode":401,"message":"Unauthorized"}"#),
        ])
        let client = try client(transport)
        _ = try value(await client.transaction(id))
        guard case .refused(let refusal) = await client.transaction(id) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .unauthorized)
        #expect(refusal.message == "Borderless.xyz answered 401: Unauthorized")
        #expect(transport.sent.count == 7)
    }

    @Test("Credentials that are wrong are a refusal of the account, and nothing else is sent")
    func wrongSecret() async throws {
        let transport = RecordingTransport([answer(401, #"{"statusCode":401,"message":"Invalid client"}"#)])
        guard case .refused(let refusal) = try await client(transport).transaction(id) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .unauthorized)
        #expect(transport.sent.count == 1)
    }

    @Test(
        "A log-in that is refused is about the account, whatever the code: never about what was asked for",
        arguments: [(400, Refusal.Code.unauthorized), (403, .forbidden), (404, .unauthorized), (422, .unauthorized)])
    func refusedLogIn(status: Int, code: Refusal.Code) async throws {
        let transport = RecordingTransport([answer(status, #"{"message":"no such client"}"#)])
        guard case .refused(let refusal) = try await client(transport).transaction(id) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == code)
    }

    @Test("Silence while a token is fetched leaves a withdrawal certainly not opened; after the call it may be")
    func silence() async throws {
        let order = BorderlessXYZClient.WithdrawalOrder(
            request: try request(), quoteID: nil, purpose: .other, purposeDescription: nil, reference: "r",
            refundDestination: nil)
        let before = RecordingTransport([.unknown(reason: "timed out")])
        #expect(
            try await client(before).createWithdrawal(order, key: key)
                == .notApplied(retryAfter: nil, message: "timed out"))
        let after = RecordingTransport([loggedIn(), .unknown(reason: "timed out")])
        #expect(
            try await client(after).createWithdrawal(order, key: key)
                == .unknown(message: "Borderless.xyz did not answer: timed out"))
    }

    @Test("Nothing is sent once it is too late")
    func tooLate() async throws {
        let transport = RecordingTransport([loggedIn(), answer(200, transaction("Pending"))])
        guard case .notApplied = try await client(transport).sending(unless: { true }).cancel(id, key: key) else {
            Issue.record("it was sent")
            return
        }
        #expect(transport.sent.map(\.request.target) == ["/v1/auth/m2m/token"])
    }
}
