import HTTPClient
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RequestCheckTests {
    let transport = NetworkTransport(connectionsPerHost: 1)

    struct Malformed: Sendable, CustomTestStringConvertible {
        let request: HTTPRequest
        let problem: String
        var testDescription: String { problem }
    }

    @Test("A request that can't be sent as it is written is not sent, and the reason says why", arguments: malformed)
    func refused(malformed: Malformed) async throws {
        let server = try RawServer { _, _ in .close }
        let origin = try server.origin
        let result = await transport.send(malformed.request, to: origin, timeout: .seconds(10))
        let method = malformed.request.method.rawValue
        #expect(result == .notSent(reason: "\(method) to \(origin): \(malformed.problem)"))
        #expect(server.connections == 0)
    }

    static let malformed = [
        Malformed(request: HTTPRequest(.get, "/", body: [1]), problem: "it can't have a body"),
        Malformed(request: HTTPRequest(.head, "/", body: [1]), problem: "it can't have a body"),
        Malformed(request: HTTPRequest(.get, "payouts"), problem: "the target must begin with /"),
        Malformed(
            request: HTTPRequest(.get, "/a b"), problem: "the target must be percent-encoded, without a fragment"),
        Malformed(
            request: HTTPRequest(.get, "/a#b"), problem: "the target must be percent-encoded, without a fragment"),
        Malformed(
            request: HTTPRequest(.get, "/\r\nX: 1"), problem: "the target must be percent-encoded, without a fragment"),
        Malformed(
            request: HTTPRequest(.get, "/é"), problem: "the target must be percent-encoded, without a fragment"),
        Malformed(
            request: HTTPRequest(.post, "/", headers: ["X-Key": "a\r\nX-Injected: 1"]),
            problem: "the header field X-Key has a line break or another control character"),
        Malformed(
            request: HTTPRequest(.post, "/", headers: ["X Key": "a"]), problem: "a header field has a malformed name"),
        Malformed(request: HTTPRequest(.post, "/", headers: ["": "a"]), problem: "a header field has a malformed name"),
    ]

    @Test("Without time nothing is sent")
    func noTime() async throws {
        let server = try RawServer { _, _ in .close }
        let result = try await transport.send(HTTPRequest(.get, "/"), to: server.origin, timeout: .zero)
        #expect(result.isNotSent)
        #expect(server.connections == 0)
    }

    @Test("The path arrives with its dots and doubled slashes, the length is the body's, and no form is claimed")
    func onTheWire() async throws {
        let server = try RawServer { _, _ in .send(WriteOnceTests.ok) }
        let origin = try server.origin
        let write = HTTPRequest(
            .put, "/a/../b//./c?x=/../y", headers: ["Content-Length": "99", "X-Empty": "", "Expect": "100-continue"],
            body: Array("abc".utf8))
        #expect(await transport.send(write, to: origin, timeout: .seconds(10)).status == 200)
        #expect(await transport.send(HTTPRequest(.post, "/empty"), to: origin, timeout: .seconds(10)).status == 200)
        #expect(
            server.requests == [
                "PUT /a/../b//./c?x=/../y HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nAccept: */*\r\n"
                    + "User-Agent: lockstep\r\nContent-Type: application/octet-stream\r\nX-Empty:\r\n"
                    + "Content-Length: 3\r\n\r\nabc",
                "POST /empty HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nAccept: */*\r\n"
                    + "User-Agent: lockstep\r\nContent-Length: 0\r\n\r\n",
            ])
    }

    @Test("A body of two megabytes arrives whole")
    func largeBody() async throws {
        let server = try RawServer { _, _ in .send(WriteOnceTests.ok) }
        let body = [UInt8](repeating: 0x7a, count: 2 << 20)
        let result = try await transport.send(
            HTTPRequest(.post, "/", body: body), to: server.origin, timeout: .seconds(30))
        #expect(result.status == 200)
        #expect(server.requests.first?.utf8.count { $0 == 0x7a } == body.count)
        #expect(server.requests.first?.contains("Expect") == false)
    }
}
