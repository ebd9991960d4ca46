import Crypto
import DfnsSandbox
import HTTPTypes
import SandboxCore
import Testing
import Time

@Suite("Point 1: user action signing is checked for real")
struct SigningTests {
    @Test("a signature by the registered key opens the way, whatever its kind", arguments: KeyKind.allCases)
    func kinds(kind: KeyKind) throws {
        var bench = try Bench(kind: kind)
        let response = try bench.send(.post, "/payouts", Bench.order())
        #expect(response?.status == 200)
        #expect(bench.sandbox.ledger.count(.created) == 1)
    }

    @Test("a signature by another key, or over other bytes, is refused with 401", arguments: KeyKind.allCases)
    func wrongSignature(kind: KeyKind) throws {
        var bench = try Bench(kind: kind)
        let request = bench.plainRequest(.post, "/payouts", Bench.order())
        let challenge = try bench.challenge(for: request)
        let identifier = try #require(challenge["challengeIdentifier"]?.string)
        let clientData = #"{"type":"key.get","challenge":"\#(challenge["challenge"]?.string ?? "")"}"#
        let strangers = try PrivateKey.generate(kind).sign(Array(clientData.utf8))
        let other = try bench.key.sign(Array("something else".utf8))
        for signature in [strangers, other, []] {
            let assertion = try bench.assertion(identifier: identifier, clientData: clientData, signature: signature)
            let response = try bench.send(.post, "/auth/action", assertion)
            #expect(response?.status == 401)
            #expect(response?.message == "Not Authorized.")
        }
    }

    @Test("ECDSA must be DER: the raw 64 bytes are refused")
    func rawECDSA() throws {
        var bench = try Bench(kind: .ecdsaP256)
        let challenge = try bench.challenge(for: bench.plainRequest(.post, "/payouts"))
        let clientData = #"{"type":"key.get","challenge":"\#(challenge["challenge"]?.string ?? "")"}"#
        let signature = try bench.key.sign(Array(clientData.utf8))
        // DER: 30 len 02 len r 02 len s; r and s without their sign bytes are the raw form.
        let rLength = Int(signature[3])
        let r = signature[4..<(4 + rLength)].suffix(32)
        let s = signature[(6 + rLength)...].suffix(32)
        let assertion = try bench.assertion(
            identifier: try #require(challenge["challengeIdentifier"]?.string), clientData: clientData,
            signature: Array(r + s))
        #expect(try bench.send(.post, "/auth/action", assertion)?.status == 401)
    }

