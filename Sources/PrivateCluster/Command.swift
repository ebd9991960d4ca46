import Glibc

/// A program with its arguments, run with a minimal environment and none of this process's files.
struct Command {
    let path: String
    let arguments: [String]
    /// Added to the minimal environment, or in place of what that says.
    private let variables: [String: String]

    /// What a program needs; nothing of the caller's environment, which can redirect PostgreSQL's programs.
    static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"]

    init(_ path: String, _ arguments: [String], variables: [String: String] = [:]) {
        self.path = path
        self.arguments = arguments
        self.variables = variables
    }

    /// Runs it to its end, without input; answers the exit status and all that it printed.
    func run() throws(PrivateClusterError) -> (status: Int32, output: String) {
        let ends = try makeChannel()
        defer { close(ends.ours) }
        let process: pid_t
        do {
            defer { close(ends.theirs) }
            let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
            defer { close(null) }
            process = try spawn(input: null, output: ends.theirs)
        }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(ends.ours, &buffer, buffer.count)
            if count > 0 { output.append(contentsOf: buffer[..<count]) } else if count == 0 || errno != EINTR { break }
        }
        return (Self.waitForExit(process), String(decoding: output, as: UTF8.self))
    }

    /// Runs it to its end.
    ///
    /// - Throws: what it printed, when its exit status is not 0.
    func runToSuccess() throws(PrivateClusterError) {
        let (status, output) = try run()
        guard status == 0 else {
            throw PrivateClusterError("\(path) failed with exit status \(status): \(output.trimmed)")
        }
    }

    /// Starts it in a session of its own, so that Ctrl-C at a terminal does not reach it.
    func spawn(input: Int32, output: Int32) throws(PrivateClusterError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        for file in Self.inheritableFiles() { posix_spawn_file_actions_addclose(&actions, file) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | Self.setsid))
        let argv = ([path] + arguments).map { strdup($0) } + [nil]
        let environment = Self.environment.merging(variables) { _, added in added }
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var process = pid_t()
        let status = posix_spawn(&process, path, &actions, &attributes, argv, envp)
        guard status == 0 else {
            throw PrivateClusterError("\(path) can't be run: \(String(cString: strerror(status))).")
        }
        return process
    }

    /// `POSIX_SPAWN_SETSID` of glibc's spawn.h, which Swift does not see.
    private static let setsid: Int32 = 0x80

    /// Our files that a child would get: a server that outlives us must not keep our sockets open.
    private static func inheritableFiles() -> [Int32] {
        directoryEntries("/proc/self/fd").compactMap { Int32($0) }.filter { file in
            let flags = fcntl(file, F_GETFD)
            return file > 2 && flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }

    /// The exit status, or 128 and the signal that ended it, as shells count.
    static func waitForExit(_ process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { return -1 }
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}

/// Two connected descriptors, of which no other child that is started at the same time can inherit one.
func makeChannel() throws(PrivateClusterError) -> (ours: Int32, theirs: Int32) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw systemError("socketpair") }
    return (ends[0], ends[1])
}

extension String {
    var trimmed: String {
        split(whereSeparator: \.isNewline).joined(separator: "\n")
    }
}

func systemError(_ what: String) -> PrivateClusterError {
    PrivateClusterError("\(what): \(String(cString: strerror(errno))).")
}
