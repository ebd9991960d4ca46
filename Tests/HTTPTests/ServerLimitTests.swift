import HTTPServer
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ServerLimitTests {
    /// A server with small limits, that counts what reaches its handler.
    final class Small: Sendable {
        let server: HTTPServer
        private let seen: Counter

        init() throws {
            let seen = Counter()
            let limits = ServerLimits(bodyBytes: 1000, headerFields: 5, connectionMemory: 8 << 10, idleSeconds: 1)
            self.seen = seen
            server = try HTTPServer(
                port: 0, limits: limits,
                answer: { request in
                    seen.add()
                    return .respond(.text(200, "\(request.body.count)"))
                })
        }

        var handled: Int { seen.count }
    }

    @Test(
        "A body up to the limit is handled; one byte more is 413, announced or in chunks, and the handler sees nothing")
    func bodyLimit() async throws {
        let small = try Small()
        let full = try RawClient(connectingTo: small.server.port)
        defer { full.close() }
        await full.write(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "a", count: 1000))
        #expect(await full.readMessage()?.hasSuffix("\r\n\r\n1000") == true)
        await full.write(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" + String(repeating: "a", count: 1001))
        let announced = await full.readMessage()
        #expect(announced?.hasPrefix("HTTP/1.1 413 ") == true)
        #expect(announced?.hasSuffix("\r\n\r\nA body may have 1000 bytes.\n") == true)
        let chunked = try RawClient(connectingTo: small.server.port)
        defer { chunked.close() }
        await chunked.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<11 { await chunked.write("64\r\n" + String(repeating: "b", count: 100) + "\r\n") }
        await chunked.write("0\r\n\r\n")
        #expect(await chunked.readMessage()?.hasPrefix("HTTP/1.1 413 ") == true)
        #expect(small.handled == 1)
    }

    @Test("A body far beyond the limit is refused before it is read")
    func hugeBody() async throws {
        let small = try Small()
        let socket = try RawClient(connectingTo: small.server.port)
        defer { socket.close() }
        await socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")
        #expect(await socket.readToEnd().hasPrefix("HTTP/1.1 413 "))
        #expect(small.handled == 0)
    }

    @Test("Who sends chunks without end is cut off")
    func endlessBody() async throws {
        let small = try Small()
        let socket = try RawClient(connectingTo: small.server.port)
        defer { socket.close() }
        await socket.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "100000\r\n" + String(repeating: "c", count: 1 << 20) + "\r\n"
        for _ in 0..<20 { await socket.write(chunk) }
        #expect(await socket.readToEnd() == "")
        #expect(small.handled == 0)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let what: String
        let request: String
        let status: Int
        var testDescription: String { what }
    }

    @Test("Requests that are none, or too much, are refused by status", arguments: refused)
    func refusals(refusal: Refusal) async throws {
        let small = try Small()
        let socket = try RawClient(connectingTo: small.server.port)
        defer { socket.close() }
        await socket.write(refusal.request)
        #expect(await socket.readToEnd().hasPrefix("HTTP/1.1 \(refusal.status) "))
        #expect(small.handled == 0)
    }

    static let long = String(repeating: "a", count: 9000)
    static let refused = [
        Refusal(what: "unknown method", request: "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n", status: 501),
        Refusal(what: "TRACE", request: "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", status: 501),
        Refusal(what: "lower case", request: "get / HTTP/1.1\r\nHost: x\r\n\r\n", status: 501),
        Refusal(what: "a whole URL", request: "GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n", status: 400),
        Refusal(what: "no length", request: "GET / HTTP/1.1\r\nContent-Length: x\r\nHost: x\r\n\r\n", status: 400),
        Refusal(
            what: "six fields", request: "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n\r\n",
            status: 431),
        Refusal(what: "a long field", request: "GET / HTTP/1.1\r\nHost: x\r\nA: \(long)\r\n\r\n", status: 431),
        Refusal(what: "a long path", request: "GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n", status: 414),
    ]

    @Test("Bytes that are no HTTP don't disturb the next client")
    func rubbish() async throws {
        let small = try Small()
        let rubbish = try RawClient(connectingTo: small.server.port)
        await rubbish.write([0, 1, 2, 255, 13, 10, 13, 10, 0])
        rubbish.close()
        let next = try RawClient(connectingTo: small.server.port)
        defer { next.close() }
        await next.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await next.readMessage()?.hasPrefix("HTTP/1.1 200 ") == true)
    }

    @Test("A client that stops in the middle of its request is disconnected, and the handler sees nothing")
    func idleClient() async throws {
        let small = try Small()
        let socket = try RawClient(connectingTo: small.server.port)
        defer { socket.close() }
        await socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        #expect(await !socket.readToEnd().contains("200"))
        #expect(small.handled == 0)
    }
}
