@testable import Bench
import JSONSchema
import Testing

@Suite struct LineTests {
    @Test("A bar is met at its value or above, or strictly under it, and a figure without one is neither")
    func bars() {
        #expect(Line("a", 0.6, " ×", bar: .atLeast(0.6)).isMet == true)
        #expect(Line("a", 0.59, " ×", bar: .atLeast(0.6)).isMet == false)
        #expect(Line("a", 5, " ms", bar: .under(5)).isMet == false)
        #expect(Line("a", 4.99, " ms", bar: .under(5)).isMet == true)
        #expect(Line("a", 5, " ms").isMet == nil)
    }

    @Test("The table has a column for each aspect, as wide as its widest cell")
    func markdown() {
        let lines = [
            Line("transitions per second", 61234.4, "/s", note: "200,000 in 3.3 s"),
            Line("… of the reference", 0.587, " ×", bar: .atLeast(0.6)),
        ]
        #expect(
            table(lines) == """
                | figure                 | value    | bar     | met |                  |
                |------------------------|----------|---------|-----|------------------|
                | transitions per second | 61,234/s |         |     | 200,000 in 3.3 s |
                | … of the reference     | 0.59 ×   | ≥ 0.6 × | NO  |                  |
                """)
    }

    @Test("For scripts a line is an object with numbers as numbers")
    func json() {
        #expect(
            Line("idle", 0.4, " %", bar: .under(1)).json
                == ["figure": "idle", "value": .double(0.4), "unit": " %", "bar": "< 1 %", "met": true])
    }

    @Test(
        "Numbers are short, and thousands are apart",
        arguments: [
            (0.5876, "0.59"), (3, "3"), (12.34, "12.3"), (99.94, "99.9"), (100.4, "100"), (1234567, "1,234,567"),
            (-1500, "-1,500"),
        ])
    func numbers(value: Double, text: String) {
        #expect(readable(value) == text)
    }

    @Test("A percentile is one of the values: the nearest rank")
    func percentiles() {
        let values = (1...1000).map(Double.init).reversed()
        #expect(percentile(0.5, of: Array(values)) == 500)
        #expect(percentile(0.99, of: Array(values)) == 990)
        #expect(percentile(0.99, of: [7]) == 7)
        #expect(percentile(0.5, of: []) == 0)
    }
}
