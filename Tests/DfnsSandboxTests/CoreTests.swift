import SandboxCore
import Testing
import Time

@Suite("What sandboxes have in common")
struct CoreTests {
    @Test("a timeline gives events by instant, and by arrival where instants are equal")
    func timeline() {
        var generator = SplitMix64(seed: 1)
        var timeline = Timeline<Int>()
        var expected: [(at: Int, index: Int)] = []
        for index in 0..<500 {
            let at = generator.below(50)
            expected.append((at, index))
            timeline.add(index, at: Timestamp(seconds: Int64(at)))
        }
        expected.sort { ($0.at, $0.index) < ($1.at, $1.index) }
        #expect(timeline.nextDue == Timestamp(seconds: Int64(expected[0].at)))
        var order: [Int] = []
        while let next = timeline.takeNext(dueAt: Timestamp(seconds: 24)) { order.append(next.event) }
        #expect(order == expected.filter { $0.at <= 24 }.map(\.index))
        #expect(timeline.count == expected.filter { $0.at > 24 }.count)
        while let first = timeline.first, first != expected.last?.index { timeline.dropFirst() }
        #expect(timeline.count == 1)
    }

    @Test("SplitMix64 gives the published numbers")
    func splitMix() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    @Test("JSON keeps the order of members and the text of numbers, and escapes what it must")
    func json() {
        let value = JSON.fields([
            "b": .number("985.50"), "a": .string("\"\\\n\u{1}é/"), "none": nil, "n": .null, "t": .bool(true),
            "list": .array([.int(-1), .object([])]),
        ])
        #expect(value.text == #"{"b":985.50,"a":"\"\\\n\u0001é/","n":null,"t":true,"list":[-1,{}]}"#)
        let read = JSON(parsing: value.bytes)
        #expect(read?["a"] == .string("\"\\\n\u{1}é/"))
        #expect(read?["t"] == .bool(true))
        #expect(JSON(parsing: Array("1".utf8)) == .number("1"))
        #expect(JSON(parsing: Array("[true,1,0,false]".utf8)) == .array([.bool(true), .int(1), .int(0), .bool(false)]))
        #expect(JSON(parsing: [0xFF, 0xFE]) == nil)
    }

    @Test("a query is decoded; lists come repeated or with commas")
    func query() {
        let query = QueryItems("a=1&b=x%2Cy&b=z&c=+&d&e[]=%F0%9F%98%80")
        #expect(query["a"] == "1")
        #expect(query.list("b") == ["x", "y", "z"])
        #expect(query["c"] == " ")
        #expect(query["d"] == "")
        #expect(query.list("e") == ["😀"])
        #expect(query["f"] == nil)
    }

    @Test("the ledger counts by object and by key, and an object that is its own key once")
    func ledger() {
        var ledger = Ledger()
        ledger.record(.created, of: "o", key: "k", at: Timestamp(seconds: 0))
        ledger.record(.created, of: "k", key: "k", at: Timestamp(seconds: 1))
        ledger.record(.confirmed, of: "o", key: nil, at: Timestamp(seconds: 2))
        #expect(ledger.count(.created) == 2)
        #expect(ledger.count(.created, of: "o") == 1)
        #expect(ledger.count(.created, of: "k") == 2)
        #expect(ledger.count(.confirmed, of: "k") == 0)
        #expect(ledger.effects(.created, of: "k").map(\.object) == ["o", "k"])
    }

    @Test("an expiring store forgets what is too old, in order, and keeps the rest")
    func expiring() {
        var store = ExpiringStore<Int>(lifetime: .seconds(10))
        for second in 0..<5000 { store.put(second, under: "\(second)", at: Timestamp(seconds: Int64(second))) }
        #expect(store.count == 10)
        #expect(store["4989"] == nil)
        #expect(store["4990"] == 4990)
        store.update("4990") { $0 = 1 }
        #expect(store["4990"] == 1)
        store.remove("4990")
        #expect(store.count == 9)
    }
}
