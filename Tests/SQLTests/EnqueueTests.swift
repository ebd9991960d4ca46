import Postgres
import Testing

/// Promise 1: enqueue is the app's own transaction.
struct EnqueueTests {
    @Test("A job lives and dies with the transaction that enqueues it")
    func ownTransaction() async throws {
        try await withDatabase { database in
            let app = database.connect()
            try await app.script("create table orders (id int primary key)")
            try await app.script(
                """
                begin;
                insert into orders values (1);
                select lockstep.enqueue('payout', '\(Database.input)', key => 'order-1');
                rollback;
                """)
            #expect(try await app.value("select count(*) from lockstep.job_status") == "0")
            try await app.script(
                """
                begin;
                insert into orders values (2);
                select lockstep.enqueue('payout', '\(Database.input)', key => 'order-2');
                commit;
                """)
            #expect(
                try await app.table("select key, status, state, workflow, version, tenant from lockstep.job_status")
                    == [["order-2", "queued", nil, "payout", "1", "default"]])
            await app.close()
        }
    }

    @Test("The same key with the same input is the same job, however the JSON is written")
    func sameKey() async throws {
        try await withDatabase { database in
            let first = try await database.enqueue(key: "k")
            let again = try await database.owner.value(
                #"select lockstep.enqueue('payout', '{"to":"wa-1",   "amount":"100.00"}', key => 'k')"#)
            #expect(again == first)
            #expect(try await database.owner.value("select count(*) from lockstep.jobs") == "1")
        }
    }

    @Test("The same key with other input is LK003, and says which job has it")
    func keyReused() async throws {
        try await withDatabase { database in
            let first = try await database.enqueue(key: "k")
            let error = try await failure {
                try await database.owner.table(
                    #"select lockstep.enqueue('payout', '{"amount": "200.00", "to": "wa-1"}', key => 'k')"#)
            }
            #expect(error?.sqlstate == "LK003")
            #expect(error?.message == #"the key "k" was used before with other input"#)
            #expect(error?.detail == "The job \(first) has it.")
            #expect(error?.hint?.isEmpty == false)
        }
    }

    @Test("One key for two tenants, or two workflows, is two jobs")
    func keysAreScoped() async throws {
        try await withDatabase { database in
            try await database.owner.script(
                """
                insert into lockstep.workflow (workflow, version, input_schema, published_at)
                values ('other', 1, '{}', now())
                """)
            for call in ["('payout', $1)", "('payout', $1, tenant => 'acme')", "('other', $1)"] {
                let sql = call.replacing("$1", with: "'\(Database.input)', key => 'k'")
                try await database.owner.table("select lockstep.enqueue\(sql)")
            }
            #expect(try await database.owner.value("select count(*) from lockstep.jobs where key = 'k'") == "3")
        }
    }

    @Test("New jobs take the version of their workflow that takes new jobs, else the highest")
    func highestVersion() async throws {
        try await withDatabase { database in
            try await database.owner.script(
                """
                update lockstep.workflow set takes_new_jobs = false;
                insert into lockstep.workflow (workflow, version, input_schema, published_at)
                values ('payout', 10, '{}', now()), ('payout', 9, '{}', now())
                """)
            try await database.enqueue(key: "a")
            try await database.owner.script("update lockstep.workflow set takes_new_jobs = true where version = 9")
            try await database.enqueue(key: "b")
            #expect(
                try await database.owner.table("select key, version from lockstep.job_status order by key")
                    == [["a", "10"], ["b", "9"]])
        }
    }

    @Test("A refused call says what is wrong and what to do", arguments: Refusal.all)
    func refused(_ refusal: Refusal) async throws {
        try await withDatabase { database in
            let error = try await failure { try await database.owner.table("select lockstep.\(refusal.call)") }
            #expect(error?.sqlstate == refusal.sqlstate)
            #expect(error?.message == refusal.message)
            #expect(error?.hint == refusal.hint)
            #expect(try await database.owner.value("select count(*) from lockstep.job") == "0")
        }
    }

    struct Refusal: Sendable {
        var call: String
        var sqlstate: String
        var message: String
        var hint: String

        static let inputHint = "select input_schema from lockstep.workflows says what it accepts."

        static let all = [
            Refusal(
                call: "enqueue('payuot', '{}')", sqlstate: "LK001", message: #"unknown workflow "payuot""#,
                hint: "Known are payout."),
            Refusal(
                call: #"enqueue('payout', '{"to": "wa-1"}')"#, sqlstate: "LK002",
                message: "invalid input for payout: amount is missing", hint: inputHint),
            Refusal(
                call: #"enqueue('payout', '{"to": "wa-1", "amount": 100.00}'::jsonb)"#, sqlstate: "LK002",
                message: "invalid input for payout: amount must be text, and is a number", hint: inputHint),
            Refusal(
                call: "enqueue('payout', null::jsonb)", sqlstate: "LK002",
                message: "invalid input for payout: the input is missing", hint: inputHint),
            Refusal(
                call: #"enqueue('payout', '{"to": "wa-1", ')"#, sqlstate: "LK007",
                message: "the input is not JSON: invalid input syntax for type json",
                hint: #"Send a JSON object, such as {"amount": "100.00"}."#),
            Refusal(
                call: #"enqueue('payout', '{"to": "\u0000"}')"#, sqlstate: "LK007",
                message: "the input is not JSON: unsupported Unicode escape sequence",
                hint: #"Send a JSON object, such as {"amount": "100.00"}."#),
            Refusal(
                call: "enqueue('payout', '{}', priority => 5)", sqlstate: "LK009",
                message: "the priority is 5, and must be from 1 to 4", hint: "1 goes first, 4 last; 2 is usual."),
            Refusal(
                call: "enqueue('payout', '{}', run_at => 'infinity')", sqlstate: "LK009",
                message: "run_at is infinity, and must be an instant",
                hint: "Leave it out for a job that runs at once."),
            Refusal(
                call: "enqueue('payout', '{}', tags => array['a', null])", sqlstate: "LK009",
                message: "a tag is null", hint: "Leave it out of the array."),
            Refusal(
                call: "enqueue('payout', '{}', key => repeat('k', 256))", sqlstate: "LK009",
                message: "the key has 256 characters, and must have from 1 to 255",
                hint: "Use your own id of the payment; leave it out if there is none."),
            Refusal(
                call: #"enqueue_many('payout', array['{"amount": "1", "to": "wa-1"}', '{}'])"#, sqlstate: "LK002",
                message: "invalid input for payout, number 2 of 2: amount is missing", hint: inputHint),
            Refusal(
                call: "enqueue_many('payout', array['{}', '{}'], keys => array['a'])", sqlstate: "LK009",
                message: "there are 2 inputs and 1 keys",
                hint: "Give a key (or null) for each input, or leave the keys out."),
        ]
    }

    @Test("Without a daemon that ever published, the hint says what to do")
    func nothingPublished() async throws {
        try await withDatabase { database in
            try await database.owner.script("delete from lockstep.workflow")
            let error = try await failure { try await database.enqueue() }
            #expect(error?.sqlstate == "LK001")
            #expect(
                error?.hint
                    == "None is known yet: daemons publish their workflows when they start. Run `lockstep serve`.")
        }
    }

    @Test("run_at is when the job is due, but never before now")
    func runAt() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            try await database.owner.script(
                """
                select lockstep.enqueue('payout', '\(Database.input)', key => 'soon', run_at => '2030-01-02 00:00 UTC');
                select lockstep.enqueue('payout', '\(Database.input)', key => 'past', run_at => '2020-01-01 00:00 UTC')
                """)
            #expect(
                try await database.owner.table(
                    "select key, lockstep.in_words(due) from lockstep.job_status order by key")
                    == [["past", "2030-01-01 12:00:00 UTC"], ["soon", "2030-01-02 00:00:00 UTC"]])
        }
    }

    @Test("A job's bucket stands in its id, and a key always leads to the same one")
    func buckets() async throws {
        try await withDatabase(buckets: 8) { database in
            for number in 1...40 { try await database.enqueue(key: number % 2 == 0 ? "k\(number)" : nil) }
            #expect(
                try await database.owner.table(
                    """
                    select count(*) filter (where bucket <> lockstep.bucket_of(id)), count(distinct bucket) > 4,
                        min(bucket) >= 0 and max(bucket) <= 7
                    from lockstep.job
                    """) == [["0", "t", "t"]])
            #expect(try await database.owner.value("select lockstep.new_bucket('default', 'payout', 'k2', 8)") == "3")
            #expect(try await database.owner.value("select bucket from lockstep.job where key = 'k2'") == "3")
        }
    }
}
