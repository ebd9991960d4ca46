public import Time

/// A token that opens a provider's API for a while.
public struct AccessToken: Hashable, Sendable {
    /// The token.
    public let text: String
    /// From when on it is no longer used.
    public let staleAt: Timestamp

    /// A token.
    public init(_ text: String, staleAt: Timestamp) {
        self.text = text
        self.staleAt = staleAt
    }
}

/// Keeps one account's access token, and fetches a new one when it is stale: one request at a time, however many calls
/// wait for it.
public actor TokenCache {
    /// Fetches a new token.
    public typealias Fetch = @Sendable () async -> Result<AccessToken, CallFailure>

    private let fetch: Fetch
    private var token: AccessToken?
    private var underWay: Task<Result<AccessToken, CallFailure>, Never>?

    /// A cache that is empty at first.
    public init(fetch: @escaping Fetch) { self.fetch = fetch }

    /// The token, fetched now if there is none that is still good.
    public func token(at now: Timestamp) async throws(CallFailure) -> AccessToken {
        if let token, now < token.staleAt { return token }
        let task = underWay ?? Task { [fetch] in await fetch() }
        underWay = task
        let result = await task.value
        // Whoever comes first tidies up; those who waited for the same answer find nothing to do.
        if underWay == task {
            underWay = nil
            token = try? result.get()
        }
        return try result.get()
    }

    /// Forgets a token that the provider turned down, unless it has been replaced in the meantime.
    public func discard(_ rejected: AccessToken) {
        if token == rejected { token = nil }
    }
}
