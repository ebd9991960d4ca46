import DollarPe
import DollarPeSandbox
import Domain
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("Who may ask the simulated DollarPe")
struct AccessTests {
    @Test("Key, timestamp and signature are checked for real, on reads too")
    func access() async throws {
        let bench = Bench()
        _ = try value(await bench.client().configuration())
        #expect(try refusal(await bench.client(key: "nobody").configuration()).code == .unauthorized)
        #expect(try refusal(await bench.client(secret: "wrong").configuration()).code == .unauthorized)
        #expect(try refusal(await bench.client(secret: "wrong").quotation("q")).code == .unauthorized)
        let bare = HTTPRequest(.get, "/pos/api/v1/payout/configuration")
        let response = try bench.answer(bare)
        #expect(response.status == 401)
        #expect(String(decoding: response.body, as: UTF8.self).contains("AUTH_MISSING_HEADERS"))
    }

    @Test("A clock may be off by 300 seconds, and no more", arguments: [-301, -300, 300, 301])
    func skew(seconds: Int) async throws {
        let bench = Bench()
        let outcome = try await bench.client(ahead: .seconds(seconds)).configuration()
        if abs(seconds) == 300 {
            _ = try value(outcome)
        } else {
            #expect(try refusal(outcome).code == .unauthorized)
        }
    }

    @Test(
        "A wrong signature is 401 with a code, and 400 with a field in the first era",
        arguments: [
            (
                DollarPeOptions.Era.may2025, 400,
                #"{"status":false,"message":"Bad Request","data":null,"errors":{"signature":["Invalid Signature"]}}"#
            ),
            (
                .december2025, 401,
                #"{"status":false,"message":"Invalid Signature","data":null,"err_code":"AUTH_INVALID_SIGNATURE","errors":{"signature":["Invalid Signature"]}}"#
            ),
        ])
    func eras(era: DollarPeOptions.Era, status: Int, body: String) async throws {
        let bench = Bench { $0.era = era }
        let request = HTTPRequest(
            .get, "/pos/api/v1/payout/configuration",
            headers: ["X-API-KEY": Bench.key, "X-TIMESTAMP": "\(bench.now.seconds)", "X-SIGNATURE": "AAAA"])
        let response = try bench.answer(request)
        #expect(response.status == status)
        #expect(String(decoding: response.body, as: UTF8.self) == body)
        #expect(try refusal(await bench.client(secret: "x").configuration()).code == .unauthorized)
    }

    @Test("A body is signed in its canonical form, whatever its spaces, order and accents are")
    func canonical() throws {
        let bench = Bench()
        let body = #"{ "phone": "+911", "full_name": "Zoë 😀", "email": "z@example.com", "n": {"b": 1, "a": [2] } }"#
        #expect(try bench.call(.post, "/cms/api/v1/customer/create", body).status == 200)
        bench.change { $0.canonical = .spaced }
        #expect(try bench.call(.post, "/cms/api/v1/customer/create", body).status == 401)
        bench.change { $0.canonical = .either }
        #expect(try bench.call(.post, "/cms/api/v1/customer/create", body).status == 200)
    }

    @Test("Another account sees neither customers nor payouts of this one")
    func accounts() async throws {
        let bench = Bench()
        let id = try await bench.payout()
        let other = try bench.client(key: "another", secret: "another")
        #expect(try refusal(await other.customer("c-1")).message.contains("Customer not found or access denied"))
        #expect(try refusal(await other.payout(id)).message.contains("Payout ID is invalid"))
        let today = bench.now
        #expect(try value(await other.history(of: "c-1", from: today, to: today)).isEmpty)
    }

    @Test("A 500 keeps its errors as a text, under “success” in the first era, and passes for unknown")
    func internalErrors() async throws {
        let bench = Bench { $0.era = .may2025 }
        let quotation = try value(try await bench.quote())
        bench.fault(.errorAfter, on: .initiate)
        guard case .unknown(let message) = try await bench.initiate(quotation.id) else {
            Issue.record("it passes for known")
            return
        }
        #expect(message == "DollarPe answered 500: Internal Server Error")
        #expect(bench.ledger.count(.created) == 1)
    }
}
