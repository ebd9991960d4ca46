import BorderlessXYZ
import BorderlessXYZSandbox
import HTTPClient
import HTTPTypes
import Testing

@Suite("Bank accounts at the simulated Borderless.xyz")
struct InstructionTests {
    @Test("One is registered, read with masked digits, and needs its details")
    func register() async throws {
        let bench = Bench()
        let origin = try bench.client().account.origin
        func post(_ path: String, _ body: String, token: String? = nil) async -> (Int, String) {
            var headers: HTTPHeaders = ["Content-Type": "application/json"]
            if let token { headers["Authorization"] = "Bearer \(token)" }
            let request = HTTPRequest(body.isEmpty ? .get : .post, path, headers: headers, body: Array(body.utf8))
            guard case .response(let response) = await bench.send(request, to: origin, timeout: .seconds(1)) else {
                return (0, "")
            }
            return (response.status, String(decoding: response.body, as: UTF8.self))
        }
        let login = await post(
            "/v1/auth/m2m/token", #"{"clientId":"client-1","clientSecret":"secret-1","piiAccess":"redacted"}"#)
        #expect(login.0 == 201)
        let token = try #require(login.1.split(separator: "\"").map(String.init).dropFirst(3).first)
        let body =
            #"{"country":"US","currency":"USD","name":"Asha","paymentMethod":"ACH","details":{"bankAccountNumber":"000123456789"}}"#
        let created = await post("/v1/identities/id-1/payment-instructions", body, token: token)
        #expect(created.0 == 201)
        #expect(created.1.contains(#""bankAccountNumberLast4":"6789""#))
        #expect(!created.1.contains("000123456789"))
        let id = try #require(created.1.split(separator: "\"").map(String.init).dropFirst(3).first)
        #expect(await post("/v1/identities/id-1/payment-instructions/\(id)", "", token: token).1 == created.1)
        #expect(await post("/v1/identities/id-1/payment-instructions/cm0", "", token: token).0 == 404)
        let incomplete = await post("/v1/identities/id-1/payment-instructions", #"{"country":"US"}"#, token: token)
        #expect(incomplete.0 == 400)
    }
}
