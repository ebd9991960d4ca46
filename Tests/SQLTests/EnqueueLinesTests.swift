import Postgres
import Testing

/// A file of jobs, a line each.
struct EnqueueLinesTests {
    @Test("Each line is a job with what it says, else with what all have in common; empty lines are passed over")
    func lines() async throws {
        try await withDatabase { database in
            let input = Database.input
            let jobs = try await database.owner.value(
                """
                select lockstep.enqueue_lines('payout', $1::text[], run_at => '2040-01-01 00:00Z', priority => 3,
                    tags => array['b'])
                """,
                [
                    .texts([
                        #"{"input": \#(input), "key": "a"}"#, "  ",
                        #"{"input": \#(input), "key": "b", "priority": 1, "tags": ["x", "y"], "tenant": "acme", "#
                            + #""run_at": "2041-01-01 00:00Z"}"#, #"{"input": \#(input), "key": "a", "tags": null}"#,
                    ])
                ])
            #expect(jobs == "3")
            #expect(
                try await database.owner.table(
                    """
                    select key, tenant, priority, tags, extract(year from run_at at time zone 'UTC') from lockstep.jobs
                    order by key
                    """) == [["a", "default", "3", "{b}", "2040"], ["b", "acme", "1", "{x,y}", "2041"]])
        }
    }

    @Test(
        "The first line that is wrong is named, with what enqueue says of it, and nothing is enqueued",
        arguments: [
            (#"{"input": {"amount": "1"}}"#, "LK002", "line 12: invalid input for payout: to is missing"),
            (
                #"{"input": {}, "kee": "x"}"#, "LK009",
                "line 12: kee is not known; known are key, tags, input, run_at, tenant, priority"
            ),
            (#"{"key": "x"}"#, "LK009", "line 12: input is missing"),
            (#"{"input": {}, "priority": "2"}"#, "LK009", "line 12: priority must be a whole number, and is text"),
            ("{", "LK007", "line 12: the input is not JSON: invalid input syntax for type json"),
            (
                #"{"input": {"amount": "1", "to": "wa-2"}, "key": "k"}"#, "LK003",
                #"line 12: the key "k" was used before with other input"#
            ),
        ])
    func wrong(line: String, code: String, message: String) async throws {
        try await withDatabase { database in
            let good = #"{"input": \#(Database.input), "key": "k"}"#
            let error = try await failure {
                try await database.owner.table(
                    "select lockstep.enqueue_lines('payout', $1::text[], 10)", [.texts([good, "", line, "{"])])
            }
            #expect(error?.sqlstate == code)
            #expect(error?.message == message)
            #expect(try await database.owner.value("select count(*) from lockstep.job") == "0")
        }
    }
}
