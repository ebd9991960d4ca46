import Foundation
import JSONSchema
import Testing
import Time
import WorkflowCore

@testable import Engine

/// What is stored has to read the same for ever: the writer says what Foundation says, to the letter.
@Suite struct JSONWriterTests {
    private func foundation(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private struct Everything: Encodable {
        var text = "plain / slash"
        var quoted = "say \"no\" \\ \u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f}é€😀\u{2028}"
        var empty = ""
        var yes = true
        var small: Int8 = -128
        var large: UInt64 = .max
        var lowest = Int64.min
        var whole = 3.0
        var fraction = 0.1
        var tiny = Double.leastNonzeroMagnitude
        var huge = 1.7976931348623157e308
        var single: Float = 1.5
        var missing: Int?
        var present: Int? = 7
        var list = [1, 2, 3]
        var nested: [[String]] = [["a"], [], ["b", "c"]]
        var none: [Int] = []
        var members = ["b": 1, "a": 2, "ä": 3, "A": 4, "10": 5, "9": 6, "": 7]
        var noMembers: [String: Int] = [:]
        var numbered = [2: "two"]
        var nulls: [Int?] = [1, nil]
        var amount = Decimal(string: "12345678901234567890.125")
        var link = URL(string: "https://example.com/a/b")
        var bytes = Data([0, 1, 255])
        var at = Date(timeIntervalSinceReferenceDate: 12.5)
        var instant = Timestamp(seconds: 1_772_000_000)
        var job = JobID(high: 0x0190_0000_0000_7003, low: 0x8000_0000_0000_0001)
        var value: JSONValue = ["z": [1, "x", .null, .double(2.5), true], "a": ["k": "v"]]
    }

    @Test("Every kind of value is what Foundation makes of it")
    func everything() throws {
        #expect(try JSONWriter().text(of: Everything()) == foundation(Everything()))
    }

    @Test("So are values that are neither object nor list")
    func fragments() throws {
        #expect(try JSONWriter().text(of: "a\"b") == #""a\"b""#)
        #expect(try JSONWriter().text(of: 7) == "7")
        #expect(try JSONWriter().text(of: Int?.none) == "null")
        #expect(try JSONWriter().text(of: Decimal(1.25)) == "1.25")
        #expect(try JSONWriter().text(of: [String: Int]()) == "{}")
        #expect(try JSONWriter().text(of: [Int]()) == "[]")
    }

    private enum Shape: Codable {
        case point
        case circle(radius: Int)
        case named(String, of: [Shape])
    }

    @Test("Cases with and without payload, labelled or not, nest")
    func cases() throws {
        let shapes: [Shape] = [.point, .circle(radius: 3), .named("two", of: [.point, .circle(radius: 1)])]
        #expect(try JSONWriter().text(of: shapes) == foundation(shapes))
        #expect(try JSONWriter().text(of: Shape.point) == #"{"point":{}}"#)
    }

    private class Base: Encodable {
        var base = 1
    }

    private final class Derived: Base {
        var derived = 2

        private enum CodingKeys: String, CodingKey { case derived }

        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(derived, forKey: .derived)
            try super.encode(to: container.superEncoder())
        }
    }

    @Test("A superclass has a member of its own")
    func classes() throws {
        #expect(try JSONWriter().text(of: Derived()) == #"{"derived":2,"super":{"base":1}}"#)
        #expect(try foundation(Derived()) == #"{"derived":2,"super":{"base":1}}"#)
    }

    private struct Twice: Encodable {
        private enum Key: String, CodingKey { case a, b }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(1, forKey: .b)
            try container.encode(2, forKey: .a)
            try container.encode(3, forKey: .b)
        }
    }

    @Test("Of two members with one name the last counts")
    func twice() throws {
        #expect(try JSONWriter().text(of: Twice()) == #"{"a":2,"b":3}"#)
    }

    private struct Silent: Encodable {
        func encode(to encoder: any Encoder) {}
    }

    @Test("What is no JSON is an error that says where, and a value that says nothing is one, too")
    func errors() throws {
        struct Reading: Encodable { var values = ["x": [1.0, .infinity]] }
        #expect {
            try JSONWriter().text(of: Reading())
        } throws: { error in
            guard case EncodingError.invalidValue(_, let context) = error else { return false }
            return context.codingPath.map(\.stringValue) == ["values", "x", "Index 1"]
        }
        #expect(throws: EncodingError.self) { try JSONWriter().text(of: Silent()) }
        #expect(try JSONWriter().text(of: [Silent()]) == foundation([Silent()]))
    }
}
