import Postgres
import Testing

/// Promise 15: bad input gets a clear error, which names the field and never repeats the value.
struct ViolationTests {
    struct Case: Sendable {
        var schema: String
        var value: String
        /// Nil: the value is fine.
        var violation: String?
    }

    static let text = #"{"type": "string"}"#
    static let whole = #"{"type": "integer"}"#
    static let object = #"""
        {"type": "object", "additionalProperties": false, "required": ["a"],
         "properties": {"a": {"type": "string"}, "b": {"type": "object", "properties": {"c": {"type": "integer"}}}}}
        """#
    static let either = #"""
        {"oneOf": [
          {"type": "object", "required": ["kind", "iban"], "additionalProperties": false,
           "properties": {"kind": {"type": "string", "enum": ["sepa"]}, "iban": {"type": "string"}}},
          {"type": "object", "required": ["kind", "account"],
           "properties": {"kind": {"type": "string", "enum": ["ach"]}, "account": {"type": "string"}}}]}
        """#
    static let untold = #"{"oneOf": [{"type": "string"}, {"type": "integer"}]}"#
    static let amount = #"{"type": "string", "pattern": "[0-9]+|all"}"#

    static let all = [
        Case(schema: "{}", value: "[1, null]"),
        Case(schema: text, value: #""x""#),
        Case(schema: text, value: "7", violation: "the input must be text, and is a number"),
        Case(schema: text, value: "null", violation: "the input must be text, and is null"),
        Case(
            schema: #"{"type": "boolean"}"#, value: #""true""#,
            violation: "the input must be true or false, and is text"),
        Case(schema: #"{"type": "number"}"#, value: "1.5"),
        Case(schema: whole, value: "7"),
        Case(schema: whole, value: "7.0"),
        Case(schema: whole, value: "7.5", violation: "the input must be a whole number of at most 64 bits"),
        Case(schema: whole, value: "1e30", violation: "the input must be a whole number of at most 64 bits"),
        Case(schema: whole, value: #""7""#, violation: "the input must be a whole number, and is text"),
        Case(schema: amount, value: #""12""#),
        Case(schema: amount, value: #""all""#),
        Case(schema: amount, value: #""12x""#, violation: "the input does not have the form [0-9]+|all"),
        Case(schema: amount, value: #""12\n""#, violation: "the input does not have the form [0-9]+|all"),
        Case(
            schema: #"{"type": "string", "minLength": 2}"#, value: #""é""#,
            violation: "the input must have at least 2 characters, and has 1"),
        Case(
            schema: #"{"type": "string", "maxLength": 2}"#, value: #""abc""#,
            violation: "the input must have at most 2 characters, and has 3"),
        Case(schema: #"{"enum": ["a", "b"]}"#, value: #""b""#),
        Case(schema: #"{"enum": ["a", "b"]}"#, value: #""c""#, violation: "the input must be one of a, b"),
        Case(schema: #"{"enum": ["a"]}"#, value: #""c""#, violation: "the input must be a"),
        Case(schema: object, value: #"{"a": "x"}"#),
        Case(schema: object, value: #"{"a": "x", "b": null}"#),
        Case(schema: object, value: #"{"a": null}"#, violation: "a must be text, and is null"),
        Case(schema: object, value: #"{"b": {}}"#, violation: "a is missing"),
        Case(schema: object, value: #"{"a": "x", "d": 1}"#, violation: "d is not known; known are a, b"),
        Case(
            schema: object, value: #"{"a": "x", "b": {"c": "7", "free": 1}}"#,
            violation: "b.c must be a whole number, and is text"),
        Case(schema: object, value: #"{"a": "x", "b": {"c": 7, "free": 1}}"#),
        Case(schema: object, value: "[]", violation: "the input must be an object, and is a list"),
        Case(schema: #"{"type": "array", "items": {"type": "integer"}}"#, value: "[1, 2]"),
        Case(
            schema: #"{"type": "array", "items": {"type": "integer"}}"#, value: #"[1, "2"]"#,
            violation: "[1] must be a whole number, and is text"),
        Case(schema: either, value: #"{"kind": "sepa", "iban": "x"}"#),
        Case(schema: either, value: #"{"kind": "ach", "account": "x"}"#),
        Case(schema: either, value: #"{"kind": "sepa"}"#, violation: "iban is missing"),
        Case(schema: either, value: #"{"kind": "ach", "iban": "x"}"#, violation: "account is missing"),
        Case(schema: either, value: #"{"kind": "wire"}"#, violation: "kind must be one of sepa, ach"),
        Case(schema: either, value: "{}", violation: "kind is missing; it must be one of sepa, ach"),
        Case(schema: either, value: "7", violation: "the input must be an object, and is a number"),
        Case(schema: untold, value: "7"),
        Case(schema: untold, value: "[]", violation: "the input has none of the allowed forms"),
    ]

    @Test("A violation names the place and the reason", arguments: all)
    func violation(_ row: Case) async throws {
        try await withDatabase { database in
            let found = try await database.owner.table(
                "select lockstep.violation($1::jsonb, $2::jsonb)", [.text(row.schema), .text(row.value)])
            #expect(found == [[row.violation]])
        }
    }

    @Test("An object in an object is named by its path, in oneOf and in lists too")
    func path() async throws {
        try await withDatabase { database in
            let schema = #"""
                {"type": "object", "properties": {"to": {"type": "array", "items": \#(Self.either)}}}
                """#
            let found = try await database.owner.table(
                "select lockstep.violation($1::jsonb, $2::jsonb)",
                [.text(schema), .text(#"{"to": [{"kind": "ach", "account": "x"}, {"kind": "ach", "account": 7}]}"#)])
            #expect(found == [["to[1].account must be text, and is a number"]])
        }
    }
}
