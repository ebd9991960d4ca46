import HTTPClient
import HTTPServer
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TransportTests {
    let transport = NetworkTransport(connectionsPerHost: 4)
    let read = HTTPRequest(.get, "/")
    let write = HTTPRequest(.post, "/pay", body: Array("{}".utf8))

    /// What the transport makes of one answer on the wire.
    private func result(of answer: RawServer.Reaction, to request: HTTPRequest) async throws -> TransportResult {
        let server = try RawServer { _, _ in answer }
        return try await transport.send(request, to: server.origin, timeout: .seconds(10))
    }

    @Test("A refused port means not sent, for writes and reads, also by name")
    func refused() async throws {
        let server = try HTTPServer(port: 0) { _ in .text(200, "") }
        let port = server.port
        server.stop()
        for host in ["127.0.0.1", "localhost"] {
            let origin = try #require(Origin("http://\(host):\(port)"))
            for request in [read, write] {
                let result = await transport.send(request, to: origin, timeout: .seconds(10))
                #expect(result.isNotSent)
                #expect(
                    result.reason?.hasPrefix("\(request.method.rawValue) to \(origin): Failed to connect to ") == true)
            }
        }
    }

    @Test("A name that does not resolve means not sent")
    func unresolved() async throws {
        let origin = try #require(Origin("http://no-such-host.invalid"))
        #expect(await transport.send(write, to: origin, timeout: .seconds(30)).isNotSent)
    }

    @Test("A failed TLS handshake means not sent")
    func noTLS() async throws {
        let server = try RawServer { _, _ in .close }
        let origin = try #require(Origin("https://127.0.0.1:\(server.port)"))
        // The server takes the greeting for an unfinished request; a client that sees no TLS in time has sent nothing.
        #expect(await transport.send(write, to: origin, timeout: .milliseconds(300)).isNotSent)
        let plain = try HTTPServer(port: 0) { _ in .text(200, "") }
        let wrong = try #require(Origin("https://127.0.0.1:\(plain.port)"))
        #expect(await transport.send(write, to: wrong, timeout: .seconds(10)).isNotSent)
    }

    @Test("Silence until the time-out is unknown, and no sooner", .timeLimit(.minutes(1)))
    func silence() async throws {
        let clock = ContinuousClock()
        for request in [read, write] {
            let server = try RawServer { _, _ in .silence }
            let origin = try server.origin
            var result: TransportResult?
            let time = await clock.measure {
                result = await transport.send(request, to: origin, timeout: .milliseconds(200))
            }
            #expect(result?.isUnknown == true)
            #expect(result?.reason?.hasSuffix("no complete answer within 0.2 seconds") == true)
            #expect(time >= .milliseconds(200))
        }
    }

    @Test("A cancelled task gives up a request that is under way, as unknown, and hangs up")
    func cancelled() async throws {
        let arrived = Gate()
        let server = try RawServer { _, _ in
            arrived.open()
            return .silence
        }
        let origin = try server.origin
        let task = Task { await transport.send(write, to: origin, timeout: .seconds(60)) }
        await arrived.pass()
        task.cancel()
        let result = await task.value
        #expect(result.isUnknown)
        #expect(result.reason == "POST to \(origin): the task was cancelled")
    }

    @Test("A task that was cancelled before sends nothing")
    func cancelledBefore() async throws {
        let server = try RawServer { _, _ in .close }
        let origin = try server.origin
        let start = Gate()
        let task = Task {
            await start.pass()
            return await transport.send(write, to: origin, timeout: .seconds(60))
        }
        task.cancel()
        start.open()
        #expect(await task.value.isNotSent)
        #expect(server.requests == [])
    }

    @Test("A write that found no free connection in time was not sent")
    func noFreeConnection() async throws {
        let arrived = Gate()
        let server = try RawServer { _, _ in
            arrived.open()
            return .silence
        }
        let origin = try server.origin
        let narrow = NetworkTransport(connectionsPerHost: 1)
        let first = Task { await narrow.send(write, to: origin, timeout: .seconds(60)) }
        await arrived.pass()
        #expect(await narrow.send(write, to: origin, timeout: .milliseconds(200)).isNotSent)
        #expect(server.requests.count == 1)
        first.cancel()
        #expect(await first.value.isUnknown)
    }

    @Test("Answers that break off or are no HTTP are unknown, whatever they began with", arguments: Broken.all)
    func broken(answer: Broken) async throws {
        #expect(try await result(of: answer.reaction, to: write).isUnknown)
        #expect(try await result(of: answer.reaction, to: read).isUnknown)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let what: String
        let reaction: RawServer.Reaction
        var testDescription: String { what }

        static let all = [
            Broken(what: "nothing", reaction: .close),
            Broken(what: "a reset", reaction: .reset),
            Broken(what: "half a head", reaction: .sendAndClose("HTTP/1.1 200 OK\r\nContent-")),
            Broken(what: "half a body", reaction: .sendAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")),
            Broken(
                what: "half a chunk",
                reaction: .sendAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf")),
            Broken(what: "another protocol", reaction: .sendAndClose("SSH-2.0-OpenSSH_9.2\r\n\r\n")),
            Broken(what: "an interim answer only", reaction: .sendAndClose("HTTP/1.1 100 Continue\r\n\r\n")),
        ]
    }

    @Test("Interim answers, repeated fields, chunks and trailers give the one answer that they mean")
    func oddButRight() async throws {
        let wire =
            "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            + "HTTP/1.1 201 Created\r\nX-A:  one \r\nx-a: two\r\nX-Empty:\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"
        let answer = try await result(of: .sendAndClose(wire), to: write).response
        #expect(answer?.status == 201)
        #expect(answer?.body == Array("abcde".utf8))
        #expect(answer?.headers.fields.filter { $0.name.lowercased() == "x-a" }.map(\.value) == ["one", "two"])
        #expect(answer?.headers["X-Empty"] == "")
        #expect(answer?.headers["X-Interim"] == nil)
        #expect(answer?.headers["Link"] == nil)
    }

    @Test("A redirect is an answer, and is not followed", arguments: [301, 302, 303, 307, 308])
    func redirects(status: Int) async throws {
        let server = try HTTPServer(port: 0) { _ in
            HTTPResponse(status: status, headers: ["Location": "/elsewhere"], body: [0x61])
        }
        let result = try await transport.send(write, to: server.origin, timeout: .seconds(10))
        #expect(result.status == status)
        #expect(result.response?.headers["Location"] == "/elsewhere")
        #expect(result.text == "a")
    }

    @Test("An unauthorised answer comes back after one request")
    func unauthorised() async throws {
        let server = try RawServer { _, _ in
            .send("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno")
        }
        #expect(try await transport.send(write, to: server.origin, timeout: .seconds(10)).status == 401)
        #expect(server.requests.count == 1)
    }

    @Test("Cookies are not kept, and packed bodies are left packed")
    func plainAnswers() async throws {
        let packed: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
        let server = try HTTPServer(port: 0) { request in
            let hasExtras = request.headers["Cookie"] != nil || request.headers["Accept-Encoding"] != nil
            return HTTPResponse(
                status: hasExtras ? 500 : 200, headers: ["Set-Cookie": "a=b", "Content-Encoding": "gzip"], body: packed)
        }
        for _ in 0..<2 {
            let result = try await transport.send(read, to: server.origin, timeout: .seconds(10))
            #expect(result.status == 200)
            #expect(result.response?.body == packed)
        }
    }

    @Test("Reads share a connection, writes don't")
    func connections() async throws {
        let server = try RawServer { _, _ in .send(WriteOnceTests.ok) }
        for _ in 0..<3 { _ = try await transport.send(read, to: server.origin, timeout: .seconds(10)) }
        #expect(server.connections == 1)
        for _ in 0..<3 { _ = try await transport.send(write, to: server.origin, timeout: .seconds(10)) }
        #expect(server.connections == 4)
    }

    @Test("No more connections are open at once than were allowed")
    func connectionLimit() async throws {
        let running = Counter()
        let most = Counter()
        let server = try HTTPServer(port: 0) { _ in
            if running.add() > 3 { most.add() }
            for _ in 0..<20 { await Task.yield() }
            running.remove()
            return .text(200, "")
        }
        let origin = try server.origin
        let narrow = NetworkTransport(connectionsPerHost: 3)
        let answered = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<60 {
                group.addTask { await narrow.send(write, to: origin, timeout: .seconds(30)).status == 200 }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answered == 60)
        #expect(most.count == 0)
    }

    @Test("An endless answer is broken off")
    func endlessAnswer() async throws {
        let server = try HTTPServer(port: 0) { _ in
            HTTPResponse(status: 200, body: [UInt8](repeating: 0, count: 16 << 20 + 1))
        }
        let result = try await transport.send(read, to: server.origin, timeout: .seconds(30))
        #expect(result.isUnknown)
        #expect(result.reason?.hasSuffix("the answer is longer than 16777216 bytes") == true)
    }

    @Test("A transport that goes away while nothing is under way ends its thread and connections")
    func goesAway() async throws {
        let server = try RawServer { _, _ in .send(WriteOnceTests.ok) }
        let origin = try server.origin
        for _ in 0..<50 {
            #expect(
                await NetworkTransport(connectionsPerHost: 1).send(read, to: origin, timeout: .seconds(10)).status
                    == 200)
        }
        #expect(server.connections == 50)
    }
}
