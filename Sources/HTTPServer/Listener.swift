import Glibc

/// A listening TCP socket; whoever serves it closes it.
struct Listener {
    let socket: Int32
    let port: UInt16

    init(host: String, port: UInt16) throws(HTTPServerError) {
        let place = "\(host) port \(port)"
        guard let address = Self.address(host: host, port: port) else {
            throw HTTPServerError("can't listen on \(place): the host must be an IPv4 or IPv6 address, or localhost")
        }
        // Non-blocking: a client that gives up between epoll and accept must not hold up the others.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(address.family, kind, 0)
        guard socket >= 0 else { throw HTTPServerError("can't listen on \(place): \(Self.lastError)") }
        do throws(HTTPServerError) {
            self.port = try Self.listen(on: socket, at: address, place: place)
            self.socket = socket
        } catch {
            close(socket)
            throw error
        }
    }

    private static func listen(on socket: Int32, at address: Address, place: String) throws(HTTPServerError) -> UInt16 {
        // A restarted daemon takes its port again while connections of the old one still linger.
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bound = address.withPointer { bind(socket, $0, $1) }
        guard bound == 0, Glibc.listen(socket, SOMAXCONN) == 0 else {
            let advice = errno == EADDRINUSE ? "; another process has it: stop that one or choose another port" : ""
            throw HTTPServerError("can't listen on \(place): \(lastError)\(advice)")
        }
        var name = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        guard named == 0 else { throw HTTPServerError("can't listen on \(place): \(lastError)") }
        // The port stands at the same place in both families' addresses.
        return withUnsafeBytes(of: name) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }

    private static var lastError: String { String(cString: strerror(errno)) }

    private enum Address {
        case v4(sockaddr_in)
        case v6(sockaddr_in6)

        var family: Int32 {
            switch self {
            case .v4: AF_INET
            case .v6: AF_INET6
            }
        }

        func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
            switch self {
            case .v4(let address): Self.rebind(address, body)
            case .v6(let address): Self.rebind(address, body)
            }
        }

        private static func rebind<T>(_ address: T, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
            withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<T>.size)) }
            }
        }
    }

    private static func address(host: String, port: UInt16) -> Address? {
        var v4 = sockaddr_in()
        v4.sin_family = sa_family_t(AF_INET)
        v4.sin_port = port.bigEndian
        if inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &v4.sin_addr) == 1 { return .v4(v4) }
        var v6 = sockaddr_in6()
        v6.sin6_family = sa_family_t(AF_INET6)
        v6.sin6_port = port.bigEndian
        return inet_pton(AF_INET6, host, &v6.sin6_addr) == 1 ? .v6(v6) : nil
    }
}
