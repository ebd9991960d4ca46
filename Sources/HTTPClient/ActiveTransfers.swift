import CLibCurl

/// The transfers that are under way; all on the loop's thread.
struct ActiveTransfers {
    private let multi: UnsafeMutableRawPointer
    private var byHandle: [UnsafeMutableRawPointer: Transfer] = [:]
    /// No transfer's deadline is before this one.
    private var nextDeadline: ContinuousClock.Instant?

    init(multi: UnsafeMutableRawPointer) { self.multi = multi }

    /// Starts a transfer.
    mutating func begin(_ transfer: Transfer) {
        guard let easy = transfer.makeHandle() else { return }
        byHandle[easy] = transfer
        nextDeadline = min(nextDeadline ?? transfer.deadline, transfer.deadline)
        curl_multi_add_handle(multi, easy)
    }

    /// Reads and writes what can be, and ends what is over.
    mutating func proceed() {
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard let easy = message.pointee.easy_handle, let transfer = byHandle[easy] else { continue }
            transfer.complete(shim_result(message))
            end(transfer)
        }
    }

    /// Gives up a transfer, begun or not.
    mutating func abort(_ transfer: Transfer, _ reason: String) {
        transfer.abort(reason)
        end(transfer)
    }

    /// Gives up all.
    mutating func abortAll(_ reason: String) {
        for transfer in byHandle.values { abort(transfer, reason) }
    }

    /// Gives up those whose time is over.
    ///
    /// libcurl's own time-out does not count for transfers that wait for a connection.
    mutating func expire(at now: ContinuousClock.Instant) {
        guard let earliest = nextDeadline, earliest <= now else { return }
        for transfer in byHandle.values where transfer.deadline <= now {
            transfer.expire()
            end(transfer)
        }
        nextDeadline = byHandle.values.lazy.map(\.deadline).min()
    }

    /// Waits for sockets, for the next deadline, or to be woken.
    func wait() {
        let rest = nextDeadline.map { $0 - .now } ?? .seconds(60)
        let milliseconds = min(max(rest / .milliseconds(1), 0), 60_000)
        curl_multi_poll(multi, nil, 0, Int32(milliseconds.rounded(.up)), nil)
    }

    private mutating func end(_ transfer: Transfer) {
        guard let easy = transfer.easy else { return }
        curl_multi_remove_handle(multi, easy)
        byHandle[easy] = nil
        transfer.freeHandle()
    }
}
