/// A request's verb.
public enum HTTPMethod: String, Hashable, Sendable, Codable {
    /// Reads.
    case get = "GET"
    /// Creates or acts.
    case post = "POST"
    /// Replaces.
    case put = "PUT"
    /// Changes a part.
    case patch = "PATCH"
    /// Removes.
    case delete = "DELETE"
    /// Reads the header fields only.
    case head = "HEAD"
    /// Asks what is allowed.
    case options = "OPTIONS"
}

/// Header fields in the order in which they were added; names compare without regard to case.
public struct HTTPHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// One field.
    public struct Field: Hashable, Sendable {
        /// The name as it was written.
        public let name: String
        /// The value, without surrounding white space.
        public let value: String
    }

    /// All fields, in order; a name may stand more than once.
    public private(set) var fields: [Field]

    /// No fields.
    public init() { fields = [] }

    /// The fields of a literal, in its order.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value under a name; setting replaces all of them, and setting nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// Adds a field behind those that are there.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    private static func same(_ one: String, _ other: String) -> Bool { one.lowercased() == other.lowercased() }
}

/// What a client asks.
public struct HTTPRequest: Hashable, Sendable {
    /// The verb.
    public var method: HTTPMethod
    /// Path and query as sent, such as `/payouts?limit=10`.
    public var target: String
    /// The header fields.
    public var headers: HTTPHeaders
    /// The body, empty where there is none.
    public var body: [UInt8]

    /// A request; `target` is path and query, percent-encoded.
    public init(_ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The path without the query.
    public var path: String { String(target.prefix { $0 != "?" }) }

    /// The query without its question mark, empty where there is none.
    public var query: String { String(target.drop { $0 != "?" }.dropFirst()) }

    /// The path's parts, without empty ones: `/payouts/7/action` is `payouts`, `7`, `action`.
    public var segments: [String] { path.split(separator: "/").map(String.init) }
}

/// What a server answers.
public struct HTTPResponse: Hashable, Sendable {
    /// The status code, such as 200.
    public var status: Int
    /// The header fields.
    public var headers: HTTPHeaders
    /// The body, empty where there is none.
    public var body: [UInt8]

    /// A response.
    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response whose body is text of the given type.
    public static func text(_ status: Int, _ body: String, type: String = "text/plain; charset=utf-8") -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": type], body: Array(body.utf8))
    }

    /// A response whose body is JSON text.
    public static func json(_ status: Int, _ body: String) -> HTTPResponse {
        text(status, body, type: "application/json")
    }
}
