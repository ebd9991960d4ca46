import Crypto
import DfnsSandbox
import HTTPTypes
import SandboxCore
import Testing
import Time

@Suite("Point 2: who may do what")
struct AccessTests {
    @Test("no bearer token or an unknown one is 401 in the error envelope")
    func bearer() throws {
        var bench = try Bench()
        for header in [nil, "Bearer nobody", "token-one", "Basic token-one"] {
            var request = HTTPRequest(.get, "/payouts", headers: ["User-Agent": "tests"])
            request.headers["Authorization"] = header
            let response = try #require(bench.sandbox.handle(request, at: bench.now).response.map(Response.init))
            #expect(response.status == 401)
            #expect(response.message == "Not Authorized.")
            #expect(response["error"]?["status"] == .number("401"))
            #expect(response["error"]?["id"]?.string?.isEmpty == false)
        }
    }

    @Test("each operation needs its permission, and says which")
    func permissions() throws {
        let key = try PrivateKey.generate(.ed25519)
        let credential = try DfnsWorld.Credential(id: "c", publicKeyPEM: key.publicKey.pem())
        let user = DfnsWorld.User(
            id: "us-a", tokenID: "to-a", bearer: "b", credentials: [credential], permissions: [.payoutsRead])
        var sandbox = Sandbox(DfnsSimulator(DfnsWorld(seed: 1, users: [user])))
        func status(_ method: HTTPMethod, _ target: String) -> (Int?, String) {
            let request = HTTPRequest(method, target, headers: ["Authorization": "Bearer b"])
            let response = sandbox.handle(request, at: Bench.start).response.map(Response.init)
            return (response?.status, response?.message ?? "")
        }
        #expect(status(.get, "/payouts").0 == 200)
        let refusal = "User us-a is not authorized to perform operation"
        #expect(status(.post, "/payouts") == (403, "\(refusal) (Payouts:Create)"))
        #expect(status(.post, "/payouts/quote") == (403, "\(refusal) (Payouts:Create)"))
        #expect(status(.post, "/payouts/x/action") == (403, "\(refusal) (Payouts:Write or Payouts:Update)"))
        #expect(status(.post, "/webhooks") == (403, "\(refusal) (Webhooks:Create)"))
    }

    @Test("only the user who created a payout may confirm or cancel it; others get 403 and nothing happens")
    func creatorOnly() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.pass(.seconds(8))
        let confirm = try bench.confirm(id, bearer: "token-two")
        #expect(confirm?.status == 403)
        #expect(confirm?.message == "Only the user who created the payout can confirm or cancel it.")
        let cancel = try bench.send(.post, "/payouts/\(id)/action", #"{"action":"Cancel"}"#, bearer: "token-two")
        #expect(cancel?.status == 403)
        #expect(try bench.stage(id) == "Processing/AwaitingPayoutConfirmation")
        #expect(bench.sandbox.ledger.count(.confirmed) == 0)
        #expect(try bench.confirm(id)?.status == 200)
    }
}

