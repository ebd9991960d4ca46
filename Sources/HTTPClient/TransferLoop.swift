import CLibCurl
import Foundation
import Glibc
import Synchronization

/// The thread on which all of a transport's transfers go on.
///
/// It waits in `curl_multi_poll` for sockets, and for `curl_multi_wakeup`, which is libcurl's one call that other
/// threads may make.
final class TransferLoop: Sendable {
    private struct Inbox {
        var added: [Transfer] = []
        var aborted: [(transfer: Transfer, reason: String)] = []
        var isStopping = false
    }

    /// libcurl's handle for all transfers together; the thread frees it when `isStopping` has been seen.
    private struct Multi: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer?
    }

    private static let isLibraryReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == 0

    private let multi: Multi
    private let inbox = Mutex(Inbox())

    init(connectionsPerHost: Int) {
        multi = Multi(pointer: Self.isLibraryReady ? curl_multi_init() : nil)
        guard let pointer = multi.pointer else { return }
        _ = shim_set_multi_number(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
        let thread = Thread { [self] in run() }
        thread.name = "http-client"
        thread.start()
    }

    /// Starts a transfer.
    func add(_ transfer: Transfer) {
        let isTaken = inbox.withLock { inbox in
            guard !inbox.isStopping, let pointer = multi.pointer else { return false }
            inbox.added.append(transfer)
            curl_multi_wakeup(pointer)
            return true
        }
        if !isTaken { transfer.abort("the transport was closed") }
    }

    /// Gives a transfer up, if it is not over yet.
    func abort(_ transfer: Transfer, _ reason: String) {
        guard !transfer.isSettled else { return }
        inbox.withLock { inbox in
            guard !inbox.isStopping, let pointer = multi.pointer else { return }
            inbox.aborted.append((transfer, reason))
            curl_multi_wakeup(pointer)
        }
    }

    /// Gives up what is under way, and ends the thread.
    func stop() {
        inbox.withLock { inbox in
            guard !inbox.isStopping, let pointer = multi.pointer else { return }
            inbox.isStopping = true
            curl_multi_wakeup(pointer)
        }
    }

    private func run() {
        guard let multi = multi.pointer else { return }
        Self.ignoreBrokenPipes()
        var transfers = ActiveTransfers(multi: multi)
        while takeInbox(&transfers) {
            transfers.proceed()
            transfers.expire(at: .now)
            transfers.wait()
        }
        transfers.abortAll("the transport was closed")
        curl_multi_cleanup(multi)
    }

    /// Does what other threads asked for; false if that is to stop.
    private func takeInbox(_ transfers: inout ActiveTransfers) -> Bool {
        let taken = inbox.withLock { inbox in
            defer {
                inbox.added = []
                inbox.aborted = []
            }
            return inbox
        }
        // What is given up before it was begun is never begun.
        for (transfer, reason) in taken.aborted { transfers.abort(transfer, reason) }
        for transfer in taken.added where !transfer.isSettled { transfers.begin(transfer) }
        return !taken.isStopping
    }

    /// OpenSSL writes to sockets without the flag against SIGPIPE, which would end the process.
    private static func ignoreBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
