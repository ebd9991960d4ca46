import HTTPClient
import HTTPTypes
import Synchronization
import Testing

@Suite("A transport that expires", .timeLimit(.minutes(1)))
struct ExpiringTests {
    /// Says no this often, and then yes.
    private final class Countdown: Sendable {
        private let left: Mutex<Int>

        init(_ times: Int) { left = Mutex(times) }

        func isOver() -> Bool {
            left.withLock { left in
                left -= 1
                return left < 0
            }
        }
    }

    private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    private let network = NetworkTransport(connectionsPerHost: 4)

    @Test("Before it is too late it sends", arguments: [HTTPMethod.get, .post])
    func inTime(method: HTTPMethod) async throws {
        let server = try RawServer { [ok] _, _ in .send(ok) }
        let transport = ExpiringTransport(network, isTooLate: { false })
        #expect(
            try await transport.send(HTTPRequest(method, "/x"), to: server.origin, timeout: .seconds(10)).status == 200)
        #expect(server.requests.count == 1)
    }

    @Test("When it is too late from the start it does not even connect")
    func tooLate() async throws {
        let server = try RawServer { [ok] _, _ in .send(ok) }
        let transport = ExpiringTransport(network, isTooLate: { true })
        let result = try await transport.send(HTTPRequest(.post, "/x"), to: server.origin, timeout: .seconds(10))
        #expect(
            try result == .notSent(reason: "POST to \(server.origin): it is too late to send it, the lease is over"))
        #expect(server.connections == 0)
    }

    @Test(
        "When it becomes too late while the connection is made, nothing is written to it",
        arguments: [HTTPMethod.get, .post])
    func tooLateAtLast(method: HTTPMethod) async throws {
        let server = try RawServer { [ok] _, _ in .send(ok) }
        // Asked once before the request is begun, and once when the connection stands.
        let countdown = Countdown(1)
        let transport = ExpiringTransport(network, isTooLate: countdown.isOver)
        let request = HTTPRequest(method, "/x", body: method == .post ? [1] : [])
        let result = try await transport.send(request, to: server.origin, timeout: .seconds(10))
        #expect(
            result
                == .notSent(
                    reason: "\(method.rawValue) to \(try server.origin): it is too late to send it, the lease is over"))
        // What was written would have arrived before what comes now on a connection of its own.
        #expect(
            try await network.send(HTTPRequest(.post, "/y"), to: server.origin, timeout: .seconds(10)).status == 200)
        #expect(server.requests.map { $0.contains("/y") } == [true])
        #expect(server.connections == 2)
    }

    @Test("Of two limits the earlier one counts")
    func nested() async throws {
        let server = try RawServer { [ok] _, _ in .send(ok) }
        let inner = ExpiringTransport(network, isTooLate: { true })
        let outer = ExpiringTransport(inner, isTooLate: { false })
        let result = try await outer.send(HTTPRequest(.post, "/x"), to: server.origin, timeout: .seconds(10))
        guard case .notSent = result else {
            Issue.record("\(result)")
            return
        }
        #expect(server.connections == 0)
    }
}
