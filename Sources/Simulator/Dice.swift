import Time
import WorkflowCore

/// Chance, all of it from one seed: equal seeds, equal draws.
struct Dice {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: SplitMix64.mix(seed ^ 0x4C6F_636B_7374_6570)) }

    /// Any number.
    mutating func number() -> UInt64 { generator.next() }

    /// Yes, in this share of all cases.
    mutating func chance(_ share: Double) -> Bool {
        guard share > 0 else { return false }
        return Double(generator.next() >> 11) / Double(1 << 53) < share
    }

    /// A whole number.
    mutating func whole(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(generator.next() % UInt64(range.count))
    }

    /// One of these.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[whole(0...values.count - 1)] }

    /// An interval, each as likely as the other.
    mutating func between(_ least: Duration, _ most: Duration) -> Duration {
        .microseconds(Int64(whole(Int(least.microseconds)...Int(most.microseconds))))
    }

    /// An interval of any order of magnitude: seconds are as likely as hours.
    mutating func spread(_ least: Duration, _ most: Duration) -> Duration {
        var top = max(1, least.microseconds)
        var steps: [Int64] = [top]
        while top < most.microseconds {
            top = min(top * 2, most.microseconds)
            steps.append(top)
        }
        guard steps.count > 1 else { return least }
        let step = whole(0...steps.count - 2)
        return between(.microseconds(steps[step]), .microseconds(steps[step + 1]))
    }

    /// Dice of its own for one part, so that what this part draws doesn't change what the others do.
    mutating func split() -> Dice { Dice(seed: generator.next()) }
}
