import Foundation
import Glibc

/// A blocking TCP connection.
struct RawSocket {
    let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// A connection to a port of this machine; reading gives up after ten seconds.
    init(connectingTo port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let connected = Self.withLoopback(port: port) { Glibc.connect(descriptor, $0, $1) }
        guard connected == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// What has come, at most 64 KiB; nil at the end of the connection.
    func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    /// Everything up to the end of the connection.
    func readToEnd() -> String {
        var bytes: [UInt8] = []
        while let part = read() { bytes += part }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads one message with its `Content-Length` bytes of body; nil if the connection ends first.
    func readMessage(isAnswerToHead: Bool = false) -> String? {
        var bytes: [UInt8] = []
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = text[..<end.upperBound].lowercased()
                let length = head.firstMatch(of: /content-length: *(\d+)/).flatMap { Int($0.1) } ?? 0
                if isAnswerToHead || bytes.count >= head.utf8.count + length { return text }
            }
            guard let part = read() else { return nil }
            bytes += part
        }
    }

    func closeNow() { close(descriptor) }

    func serve(_ react: (String) -> RawServer.Reaction) {
        defer { close(descriptor) }
        while let request = readMessage() {
            switch react(request) {
            case .send(let text): write(text)
            case .sendAndClose(let text): return write(text)
            case .close: return
            case .reset:
                var abrupt = linger(l_onoff: 1, l_linger: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
                return
            case .silence: while read() != nil {}
            }
        }
    }

    /// Binds to a free port of this machine and listens there.
    static func listen(on descriptor: Int32) throws -> UInt16 {
        guard withLoopback(port: 0, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 64) == 0 else {
            throw POSIXError(.EADDRNOTAVAIL)
        }
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: name.sin_port)
    }

    private static func withLoopback(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
