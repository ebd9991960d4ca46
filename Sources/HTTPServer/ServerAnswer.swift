public import HTTPTypes

/// What a handler has the server do with a request.
public enum ServerAnswer: Sendable {
    /// Answer it.
    case respond(HTTPResponse)
    /// Close the connection without a word, as a server does that dies after it has acted.
    case drop
    /// Answer it, the body in slow drops: for trying out how clients bear slow servers.
    case dripping(HTTPResponse, bytesPerSecond: Int)
}
