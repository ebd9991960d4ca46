import Foundation
import Glibc

/// A client on a bare socket; each wait has a thread of its own, so that it never holds up what it waits for.
struct RawClient: Sendable {
    private let socket: RawSocket

    init(connectingTo port: UInt16) throws { socket = try RawSocket(connectingTo: port) }

    func write(_ text: String) async { await write(Array(text.utf8)) }
    func write(_ bytes: [UInt8]) async { await onThread { socket.write(bytes) } }
    func read() async -> [UInt8]? { await onThread { socket.read() } }
    func readToEnd() async -> String { await onThread { socket.readToEnd() } }

    func readMessage(isAnswerToHead: Bool = false) async -> String? {
        await onThread { socket.readMessage(isAnswerToHead: isAnswerToHead) }
    }

    func close() { socket.closeNow() }

    private func onThread<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: work()) }
        }
    }
}
