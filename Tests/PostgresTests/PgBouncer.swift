import Foundation

@testable import PrivateCluster

/// A PgBouncer in transaction mode before the tests' cluster, on a Unix socket.
final class PgBouncer {
    static let program = "/usr/sbin/pgbouncer"
    static let isInstalled = FileManager.default.isExecutableFile(atPath: program)

    private let directory: String
    private let process: pid_t

    /// - Parameter servers: how many connections it makes to a database; fewer than its clients, so that they share.
    init(before cluster: PrivateCluster, servers: Int) throws {
        directory = uniqueDirectory("bouncer")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let file = "\(directory)/pgbouncer.ini"
        try """
        [databases]
        * = host=\(cluster.socketDirectory) port=5432 user=postgres
        [pgbouncer]
        listen_addr =
        listen_port = 6432
        unix_socket_dir = \(directory)
        auth_type = any
        pool_mode = transaction
        default_pool_size = \(servers)
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let user = try ServerUser()
        try user.takeOver(directory)
        let output = try makeChannel()
        defer { close(output.ours) }
        process = try user.command(Self.program, [file]).spawn(input: output.theirs, output: output.theirs)
        close(output.theirs)
        var said: [UInt8] = []
        var byte: UInt8 = 0
        while !String(decoding: said, as: UTF8.self).contains("process up") {
            guard read(output.ours, &byte, 1) == 1 else {
                throw PrivateClusterError("PgBouncer did not start: \(String(decoding: said, as: UTF8.self))")
            }
            said.append(byte)
        }
    }

    func connectionString(database: String) -> String {
        "postgresql://postgres@/\(database)?host=\(directory)&port=6432"
    }

    func stop() throws {
        kill(process, SIGTERM)
        _ = Command.waitForExit(process)
        try FileManager.default.removeItem(atPath: directory)
    }
}

/// A path directly under /tmp that nobody has used.
func uniqueDirectory(_ name: String) -> String { "/tmp/lockstep-\(name)-\(UUID().uuidString.prefix(8))" }
