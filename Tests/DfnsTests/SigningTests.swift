import Crypto
import Dfns
import Domain
import Foundation
import HTTPClient
import HTTPTypes
import ProviderCore
import Testing

@Test("Each kind of key signs client data that its public key verifies", arguments: KeyKind.allCases)
func signs(kind: KeyKind) async throws {
    let key = try PrivateKey.generate(kind)
    let transport = RecordingTransport(signing(challenge: "abc") + [answer("{}")])
    _ = try await client(transport, key: key).cancel(payoutID: "pyt-1")
    let assertion = try JSONDecoder().decode(SentAnswer.self, from: Data(transport.sent[1].request.body))
        .firstFactor.credentialAssertion
    let clientData = try #require(Base64URL.decode(assertion.clientData))
    let signature = try #require(Base64URL.decode(assertion.signature))
    #expect(String(decoding: clientData, as: UTF8.self) == #"{"challenge":"abc","type":"key.get"}"#)
    #expect(key.publicKey.verify(signature, of: clientData))
    #expect(!key.publicKey.verify(signature, of: clientData + [0]))
    #expect(!assertion.signature.contains("=") && !assertion.clientData.contains("="))
    switch kind {
    case .ed25519: #expect(signature.count == 64)
    case .ecdsaP256: #expect(signature.first == 0x30, "DER, not the two raw numbers")
    case .rsa: #expect(signature.count == 256)
    }
}

private struct SentAnswer: Decodable {
    struct Factor: Decodable { let credentialAssertion: Assertion }
    struct Assertion: Decodable {
        let clientData: String
        let signature: String
    }
    let firstFactor: Factor
}

@Test("Every write asks for a token of its own")
func tokensAreNotReused() async throws {
    let transport = RecordingTransport(
        signing("token-1") + [.unknown(reason: "time-out")] + signing("token-2") + [answer("{}")])
    let client = try client(transport)
    #expect(await client.cancel(payoutID: "pyt-1") == .unknown(message: "Dfns did not answer: time-out"))
    #expect(await client.cancel(payoutID: "pyt-1") == .answered(.init()))
    #expect(transport.sent.compactMap { $0.request.headers["X-DFNS-USERACTION"] } == ["token-1", "token-2"])
}

@Test("When the lease ends during a call, none of its further requests is sent", arguments: 0...3)
func expires(requests: Int) async throws {
    let transport = RecordingTransport(signing("token-1") + [answer("{}")])
    let client = try client(transport).sending(unless: { transport.sent.count >= requests })
    let outcome = await client.cancel(payoutID: "pyt-1")
    #expect(transport.sent.count == requests)
    switch outcome {
    case .answered: #expect(requests == 3)
    case .notApplied(let retryAfter, let message):
        #expect(requests < 3)
        #expect(retryAfter == nil)
        #expect(message.hasSuffix("POST to https://api.dfns.io: it is too late to send it, the lease is over"))
    case .refused, .unknown: Issue.record("\(outcome)")
    }
}

@Test("A token that Dfns turns down is replaced once, with a new challenge")
func signsOnceMore() async throws {
    let no = answer(403, #"{"error":{"status":403,"message":"user action signature is missing or invalid"}}"#)
    let transport = RecordingTransport(signing("token-1") + [no] + signing("token-2") + [answer("{}")])
    #expect(try await client(transport).cancel(payoutID: "pyt-1") == .answered(.init()))
    #expect(transport.sent.compactMap { $0.request.headers["X-DFNS-USERACTION"] } == ["token-1", "token-2"])

    let stubborn = RecordingTransport(signing("token-1") + [no] + signing("token-2") + [no] + signing("token-3"))
    let outcome = try await client(stubborn).cancel(payoutID: "pyt-1")
    guard case .refused(let refusal) = outcome else { throw Unexpected("\(outcome)") }
    #expect(refusal.code == .forbidden && refusal.status == 403)
    #expect(stubborn.sent.count == 6)
}

@Test("A missing permission is not answered with another signature")
func noPermission() async throws {
    let no = answer(
        403, #"{"error":{"status":403,"message":"us-1 is not authorized to perform operation (Payouts:Create)"}}"#)
    let transport = RecordingTransport(signing() + [no])
    let outcome = try await client(transport).createPayout(try order(), externalID: "payout-42")
    guard case .refused(let refusal) = outcome else { throw Unexpected("\(outcome)") }
    #expect(
        refusal.description == """
            forbidden: Dfns answered 403: us-1 is not authorized to perform operation (Payouts:Create) (HTTP 403)
            """)
    #expect(transport.sent.count == 3)
}

@Test("A credential that Dfns doesn't let sign is refused before anything is signed")
func foreignCredential() async throws {
    let transport = RecordingTransport([
        answer(
            """
            {"challenge":"c","challengeIdentifier":"j","allowCredentials":{"key":[{"type":"public-key","id":"cr-2"}]}}
            """)
    ])
    let outcome = try await client(transport).cancel(payoutID: "pyt-1")
    #expect(
        outcome
            == .refused(
                CallRefusal(
                    Refusal(
                        .unauthorized,
                        "the credential cr-1 is not among those with which Dfns lets this account sign; "
                            + "check credential_id"))))
    #expect(transport.sent.count == 1)
}

@Test(
    "While a signature is asked for nothing has happened: unless Dfns says no, it may be asked again",
    arguments: [
        (.notSent(reason: "refused"), nil), (.unknown(reason: "time-out"), nil), (answer(500, "oops"), nil),
        (answer(502, "<html>"), nil), (answer(503, ""), nil), (answer(429, ""), nil), (answer(202, "{}"), nil),
        (answer(200, "not JSON"), nil), (answer(200, "{}"), nil), (answer(302, ""), nil), (answer(408, ""), nil),
        (answer(400, #"{"error":{"message":"Challenge token is not valid."}}"#), nil),
        (answer(400, #"{"error":{"message":"User account has been deactivated."}}"#), "unauthorized"),
        (answer(400, #"{"error":{"message":"bad"}}"#), "invalid"), (answer(401, "{}"), "unauthorized"),
        (answer(402, "{}"), "plan"), (answer(403, "{}"), "forbidden"), (answer(404, "{}"), "not_found"),
    ] as [(TransportResult, String?)])
func signingLegs(result: TransportResult, code: String?) async throws {
    for before in [[], [signing()[0]]] {
        let transport = RecordingTransport(before + [result])
        let outcome = try await client(transport).cancel(payoutID: "pyt-1")
        switch outcome {
        case .notApplied: #expect(code == nil)
        case .refused(let refusal): #expect(refusal.code.rawValue == code)
        case .answered, .unknown: Issue.record("\(outcome)")
        }
        #expect(transport.sent.count == before.count + 1, "the call itself was never sent")
    }
}
