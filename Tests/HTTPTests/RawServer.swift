import Foundation
import Glibc
import Synchronization

/// A server on a bare socket, for what a polite one never does.
final class RawServer: Sendable {
    /// What becomes of one request after it was read to its end.
    enum Reaction: Sendable {
        /// Sends these bytes and reads the next request of the connection.
        case send(String)
        /// Sends these bytes and closes the connection.
        case sendAndClose(String)
        /// Closes the connection without a word.
        case close
        /// Resets the connection.
        case reset
        /// Says nothing until the client goes.
        case silence
    }

    let port: UInt16
    private let listener: Int32
    private let react: @Sendable (_ request: Int, _ connection: Int) -> Reaction
    private let log = Mutex<(requests: [String], connections: Int)>(([], 0))

    /// Serves until it is released; `react` is told how many requests and connections came before, over all.
    init(_ react: @escaping @Sendable (_ request: Int, _ connection: Int) -> Reaction) throws {
        self.react = react
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = try RawSocket.listen(on: listener)
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                guard let server = self else { break }
                let number = server.log.withLock { log in
                    log.connections += 1
                    return log.connections - 1
                }
                Thread.detachNewThread { [weak server] in
                    RawSocket(connection).serve { request in server?.answer(request, connection: number) ?? .close }
                }
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Everything that came, each request with its body.
    var requests: [String] { log.withLock { $0.requests } }
    /// How many connections came.
    var connections: Int { log.withLock { $0.connections } }

    private func answer(_ request: String, connection: Int) -> Reaction {
        let number = log.withLock { log in
            log.requests.append(request)
            return log.requests.count - 1
        }
        return react(number, connection)
    }
}
