/// What the history tells of an event beside its name: the members of a JSON object, in the order in which they came.
struct EventDetail: Sendable {
    /// The event itself as JSON, where it says more than its name.
    var event: String?
    private var members = ""

    /// Nothing yet, or why somebody asked for it.
    init(reason: String? = nil) {
        if let reason { add("reason", text: reason) }
    }

    /// The whole object.
    var json: String { "{" + members + "}" }

    /// Adds a member whose value is JSON already.
    mutating func add(_ name: StaticString, json: String) {
        if members.isEmpty { members.reserveCapacity(224) } else { members += "," }
        members += "\""
        members += name.description
        members += "\":"
        members += json
    }

    /// Adds a text.
    mutating func add(_ name: StaticString, text: String) { add(name, json: JSONCoding.quoted(text)) }

    /// The same with another member.
    func with(_ name: StaticString, json: String) -> EventDetail {
        var more = self
        more.add(name, json: json)
        return more
    }

    /// The same with another text.
    func with(_ name: StaticString, text: String) -> EventDetail { with(name, json: JSONCoding.quoted(text)) }
}
