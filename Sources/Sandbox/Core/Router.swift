public import HTTPTypes

/// The operations of an API: which method and path mean which of them.
public struct Router<Operation: Sendable>: Sendable {
    /// One operation.
    public struct Route: Sendable {
        /// The operation.
        public let operation: Operation
        /// Its verb.
        public let method: HTTPMethod
        /// Its path; parts in braces stand for any one segment: `/payouts/{payoutId}`.
        public let path: String
        fileprivate let parts: [String?]

        /// An operation's verb and path.
        public init(_ operation: Operation, _ method: HTTPMethod, _ path: String) {
            self.operation = operation
            self.method = method
            self.path = path
            parts = path.split(separator: "/").map { $0.hasPrefix("{") ? nil : String($0) }
        }

        /// What stands in for the parts in braces, if the path fits.
        fileprivate func parameters(in segments: [String]) -> [String]? {
            guard segments.count == parts.count else { return nil }
            var parameters: [String] = []
            for (part, segment) in zip(parts, segments) {
                if part == nil {
                    parameters.append(segment)
                } else if part != segment {
                    return nil
                }
            }
            return parameters
        }
    }

    /// All routes; where two fit, the first is meant.
    public let routes: [Route]

    /// A router over these routes.
    public init(_ routes: [Route]) { self.routes = routes }

    /// The path's parts, split as bytes: this runs for each request of thousands of simulated runs.
    private static func segments(of target: String) -> [String] {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        return path.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    /// The operation that a request means, with what stands in for the parts in braces, in order.
    public func match(_ request: HTTPRequest) -> (operation: Operation, parameters: [String])? {
        let segments = Self.segments(of: request.target)
        for route in routes where route.method == request.method {
            if let parameters = route.parameters(in: segments) { return (route.operation, parameters) }
        }
        return nil
    }
}
