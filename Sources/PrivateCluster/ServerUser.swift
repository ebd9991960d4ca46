import Glibc

/// The user that the server runs as: ourselves, or `postgres` when we are root, which PostgreSQL refuses.
struct ServerUser {
    private let other: (user: uid_t, group: gid_t)?

    init() throws(PrivateClusterError) {
        guard geteuid() == 0 else {
            other = nil
            return
        }
        guard let entry = getpwnam("postgres") else {
            throw PrivateClusterError(
                "PostgreSQL refuses to run as root, and there is no user postgres to run it as. "
                    + "Install it with apt-get install postgresql, or run as another user.")
        }
        other = (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }

    /// The command, run as this user.
    func command(_ path: String, _ arguments: [String]) -> Command {
        guard let other else { return Command(path, arguments) }
        return Command(
            "/usr/bin/setpriv",
            ["--reuid", "\(other.user)", "--regid", "\(other.group)", "--init-groups", "--", path] + arguments)
    }

    /// Makes the user the owner of a directory, and nobody else able to look into it.
    func takeOver(_ directory: String) throws(PrivateClusterError) {
        guard chmod(directory, 0o700) == 0 else { throw systemError("chmod \(directory)") }
        guard let other else { return }
        guard chown(directory, other.user, other.group) == 0 else { throw systemError("chown \(directory)") }
    }

    /// Whether the user can make files there, all parents included.
    func canWrite(_ directory: String) -> Bool {
        let check = command("/bin/sh", ["-c", "test -w \"$0\" && test -x \"$0\"", directory])
        return (try? check.run().status) == 0
    }

    /// Whether a directory is this user's own, and no link to somewhere else.
    func owns(_ directory: String) -> Bool {
        var status = stat()
        guard lstat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
        return status.st_uid == (other?.user ?? geteuid()) || status.st_uid == geteuid()
    }
}
