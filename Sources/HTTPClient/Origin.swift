/// Where requests go: scheme, host and port, such as `https://api.dfns.io` or `http://127.0.0.1:8080`.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    /// `https` or `http`.
    public let scheme: String
    /// A name or an address in lower case; an IPv6 address without its brackets.
    public let host: String
    /// The port, 443 or 80 where none was written.
    public let port: UInt16

    /// Reads an origin; nil if there is another scheme, a path, a query, a user's name, or what can't be a host or
    /// port.
    ///
    /// One slash at the end is forgiven.
    public init?(_ text: String) {
        let lowered = text.lowercased()
        guard let scheme = ["https", "http"].first(where: { lowered.hasPrefix("\($0)://") }) else { return nil }
        var rest = lowered.dropFirst(scheme.count + 3)
        if rest.hasSuffix("/") { rest.removeLast() }
        guard let (host, port) = Self.authority(rest) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
    }

    /// Whether what is sent is encrypted.
    public var isSecure: Bool { scheme == "https" }

    /// Whether the host is this machine: `localhost`, `127.0.0.0/8` or `::1`.
    public var isLoopback: Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return host == "localhost" || host == "::1" || isAddress && parts[0] == "127"
    }

    /// The origin as a URL without path; the scheme's own port is left out.
    public var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(port)"
    }

    private static func authority(_ text: Substring) -> (host: String, port: UInt16?)? {
        var host = text
        var port: UInt16?
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            let digits = text[text.index(after: colon)...]
            guard digits.allSatisfy({ ("0"..."9").contains($0) }), let number = UInt16(digits), number > 0 else {
                return nil
            }
            port = number
            host = text[..<colon]
        }
        guard host.hasPrefix("[") else { return isName(host) ? (String(host), port) : nil }
        let address = host.dropFirst().dropLast()
        guard host.hasSuffix("]"), address.contains(":"),
            address.allSatisfy({ $0.isASCII && ($0.isHexDigit || $0 == ":") })
        else { return nil }
        return (String(address), port)
    }

    private static func isName(_ host: Substring) -> Bool {
        !host.isEmpty && host.utf8.count <= 253
            && host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && label.utf8.count <= 63 && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            }
    }
}
