import Time

/// What is to happen when: by instant, and where instants are equal, in an order that was drawn.
struct EventQueue<Event> {
    private struct Entry {
        let at: Timestamp
        let tie: UInt64
        let number: Int
        let event: Event

        func isBefore(_ other: Entry) -> Bool {
            (at.microseconds, tie, number) < (other.at.microseconds, other.tie, other.number)
        }
    }

    /// A binary heap: each entry comes before its two children, at 2i + 1 and 2i + 2.
    private var heap: [Entry] = []
    private var added = 0

    /// Adds an event; `tie` decides between events of one instant.
    mutating func add(_ event: Event, at instant: Timestamp, tie: UInt64) {
        added += 1
        heap.append(Entry(at: instant, tie: tie, number: added, event: event))
        var child = heap.count - 1
        while child > 0, case let parent = (child - 1) / 2, heap[child].isBefore(heap[parent]) {
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the first event out; nil: there is none.
    mutating func next() -> (at: Timestamp, event: Event)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].isBefore(heap[smallest]) { smallest = child }
            }
            if smallest == parent { return (first.at, first.event) }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
