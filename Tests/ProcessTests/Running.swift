import Foundation
import Glibc
import Synchronization

/// A run of the executable under test.
final class Running: Sendable {
    private let process: Process
    private let lifeline: Pipe
    let log: String

    private init(_ process: Process, lifeline: Pipe, log: String) {
        self.process = process
        self.lifeline = lifeline
        self.log = log
    }

    /// The executable that was built with the tests, or the one that `LOCKSTEP_EXECUTABLE` names.
    static var executable: String {
        if let named = ProcessInfo.processInfo.environment["LOCKSTEP_EXECUTABLE"] { return named }
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        return bundle.appendingPathComponent("lockstep").path
    }

    /// Runs a command to its end.
    @discardableResult
    static func once(_ arguments: [String], expecting code: Int32 = 0) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == code else {
            throw Trouble(
                "lockstep \(arguments.joined(separator: " ")) ended with \(process.terminationStatus): \(text)")
        }
        return text
    }

    /// Starts a command, and returns once it says that it is ready.
    static func start(_ arguments: [String], log: String) async throws -> Running {
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        guard let output = FileHandle(forWritingAtPath: log) else { throw Trouble("can't write \(log)") }
        let process = Process()
        let lifeline = Pipe()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments + ["--with-parent"]
        process.standardInput = lifeline
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let running = Running(process, lifeline: lifeline, log: log)
        try await running.ready()
        return running
    }

    /// Sends a signal to it.
    func send(_ signal: Int32) { Glibc.kill(process.processIdentifier, signal) }

    /// Ends it as a crash would, and waits until it is gone.
    func kill() {
        guard process.isRunning else { return }
        send(SIGKILL)
        process.waitUntilExit()
    }

    /// Asks it to stop, and returns its exit code.
    func stop() -> Int32 {
        send(SIGTERM)
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Asks it to stop, and returns its exit code; nil if it is still there after that long.
    func stop(within limit: Duration) -> Int32? {
        send(SIGTERM)
        let end = ContinuousClock.now + limit
        while process.isRunning {
            guard ContinuousClock.now < end else { return nil }
            pass(milliseconds: 5)
        }
        return process.terminationStatus
    }

    /// Whether it is still there.
    var isRunning: Bool { process.isRunning }

    /// What it has printed so far.
    var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    private func ready() async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if output.split(separator: "\n").contains(where: { $0.hasPrefix("ready") }) { return }
            guard process.isRunning else { throw Trouble("it ended early: \(output)") }
            // Its output is a file: there is nothing to wait for but the file itself.
            await Task.yield()
            _ = poll(nil, 0, 5)
        }
        throw Trouble("it was not ready within a minute: \(output)")
    }
}

/// Lets real time pass, for faults whose timing is the point.
func pass(milliseconds: Int) { _ = poll(nil, 0, Int32(milliseconds)) }

/// Below the ports that the system gives to outgoing connections, so that none of them takes one before its server does.
private let ports = 20_000...32_000
private let lastPort = Mutex(ports.lowerBound + Int(getpid()) * 97 % ports.count)

/// A port of 127.0.0.1 that nobody listens on, and that nobody else in this process was given lately.
func freePort() throws -> UInt16 {
    try lastPort.withLock { last in
        for _ in ports {
            last = last < ports.upperBound ? last + 1 : ports.lowerBound
            if isFree(UInt16(last)) { return UInt16(last) }
        }
        throw Trouble("no free port between \(ports.lowerBound) and \(ports.upperBound)")
    }
}

private func isFree(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
