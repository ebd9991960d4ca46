import BorderlessXYZ
import Domain
import Testing

@Suite("An account at Borderless.xyz")
struct AccountTests {
    @Test("Real money goes to the production host, and test money anywhere else")
    func hosts() throws {
        _ = try account(mode: .live, at: "https://api.borderless.xyz")
        _ = try account(mode: .test, at: "http://127.0.0.1:9")
        #expect(
            throws: InvalidValue(
                "a test account of Borderless.xyz must not be at https://api.borderless.xyz: money would move")
        ) { try account(mode: .test, at: "https://api.borderless.xyz") }
        #expect(
            throws: InvalidValue(
                "a live account of Borderless.xyz must be at https://api.borderless.xyz, and not at "
                    + "https://sandbox-api.borderless.xyz")
        ) { try account(mode: .live) }
    }

    @Test("Printing it shows no secret")
    func printing() throws {
        let account = try account()
        var dumped = ""
        dump(account, to: &dumped)
        #expect("\(account)" == "borderless_xyz/main (test, https://sandbox-api.borderless.xyz)")
        #expect(!dumped.contains("secret-1"))
        #expect(!dumped.contains("client-1"))
    }
}
