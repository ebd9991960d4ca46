import Postgres
import Testing
import Time

@Suite("Values")
struct ValuesTests {
    @Test("values of each type come back as they were sent")
    func roundTrip() async throws {
        let instant = try #require(Timestamp("2026-03-01T12:00:05.123456Z"))
        try await withConnection { connection in
            let row = try await connection.query(
                Statement(
                    "select $1::text as t, $2::bigint as i, $3::boolean as b, $4::timestamptz as at, "
                        + "$5::uuid as u, $6::jsonb as j, $7::bytea as y, $8::numeric as n"),
                [
                    .text("naïve ☕ 'quoted'"), .int(Int64.min), .bool(true), .timestamp(instant),
                    .text("018f8f60-0000-7000-8000-000000000001"), .text(#"{"a": [1, null]}"#),
                    .bytes([0, 1, 254, 255]), .text("123456789012345678901234567890.000001"),
                ]
            ).only
            #expect(try row["t"] == "naïve ☕ 'quoted'")
            #expect(try row["i"] == Int64.min)
            #expect(try row["b"] == true)
            #expect(try row["at"] == instant)
            #expect(try row["u"] == "018f8f60-0000-7000-8000-000000000001")
            #expect(try row["j"] == #"{"a": [1, null]}"#)
            #expect(try row["y", as: Bytea.self].bytes == [0, 1, 254, 255])
            #expect(try row["n"] == "123456789012345678901234567890.000001")
            #expect(try row[1, as: Int.self] == Int.min)
        }
    }

    @Test("A value in binary form is sent as it stands, zeros included, prepared or not")
    func binary() async throws {
        try await withConnection { connection in
            let sql = "select $1::bytea = '\\x0041ff' as bytes, $2::int as number, $3::text as text"
            let values: [Parameter] = [.binary([0, 0x41, 0xFF]), .binary([0, 0, 1, 2]), .text("beside it")]
            for statement in [Statement(sql), Statement(name: "binary", sql: sql)] {
                let row = try await connection.query(statement, values).only
                #expect(try row["bytes"] == true)
                #expect(try row["number"] == 258)
                #expect(try row["text"] == "beside it")
            }
            let short = await failure { try await connection.query(Statement("select $1::int"), [.binary([1, 2])]) }
            #expect(short?.sqlstate == "22P03" || short?.sqlstate == "08P01")
            #expect(short?.certainlyNotRun == true)
        }
    }

    @Test("null comes back as nil for each type")
    func nulls() async throws {
        try await withConnection { connection in
            let row = try await connection.query(
                Statement(
                    "select $1::text as t, $2::bigint as i, $3::boolean as b, $4::timestamptz as at, $5::text[] as l"),
                [.text(nil), .int(nil as Int?), .bool(nil), .timestamp(nil), .null]
            ).only
            #expect(try row["t"] == String?.none)
            #expect(try row["i"] == Int?.none)
            #expect(try row["b"] == Bool?.none)
            #expect(try row["at"] == Timestamp?.none)
            #expect(try row["l"] == [String]?.none)
        }
    }

    @Test("arrays keep quotes, backslashes, commas, braces, empty texts, the word NULL and nulls")
    func nastyArrays() async throws {
        let texts: [String?] = [
            #"{"key": "va\"lue", "path": "C:\\temp", "list": [1,2,{"a":null}]}"#, "", "NULL", "null", nil, "a,b", "{}",
            "}", "\"", "\\", "\\\\\"", " leading and trailing ", "line\nbreak\ttab", "ünïcode 🪙", "'", "$1", "a'b\"c",
        ]
        try await withConnection { connection in
            let unnested = try await connection.query(
                Statement("select value from unnest($1::text[]) with ordinality as t (value, n) order by n"),
                [.texts(texts)])
            #expect(try unnested.map { row in try row["value", as: String?.self] } == texts)
            let whole = try await connection.query(Statement("select $1::text[] as all"), [.texts(texts)]).only
            #expect(try whole["all"] == texts)
        }
    }

    @Test("arrays of numbers, truth values, instants, bytes and JSON come back")
    func typedArrays() async throws {
        let instants = [Timestamp(seconds: 0), nil, Timestamp(microseconds: 1_772_366_405_000_001)]
        try await withConnection { connection in
            let row = try await connection.query(
                Statement(
                    "select $1::bigint[] as i, $2::boolean[] as b, $3::timestamptz[] as at, $4::jsonb[] as j, "
                        + "$5::bytea[] as y, $6::text[] as none"),
                [
                    .ints([1, nil, -9]), .bools([true, nil, false]), .timestamps(instants),
                    .texts([#"{"a": "b,\"c\""}"#, nil]), .bytes([[1, 255], nil, []]), .texts([]),
                ]
            ).only
            #expect(try row["i"] == [1, nil, -9] as [Int?])
            #expect(try row["b"] == [true, nil, false] as [Bool?])
            #expect(try row["at"] == instants)
            #expect(try row["j"] == [#"{"a": "b,\"c\""}"#, nil] as [String?])
            #expect(try row["y"] == [Bytea([1, 255]), nil, Bytea([])] as [Bytea?])
            #expect(try row["none"] == [String]())
        }
    }

    @Test(
        "instants are read in whatever time zone the session has",
        arguments: ["UTC", "Asia/Kolkata", "America/St_Johns", "America/New_York", "+05:45"])
    func timeZones(zone: String) async throws {
        let instants = [
            "2026-03-01T12:00:05.120000Z", "1969-12-31T23:59:59.999999Z", "2000-02-29T00:00:00.000000Z",
            "1883-01-01T00:00:00.000000Z",
        ].compactMap { Timestamp($0) }
        #expect(instants.count == 4)
        try await withConnection { connection in
            try await connection.withSession { session in
                try await session.query(Statement("select set_config('timezone', $1, false)"), [.text(zone)])
                let row = try await session.query(
                    Statement("select $1::timestamptz[] as at"), [.timestamps(instants)]
                ).only
                #expect(try row["at"] == instants)
            }
        }
    }

    @Test("a value that is missing, null or of another type is an error that names statement, column and row")
    func unreadable() async throws {
        try await withConnection { connection in
            let statement = Statement(
                name: "two_rows", sql: "select 1 as n, 'x' as t union all select null, 'infinity'")
            let rows = try await connection.query(statement)
            func message<Value>(_ read: () throws(PostgresError) -> Value) -> String? {
                do { _ = try read() } catch { return error.description }
                return nil
            }
            #expect(
                message { () throws(PostgresError) in try rows[1]["n", as: Int.self] }
                    == "two_rows: column “n” of row 1 holds null instead of Int")
            #expect(
                message { () throws(PostgresError) in try rows[0]["t", as: Int.self] }
                    == "two_rows: column “t” of row 0 holds 1 bytes that are no Int")
            #expect(
                message { () throws(PostgresError) in try rows[1]["t", as: Timestamp?.self] }
                    == "two_rows: column “t” of row 1 holds 8 bytes that are no Optional<Timestamp>")
            #expect(
                message { () throws(PostgresError) in try rows[0]["missing", as: Int.self] }
                    == "two_rows: no column “missing”; there are n, t")
            #expect(
                message { () throws(PostgresError) in try rows[0][2, as: Int.self] }
                    == "two_rows: no column 2; there are 2")
            #expect(message { () throws(PostgresError) in try rows.only } == "two_rows: 2 rows instead of one")
        }
    }

    @Test("numbers that don't fit are refused, not cut")
    func overflow() async throws {
        try await withConnection { connection in
            let row = try await connection.query(
                Statement(
                    "select '9223372036854775808' as big, '-32769' as small, '1.5' as fraction, '-' as sign, '' as none"
                )
            ).only
            for column in row.columns { #expect(throws: PostgresError.self) { try row[column, as: Int16.self] } }
            #expect(throws: PostgresError.self) { try row["big", as: Int.self] }
            #expect(try row["small", as: Int.self] == -32769)
        }
    }

    @Test("a zero byte in a text is refused before anything is sent")
    func zeroByte() async throws {
        try await withConnection { connection in
            let error = await failure {
                try await connection.query(Statement(name: "store", sql: "select $1"), [.text("a\0b")])
            }
            #expect(error?.kind == .unusableRequest)
            #expect(error?.certainlyNotRun == true)
            #expect(error?.message == "parameter $1 contains a zero byte")
        }
    }
}
