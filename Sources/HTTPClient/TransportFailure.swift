/// Tells from an error whether the request can have reached the server.
///
/// Foundation's codes can't be trusted with that: whenever any of a host's addresses refused the connection, it calls a
/// later break on another address "can't connect" too, and all failures of TLS "unknown". libcurl's own words can: the
/// first message of a transfer is the one that is reported, and each of these is written before the request is.
enum TransportFailure {
    /// How libcurl 7.88 to 8 begins its messages about transfers that never got a connection they could send on.
    private static let beforeSending = [
        "Could not resolve host: ",
        "Failed to connect to ",
        "SSL certificate problem: ",
        "SSL: no alternative certificate subject name matches ",
        "SSL: certificate subject name ",
        "SSL: unable to obtain common name ",
        "OpenSSL SSL_connect: ",
        // A refused handshake, such as "error:0A00010B:SSL routines::wrong version number". Later failures begin with the
        // name of the call, "OpenSSL SSL_read: error:…".
        "error:",
    ]

    static func result(of name: String, text: String, hasSentBody: Bool) -> TransportResult {
        let isBefore = !hasSentBody && beforeSending.contains { text.hasPrefix($0) }
        let reason = "\(name): \(text)"
        return isBefore ? .notSent(reason: reason) : .unknown(reason: reason)
    }
}
