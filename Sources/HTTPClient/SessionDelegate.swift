import Foundation
import FoundationNetworking
import Synchronization

/// Hands what a session reports of its tasks to the exchanges they belong to.
final class SessionDelegate: NSObject, URLSessionDataDelegate, Sendable {
    private struct Followed {
        let exchange: ClientExchange
        let ended: @Sendable () -> Void
    }

    private let followed = Mutex<[Int: Followed]>([:])

    /// Reports `task` to `exchange` until its end, and calls `ended` then, once.
    func follow(_ task: URLSessionTask, for exchange: ClientExchange, ended: @escaping @Sendable () -> Void) {
        followed.withLock { $0[task.taskIdentifier] = Followed(exchange: exchange, ended: ended) }
    }

    /// Ends the reports of a task that was never sent.
    func forget(_ task: URLSessionTask) {
        followed.withLock { $0.removeValue(forKey: task.taskIdentifier) }?.ended()
        task.cancel()
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        exchange(of: dataTask)?.receive(data)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64
    ) {
        exchange(of: task)?.bodyWasSent()
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let entry = followed.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        entry.exchange.complete(response: task.response, error: error)
        entry.ended()
    }

    private func exchange(of task: URLSessionTask) -> ClientExchange? {
        followed.withLock { $0[task.taskIdentifier] }?.exchange
    }
}
