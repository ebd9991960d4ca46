public import Time

/// What is to happen when: a queue ordered by instant, and by the order of arrival where instants are equal.
public struct Timeline<Event: Sendable>: Sendable {
    private struct Entry: Sendable {
        let at: Timestamp
        let arrival: UInt64
        let event: Event

        func isBefore(_ other: Entry) -> Bool {
            at == other.at ? arrival < other.arrival : at < other.at
        }
    }

    /// A binary heap: each entry comes before its two children, at 2i + 1 and 2i + 2.
    private var heap: [Entry] = []
    private var arrivals: UInt64 = 0

    /// Nothing to happen.
    public init() {}

    /// How many events are waiting.
    public var count: Int { heap.count }

    /// When the next event is due; nil if none is waiting.
    public var nextDue: Timestamp? { heap.first?.at }

    /// Adds an event.
    public mutating func add(_ event: Event, at instant: Timestamp) {
        heap.append(Entry(at: instant, arrival: arrivals, event: event))
        arrivals += 1
        var child = heap.count - 1
        while child > 0, case let parent = (child - 1) / 2, heap[child].isBefore(heap[parent]) {
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the first event out if it is due at this instant.
    public mutating func takeNext(dueAt now: Timestamp) -> (at: Timestamp, event: Event)? {
        guard let first = heap.first, first.at <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown()
        return (first.at, first.event)
    }

    /// The next event; nil if none is waiting.
    public var first: Event? { heap.first?.event }

    /// Takes the first event out, such as one that has become void, so that nobody is woken for it.
    public mutating func dropFirst() {
        if let at = nextDue { _ = takeNext(dueAt: at) }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].isBefore(heap[smallest]) { smallest = child }
            }
            if smallest == parent { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
