import Crypto
import DfnsSandbox
import HTTPTypes
import SandboxCore
import Testing
import Time

/// A sandbox with one user who signs properly, and a clock that the test moves.
struct Bench {
    static let start = Timestamp(seconds: 1_772_366_400)  // 2026-03-01T12:00:00Z
    static let wallet = "wa-polyg-usdc0-sandboxwallet01"
    static let solanaWallet = "wa-solan-usdc0-sandboxwallet04"
    static let usdc = "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"
    static let secret = "whsec"

    var sandbox: Sandbox<DfnsSimulator>
    var now = Bench.start
    /// What every webhook is answered with; nil: no connection.
    var webhookAnswer: Int? = 200
    /// All webhooks that were posted, with when.
    var posted: [(at: Timestamp, delivery: WebhookDelivery)] = []
    let key: PrivateKey
    let other: PrivateKey

    init(kind: KeyKind = .ed25519, seed: UInt64 = 1, options: DfnsOptions = DfnsOptions()) throws {
        key = try PrivateKey.generate(kind)
        other = try PrivateKey.generate(.ed25519)
        var world = try DfnsWorld(
            seed: seed, bearer: "token-one", credentialID: "cred-one", publicKeyPEM: key.publicKey.pem(),
            webhooks: [.init(url: "http://127.0.0.1:9/hooks/dfns", secret: Bench.secret)])
        world.users.append(
            DfnsWorld.User(
                id: "us-other-other-other000000002", tokenID: "to-other-other-other000000002", bearer: "token-two",
                credentials: [try .init(id: "cred-two", publicKeyPEM: other.publicKey.pem())]))
        sandbox = Sandbox(DfnsSimulator(world, options: options))
    }

    // MARK: - Requests

    /// A request of a user, signed where it must be, and its response; nil if the connection broke.
    @discardableResult
    mutating func send(
        _ method: HTTPMethod, _ target: String, _ body: String = "", bearer: String = "token-one",
        signed: Bool? = nil
    ) throws -> Response? {
        var request = plainRequest(method, target, body, bearer: bearer)
        let isWrite = method != .get && !target.hasPrefix("/payouts/quote") && !target.hasPrefix("/auth")
        if signed ?? (isWrite && !target.hasPrefix("/__sandbox")) {
            request.headers["X-DFNS-USERACTION"] = try makeToken(for: request, bearer: bearer)
        }
        return sandbox.handle(request, at: now).response.map(Response.init)
    }

    func plainRequest(
        _ method: HTTPMethod, _ target: String, _ body: String = "", bearer: String = "token-one"
    ) -> HTTPRequest {
        HTTPRequest(
            method, target,
            headers: [
                "Authorization": "Bearer \(bearer)", "User-Agent": "tests", "Content-Type": "application/json",
            ], body: Array(body.utf8))
    }

    /// A user action token for exactly this request, by way of a challenge that is really signed.
    mutating func makeToken(for request: HTTPRequest, bearer: String = "token-one") throws -> String {
        let challenge = try challenge(for: request, bearer: bearer)
        let text = try #require(challenge["challenge"]?.string)
        let assertion = try assertion(
            identifier: try #require(challenge["challengeIdentifier"]?.string),
            clientData: JSON.fields(["type": .string("key.get"), "challenge": .string(text)]).text, bearer: bearer)
        let response = try #require(try send(.post, "/auth/action", assertion, bearer: bearer))
        #expect(response.status == 200, "\(response.text)")
        return try #require(response["userAction"]?.string)
    }

    mutating func challenge(for request: HTTPRequest, bearer: String = "token-one") throws -> Response {
        let body = JSON.fields([
            "userActionPayload": .string(String(decoding: request.body, as: UTF8.self)),
            "userActionHttpMethod": .string(request.method.rawValue), "userActionHttpPath": .string(request.path),
            "userActionServerKind": .string("Api"),
        ])
        let response = try #require(try send(.post, "/auth/action/init", body.text, bearer: bearer))
        #expect(response.status == 200, "\(response.text)")
        return response
    }

