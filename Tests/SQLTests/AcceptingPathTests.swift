import Postgres
import Testing

/// Promise 15 at full speed: a schema is also kept as a jsonpath, which lets most inputs through without a closer look.
struct AcceptingPathTests {
    /// A schema with everything that flows use, and an input that it takes.
    static let order = #"""
        {"type": "object", "additionalProperties": false, "required": ["to", "amount", "note", "asset", "any", "list"],
         "properties": {
          "to": {"type": "string", "minLength": 2, "maxLength": 4},
          "amount": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,2})?$"},
          "note": {"type": "string", "pattern": "[^a]*|a\"b"},
          "accept": {"type": "string", "enum": ["auto", "ask"]},
          "purpose": {"type": "string", "enum": ["rent (flat)", "a.b", "c|d", "e\\f", "g\"h", "é"]},
          "whole": {"type": "integer"}, "number": {"type": "number"}, "flag": {"type": "boolean"}, "any": {},
          "list": {"type": "array", "items": {"type": "string", "pattern": "[a-z]"}},
          "things": {"type": "array", "items": {"type": "object", "required": ["a"], "properties": {"a": {}}}},
          "open": {"type": "object", "properties": {"a": {"type": "string"}}},
          "closed": {"type": "object", "additionalProperties": false},
          "asset": {"oneOf": [
            {"type": "object", "required": ["kind", "iban"], "additionalProperties": false,
             "properties": {"kind": {"type": "string", "enum": ["sepa"]}, "iban": {"type": "string"}}},
            {"type": "object", "required": ["account"],
             "properties": {"kind": {"type": "string", "enum": ["ach"]}, "account": {"type": "string"}}}]},
          "untold": {"oneOf": [{"type": "string"}, {"type": "integer"}]}}}
        """#
    static let input = #"""
        {"to": "wa-1", "amount": "1.00", "note": "x\ny", "accept": "ask", "purpose": "rent (flat)", "whole": 7,
         "number": 1.5, "flag": false, "any": null, "list": ["a"], "things": [{"a": 1, "b": 2}], "open": {"b": 1},
         "closed": {}, "asset": {"kind": "sepa", "iban": "x"}, "untold": 7}
        """#

    /// What each member is replaced by, one after the other.
    static let odd = #"""
        [null, true, 0, -1, 7, 7.0, 7.5, 1e30, 9223372036854775807, 9223372036854775808, "", "a", "ab", "abcd", "abcde",
         "a\n", "1", "1.0", "1.000", "12\n", "auto", "ask", "a.b", "axb", "c|d", "c", "e\\f", "g\"h", "a\"b", "é", "ée",
         [], [null], ["a"], ["a", "b"], ["A"], ["1"], ["auto"], [["a"]], [[]], [{}], [{"a": null}], [{"a": 1}, {}],
         [[{"a": 1}]], {}, {"a": "x"}, {"a": 1}, {"a": null}, {"a": ["x"]}, {"kind": "sepa"}, {"kind": "ach"},
         {"kind": "ach", "account": "x"}, {"kind": "ach", "account": "x", "more": 1}, {"account": "x"},
         {"kind": null, "account": "x"}, {"kind": ["ach"], "account": "x"}, {"kind": "sepa", "account": "x"},
         {"kind": "sepa", "iban": "x", "more": 1}, {"kind": "sepa", "iban": ["x"]}, [{"kind": "ach", "account": "x"}]]
        """#

    @Test("It lets through exactly what a closer look finds nothing wrong with, whatever is changed in an input")
    func agrees() async throws {
        try await withDatabase { database in
            let rows = try await database.owner.table(
                """
                with given as materialized (
                    select $1::jsonb as schema, $2::jsonb as input, lockstep.accepting_path($1::jsonb) as accepts,
                        lockstep.closed_members($1::jsonb) as members
                ),
                changed as (
                    select input as value from given
                    union all
                    select jsonb_set(input, array[m], odd)
                    from given, jsonb_object_keys(input) as m, jsonb_array_elements($3::jsonb) as odd
                    union all
                    select input - m from given, jsonb_object_keys(input) as m
                    union all
                    select input || '{"more": 1}' from given
                    union all
                    select odd from jsonb_array_elements($3::jsonb) as odd
                ),
                judged as (
                    select value, lockstep.fits(value, accepts, members) is true as fits,
                        lockstep.violation(schema, value) is null as is_fine
                    from changed, given
                )
                select value::text, fits::text, is_fine::text from judged where fits <> is_fine
                union all
                select 'of ' || count(*), count(*) filter (where fits)::text, count(*) filter (where is_fine)::text
                from judged
                """, [.text(Self.order), .text(Self.input), .text(Self.odd)])
            #expect(rows == [["of 977", "175", "175"]])
        }
    }

    @Test(
        "What it can't say, it leaves to the closer look",
        arguments: [
            #"{"enum": ["a"]}"#, #"{"type": "integer", "enum": [1]}"#, #"{"type": "string", "maxLength": 256}"#,
            #"{"type": "string", "enum": [1]}"#, #"{"type": "string", "pattern": "("}"#, #"{"pattern": "a"}"#,
            #"{"oneOf": [{"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}, {"type": "string"}]}"#,
            #"""
            {"oneOf": [{"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}},
                       {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}]}
            """#,
        ])
    func leaves(schema: String) async throws {
        try await withDatabase { database in
            let found = try await database.owner.table(
                """
                select value from jsonb_array_elements($2::jsonb) as value
                where lockstep.fits(value, lockstep.accepting_path($1::jsonb), lockstep.closed_members($1::jsonb))
                """, [.text(schema), .text(Self.odd)])
            #expect(found == [])
        }
    }

    @Test("It lets through nothing that a closer look refuses, by any schema", arguments: ViolationTests.all)
    func sound(_ row: ViolationTests.Case) async throws {
        try await withDatabase { database in
            let wrong = try await database.owner.table(
                """
                select value
                from (select jsonb_array_elements($3::jsonb) union all select $2::jsonb) as given (value)
                where lockstep.fits(value, lockstep.accepting_path($1::jsonb), lockstep.closed_members($1::jsonb))
                    and lockstep.violation($1::jsonb, value) is not null
                """, [.text(row.schema), .text(row.value), .text(Self.odd)])
            #expect(wrong == [])
        }
    }
}
