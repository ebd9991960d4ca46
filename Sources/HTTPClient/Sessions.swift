import Foundation
import FoundationNetworking
import Synchronization

/// The connections that reads share, kept open between them.
final class SharedSession: Sendable {
    private let session: URLSession
    private let delegate = SessionDelegate()

    init(connectionsPerHost: Int) {
        session = URLSession(
            configuration: .plain(connectionsPerHost: connectionsPerHost), delegate: delegate, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    func start(_ exchange: ClientExchange, _ message: URLRequest) {
        let task = session.dataTask(with: message)
        delegate.follow(task, for: exchange) {}
        if !exchange.start(task) { delegate.forget(task) }
    }
}

/// Sends each write on a new connection, and bounds how many there are to one origin.
final class ConnectionGate: Sendable {
    private struct Write {
        let exchange: ClientExchange
        let message: URLRequest
    }

    private struct Line {
        var running = 0
        var waiting: [Write] = []
    }

    private let limit: Int
    private let lines = Mutex<[Origin: Line]>([:])

    init(limit: Int) { self.limit = limit }

    /// Starts it when a place is free.
    func start(_ exchange: ClientExchange, _ message: URLRequest, to origin: Origin) {
        let write = Write(exchange: exchange, message: message)
        let mayRun = lines.withLock { lines in
            guard lines[origin, default: Line()].running < limit else {
                lines[origin, default: Line()].waiting.append(write)
                return false
            }
            lines[origin, default: Line()].running += 1
            return true
        }
        if mayRun { run(write, to: origin) }
    }

    private func run(_ write: Write, to origin: Origin) {
        let delegate = SessionDelegate()
        let session = URLSession(configuration: .plain(connectionsPerHost: 1), delegate: delegate, delegateQueue: nil)
        let task = session.dataTask(with: write.message)
        delegate.follow(task, for: write.exchange) { self.leave(origin) }
        if !write.exchange.start(task) { delegate.forget(task) }
        session.finishTasksAndInvalidate()
    }

    /// Gives the place to the next write that is still wanted.
    private func leave(_ origin: Origin) {
        let next = lines.withLock { lines -> Write? in
            while let write = lines[origin]?.waiting.first {
                lines[origin]?.waiting.removeFirst()
                if !write.exchange.isSettled { return write }
            }
            lines[origin]?.running -= 1
            if lines[origin]?.running == 0 { lines[origin] = nil }
            return nil
        }
        if let next { run(next, to: origin) }
    }
}

extension URLSessionConfiguration {
    /// Nothing kept, nothing added.
    fileprivate static func plain(connectionsPerHost: Int) -> URLSessionConfiguration {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = connectionsPerHost
        configuration.httpShouldSetCookies = false
        configuration.httpCookieAcceptPolicy = .never
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalAndRemoteCacheData
        return configuration
    }
}
