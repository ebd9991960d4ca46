import Foundation
@preconcurrency import Dispatch
import Time

/// Another run of this executable, which ends when this one does.
///
/// The child is told to watch its standard input: when we are gone, however we went, it is closed.
final class ChildProcess: Sendable {
    private let process: Process
    private let lifeline: Pipe
    /// The command that it runs.
    let name: String
    private let logFile: String

    /// Starts `lockstep <arguments>`; what it prints goes to a file.
    init(_ arguments: [String], log: String, on host: Host) throws {
        name = arguments.first ?? "lockstep"
        logFile = log
        _ = FileManager.default.createFile(atPath: log, contents: nil, attributes: [.posixPermissions: 0o600])
        guard let output = FileHandle(forWritingAtPath: log) else { throw CommandFailure("can't write \(log)") }
        lifeline = Pipe()
        process = Process()
        process.executableURL = URL(fileURLWithPath: host.executable)
        process.arguments = arguments + ["--with-parent"]
        process.environment = host.environment
        process.standardInput = lifeline
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    /// Its process id.
    var id: Int32 { process.processIdentifier }

    /// Whether it is still there.
    var isRunning: Bool { process.isRunning }

    /// Waits until it has printed a line that begins with `ready`, and returns that line.
    func ready(on host: Host, within limit: Duration = .seconds(30)) async throws -> String {
        let end = host.now() + limit
        while host.now() < end {
            let text = (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? ""
            if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ready") }) { return String(line) }
            guard process.isRunning else {
                throw CommandFailure("lockstep \(name) ended early:\n\(text.suffix(2000))")
            }
            await host.sleep(.milliseconds(20))
        }
        throw CommandFailure("lockstep \(name) was not ready within \(limit.inWords); see \(logFile)")
    }

    /// Asks it to stop, and waits until it has.
    func stop() {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }
}

/// The requests to stop that this process gets, each as it comes.
struct StopRequests: Sendable {
    private let sources: [any DispatchSourceSignal]
    /// One element for each request.
    let requests: AsyncStream<Void>

    /// Takes SIGTERM and SIGINT over from the system; with a parent, the end of standard input is a request too.
    init(withParent: Bool) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        requests = stream
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        guard withParent else { return }
        // Nothing but a thread of its own can wait for standard input.
        let thread = Thread {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) > 0 {}
            continuation.yield()
        }
        thread.start()
    }

    /// Waits for the first request.
    func first() async {
        for await _ in requests { break }
        // The sources end with the last use of this value: it has to outlive the waiting.
        withExtendedLifetime(sources) {}
    }
}

/// A port of 127.0.0.1 that nobody listens on now.
func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
        }
    }
    guard bound else { throw CommandFailure("no free port was found on 127.0.0.1") }
    return UInt16(bigEndian: address.sin_port)
}
