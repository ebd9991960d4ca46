public import Time

/// Values that are forgotten some time after they were put in, so that a long run does not fill the memory.
///
/// All values of one store live equally long, so that those which came first go first.
public struct ExpiringStore<Value: Sendable>: Sendable {
    private let lifetime: Duration
    private var values: [String: Value] = [:]
    private var order: [(key: String, until: Timestamp)] = []
    private var oldest = 0

    /// An empty store whose values are kept for this long.
    public init(lifetime: Duration) { self.lifetime = lifetime }

    /// How many values are kept.
    public var count: Int { values.count }

    /// The value under a key; nil if there is none any more.
    public subscript(key: String) -> Value? { values[key] }

    /// Puts a value in, and forgets those whose time is over.
    public mutating func put(_ value: Value, under key: String, at now: Timestamp) {
        forget(until: now)
        values[key] = value
        order.append((key, now + lifetime))
    }

    /// Changes a value that is kept.
    public mutating func update(_ key: String, _ change: (inout Value) -> Void) {
        guard var value = values[key] else { return }
        change(&value)
        values[key] = value
    }

    /// Takes a value out before its time.
    public mutating func remove(_ key: String) { values[key] = nil }

    private mutating func forget(until now: Timestamp) {
        while oldest < order.count, order[oldest].until <= now {
            values[order[oldest].key] = nil
            oldest += 1
        }
        if oldest > 1000, oldest * 2 > order.count {
            order.removeFirst(oldest)
            oldest = 0
        }
    }
}
