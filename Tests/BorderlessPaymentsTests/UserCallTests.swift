import BorderlessPayments
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing
import Time

@Suite("Calls about users, byte for byte")
struct UserCallTests {
    @Test("A user is created under our key, with no more than is needed", arguments: [200, 201])
    func create(status: Int) async throws {
        let transport = RecordingTransport([answer(status, user(("APPROVED", "NOT_STARTED")))])
        let created = try value(await client(transport).createUser(newUser, key: "key-1"))
        #expect(created.id == "user-1")
        #expect(created.kyc == .known(.notStarted))
        #expect(transport.sent.map(\.origin.description) == ["https://api.borderlesspayments.xyz"])
        #expect(
            transport.wire == [
                """
                POST /api/v1/users
                Authorization: Bearer sk_test_1
                Content-Type: application/json
                Idempotency-Key: key-1

                {"email":"maria.garcia@example.com","first_name":"Maria","last_name":"Garcia","mobile":"+34685555555","partner_user_ref":"acme-user-1042"}
                """
            ])
    }

    @Test("A user is read with all that decides about orders")
    func read() async throws {
        let transport = RecordingTransport([answer(200, user())])
        let read = try value(await client(transport).user("user-1"))
        #expect(read.kyc == .known(.approved))
        #expect(read.registeredAt == Timestamp("2026-06-11T10:02:51Z"))
        #expect(read.rejectedAt == nil)
        #expect(read.disabledAt == nil)
        #expect(read.country?.text == "ES")
        #expect(transport.wire == ["GET /api/v1/users/user-1\nAuthorization: Bearer sk_test_1"])
    }

    @Test("A veto, a disabled user and a check without a word are seen")
    func readDifferences() async throws {
        let transport = RecordingTransport([
            answer(
                200,
                user(
                    (#""provider_kyc_rejected_at":null"#, #""provider_kyc_rejected_at":"2026-06-11T10:02:51+00:00""#),
                    (#""disabled_at":null"#, #""disabled_at":"2026-06-12T10:02:51.118547+00:00""#),
                    (#""APPROVED""#, #""ON_HOLD""#))),
            answer(200, #"{"id":"user-1"}"#),
        ])
        let client = try client(transport)
        let read = try value(await client.user("user-1"))
        #expect(read.rejectedAt != nil)
        #expect(read.disabledAt != nil)
        #expect(read.kyc == .unknown("ON_HOLD"))
        let bare = try value(await client.user("user-1"))
        #expect(bare.kyc == .unknown(""))
        #expect(bare.registeredAt == nil)
    }

    @Test("A user is found by the address in whatever case, and else by our name; one who only looks alike is not")
    func find() async throws {
        let transport = RecordingTransport([
            answer(200, #"{"items":[\#(user(("maria", "Maria")))],"total":1,"limit":100,"offset":0}"#),
            answer(200, #"{"items":[\#(user(("maria.garcia", "anna.maria.garcia")))],"total":1}"#),
            answer(200, #"{"items":[\#(user(("maria.garcia", "other")))],"total":1}"#),
            answer(200, #"{"items":[],"total":0}"#),
        ])
        let client = try client(transport)
        #expect(
            try value(await client.user(email: "maria.garcia@example.com", reference: nil))?.email
                == "Maria.garcia@example.com")
        let second = await client.user(email: "maria.garcia@example.com", reference: "acme-user-1042")
        #expect(try value(second)?.email == "other@example.com")
        #expect(try value(await client.user(email: "maria.garcia@example.com", reference: nil)) == nil)
        #expect(
            transport.sent.map(\.request.target) == [
                "/api/v1/users?q=maria.garcia%40example.com&limit=100",
                "/api/v1/users?q=maria.garcia%40example.com&limit=100",
                "/api/v1/users?q=acme-user-1042&limit=100",
                "/api/v1/users?q=maria.garcia%40example.com&limit=100",
            ])
    }

    @Test("An address that belongs to another of our customers is refused: their check must not serve for this one")
    func anotherCustomer() async throws {
        let found = answer(200, #"{"items":[\#(user())],"total":1}"#)
        let transport = RecordingTransport([
            found, found, answer(200, #"{"items":[\#(user((#""acme-user-1042""#, "null")))],"total":1}"#),
        ])
        let client = try client(transport)
        guard case .refused(let refusal) = await client.user(email: "maria.garcia@example.com", reference: "u-7") else {
            Issue.record("found")
            return
        }
        #expect(refusal.code == "conflict")
        #expect(refusal.message == "the e-mail address belongs to the user acme-user-1042, and not to u-7")
        #expect(try value(await client.user(email: "maria.garcia@example.com", reference: nil))?.id == "user-1")
        #expect(try value(await client.user(email: "maria.garcia@example.com", reference: "u-7"))?.id == "user-1")
    }

    @Test("The vendor of the check is asked without a body; what is answered is read again anyway")
    func refresh() async throws {
        let transport = RecordingTransport([
            answer(
                200,
                #"{"user_id":"user-1","previous_status":"PENDING","current_status":"APPROVED","changed":true}"#)
        ])
        _ = try value(await client(transport).refreshKYC(of: "user-1", key: "key-1"))
        #expect(
            transport.wire == [
                "POST /api/v1/users/user-1/kyc/refresh\nAuthorization: Bearer sk_test_1\nIdempotency-Key: key-1"
            ])
    }

    @Test("A check is started without a body, and tells where the user goes")
    func startKYC() async throws {
        let transport = RecordingTransport([
            answer(
                201,
                #"{"session_id":"s-1","verify_url":"https://verify.example/s-1","kyc_workflow_id":"standard-eu"}"#)
        ])
        let session = try value(await client(transport).startKYC(of: "user-1", key: "key-1"))
        #expect(session.url == "https://verify.example/s-1")
        #expect(
            transport.wire == [
                "POST /api/v1/users/user-1/kyc/start\nAuthorization: Bearer sk_test_1\nIdempotency-Key: key-1"
            ])
    }

    @Test("The venue is asked once more, and answers whether it has taken the user")
    func register() async throws {
        let transport = RecordingTransport([
            answer(200, #"{"onboarded":true,"onboarded_at":"2026-06-11T10:02:51+00:00"}"#),
            answer(200, #"{"onboarded":false,"onboarded_at":null}"#),
        ])
        let client = try client(transport)
        #expect(try value(await client.register("user-1", key: "key-1")))
        #expect(try !value(await client.register("user-1", key: "key-2")))
        #expect(
            transport.wire.first
                == "POST /api/v1/users/user-1/kyc/onboard-upstream\nAuthorization: Bearer sk_test_1\nIdempotency-Key: key-1"
        )
    }

    @Test("The purpose of usage is a list of words")
    func purposes() async throws {
        let transport = RecordingTransport([answer(200, #"{"submitted":true,"purposes":["investing"]}"#)])
        _ = try value(await client(transport).setPurposes(["investing"], of: "user-1", key: "key-1"))
        #expect(
            transport.wire == [
                """
                POST /api/v1/users/user-1/kyc/purpose-of-usage
                Authorization: Bearer sk_test_1
                Content-Type: application/json
                Idempotency-Key: key-1

                {"purposes":["investing"]}
                """
            ])
    }

    @Test("An id that could mean something in a path is not sent", arguments: ["", "..", "a/b", "user?x", "ä"])
    func strangeID(id: String) async throws {
        let transport = RecordingTransport([])
        guard case .refused(let refusal) = try await client(transport).user(id) else {
            Issue.record("sent")
            return
        }
        #expect(refusal.code == .invalid)
        #expect(transport.sent.isEmpty)
    }
}
