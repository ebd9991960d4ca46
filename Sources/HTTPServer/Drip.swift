import CMicroHTTPD
import Synchronization

/// A body that goes out ten times a second, a little at a time.
final class Drip: Sendable {
    private struct State {
        var allowed = 0
        var isWaiting = false
        var isBroken = false
        var timer: Task<Void, Never>?
    }

    private let connection: Connection
    private let body: [UInt8]
    private let portion: Int
    private let pause: Duration
    private let state = Mutex(State())

    init(_ body: [UInt8], bytesPerSecond: Int, on connection: OpaquePointer) {
        self.connection = Connection(pointer: connection)
        self.body = body
        let rate = max(1, bytesPerSecond)
        portion = max(1, rate / 10)
        pause = .seconds(1) * portion / rate
    }

    /// Copies what may go out now.
    ///
    /// If nothing may, it suspends the connection until something may.
    func read(from position: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        state.withLock { state in
            guard !state.isBroken else { return shim_reader_failed() }
            let count = min(buffer.count, state.allowed, body.count - position)
            if count > 0 {
                buffer.copyBytes(from: body[position..<position + count])
                state.allowed -= count
                return count
            }
            state.isWaiting = true
            MHD_suspend_connection(connection.pointer)
            state.timer = Task { [pause] in
                try? await Task.sleep(for: pause)
                self.wake(allowing: portion)
            }
            return 0
        }
    }

    /// Sends nothing more and has the connection closed.
    func breakOff() {
        let timer = state.withLock { state in
            state.isBroken = true
            return state.timer
        }
        timer?.cancel()
        wake(allowing: 0)
    }

    private func wake(allowing count: Int) {
        state.withLock { state in
            guard state.isWaiting else { return }
            state.isWaiting = false
            state.allowed += count
            MHD_resume_connection(connection.pointer)
        }
    }

    /// Valid as long as it is suspended, which is when it is used.
    private struct Connection: @unchecked Sendable {
        let pointer: OpaquePointer
    }
}
