import Glibc

/// The server that runs on a data directory, as it says in its file `postmaster.pid`.
struct Postmaster {
    let process: pid_t
    let socketDirectory: String

    /// Nil when no server runs there, whatever the file says: it stays behind after a crash, and its number can have
    /// become another process's.
    init?(data: String) {
        guard let lines = ServerHome.lines(of: Self.file(data)), lines.count > 4, let process = pid_t(lines[0]),
            Self.isServer(process, of: data)
        else { return nil }
        self.process = process
        socketDirectory = lines[4]
    }

    /// Removes the lock files when their number has become another process's, which PostgreSQL would take for a server.
    ///
    /// It can also be a zombie's, in a container whose first process does not collect its orphans. When nobody has the
    /// number, PostgreSQL replaces the files itself, and looks first for server processes left behind.
    static func removeStaleFiles(data: String, socketDirectory: String) {
        for file in [file(data), "\(socketDirectory)/.s.PGSQL.5432.lock"] {
            guard let first = ServerHome.lines(of: file)?.first, let process = pid_t(first), kill(process, 0) == 0,
                !isServer(process, of: data)
            else { continue }
            unlink(file)
        }
    }

    private static func file(_ data: String) -> String { "\(data)/postmaster.pid" }

    /// A postmaster's working directory is its data directory.
    private static func isServer(_ process: pid_t, of data: String) -> Bool {
        guard let directory = realpath("/proc/\(process)/cwd", nil) else { return false }
        defer { free(directory) }
        return String(cString: directory) == data
    }
}
