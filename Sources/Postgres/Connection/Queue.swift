/// First in, first out, without moving the elements at each removal.
struct Queue<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }

    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func prepend(_ element: Element) {
        if head > 0 {
            head -= 1
            elements[head] = element
        } else {
            elements.insert(element, at: 0)
        }
    }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        // Once half of the room is behind the head, the rest moves down: a constant cost for each element.
        if head > 32, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Changes the first element in place.
    mutating func updateFirst<Answer>(_ change: (inout Element) -> Answer) -> Answer? {
        guard !isEmpty, var element = elements[head] else { return nil }
        elements[head] = nil
        defer { elements[head] = element }
        return change(&element)
    }

    /// Takes out every element of which this is true.
    mutating func removeAll(where isUnwanted: (Element) -> Bool) -> [Element] {
        let all = elements[head...].compactMap(\.self)
        elements = all.filter { !isUnwanted($0) }
        head = 0
        return all.filter(isUnwanted)
    }

    mutating func removeAll() -> [Element] {
        removeAll { _ in true }
    }
}
