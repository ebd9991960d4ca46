import Postgres
import SQL
import Testing

/// What is marked as sensitive in a flow's input.
struct SensitiveTests {
    private static let schema = """
        {"type": "object", "additionalProperties": false, "required": ["amount", "recipient"], "properties": {
          "amount": {"type": "string"},
          "recipient": {"type": "object", "properties": {"name": {"type": "string"}}, "sensitive": true},
          "payees": {"type": "array", "items": {"type": "object", "properties": {
            "name": {"type": "string", "sensitive": true}, "country": {"type": "string"}}}},
          "method": {"oneOf": [
            {"type": "object", "properties": {
              "kind": {"type": "string", "enum": ["bank"]}, "iban": {"type": "string", "sensitive": true}}},
            {"type": "object", "properties": {"kind": {"type": "string", "enum": ["cash"]}}}]}}}
        """
    private static let input = """
        {"amount": "1.00", "recipient": {"name": "Ada"}, "payees": [{"name": "Grace", "country": "US"}],
         "method": {"kind": "bank", "iban": "DE02"}}
        """

    private static func enqueue(_ runner: some QueryRunner, _ input: String) async throws -> String {
        try await runner.query(
            Statement("select lockstep.enqueue('payout', $1::text, key => 'k') as id"), [.text(input)]
        ).only["id"]
    }

    private static func publish(_ database: Database) async throws {
        _ = try await database.owner.query(
            Statement(name: "publish", sql: SQL.publishWorkflow),
            [.text("payout"), .int(1), .text(schema), .texts([]), .text("[]"), .null])
    }

    @Test("The workflow lists its sensitive members; no view shows them, whoever looks")
    func redacted() async throws {
        try await withDatabase { database in
            #expect(try await database.owner.table("select sensitive from lockstep.workflows") == [["{}"]])
            try await Self.publish(database)
            #expect(
                try await database.owner.table("select sensitive from lockstep.workflows")
                    == [["{method.iban,payees[].name,recipient}"]])
            let app = try await database.connect(as: "lockstep_app")
            _ = try await Self.enqueue(app, Self.input)
            let shown = """
                {"amount": "1.00", "method": {"iban": "‹redacted›", "kind": "bank"}, \
                "payees": [{"name": "‹redacted›", "country": "US"}], "recipient": "‹redacted›"}
                """
            #expect(try await app.table("select input from lockstep.jobs") == [[shown]])
            let operations = try await database.connect(as: "lockstep_ops")
            #expect(try await operations.table("select input from lockstep.jobs") == [[shown]])
            await app.close()
            await operations.close()
        }
    }

    @Test("A schedule keeps its input in clear: one with what is sealed in each job is refused")
    func scheduled() async throws {
        try await withDatabase { database in
            try await Self.publish(database)
            let error = try await failure {
                _ = try await database.owner.query(
                    Statement("select lockstep.schedule('monthly', 'payout', $1::jsonb, '0 9 1 * *')"),
                    [.text(Self.input)])
            }
            #expect(error?.sqlstate == "LK009")
            #expect(
                error?.message.hasSuffix(
                    "the schedule's input has what payout seals in each job, and would lie in clear here") == true)
            #expect(try await database.owner.table("select name from lockstep.schedules") == [])
        }
    }

    @Test("Once the input is sealed, its key still names one request: the same again is the same job, another an error")
    func sealedKey() async throws {
        try await withDatabase { database in
            try await Self.publish(database)
            let job = try await Self.enqueue(database.owner, Self.input)
            let claimed = try #require(try await database.owner.claim().first)
            let sealed = #"{"amount": "1.00", "recipient": "sealed:1:k1:AAAA"}"#
            #expect(try await database.owner.settle(claimed, [65: .texts([job]), 66: .texts([sealed])]) == [job])
            let stored = "select input, length(input_digest) from lockstep.job"
            #expect(try await database.owner.table(stored) == [[sealed, "32"]])
            #expect(
                try await database.owner.table("select input from lockstep.jobs")
                    == [[#"{"amount": "1.00", "recipient": "‹redacted›"}"#]])
            #expect(try await Self.enqueue(database.owner, Self.input) == job)
            let other = try await failure {
                try await Self.enqueue(database.owner, Self.input.replacing("Ada", with: "Eve"))
            }
            #expect(other?.sqlstate == "LK003")
            let pretended = try await failure { try await Self.enqueue(database.owner, sealed) }
            #expect(pretended?.sqlstate == "LK002")
        }
    }

    @Test("A stale owner seals nothing")
    func stale() async throws {
        try await withDatabase { database in
            try await Self.publish(database)
            let job = try await Self.enqueue(database.owner, Self.input)
            let nobody = Claimed(id: job, lease: 9, seq: 0, commits: 0, previousOwner: nil, signals: "")
            #expect(try await database.owner.settle(nobody, [65: .texts([job]), 66: .texts(["{}"])]) == [])
            #expect(try await database.owner.value("select input ->> 'amount' from lockstep.job") == "1.00")
        }
    }
}
