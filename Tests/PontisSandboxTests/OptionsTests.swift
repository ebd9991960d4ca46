import Domain
import HTTPClient
import HTTPTypes
import PontisGlobe
import PontisSandbox
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("What the control plane changes in the simulated PontisGlobe")
struct OptionsTests {
    @Test("The other face: a token of the one is none in the other, and ids have the other form")
    func face() async throws {
        let bench = try Bench()
        let client = try bench.client()
        #expect(try value(await client.send(try order(), key: key(1))).id.hasPrefix("sb_") == false)
        try bench.change(#"{"face":"sandbox"}"#)
        #expect(try refusal(await client.send(try order(), key: key(2))).status == 401)
        // Turned away, the client logs in anew.
        #expect(try value(await client.send(try order(), key: key(2))).id.hasPrefix("sb_"))
        #expect(bench.ledger.count(.created) == 2)
    }

    @Test("Limits of a payout, a day and a month, and the balance; a month's starts anew with the month")
    func limits() async throws {
        let bench = try Bench()
        let client = try bench.client()
        func code(_ body: String, _ number: Int) async throws -> String {
            try bench.change(body)
            return try refusal(await client.send(try order(), key: key(number))).code.rawValue
        }
        #expect(try await code(#"{"mostPerPayout":12499}"#, 1) == "per_payout_limit_exceeded")
        #expect(try await code(#"{"mostPerPayout":12500,"balance":12499}"#, 1) == "insufficient_funds")
        #expect(try await code(#"{"balance":1000000,"mostPerDay":12499}"#, 1) == "daily_limit_exceeded")
        try bench.change(#"{"mostPerDay":1000000,"mostPerMonth":25000}"#)
        _ = try value(await client.send(try order(), key: key(1)))
        bench.pass(.days(1))
        _ = try value(await client.send(try order(), key: key(2)))
        bench.pass(.days(1))
        #expect(
            try refusal(await client.send(try order(), key: key(3))).code.rawValue == "monthly_limit_exceeded")
        bench.pass(.days(30))
        _ = try value(await client.send(try order(), key: key(3)))
    }

    @Test("Null lifts a limit; what has to have a value refuses it")
    func null() async throws {
        let bench = try Bench()
        let client = try bench.client()
        try bench.change(#"{"mostPerDay":12499}"#)
        #expect(try refusal(await client.send(try order(), key: key(1))).code.rawValue == "daily_limit_exceeded")
        try bench.change(#"{"mostPerDay":null,"approvalAbove":null}"#, expecting: 400)
        #expect(try refusal(await client.send(try order(), key: key(1))).code.rawValue == "daily_limit_exceeded")
        try bench.change(#"{"mostPerDay":null}"#)
        _ = try value(await client.send(try order(), key: key(1)))
    }

    @Test("A caller who is not on the list, and a suspended account, are refused until that is mended")
    func refused() async throws {
        let bench = try Bench()
        let client = try bench.client()
        let payout = try value(await client.send(try order(), key: key(1)))
        for (off, on) in [
            (#"{"callerAllowed":false}"#, #"{"callerAllowed":true}"#),
            (#"{"suspended":true}"#, #"{"suspended":false}"#),
        ] {
            try bench.change(off)
            let no = try refusal(await client.payout(payout.id))
            #expect(no.code == .forbidden)
            #expect(no.status == 403)
            try bench.change(on)
            _ = try value(await client.payout(payout.id))
        }
        // Whoever is suspended does not get in either.
        try bench.change(#"{"suspended":true}"#)
        #expect(try refusal(await bench.client().payout(payout.id)).code == .unauthorized)
    }

    @Test("Tokens that are revoked are refused once: the client logs in anew")
    func revoked() async throws {
        let bench = try Bench()
        let client = try bench.client()
        let payout = try value(await client.send(try order(), key: key(1)))
        try bench.change(#"{"revokeTokens":true}"#)
        #expect(try refusal(await client.payout(payout.id)).status == 401)
        _ = try value(await client.payout(payout.id))
    }

    @Test("Callbacks are posted once, or again for as long as they are not taken, where that is asked for")
    func callbacks() async throws {
        for (body, posted) in [(#"{"retryCallbacks":false}"#, 1), (#"{"retryCallbacks":true}"#, 4)] {
            let bench = try Bench()
            bench.answerCallbacks(with: 500)
            try bench.change(body)
            _ = try value(await bench.client().send(try order(), key: key(1)))
            bench.pass(.hours(3))
            #expect(bench.posted.count == posted)
        }
        let taken = try Bench()
        taken.answerCallbacks(with: 204)
        try taken.change(#"{"retryCallbacks":true}"#)
        _ = try value(await taken.client().send(try order(), key: key(1)))
        taken.pass(.hours(3))
        #expect(taken.posted.count == 1)
    }

    @Test("What is misspelt or out of range changes nothing, and the help lists what there is")
    func wrong() async throws {
        let bench = try Bench()
        for body in [
            #"{"faces":"sandbox"}"#, #"{"face":"moon"}"#, #"{"face":"sandbox","mostPerDay":-1}"#,
            #"{"face":"sandbox","revokeTokens":"yes"}"#, "",
        ] {
            try bench.change(body, expecting: 400)
        }
        #expect(try value(await bench.client().send(try order(), key: key(1))).id.hasPrefix("sb_") == false)
        let help = await bench.send(
            HTTPRequest(.get, "/__sandbox/help"), to: try bench.client().account.origin, timeout: .seconds(1))
        guard case .response(let response) = help else { return }
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.contains("POST /__sandbox/options"))
        #expect(text.contains("mostPerMonth"))
    }
}
