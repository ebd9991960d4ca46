/// An SQL statement and the name under which connections prepare it.
public struct Statement: Hashable, Sendable {
    /// What errors call it, and its name as a prepared statement; empty: it is never prepared.
    public let name: String

    /// One SQL statement, its parameters written `$1`, `$2` and so on.
    public let sql: String

    /// A statement that each connection prepares once, at its first use.
    public init(name: String, sql: String) {
        self.name = name
        self.sql = sql
    }

    /// A statement for a single use, which is not prepared.
    public init(_ sql: String) {
        self.init(name: "", sql: sql)
    }

    /// What errors call it: the name, or how the text begins, cut before any literal, which might be a secret.
    var label: String {
        guard name.isEmpty else { return name }
        let head = sql.prefix { $0 != "'" && $0 != "$" }
        return String(head.prefix(60)).split(whereSeparator: \.isWhitespace).joined(separator: " ") + "…"
    }
}
