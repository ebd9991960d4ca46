import Domain
import Foundation
import PostgresStore
import Synchronization
import Time

/// The machine that a command runs on: the only way to its clock, its environment and its terminal.
struct Host: Sendable {
    /// The environment's variables.
    let environment: [String: String]
    /// The file that is being run, to run it again as another process.
    let executable: String
    /// Where the command was typed.
    let directory: String

    /// The machine itself.
    static func current() -> Host {
        let process = ProcessInfo.processInfo
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return Host(
            environment: process.environment, executable: own ?? process.arguments.first ?? "lockstep",
            directory: FileManager.default.currentDirectoryPath)
    }

    /// Prints a line for whoever asked.
    func print(_ line: String = "") { Self.write(line + "\n", to: .standardOutput) }

    /// Prints a line about what is going on, beside the command's own output.
    func log(_ line: String) { Self.write("\(now()) \(line)\n", to: .standardError) }

    /// Prints a line of trouble.
    func complain(_ line: String) { Self.write("lockstep: \(line)\n", to: .standardError) }

    /// The machine's clock.
    func now() -> Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }

    /// Waits in real time; returns early when the task is cancelled.
    func sleep(_ duration: Duration) async { try? await Task.sleep(for: duration) }

    /// Random bits from the system.
    func random() -> UInt64 { UInt64.random(in: .min ... .max) }

    /// A new UUID from the system.
    func uuid() -> String { UUID().uuidString.lowercased() }

    /// Time since this was asked for; it never goes back.
    var monotonicTime: @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }

    /// The machine's time for those who only measure how long things take.
    var time: HostTime { HostTime(elapsed: monotonicTime, sleep: { await self.sleep($0) }) }

    /// How many processors the machine has.
    var processors: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// A path as typed, made absolute.
    func path(_ text: String) -> String { text.hasPrefix("/") ? text : directory + "/" + text }

    /// Reads a file as text, or throws a sentence about it.
    func read(_ path: String) throws -> String {
        do {
            return try String(contentsOfFile: self.path(path), encoding: .utf8)
        } catch {
            throw CommandFailure("can't read \(path): \(error.localizedDescription)", code: .usage)
        }
    }

    /// Opens a file to read it line by line (`-`: the standard input), or throws a sentence about it.
    func lines(of path: String) throws -> LineReader {
        if path == "-" { return LineReader(.standardInput) }
        guard let handle = FileHandle(forReadingAtPath: self.path(path)) else {
            throw CommandFailure("can't read \(path)", code: .usage)
        }
        return LineReader(handle)
    }

    /// Writes a secret to a file that only its owner can read, in place of the one that may be there.
    func writeSecret(_ secret: Secret, to path: String) throws {
        let file = self.path(path)
        let folder = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let fresh = "\(file).\(uuid())"
        let made = FileManager.default.createFile(
            atPath: fresh, contents: Data(secret.reveal().utf8), attributes: [.posixPermissions: 0o600])
        guard made, rename(fresh, file) == 0 else {
            try? FileManager.default.removeItem(atPath: fresh)
            throw CommandFailure("can't write \(file)")
        }
    }

    private static let output = Mutex(())

    private static func write(_ text: String, to handle: FileHandle) {
        output.withLock { _ in try? handle.write(contentsOf: Data(text.utf8)) }
    }
}