@Suite("Point 3: requests are validated")
struct ValidationTests {
    @Test(
        "a wrong member is 400, names the member, and creates nothing",
        arguments: [
            (#""walletId":"wa-1""#, "walletId"), (#""fiatCurrency":"usd""#, "fiatCurrency"),
            (#""country":"USA""#, "country"), (#""provider":"CircleMint""#, "provider"),
            (#""paymentPurpose":"gambling""#, "paymentPurpose"), (#""borderlessAccountId":"""#, "borderlessAccountId"),
            (#""paymentInstructionsId":7"#, "paymentInstructionsId"),
            (#""externalId":"\#(String(repeating: "x", count: 101))""#, "externalId"),
            (#""asset":{"kind":"Native","amount":"1"}"#, "asset.kind"),
            (#""asset":{"kind":"Erc20","amount":1000000000,"contract":"\#(Bench.usdc)"}"#, "asset.amount"),
            (#""asset":{"kind":"Erc20","amount":"10.5","contract":"\#(Bench.usdc)"}"#, "asset.amount"),
            (#""asset":{"kind":"Erc20","amount":"1000000000","contract":"0x12"}"#, "asset.contract"),
        ])
    func wrongMember(member: String, field: String) throws {
        var bench = try Bench()
        // Of two members with one name the reader keeps one; so the right one is taken out first.
        let name = String(try #require(member.split(separator: "\"").first))
        let right = try #require(JSON(parsing: Array(Bench.order().utf8)))
        guard case .object(let members) = right else { return }
        let rest = JSON.object(members.filter { $0.name != name }).text
        let response = try bench.send(.post, "/payouts", "{\(member),\(rest.dropFirst())")
        #expect(response?.status == 400)
        #expect(response?["error"]?["details"]?["field"] == .string(field))
        #expect(bench.sandbox.ledger.effects.isEmpty)
    }

    @Test("all 26 purposes are accepted")
    func purposes() throws {
        var bench = try Bench()
        let purposes = [
            "salary payment", "personal remittance", "rent payment", "property purchase", "owned account abroad",
            "advertising expenses", "advisory fees", "business insurance", "construction", "delivery fees", "education",
            "exports", "donation", "hotel", "loan payment", "maintenance expenses", "medical expense",
            "office expenses", "royalty fees", "service charge", "shares investment", "tax payment",
            "transportation fees", "travel", "utility bills", "other",
        ]
        #expect(purposes.count == 26)
        for purpose in purposes {
            #expect(try bench.send(.post, "/payouts", Bench.order(nil, purpose: purpose))?.status == 200)
        }
    }

    @Test("the token must be on the wallet's network; the message says where it is")
    func network() throws {
        var bench = try Bench()
        let ethereum = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
        let response = try bench.send(.post, "/payouts", Bench.order(contract: ethereum))
        #expect(response?.status == 400)
        #expect(response?.message.contains("is USDC on Ethereum, and the wallet is on Polygon") == true)
        let onSolana = try bench.send(.post, "/payouts", Bench.order(wallet: Bench.solanaWallet))
        #expect(onSolana?.status == 400)
        let stranger = "0x0000000000000000000000000000000000000001"
        #expect(try bench.send(.post, "/payouts", Bench.order(contract: stranger))?.status == 400)
        #expect(try bench.send(.post, "/payouts", Bench.order(contract: Bench.usdc.lowercased()))?.status == 200)
    }

    @Test("an unknown wallet is 404")
    func unknownWallet() throws {
        var bench = try Bench()
        let response = try bench.send(.post, "/payouts", Bench.order(wallet: "wa-abcde-abcde-abcdefghijklmn"))
        #expect(response?.status == 404)
        #expect(response?.message == "wallet not found")
    }

    @Test("tokens on Solana are named by their mint, and get an address of their own kind")
    func solana() throws {
        var bench = try Bench()
        let order = Bench.order(wallet: Bench.solanaWallet)
            .replacing("Erc20", with: "Spl").replacing("contract", with: "mint")
            .replacing(Bench.usdc, with: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")
        let response = try #require(try bench.send(.post, "/payouts", order))
        #expect(response.status == 200)
        bench.pass(.seconds(8))
        let payout = try bench.read(try #require(response["id"]?.string))
        let address = payout["data"]?["depositAddress"]?.string
        #expect(address?.wholeMatch(of: /[1-9A-HJ-NP-Za-km-z]{43}/) != nil)
        #expect(payout["asset"]?["mint"]?.string == "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")
    }

    @Test("malformed, deep, huge and empty bodies, and unknown paths, get the error envelope")
    func malformed() throws {
        var bench = try Bench()
        let deep = String(repeating: "[", count: 100_000)
        for body in ["", "{", "[]", "null", "\"text\"", "{\"walletId\":", "\u{0}", deep, "{\"a\":\(deep)"] {
            for path in ["/payouts/quote", "/auth/action/init", "/auth/action"] {
                let response = try bench.send(.post, path, body)
                #expect(response?.status == 400)
                #expect(response?.message.isEmpty == false)
            }
        }
        let huge = String(repeating: "x", count: (1 << 20) + 1)
        #expect(try bench.send(.post, "/payouts", huge, signed: false)?.status == 413)
        #expect(try bench.send(.get, "/payouts/pyt-unknown")?.status == 404)
        #expect(
            try bench.send(.get, "/payouts/pyt-unknown")?["error"]?["details"]?["payoutId"] == .string("pyt-unknown"))
        #expect(try bench.send(.get, "/nothing/here")?["error"]?["status"] == .number("404"))
        #expect(try bench.send(.delete, "/payouts", signed: false)?.status == 404)
        #expect(try bench.send(.get, "")?.status == 404)
    }

    @Test("legacy headers are ignored; an empty User-Agent is answered with a warning")
    func headers() throws {
        var bench = try Bench()
        var request = bench.plainRequest(.get, "/payouts")
        request.headers["X-DFNS-APPID"] = "ap-1"
        request.headers["X-DFNS-NONCE"] = "n"
        let fine = try #require(bench.sandbox.handle(request, at: bench.now).response)
        #expect(fine.status == 200)
        #expect(fine.headers["X-Sandbox-Warning"] == nil)
        request.headers["User-Agent"] = ""
        let warned = try #require(bench.sandbox.handle(request, at: bench.now).response)
        #expect(warned.status == 200)
        #expect(warned.headers["X-Sandbox-Warning"] == "Dfns requires a User-Agent that is not empty")
    }
}
