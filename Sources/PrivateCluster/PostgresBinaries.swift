import Glibc

/// Where PostgreSQL's own programs are.
public struct PostgresBinaries: Hashable, Sendable {
    /// The directory of `initdb`, `pg_ctl` and `postgres`.
    public let directory: String

    /// Looks for PostgreSQL's programs.
    ///
    /// - Parameters:
    ///   - explicit: a directory that wins over all others, and in which they must be.
    ///   - searchPath: directories separated by colons, as in `PATH`.
    ///   - versions: a directory with one directory for each installed version, as Debian has it; the newest first.
    public static func find(
        explicit: String? = nil, searchPath: String = "", versions: String = "/usr/lib/postgresql"
    ) throws(PrivateClusterError) -> PostgresBinaries {
        if let explicit {
            guard isComplete(explicit) else {
                throw PrivateClusterError("There is no initdb, pg_ctl and postgres in \(explicit).")
            }
            return PostgresBinaries(directory: explicit)
        }
        let installed = directoryEntries(versions).compactMap { name in Double(name).map { ($0, name) } }
        let newestFirst = installed.sorted { $0.0 > $1.0 }.map { "\(versions)/\($0.1)/bin" }
        let candidates = searchPath.split(separator: ":").map(String.init) + newestFirst
        guard let directory = candidates.first(where: isComplete) else {
            throw PrivateClusterError(
                "PostgreSQL's initdb was not found; install it with apt-get install postgresql, "
                    + "or pass --postgres-bin.")
        }
        return PostgresBinaries(directory: directory)
    }

    func path(of program: String) -> String { "\(directory)/\(program)" }

    private static func isComplete(_ directory: String) -> Bool {
        ["initdb", "pg_ctl", "postgres"].allSatisfy { access("\(directory)/\($0)", X_OK) == 0 }
    }
}
