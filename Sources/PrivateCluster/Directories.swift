import Glibc

/// Makes a directory and its missing parents, which everybody may pass through.
func makeDirectories(_ path: String) throws(PrivateClusterError) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
        made += "/\(part)"
        if mkdir(made, 0o755) == 0 {
            // The umask may have taken away what the server's user needs.
            chmod(made, 0o755)
        } else if errno != EEXIST {
            throw systemError("mkdir \(made)")
        }
    }
}

/// Makes a directory with a new name, only for ourselves.
func makeTemporaryDirectory(_ prefix: String) throws(PrivateClusterError) -> String {
    var name = Array("\(prefix)XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw systemError("mkdtemp \(prefix)") }
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The path from the root on, without links.
func resolved(_ path: String) throws(PrivateClusterError) -> String {
    guard let pointer = realpath(path, nil) else { throw systemError(path) }
    defer { free(pointer) }
    return String(cString: pointer)
}

/// The names in a directory; none when it can't be read.
func directoryEntries(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        names.append(
            withUnsafeBytes(of: entry.pointee.d_name) { name in
                String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            })
    }
    return names
}

/// A directory for a server, found or made.
struct ServerHome {
    /// What the caller asked for, or a place that the server's user can reach.
    let path: String

    var data: String { "\(path)/data" }
    var log: String { "\(path)/server.log" }

    init(_ wanted: String, for user: ServerUser) throws(PrivateClusterError) {
        try makeDirectories(wanted)
        let wanted = try resolved(wanted)
        try user.takeOver(wanted)
        if user.canWrite(wanted) {
            path = wanted
            return
        }
        // Below /root, for example, the user postgres can't reach anything. The name follows from the wanted path, so
        // that the next start finds the same data.
        path = "/var/tmp/lockstep-\(String(Self.hash(wanted), radix: 16))"
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw systemError("mkdir \(path)") }
        guard user.owns(path) else { throw PrivateClusterError("\(path) belongs to somebody else; remove it.") }
        try user.takeOver(path)
    }

    /// FNV-1a, because Swift's own hashes differ from run to run.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Keeps others from starting the same cluster meanwhile; the lock goes when the descriptor is closed.
    func lock() throws(PrivateClusterError) -> Int32 {
        let file = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw systemError("\(path)/lock") }
        while flock(file, LOCK_EX) != 0 {
            guard errno == EINTR else {
                defer { close(file) }
                throw systemError("flock \(path)/lock")
            }
        }
        return file
    }

    /// The lines of a small file; nil when there is none.
    static func lines(of path: String) -> [String]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
