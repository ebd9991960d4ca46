import Configuration
import Crypto
import Dfns
import Domain
import Foundation
import HTTPClient
import Testing

/// Made for these tests and used nowhere else.
private let testKey = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIIqra5JZN8Jv7iCa0w9dxJ8uJG37B96uxNf3NsSQf+Mz
    -----END PRIVATE KEY-----

    """

private struct NoSuchFile: Error, CustomStringConvertible {
    let description = "no such file"
}

private func load(_ text: String, file: String = "/etc/lockstep/lockstep.json5") throws -> LockstepConfiguration {
    let files = [
        "/etc/lockstep/keys/dfns.pem": testKey, "keys/dfns.pem": testKey, "/run/secrets/token": "\n bearer-2 \n",
        "/etc/lockstep/empty": " \n", "/etc/lockstep/not-a-key": "hello",
    ]
    return try LockstepConfiguration.load(
        text: text, file: file, environment: ["DFNS_TOKEN": "bearer-1", "DFNS_HOOK": "whsec-1", "EMPTY": ""],
        random: { Array(repeating: 7, count: $0) }
    ) { path in
        guard let content = files[path] else { throw NoSuchFile() }
        return content
    }
}

/// What an error says.
private func complaint(_ text: String) -> String {
    do {
        _ = try load(text)
        return "no complaint"
    } catch {
        return "\(error)"
    }
}

private let whole = """
    {
      // one entry for each account at a provider
      accounts: {
        dfns: {
          main: {
            mode: "test", base_url: "http://127.0.0.1:7401",
            token: {env: "DFNS_TOKEN"},
            credential_id: "cr-1",
            private_key: {file: "keys/dfns.pem"},
            user_id: "us-1",
            webhook_secret: {env: "DFNS_HOOK"},
          },
          'live-eu': {
            "mode": "live", /* money! */ base_url: "https://api.dfns.io", token: {file: "/run/secrets/token"},
            credential_id: "cr-2", private_key: {file: "keys/dfns.pem"},
          },
        },
      },
      http: { listen: "0.0.0.0:8080" },
      engine: {
        jobs_held: 10, claim_batch: 11, commit_batch: 12, calls_per_account: 13, lease_seconds: 30,
        idle_poll_milliseconds: 500, grace_seconds: 0, database_connections: 4,
      },
    }
    """

@Test("The limits of an account are read; what makes no sense is refused with what to write instead")
func limits() throws {
    func limited(_ limits: String) -> String {
        whole.replacingOccurrences(of: #"user_id: "us-1","#, with: #"user_id: "us-1", limits: \#(limits),"#)
    }
    let read = try load(limited("{concurrency: 32, rate: 10, burst: 20}")).limits
    let main = AccountName(provider: "dfns", name: "main")
    #expect(Array(read.keys) == [main])
    #expect(read[main]?.concurrency == 32 && read[main]?.rate == 10 && read[main]?.burst == 20)
    #expect(try load(limited("{rate: 5}")).limits[main]?.burst == nil)
    #expect(
        complaint(limited("{rate: 0}")).contains("accounts.dfns.main.limits.rate is 0; write a whole number from 1"))
    #expect(complaint(limited("{rates: 5}")).contains("accounts.dfns.main.limits.rates is not known; known here:"))
    #expect(complaint(limited("{burst: 5}")).contains("accounts.dfns.main.limits.burst needs a rate beside it"))
}

@Test("A whole configuration is read, with secrets from the environment and from files beside it")
func reads() throws {
    let configuration = try load(whole)
    #expect(configuration.accounts.dfns.map(\.name) == ["live-eu", "main"])
    let live = try #require(configuration.accounts.dfns.first)
    #expect(live.mode == .live && live.origin == Origin("https://api.dfns.io"))
    #expect(live.token.reveal() == "bearer-2")
    #expect(live.webhookSecret == nil && live.userID == nil)
    let main = try #require(configuration.accounts.dfns.last)
    #expect(main.mode == .test && main.origin == Origin("http://127.0.0.1:7401"))
    #expect(main.token.reveal() == "bearer-1")
    #expect(main.credentialID == "cr-1" && main.userID == "us-1")
    #expect(main.privateKey.kind == .ed25519)
    #expect(main.webhookSecret?.reveal() == "whsec-1")
    #expect(configuration.http.host == "0.0.0.0" && configuration.http.port == 8080)
    let engine = configuration.engine
    #expect(engine.jobsHeld == 10 && engine.claimBatch == 11 && engine.commitBatch == 12)
    #expect(engine.callsPerAccount == 13 && engine.lease == .seconds(30) && engine.idlePoll == .milliseconds(500))
    #expect(engine.grace == .zero && engine.databaseConnections == 4)
}

@Test("An empty configuration is whole: it has no accounts, listens on loopback, and keeps the defaults")
func empty() throws {
    let configuration = try load("{}")
    #expect(configuration.accounts.all.isEmpty && configuration.sensitiveKeys == nil)
    #expect(configuration.http.host == "127.0.0.1" && configuration.http.port == 7400)
    #expect(configuration.engine.jobsHeld == nil && configuration.engine.lease == nil)
}

@Test("A configuration that is named without a folder finds its files in the working directory")
func besideNothing() throws {
    #expect(try load(whole, file: "lockstep.json5").accounts.dfns.count == 2)
}

@Test("A configuration shows no secret to whoever prints it")
func redacted() throws {
    var shown = "\(try load(whole))"
    dump(try load(whole), to: &shown)
    for secret in ["bearer-1", "bearer-2", "whsec-1", "MC4CAQ"] { #expect(!shown.contains(secret)) }
}

@Test("A number in an error is the line that a person has to look at")
func linesInWindowsFiles() {
    #expect(complaint("{\r\n// a\r\n/* b\r\n c */ nope: 1\r\n}").hasPrefix("/etc/lockstep/lockstep.json5:4: "))
}

/// An account on one line for each member, from line 4, with one of them replaced.
private func account(_ member: String, _ replacement: String) -> String {
    let members = [
        ("mode", #"mode: "test","#), ("base_url", #"base_url: "http://127.0.0.1:7401","#),
        ("token", #"token: {env: "DFNS_TOKEN"},"#), ("credential_id", #"credential_id: "cr-1","#),
        ("private_key", #"private_key: {file: "keys/dfns.pem"},"#),
    ]
    let lines = members.map { $0.0 == member ? replacement : $0.1 }
    return "{accounts: {\ndfns: {\nmain: {\n" + lines.joined(separator: "\n") + "\n}}}}"
}

@Test(
    "A wrong account is refused, with the line and the way out",
    arguments: [
        ("mode", "", "3: accounts.dfns.main.mode is missing; add mode: \"test\" or \"live\""),
        ("mode", "mode: \"prod\",", "4: accounts.dfns.main.mode is “prod”; write \"test\" or \"live\""),
        ("mode", "mode: true,", "4: accounts.dfns.main.mode is true or false; write \"test\" or \"live\""),
        ("mode", "mode: \"\",", "4: accounts.dfns.main.mode is empty; write \"test\" or \"live\""),
        (
            "mode", "mode: \"live\",",
            "5: accounts.dfns.main.base_url: a live account of Dfns must be at https://api.dfns.io or "
                + "https://api.uae.dfns.io, and not at http://127.0.0.1:7401"
        ),
        ("base_url", "", "3: accounts.dfns.main.base_url is missing; add base_url: \"https://api.dfns.io\""),
        (
            "base_url", "base_url: \"api.dfns.io\",",
            "5: accounts.dfns.main.base_url is “api.dfns.io”; write scheme and host, such as \"https://api.dfns.io\""
        ),
        ("token", "", "3: accounts.dfns.main.token is missing; add token: {env: \"NAME\"} or {file: \"path\"}"),
        (
            "token", "token: \"eyJhbGciOi\",",
            "6: accounts.dfns.main.token holds a secret in clear; move it to the environment or to a file, "
                + "and write {env: \"NAME\"} or {file: \"path\"}"
        ),
        (
            "token", "token: {env: \"DFNS_TOKN\"},",
            "6: accounts.dfns.main.token: the environment variable DFNS_TOKN is not set; set it"
        ),
        (
            "token", "token: {env: \"EMPTY\"},",
            "6: accounts.dfns.main.token: the environment variable EMPTY is not set; set it"
        ),
        (
            "token", "token: {file: \"gone\"},",
            "6: accounts.dfns.main.token: the file /etc/lockstep/gone can't be read (no such file); create it"
        ),
        (
            "token", "token: {file: \"empty\"},",
            "6: accounts.dfns.main.token: the file /etc/lockstep/empty is empty; write the secret into it"
        ),
        (
            "token", "token: {vault: \"x\"},",
            "6: accounts.dfns.main.token is another object; write {env: \"NAME\"} or {file: \"path\"}"
        ),
        (
            "token", "token: {env: \"DFNS_TOKEN\", file: \"x\"},",
            "6: accounts.dfns.main.token is another object; write {env: \"NAME\"} or {file: \"path\"}"
        ),
        (
            "token", "token: 17,",
            "6: accounts.dfns.main.token is a number; write {env: \"NAME\"} or {file: \"path\"}"
        ),
        (
            "credential_id", "credential_id: null,",
            "7: accounts.dfns.main.credential_id is null; write text, or {env: \"NAME\"} or {file: \"path\"}"
        ),
        (
            "private_key", "private_key: {file: \"not-a-key\"}, user_id: \"us-1\"",
            "8: accounts.dfns.main.private_key: the file /etc/lockstep/not-a-key holds no usable key"
        ),
        (
            "private_key", "private_key: {env: \"DFNS_TOKEN\"}",
            "8: accounts.dfns.main.private_key: the environment variable DFNS_TOKEN holds no usable key"
        ),
        (
            "private_key", "private_key: \"-----BEGIN\"",
            "8: accounts.dfns.main.private_key holds a secret in clear; move it to the environment or to a file, "
                + "and write {env: \"NAME\"} or {file: \"path\"}"
        ),
        (
            "token", "token: {env: \"DFNS_TOKEN\"}, mode: \"test\",",
            "6: “mode” stands twice (first on line 4); remove one"
        ),
        (
            "token", "tokn: {env: \"DFNS_TOKEN\"},",
            "6: accounts.dfns.main.tokn is not known; known here: mode, base_url, token, credential_id, private_key, "
                + "user_id, webhook_secret, limits"
        ),
    ])
func wrongAccount(member: String, replacement: String, message: String) {
    let complaint = complaint(account(member, replacement))
    let expected = "/etc/lockstep/lockstep.json5:" + message
    if message.hasSuffix("no usable key") {
        // In between stands what OpenSSL says.
        #expect(complaint.hasPrefix(expected + " (") && complaint.hasSuffix("private key there: Ed25519, P-256 or RSA"))
        #expect(!complaint.contains("hello") && !complaint.contains("bearer-1"))
    } else {
        #expect(complaint == expected)
    }
}

@Test(
    "A wrong section is refused, with the line and the way out",
    arguments: [
        ("[]", "1: the configuration is a list; write an object: { … }"),
        ("{http: 7400}", "1: http is a number; write an object: { … }"),
        ("{\n\nhtpp: {}}", "3: htpp is not known; known here: accounts, http, engine, sensitive_keys"),
        (
            "{accounts: {acme: {}}}",
            "1: accounts.acme is not known; known here: dfns, pontis, dollarpe, borderless_payments, borderless_xyz"
        ),
        ("{accounts: {dfns: []}}", "1: accounts.dfns is a list; write an object: { … }"),
        ("{accounts: {dfns: {\nmain: \"x\"}}}", "2: accounts.dfns.main is text; write an object: { … }"),
        ("{http: {port: 1}}", "1: http.port is not known; known here: listen, public_url"),
        ("{http: {listen: 7400}}", "1: http.listen is 7400; write host and port, such as \"127.0.0.1:7400\""),
        ("{http: {listen: \":7400\"}}", "1: http.listen is “:7400”; write host and port, such as \"127.0.0.1:7400\""),
        (
            "{http: {\nlisten: \"localhost:70000\"}}",
            "2: http.listen is “localhost:70000”; write host and port, such as \"127.0.0.1:7400\""
        ),
        (
            "{engine: {lease_seconds: 1}}",
            "1: engine.lease_seconds is 1; write a whole number from 10 to 3600"
        ),
        ("{engine: {jobs_held: 2.5}}", "1: engine.jobs_held is 2.5; write a whole number from 1 to 1000000"),
        ("{engine: {jobs_held: \"9\"}}", "1: engine.jobs_held is “9”; write a whole number from 1 to 1000000"),
    ])
func wrongSection(text: String, message: String) {
    #expect(complaint(text) == "/etc/lockstep/lockstep.json5:" + message)
}

@Test(
    "A text that is not JSON5 is refused, with the line",
    arguments: [
        ("", "1: expected a value, found the end of the file"),
        ("{", "1: expected a name or “}”, found the end of the file"),
        ("{\n1a: 2}", "2: expected a name or “}”, found “1”"),
        ("{a 1}", "1: expected “:” after the name a, found “1”"),
        ("{a:\n\n}", "3: expected a value, found “}”"),
        ("{a: 1\nb: 2}", "2: expected “,” or “}”, found “b”"),
        ("[1 2]", "1: expected “,” or “]”, found “2”"),
        ("[,]", "1: expected a value, found “,”"),
        ("{} x", "1: expected the end of the file, found “x”"),
        ("{a: yes}", "1: “yes” is not a value; text needs quotes"),
        ("{a: 1.2.3}", "1: “1.2.3” is not a value; text needs quotes"),
        ("{a: 007}", "1: “007” is not a value; text needs quotes"),
        ("{\na: \"x\n}", "2: the text that begins here has no closing quote"),
        ("{a: 'x", "1: the text that begins here has no closing quote"),
        ("{a: '\\u12'}", "1: expected 4 hexadecimal digits after “\\”"),
        ("{a: '\\ud800x'}", "1: half of a surrogate pair"),
        ("{a: '\\udc00'}", "1: half of a surrogate pair"),
        ("\n/* x", "2: the comment that begins here has no end"),
        ("/", "1: expected “//” or “/*” for a comment, found the end of the file"),
        (String(repeating: "[", count: 100_000), "1: objects and lists are nested too deep"),
    ])
func notJSON5(text: String, message: String) {
    #expect(complaint(text) == "/etc/lockstep/lockstep.json5:" + message)
}

@Test(
    "What JSON5 allows is read",
    arguments: [
        "\u{FEFF}{engine: {jobs_held: 10}}", "{'engine': {\"jobs_held\": 10,},}",
        "// c\n{engine: /**/ {jobs_held: 10}} // d",
        "{engine: {jobs\\u005fheld: 10}}".replacing("jobs\\u005fheld", with: "'jobs\\u005fheld'"),
        "{engine: {'jobs\\x5fheld': +10}}", "{engine: {'jobs\\\n_held': 10}}", "{engine:{jobs_held:0xA}}",
        "/***/{engine:{jobs_held:10}}",
    ])
func allowed(text: String) throws {
    #expect(try load(text).engine.jobsHeld == 10)
}

@Test("Each beginning of a configuration is refused without a crash")
func truncated() {
    for length in 0..<whole.count - 1 {
        #expect(complaint(String(whole.prefix(length))).hasPrefix("/etc/lockstep/lockstep.json5:"))
    }
}
