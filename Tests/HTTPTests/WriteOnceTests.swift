import HTTPClient
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1)))
struct WriteOnceTests {
    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    let transport = NetworkTransport(connectionsPerHost: 4)
    let pay = HTTPRequest(.post, "/pay", headers: ["Content-Type": "application/json"], body: Array(#"{"a":1}"#.utf8))

    @Test(
        "A write that the server read before it broke the connection is sent once, and unknown",
        arguments: [HTTPMethod.post, .put, .patch, .delete], [true, false])
    func brokenAfterReading(method: HTTPMethod, withBody: Bool) async throws {
        let server = try RawServer { number, _ in number == 0 ? .send(Self.ok) : .close }
        let origin = try server.origin
        // A kept connection is the case in which libcurl would send again.
        let first = await transport.send(HTTPRequest(.get, "/warm"), to: origin, timeout: .seconds(10))
        #expect(first.status == 200)
        let write = HTTPRequest(method, "/pay", body: withBody ? Array("{}".utf8) : [])
        let result = await transport.send(write, to: origin, timeout: .seconds(10))
        #expect(result.isUnknown)
        #expect(server.requests.count { $0.contains("/pay") } == 1)
    }

    @Test("A second write after an answered one is sent once as well, when the connection is reset")
    func resetAfterReading() async throws {
        let server = try RawServer { number, _ in number == 0 ? .send(Self.ok) : .reset }
        let origin = try server.origin
        #expect(await transport.send(pay, to: origin, timeout: .seconds(10)).status == 200)
        #expect(await transport.send(pay, to: origin, timeout: .seconds(10)).isUnknown)
        #expect(server.requests.count == 2)
        #expect(server.connections == 2)
    }

    @Test("A hundred writes to a server that breaks every second answer arrive once each")
    func manyWrites() async throws {
        let server = try RawServer { number, _ in number.isMultiple(of: 2) ? .send(Self.ok) : .close }
        let origin = try server.origin
        let results = await withTaskGroup(of: TransportResult.self) { group in
            for number in 0..<100 {
                let write = HTTPRequest(.post, "/pay/\(number)", body: [1])
                group.addTask { await transport.send(write, to: origin, timeout: .seconds(30)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let targets = server.requests.compactMap { $0.split(separator: " ").dropFirst().first }
        #expect(Set(targets).count == 100)
        #expect(targets.count == 100)
        #expect(results.count { $0.status == 200 } == 50)
        #expect(results.count { $0.isUnknown } == 50)
    }

    @Test("A host whose first address refuses does not make a later break look unsent")
    func staleConnectError() async throws {
        let server = try RawServer { _, _ in .close }
        let origin = try #require(Origin("http://localhost:\(server.port)"))
        let result = await transport.send(pay, to: origin, timeout: .seconds(10))
        #expect(server.requests.count == 1)
        #expect(result.isUnknown)
    }
}
