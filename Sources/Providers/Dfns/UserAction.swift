import Crypto
import Domain
import Foundation
import HTTPTypes
public import ProviderCore

/// User action signing: Dfns hands out a challenge for one method, path and body; signed, it becomes a token that is
/// good for that one request (Dfns documentation, “Create user action challenge” and “Create user action signature”).
extension DfnsClient {
    /// Signs and sends a request; success is 2xx but 202, all else is thrown.
    func writeSigned(_ request: HTTPRequest) async throws(CallFailure) -> HTTPResponse {
        var response = try await sendSigned(request)
        if ErrorMapping.wantsNewSignature(response) {
            // Dfns has not looked at the call itself, so that signing once more is safe.
            response = try await sendSigned(request)
        }
        if let failure = ErrorMapping.failure(of: response, leg: .write) { throw failure }
        return response
    }

    /// Obtains a single-use token that nobody uses: proof that the account's key signs, and nothing else happens.
    public func proveSigning() async -> ProviderOutcome<Accepted> {
        await ProviderOutcome { () async throws(CallFailure) in
            _ = try await userAction(for: request(.put, "/webhooks/wh-lockstep-accounts-check", body: []))
            return Accepted()
        }
    }

    private func sendSigned(_ request: HTTPRequest) async throws(CallFailure) -> HTTPResponse {
        var signed = request
        signed.headers["X-DFNS-USERACTION"] = try await userAction(for: request)
        return try await api.send(signed, leg: .write)
    }

    /// A new single-use token for exactly this request.
    private func userAction(for request: HTTPRequest) async throws(CallFailure) -> String {
        let asked = ChallengeRequest(
            userActionPayload: String(decoding: request.body, as: UTF8.self),
            userActionHttpMethod: request.method.rawValue, userActionHttpPath: request.path)
        let challenge: Challenge = try await sign("/auth/action/init", try ProviderAPI.body(asked))
        guard challenge.allowCredentials.key.contains(where: { $0.id == account.credentialID }) else {
            let message =
                "the credential \(account.credentialID) is not among those with which Dfns lets this account sign; "
                + "check credential_id"
            throw .refused(CallRefusal(Refusal(.unauthorized, message)))
        }
        let answer = ChallengeAnswer(
            challengeIdentifier: challenge.challengeIdentifier,
            firstFactor: .init(credentialAssertion: try assertion(of: challenge)))
        let action: Action = try await sign("/auth/action", try ProviderAPI.body(answer))
        return action.userAction
    }

    private func assertion(of challenge: Challenge) throws(CallFailure) -> Assertion {
        // Dfns wants `type` and `challenge`; its TypeScript SDK sends just these two.
        let clientData = try ProviderAPI.body(ClientData(challenge: challenge.challenge))
        do {
            let signature = try account.privateKey.sign(clientData)
            return Assertion(
                credId: account.credentialID, clientData: Base64URL.encode(clientData),
                signature: Base64URL.encode(signature))
        } catch {
            throw .refused(CallRefusal(Refusal(.unauthorized, "the account's private key can't sign: \(error)")))
        }
    }

    private func sign<Answer: Decodable>(_ path: String, _ body: [UInt8]) async throws(CallFailure) -> Answer {
        let response = try await api.send(request(.post, path, body: body), leg: .preparation)
        if let failure = ErrorMapping.failure(of: response, leg: .preparation) { throw failure }
        return try api.decode(response, leg: .preparation)
    }
}

private struct ChallengeRequest: Encodable {
    let userActionPayload: String
    let userActionHttpMethod: String
    let userActionHttpPath: String
    let userActionServerKind = "Api"
}

private struct Challenge: Decodable {
    struct Allowed: Decodable { let key: [Credential] }
    struct Credential: Decodable { let id: String }

    let challenge: String
    let challengeIdentifier: String
    let allowCredentials: Allowed
}

private struct ClientData: Encodable {
    let type = "key.get"
    let challenge: String
}

private struct ChallengeAnswer: Encodable {
    struct Factor: Encodable {
        let kind = "Key"
        let credentialAssertion: Assertion
    }

    let challengeIdentifier: String
    let firstFactor: Factor
}

private struct Assertion: Encodable {
    let credId: String
    let clientData: String
    let signature: String
}

private struct Action: Decodable { let userAction: String }