    @Test("client data may have an origin and crossOrigin, and any order and white space")
    func clientDataForms() throws {
        var bench = try Bench()
        for form in [
            #"{"type":"key.get","challenge":"C"}"#,
            #"{"type":"key.get","challenge":"C","crossOrigin":false}"#,
            #"{ "challenge": "C", "origin": "https://app.example", "crossOrigin": false, "type": "key.get" }"#,
        ] {
            let challenge = try bench.challenge(for: bench.plainRequest(.post, "/payouts"))
            let text = form.replacing("C\"", with: "\(challenge["challenge"]?.string ?? "")\"")
            let assertion = try bench.assertion(
                identifier: try #require(challenge["challengeIdentifier"]?.string), clientData: text)
            #expect(try bench.send(.post, "/auth/action", assertion)?.status == 200)
        }
    }

    @Test("client data for another challenge or of another type is refused")
    func wrongClientData() throws {
        var bench = try Bench()
        let challenge = try bench.challenge(for: bench.plainRequest(.post, "/payouts"))
        let text = challenge["challenge"]?.string ?? ""
        for clientData in [
            #"{"type":"key.get","challenge":"ch-another"}"#, #"{"type":"key.create","challenge":"\#(text)"}"#,
            "no JSON",
        ] {
            let assertion = try bench.assertion(
                identifier: try #require(challenge["challengeIdentifier"]?.string), clientData: clientData)
            #expect(try bench.send(.post, "/auth/action", assertion)?.status == 400)
        }
    }

    @Test("a token passes once: reuse is 400 with the documented text, and nothing is done twice")
    func reuse() throws {
        var bench = try Bench()
        var request = bench.plainRequest(.post, "/payouts", Bench.order(nil))
        request.headers["X-DFNS-USERACTION"] = try bench.makeToken(for: request)
        #expect(bench.sandbox.handle(request, at: bench.now).response?.status == 200)
        let again = try #require(bench.sandbox.handle(request, at: bench.now).response.map(Response.init))
        #expect(again.status == 400)
        #expect(again.message == "user action has already been used")
        #expect(bench.sandbox.ledger.count(.created) == 1)
    }

    @Test("a token for another body, path or method is 403 with the documented text, and stays good for its own")
    func mismatch() throws {
        var bench = try Bench()
        let request = bench.plainRequest(.post, "/payouts", Bench.order())
        let token = try bench.makeToken(for: request)
        var others = [
            bench.plainRequest(.post, "/payouts", Bench.order() + " "),
            bench.plainRequest(.post, "/webhooks", Bench.order()),
            bench.plainRequest(.post, "/payouts", Bench.order(), bearer: "token-two"),
        ]
        for index in others.indices {
            others[index].headers["X-DFNS-USERACTION"] = token
            let response = try #require(bench.sandbox.handle(others[index], at: bench.now).response.map(Response.init))
            #expect(response.status == 403)
            #expect(response.message == "user action signature is missing or invalid")
        }
        var right = request
        right.headers["X-DFNS-USERACTION"] = token
        #expect(bench.sandbox.handle(right, at: bench.now).response?.status == 200)
    }

    @Test("a signed operation without a token is 403, and nothing is done")
    func missing() throws {
        var bench = try Bench()
        let response = try bench.send(.post, "/payouts", Bench.order(), signed: false)
        #expect(response?.status == 403)
        #expect(response?.message == "user action signature is missing or invalid")
        #expect(bench.sandbox.ledger.effects.isEmpty)
    }

    @Test("a challenge lives for 5 minutes and a token for 2, to the microsecond")
    func lifetimes() throws {
        var bench = try Bench()
        let order = bench.plainRequest(.post, "/payouts", Bench.order())
        for (pause, status) in [(Duration.minutes(5) - .microseconds(1), 200), (.minutes(5), 400)] {
            let challenge = try bench.challenge(for: order)
            let clientData = #"{"type":"key.get","challenge":"\#(challenge["challenge"]?.string ?? "")"}"#
            let assertion = try bench.assertion(
                identifier: try #require(challenge["challengeIdentifier"]?.string), clientData: clientData)
            bench.pass(pause)
            let response = try bench.send(.post, "/auth/action", assertion)
            #expect(response?.status == status)
            if status == 400 { #expect(response?.message == "Challenge token is not valid.") }
        }
        for (pause, status) in [(Duration.minutes(2) - .microseconds(1), 200), (.minutes(2), 403)] {
            var request = order
            request.headers["X-DFNS-USERACTION"] = try bench.makeToken(for: order)
            bench.pass(pause)
            #expect(bench.sandbox.handle(request, at: bench.now).response?.status == status)
        }
    }

    @Test("a challenge can be answered once, by its own user, with one of the user's credentials")
    func challengeRules() throws {
        var bench = try Bench()
        let challenge = try bench.challenge(for: bench.plainRequest(.post, "/payouts"))
        let identifier = try #require(challenge["challengeIdentifier"]?.string)
        let clientData = #"{"type":"key.get","challenge":"\#(challenge["challenge"]?.string ?? "")"}"#
        let keys = challenge["allowCredentials"]?["key"]?.array
        #expect(keys == [.object([.init("id", .string("cred-one")), .init("type", .string("public-key"))])])

        let byOther = try bench.assertion(identifier: identifier, clientData: clientData, bearer: "token-two")
        #expect(try bench.send(.post, "/auth/action", byOther, bearer: "token-two")?.status == 400)
        let unknown = try bench.assertion(identifier: identifier, clientData: clientData, credential: "cred-nine")
        let refused = try bench.send(.post, "/auth/action", unknown)
        #expect(refused?.status == 401)
        #expect(refused?.message == "User does not have a credential that can be used for the application.")

        let assertion = try bench.assertion(identifier: identifier, clientData: clientData)
        #expect(try bench.send(.post, "/auth/action", assertion)?.status == 200)
        #expect(try bench.send(.post, "/auth/action", assertion)?.status == 400)
    }

    @Test("a refusal spends the token where the option says so, and not otherwise", arguments: [false, true])
    func refusalsSpend(isSpent: Bool) throws {
        var options = DfnsOptions()
        options.refusalsSpendTokens = isSpent
        var bench = try Bench(options: options)
        var request = bench.plainRequest(.post, "/payouts", Bench.order(purpose: "gambling"))
        request.headers["X-DFNS-USERACTION"] = try bench.makeToken(for: request)
        #expect(bench.sandbox.handle(request, at: bench.now).response?.status == 400)
        let again = try #require(bench.sandbox.handle(request, at: bench.now).response.map(Response.init))
        #expect((again.message == "user action has already been used") == isSpent)
    }
}