    func assertion(
        identifier: String, clientData: String, bearer: String = "token-one", credential: String? = nil,
        signature: [UInt8]? = nil
    ) throws -> String {
        let signer = bearer == "token-one" ? key : other
        let made = try signature ?? signer.sign(Array(clientData.utf8))
        return JSON.fields([
            "challengeIdentifier": .string(identifier),
            "firstFactor": .fields([
                "kind": .string("Key"),
                "credentialAssertion": .fields([
                    "credId": .string(credential ?? (bearer == "token-one" ? "cred-one" : "cred-two")),
                    "clientData": .string(Base64URL.encode(Array(clientData.utf8))),
                    "signature": .string(Base64URL.encode(made)),
                ]),
            ]),
        ]).text
    }

    // MARK: - Payouts

    static func order(
        _ externalID: String? = "key-1", amount: String = "1000000000", wallet: String = Bench.wallet,
        contract: String = Bench.usdc, purpose: String = "salary payment", fiat: String = "USD"
    ) -> String {
        JSON.fields([
            "walletId": .string(wallet),
            "asset": .fields([
                "kind": .string("Erc20"), "amount": .string(amount), "contract": .string(contract),
            ]),
            "fiatCurrency": .string(fiat), "provider": .string("Borderless"), "country": .string("US"),
            "borderlessAccountId": .string("acc-1"), "paymentInstructionsId": .string("ins-1"),
            "paymentPurpose": .string(purpose), "externalId": .text(externalID),
        ]).text
    }

    /// Creates a payout and returns its id.
    mutating func create(_ externalID: String? = "key-1", amount: String = "1000000000") throws -> String {
        let response = try send(.post, "/payouts", Bench.order(externalID, amount: amount))
        if let response {
            #expect(response.status == 200, "\(response.text)")
            return try #require(response["id"]?.string)
        }
        let list = try #require(try send(.get, "/payouts?limit=1"))
        return try #require(list["items"]?.array?.first?["id"]?.string)
    }

    /// Confirms a payout with what it shows now.
    @discardableResult
    mutating func confirm(_ id: String, bearer: String = "token-one") throws -> Response? {
        try send(.post, "/payouts/\(id)/action", try confirmation(of: id), bearer: bearer)
    }

    mutating func confirmation(of id: String, amount: String? = nil, to: String? = nil) throws -> String {
        let payout = try read(id)
        let asset = try #require(payout["asset"])
        return JSON.fields([
            "action": .string("Confirm"), "walletId": payout["walletId"],
            "transfer": .fields([
                "kind": asset["kind"], "amount": amount.map(JSON.string) ?? asset["amount"],
                "contract": asset["contract"],
                "to": to.map(JSON.string) ?? payout["data"]?["depositAddress"] ?? .string("0x"),
            ]),
        ]).text
    }

    mutating func read(_ id: String) throws -> Response {
        let response = try #require(try send(.get, "/payouts/\(id)"))
        #expect(response.status == 200, "\(response.text)")
        return response
    }

    /// `status/executionStatus`.
    mutating func stage(_ id: String) throws -> String {
        let payout = try read(id)
        return "\(payout["status"]?.string ?? "?")/\(payout["data"]?["executionStatus"]?.string ?? "?")"
    }

    // MARK: - Time

    /// Lets time pass, from one due instant to the next, and answers every webhook.
    mutating func pass(_ interval: Duration) {
        let end = now + interval
        while let due = sandbox.nextDue, due <= end {
            now = max(now, due)
            for delivery in sandbox.advance(to: now) {
                posted.append((now, delivery))
                sandbox.delivered(delivery.id, status: webhookAnswer, at: now)
            }
        }
        now = end
    }

    /// The kinds of all webhooks that were posted, in order.
    var kinds: [String] { posted.map { body($0.delivery)["kind"]?.string ?? "?" } }

    func body(_ delivery: WebhookDelivery) -> JSON { JSON(parsing: delivery.request.body) ?? .null }
}

/// A response whose body is looked into.
struct Response {
    let status: Int
    let text: String
    let json: JSON
    let headers: HTTPHeaders

    init(_ response: HTTPResponse) {
        status = response.status
        headers = response.headers
        text = String(decoding: response.body, as: UTF8.self)
        json = JSON(parsing: response.body) ?? .null
    }

    subscript(name: String) -> JSON? { json[name] }

    /// The message of an error.
    var message: String { json["error"]?["message"]?.string ?? "" }
}
