/// First come, first served, without moving everybody up each time.
struct Line<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }
    var count: Int { elements.count - head }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Takes the first one out.
    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer {
            head += 1
            // Half of it is behind us: what is moved now is paid for by as many that left.
            if head * 2 >= elements.count {
                elements.removeFirst(head)
                head = 0
            }
        }
        return elements[head]
    }

    /// Takes out as many as that, or all.
    mutating func popFirst(_ most: Int) -> [Element] {
        var taken: [Element] = []
        while taken.count < most, let next = popFirst() { taken.append(next) }
        return taken
    }

    /// Lets those who were served too early come first again, in their order.
    mutating func putBack(_ first: [Element]) {
        guard !first.isEmpty else { return }
        elements = first + elements[head...]
        head = 0
    }
}
