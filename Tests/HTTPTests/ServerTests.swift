import HTTPClient
import HTTPServer
import HTTPTypes
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ServerTests {
    let transport = NetworkTransport(connectionsPerHost: 8)

    @Test("A request arrives as it was sent: method, raw target, header fields, every byte of the body")
    func exactRequest() async throws {
        let seen = Mutex<HTTPRequest?>(nil)
        let server = try HTTPServer(port: 0) { request in
            seen.withLock { $0 = request }
            return HTTPResponse(
                status: 201, headers: ["X-Answer": "yes", "X-Many": "1"], body: request.body.reversed())
        }
        let body = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let target = "/a%2Fb%20c/%C3%A9+d//e?q=%26&r=a+b&&s"
        let headers: HTTPHeaders = ["X-Empty": "", "X-Odd": "a, b; c=\"d\"", "Content-Type": "application/x-thing"]
        let result = try await transport.send(
            HTTPRequest(.patch, target, headers: headers, body: body), to: server.origin, timeout: .seconds(10))

        let request = try #require(seen.withLock { $0 })
        #expect(request.method == .patch)
        #expect(request.target == target)
        #expect(request.body == body)
        for field in headers.fields { #expect(request.headers[field.name] == field.value) }
        #expect(result.status == 201)
        #expect(result.response?.body == body.reversed())
        #expect(result.response?.headers["x-answer"] == "yes")
    }

    @Test(
        "Each method reaches the handler", arguments: [HTTPMethod.get, .post, .put, .patch, .delete, .head, .options])
    func methods(method: HTTPMethod) async throws {
        let server = try HTTPServer(port: 0) { .text(200, $0.method.rawValue) }
        let result = try await transport.send(HTTPRequest(method, "/"), to: server.origin, timeout: .seconds(10))
        #expect(result.status == 200)
        #expect(result.text == (method == .head ? "" : method.rawValue))
    }

    @Test("A connection serves several requests, HEAD among them")
    func keepAlive() async throws {
        let server = try HTTPServer(port: 0) { .text(200, "\($0.path) \($0.body.count)") }
        let socket = try RawClient(connectingTo: server.port)
        defer { socket.close() }
        await socket.write("POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        #expect(await socket.readMessage()?.hasSuffix("\r\n\r\n/one 3") == true)
        await socket.write("HEAD /two HTTP/1.1\r\nHost: x\r\n\r\n")
        let head = await socket.readMessage(isAnswerToHead: true)
        #expect(head?.contains("Content-Length: 6\r\n") == true)
        #expect(head?.hasSuffix("\r\n\r\n") == true)
        await socket.write(
            "POST /three HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n")
        #expect(await socket.readMessage()?.hasSuffix("\r\n\r\n/three 5") == true)
        await socket.write("GET /four HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(await socket.readToEnd().hasSuffix("\r\n\r\n/four 0") == true)
    }

    @Test("Sixty-four handlers wait at once, though one thread serves all connections")
    func manyWaiting() async throws {
        let gate = Gate(opensAt: 64)
        let server = try HTTPServer(port: 0) { request in
            await gate.pass()
            return .text(200, request.path)
        }
        let origin = try server.origin
        let wide = NetworkTransport(connectionsPerHost: 64)
        let answers = await withTaskGroup(of: String?.self) { group in
            for number in 0..<64 {
                group.addTask {
                    await wide.send(HTTPRequest(.get, "/\(number)"), to: origin, timeout: .seconds(30)).text
                }
            }
            return await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(answers == Set((0..<64).map { "/\($0)" }))
    }

    @Test("A dropped request gets not one byte, and its connection is closed")
    func drop() async throws {
        let server = try HTTPServer(port: 0, answer: { $0.path == "/drop" ? .drop : .respond(.text(200, "here")) })
        let socket = try RawClient(connectingTo: server.port)
        defer { socket.close() }
        await socket.write("POST /drop HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        #expect(await socket.readToEnd() == "")
        let write = HTTPRequest(.post, "/drop", body: [1])
        #expect(try await transport.send(write, to: server.origin, timeout: .seconds(10)).isUnknown)
        #expect(
            try await transport.send(HTTPRequest(.get, "/"), to: server.origin, timeout: .seconds(10)).text == "here")
    }

    @Test("A slow body comes complete to who waits, and is unknown to who does not")
    func dripping() async throws {
        let server = try HTTPServer(
            port: 0,
            answer: { request in
                .dripping(.text(200, "drop by drop"), bytesPerSecond: request.path == "/fast" ? 120 : 1)
            })
        let fast = try await transport.send(HTTPRequest(.get, "/fast"), to: server.origin, timeout: .seconds(30))
        #expect(fast.text == "drop by drop")
        let slow = try await transport.send(
            HTTPRequest(.get, "/slow"), to: server.origin, timeout: .milliseconds(300))
        #expect(slow.isUnknown)
    }

    @Test(
        "A handler's impossible answer is a 500 that names the mistake",
        arguments: [
            (HTTPResponse(status: 99), "The handler answered with the status 99.\n"),
            (
                HTTPResponse(status: 200, headers: ["X-Bad": "a\r\nX-Injected: 1"]),
                "The handler's answer has a malformed header field.\n"
            ),
        ])
    func impossibleAnswer(answer: HTTPResponse, text: String) async throws {
        let server = try HTTPServer(port: 0) { _ in answer }
        let result = try await transport.send(HTTPRequest(.get, "/"), to: server.origin, timeout: .seconds(10))
        #expect(result.status == 500)
        #expect(result.text == text)
    }

    @Test("An answer without content has no body, and the connection stays in step")
    func noContent() async throws {
        let server = try HTTPServer(port: 0) { request in
            HTTPResponse(
                status: request.path == "/none" ? 204 : 200, headers: ["Content-Length": "77"], body: [0x68, 0x69])
        }
        let socket = try RawClient(connectingTo: server.port)
        defer { socket.close() }
        await socket.write("GET /none HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await socket.readMessage()?.hasPrefix("HTTP/1.1 204 ") == true)
        await socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let second = await socket.readMessage()
        #expect(second?.hasPrefix("HTTP/1.1 200 ") == true)
        #expect(second?.contains("Content-Length: 2\r\n") == true)
    }

    @Test("A taken port and a host that is no address are errors that say so")
    func cannotListen() async throws {
        let server = try HTTPServer(port: 0) { _ in .text(200, "") }
        let taken = #expect(throws: HTTPServerError.self) { try HTTPServer(port: server.port) { _ in .text(200, "") } }
        #expect(
            taken?.description == "can't listen on 127.0.0.1 port \(server.port): Address already in use; "
                + "another process has it: stop that one or choose another port")
        let nowhere = #expect(throws: HTTPServerError.self) {
            try HTTPServer(host: "example.com", port: 0) { _ in .text(200, "") }
        }
        #expect(
            nowhere?.description
                == "can't listen on example.com port 0: the host must be an IPv4 or IPv6 address, or localhost")
    }
}
