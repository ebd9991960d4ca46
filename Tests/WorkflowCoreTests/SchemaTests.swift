import Foundation
import JSONSchema
import Testing
import WorkflowCore

@Suite struct SchemaTests {
    enum Speed: String, Codable, CaseIterable {
        case slow
        case fast
    }

    /// A value with a pattern, whose sample alone it takes.
    struct Code: SchemaDescribed, Hashable, Sendable {
        let text: String

        static var schema: Schema { .string(pattern: "^[A-Z]{3}$") }
        static var sample: Code { Code(text: "EUR") }

        init(text: String) { self.text = text }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            text = try container.decode(String.self)
            guard text.count == 3 else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "three letters")
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }

    struct Sender: Codable {
        let name: Sensitive<String>
        let currency: Sensitive<Code>
        let age: Int?
    }

    struct Order: Codable {
        let reference: String
        let count: Int64
        let urgent: Bool
        let speed: Speed
        let currency: Code
        let note: String?
        let gift: Bool?
        let floors: Int?
        let second: Speed?
        let third: Code?
        let sender: Sender
        let codes: [Code]
        let senders: [Sender]?
        let grid: [[Int]]
        let extra: JSONValue?
    }

    @Test("A sensitive member is marked in the schema, under whatever it lies")
    func sensitive() throws {
        let schema = try Schema.of(Order.self)
        #expect(schema.sensitivePaths == ["sender.currency", "sender.name", "senders[].currency", "senders[].name"])
        #expect(Schema.sensitive(.string()).json == ["type": "string", "sensitive": true])
        #expect(try Schema.of(Speed.self).sensitivePaths == [])
    }

    @Test("A schema is derived from members, optional ones, closed lists, objects in objects, and lists")
    func derivation() throws {
        let sender = Schema.object([
            Schema.Property("name", .sensitive(.string())),
            Schema.Property("currency", .sensitive(.string(pattern: "^[A-Z]{3}$"))),
            Schema.Property("age", .integer, required: false),
        ])
        let code = Schema.string(pattern: "^[A-Z]{3}$")
        let speed = Schema.string(allowed: ["slow", "fast"])
        #expect(
            try Schema.of(Order.self)
                == .object([
                    Schema.Property("reference", .string()),
                    Schema.Property("count", .integer),
                    Schema.Property("urgent", .boolean),
                    Schema.Property("speed", speed),
                    Schema.Property("currency", code),
                    Schema.Property("note", .string(), required: false),
                    Schema.Property("gift", .boolean, required: false),
                    Schema.Property("floors", .integer, required: false),
                    Schema.Property("second", speed, required: false),
                    Schema.Property("third", code, required: false),
                    Schema.Property("sender", sender),
                    Schema.Property("codes", .array(of: code)),
                    Schema.Property("senders", .array(of: sender), required: false),
                    Schema.Property("grid", .array(of: .array(of: .integer))),
                    Schema.Property("extra", .any, required: false),
                ]))
    }

    @Test("JSON Schema names types, members, what is required, and refuses the rest")
    func json() throws {
        let schema = Schema.object([
            Schema.Property("code", .string(pattern: "^[A-Z]{3}$", maximumLength: 3)),
            Schema.Property("speed", .string(allowed: ["slow", "fast"]), required: false),
            Schema.Property("list", .array(of: .oneOf([.integer, .boolean]))),
            Schema.Property("any", .any, required: false),
        ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = String(decoding: try encoder.encode(schema.json), as: UTF8.self)
        let expected =
            #"{"additionalProperties":false,"properties":{"any":{},"#
            + #""code":{"maxLength":3,"pattern":"^[A-Z]{3}$","type":"string"},"#
            + #""list":{"items":{"oneOf":[{"type":"integer"},{"type":"boolean"}]},"type":"array"},"#
            + #""speed":{"enum":["slow","fast"],"type":"string"}},"required":["code","list"],"type":"object"}"#
        #expect(text == expected)
    }

    @Test("A member asked for twice is one member")
    func repeated() throws {
        struct Either: Decodable {
            enum Key: CodingKey { case amount }
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                _ = try container.decode(String.self, forKey: .amount)
                _ = try container.decode(String.self, forKey: .amount)
            }
        }
        #expect(try Schema.of(Either.self) == .object([Schema.Property("amount", .string())]))
    }

    struct Floating: Codable {
        let amount: Double
    }

    struct Named: Codable {
        let labels: [String: String]
    }

    struct Choosing: Codable {
        enum Choice: Codable {
            case one(text: String)
            case two(number: Int)
        }
        let choice: Choice
    }

    struct Positions: Codable {
        struct Pair: Codable {
            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                _ = try container.decode(String.self)
                _ = try container.decode(Int.self)
            }
            func encode(to encoder: any Encoder) throws {}
        }
        let pair: Pair
    }

    @Test("What the plain subset can't say is an error that names the member and what to do")
    func unsupported() {
        #expect(problem(Floating.self) == "amount: a binary float is not exact: take text, or whole units")
        #expect(
            problem(Named.self) == "labels: a schema can't be derived for Dictionary<String, String>, "
                + "whose members have no fixed names: make it SchemaDescribed")
        #expect(
            problem(Choosing.self)
                == "choice: a schema can't be derived for Choice, whose members have no fixed names: make it SchemaDescribed"
        )
        #expect(
            problem(Positions.self)
                == "pair: a schema can't be derived for a list of a fixed length: make it SchemaDescribed"
        )
    }

    private func problem<Value: Decodable>(_ type: Value.Type) -> String? {
        do {
            return "no error, but \(try Schema.of(type))"
        } catch DecodingError.dataCorrupted(let context) {
            return "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        } catch {
            return "\(error)"
        }
    }

    @Test("Any JSON value survives a round trip")
    func values() throws {
        let text = #"{"a":[1,-2.5,true,null,"x"],"b":{"c":{}}}"#
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(value == ["a": [1, .double(-2.5), true, .null, "x"], "b": ["c": [:]]])
        #expect(value["b"]?["c"] == [:])
        #expect(value["a"]?.string == nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == text)
    }
}
