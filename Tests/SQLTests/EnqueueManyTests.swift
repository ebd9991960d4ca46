import Postgres
import Testing

/// Many jobs at once: enqueue_many, INSERT and COPY.
struct EnqueueManyTests {
    @Test("Many jobs come back in the order of their inputs, and a key they share is one job")
    func order() async throws {
        try await withDatabase(buckets: 8) { database in
            let first = try await database.enqueue(key: "b")
            let ids = try await database.owner.table(
                """
                select lockstep.enqueue_many(
                    'payout', array_fill($1::text, array[5])::jsonb[], array['c', 'b', 'a', null, 'c'])
                """, [.text(Database.input)]
            ).map { $0[0] }
            #expect(ids[1] == first)
            #expect(ids[0] == ids[4])
            #expect(try await keys(of: ids, database.owner) == ["c", "b", "a", nil, "c"])
            #expect(try await database.owner.value("select count(*) from lockstep.job_state") == "4")
        }
    }

    @Test("One key with two inputs in one call is LK003, and nothing is enqueued")
    func contradiction() async throws {
        try await withDatabase { database in
            let error = try await failure {
                try await database.owner.table(
                    """
                    select lockstep.enqueue_many('payout',
                        array['{"amount": "1", "to": "wa-1"}', '{"amount": "2", "to": "wa-1"}'], array['k', 'k'])
                    """)
            }
            #expect(error?.sqlstate == "LK003")
            #expect(try await database.owner.value("select count(*) from lockstep.job") == "0")
        }
    }

    @Test("Two calls with the same keys in another order do not wait for each other crosswise")
    func noDeadlock() async throws {
        try await withDatabase { database in
            let (first, second) = (database.connect(), database.connect())
            let call = "select lockstep.enqueue_many('payout', array_fill($1::text, array[3])::jsonb[], $2::text[])"
            async let one = first.table(call, [.text(Database.input), .texts(["x", "y", "z"])])
            async let two = second.table(call, [.text(Database.input), .texts(["z", "y", "x"])])
            let (ids, reversed) = try await (one, two)
            #expect(ids == reversed.reversed())
            await first.close()
            await second.close()
        }
    }

    @Test("INSERT into the view enqueues, and returns the id; an id of one's own is refused")
    func insert() async throws {
        try await withDatabase { database in
            let app = try await database.connect(as: "lockstep_app")
            let insert =
                "insert into lockstep.jobs (workflow, input, key) values ('payout', $1::jsonb, 'k') returning id"
            let id = try await app.value(insert, [.text(Database.input)])
            #expect(try await app.value(insert, [.text(Database.input)]) == id)
            #expect(try await app.table("select id, key, priority from lockstep.jobs") == [[id, "k", "2"]])
            let error = try await failure {
                try await app.table(
                    "insert into lockstep.jobs (id, workflow, input) values (gen_random_uuid(), 'payout', '{}')")
            }
            #expect(error?.sqlstate == "LK009")
            await app.close()
        }
    }

    @Test("COPY into the view enqueues each line, with the same checks")
    func copy() async throws {
        try await withDatabase { database in
            func copy(_ lines: String) async throws {
                try await database.owner.script(
                    "copy lockstep.jobs (workflow, input, key) from program $$printf '\(lines)'$$")
            }
            let line = #"payout\t{"amount": "1", "to": "wa-1"}\t"#
            try await copy(line + #"a\n"# + line + #"b\n"# + line + #"a\n"#)
            #expect(try await database.owner.table("select key from lockstep.jobs order by key") == [["a"], ["b"]])
            let error = try await failure { try await copy(line + #"c\npayout\t{}\td\n"#) }
            #expect(error?.sqlstate == "LK002")
            #expect(try await database.owner.value("select count(*) from lockstep.jobs") == "2")
        }
    }

    @Test("Jobs can't be changed or deleted through the view")
    func readOnly() async throws {
        try await withDatabase { database in
            try await database.enqueue()
            for statement in ["update lockstep.jobs set key = 'x'", "delete from lockstep.jobs"] {
                #expect(try await failure { try await database.owner.script(statement) }?.sqlstate == "55000")
            }
        }
    }
}
