import Glibc

/// A shell that stops the server when this process has gone, whatever way it went.
///
/// It reads a channel whose other end only this process has: the end of the channel is the end of the process. (The
/// kernel's signal for a parent's death is tied to a thread, and Swift's threads come and go.)
struct Watcher {
    private let channel: Int32
    private let process: pid_t

    private static let script = """
        trap '' INT TERM HUP
        if read -r _; then exit 0; fi
        directory=$1 sockets=$2
        shift 2
        "$@"
        if [ -n "$directory" ]; then rm -rf "$directory"; fi
        if [ -n "$sockets" ]; then rmdir "$sockets"; fi
        """

    /// - Parameters:
    ///   - stop: what stops the server.
    ///   - directory: removed after it with all that is in it; nil: nothing is.
    ///   - sockets: removed after it when it is empty; nil: nothing is.
    init(stop: Command, removing directory: String?, and sockets: String?) throws(PrivateClusterError) {
        let ends = try makeChannel()
        defer { close(ends.theirs) }
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(null) }
        let command = Command(
            "/bin/sh", ["-c", Self.script, "sh", directory ?? "", sockets ?? "", stop.path] + stop.arguments)
        do {
            process = try command.spawn(input: ends.theirs, output: null)
        } catch {
            close(ends.ours)
            throw error
        }
        channel = ends.ours
    }

    /// Sends it home: the server has been stopped.
    func dismiss() {
        _ = write(channel, "\n", 1)
        close(channel)
        _ = Command.waitForExit(process)
    }
}
