import Glibc
import Postgres
import PrivateCluster
import Testing

@Suite("Lost and closed connections", .timeLimit(.minutes(2)))
struct LossTests {
    private static let backend = Statement(name: "backend", sql: "select pg_backend_pid() as pid")
    private static let sleep = Statement(name: "sleep", sql: "select pg_sleep(600)")

    /// Waits until a backend runs `sleep`; asks again and again instead of sleeping itself.
    private func untilSleeping(_ watcher: PostgresConnection) async throws -> Int {
        let sleeping = Statement(
            "select pid from pg_stat_activity where query like 'select pg_sleep%' and datname = current_database()")
        while true {
            if let row = try await watcher.query(sleeping).first { return try row["pid"] }
        }
    }

    private func withTwo(_ body: (PostgresConnection, PostgresConnection) async throws -> Void) async throws {
        let configuration = try PostgresConfiguration(await TestDatabase.fresh())
        let (one, two) = (PostgresConnection(configuration), PostgresConnection(configuration))
        try await body(one, two)
        await one.close()
        await two.close()
    }

    @Test("a backend that is terminated leaves the outcome unknown, and the next request works, prepared anew")
    func terminated() async throws {
        try await withTwo { connection, other in
            let before: Int = try await connection.query(Self.backend).only["pid"]
            let request = Task { await failure { try await connection.query(Self.sleep) } }
            let pid = try await untilSleeping(other)
            #expect(pid == before)
            try await other.query(Statement("select pg_terminate_backend($1)"), [.int(pid)])
            let error = await request.value
            #expect(error?.kind == .connectionLost(.outcomeUnknown))
            #expect(error?.sqlstate == "57P01")
            #expect(error?.statement == "sleep")
            #expect(error?.certainlyNotRun == false)
            #expect(error?.isTransient == true)
            let after: Int = try await connection.query(Self.backend).only["pid"]
            #expect(after != before)
        }
    }

    @Test("requests behind the one in flight fail too when they were sent")
    func pipelineLost() async throws {
        try await withTwo { connection, other in
            let requests = (0..<10).map { _ in Task { await failure { try await connection.query(Self.sleep) } } }
            let pid = try await untilSleeping(other)
            try await other.query(Statement("select pg_terminate_backend($1)"), [.int(pid)])
            // Those that had not been sent yet run into the next connection, which goes the same way.
            for request in requests {
                let ending = Task { try await terminateWhileSleeping(other) }
                #expect(await request.value?.kind == .connectionLost(.outcomeUnknown))
                ending.cancel()
                try await ending.value
            }
        }
    }

    private func terminateWhileSleeping(_ other: PostgresConnection) async throws {
        let terminate = Statement(
            "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%' "
                + "and datname = current_database()")
        while !Task.isCancelled { _ = await failure { try await other.query(terminate) } }
    }

    @Test("an idle connection that is lost is replaced without anybody noticing")
    func idleLost() async throws {
        try await withTwo { connection, other in
            let pid: Int = try await connection.query(Self.backend).only["pid"]
            try await other.query(Statement("select pg_terminate_backend($1, 5000)"), [.int(pid)])
            let error = await failure { try await connection.query(Self.backend) }
            // The farewell may still be on its way; then the request was sent into the void.
            #expect(error == nil || error?.kind == .connectionLost(.outcomeUnknown))
            #expect(try await connection.query(Self.backend).only["pid"] != pid)
        }
    }

    @Test("the rest of a session fails when its connection is lost, and the next session works")
    func sessionLost() async throws {
        try await withTwo { connection, other in
            try await connection.script("create table t (id int)")
            let error = await failure {
                try await connection.transaction { session in
                    try await session.query(Statement("insert into t values (1)"))
                    let pid: Int = try await session.query(Self.backend).only["pid"]
                    try await other.query(Statement("select pg_terminate_backend($1, 5000)"), [.int(pid)])
                    while await failure(of: { try await session.query(Self.backend) }) == nil {}
                    let second = await failure { try await session.query(Self.backend) }
                    #expect(second?.kind == .connectionLost(.beforeSend))
                }
            }
            #expect(error?.kind == .connectionLost(.beforeSend))
            #expect(try await connection.transaction { try await $0.query(Statement("table t")) }.isEmpty)
        }
    }

    @Test("while the server is down requests certainly don't run; after its start they work")
    func serverDown() async throws {
        var options = PrivateCluster.Options()
        options.lifetime = .withProcessAndDirectory
        let cluster = try PrivateCluster.start(directory: "/tmp/lockstep-loss-\(getpid())", options: options)
        let connection = PostgresConnection(try PostgresConfiguration(cluster.connectionString()))
        #expect(try await connection.query(Statement("select 1 as n")).only["n"] == 1)
        try cluster.stop()
        let first = await failure { try await connection.query(Self.backend) }
        let second = await failure { try await connection.query(Self.backend) }
        for error in [first, second] {
            if case .connectionLost = error?.kind {} else { Issue.record("\(String(describing: error))") }
        }
        #expect(second?.kind == .connectionLost(.beforeSend))
        #expect(second?.certainlyNotRun == true)
        try cluster.startAgain()
        #expect(try await connection.query(Statement("select 1 as n")).only["n"] == 1)
        try cluster.restart(immediately: true)
        _ = await failure { try await connection.query(Self.backend) }
        #expect(try await connection.query(Statement("select 1 as n")).only["n"] == 1)
        await connection.close()
    }

    @Test("a server that does not answer in time counts as lost")
    func noAnswer() async throws {
        var configuration = try PostgresConfiguration(await TestDatabase.fresh())
        configuration.answerGrace = .milliseconds(50)
        let connection = PostgresConnection(configuration)
        let pid: Int32 = try await connection.query(Self.backend).only["pid"]
        #expect(kill(pid, SIGSTOP) == 0)
        let error = await failure { try await connection.query(Self.backend, [], timeout: .milliseconds(50)) }
        #expect(error?.kind == .connectionLost(.outcomeUnknown))
        #expect(kill(pid, SIGCONT) == 0)
        #expect(try await connection.query(Self.backend).only["pid"] != pid)
        await connection.close()
    }

    @Test("connecting to a host that says nothing ends after the timeout")
    func connectTimeout() async throws {
        // A socket that listens and never accepts.
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Bool in
                bind(listener, address, length) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        #expect(port)
        var configuration = try PostgresConfiguration(
            "postgresql://nobody@127.0.0.1:\(UInt16(bigEndian: address.sin_port))/none")
        configuration.connectTimeout = .milliseconds(100)
        let connection = PostgresConnection(configuration)
        let error = await failure { try await connection.query(Statement("select 1")) }
        #expect(error?.kind == .connectionLost(.beforeSend))
        #expect(error?.message.contains("within") == true)
        await connection.close()
    }

    @Test("closing fails what is in flight, what waits and what comes later, and ends the connection")
    func closing() async throws {
        let configuration = try PostgresConfiguration(await TestDatabase.fresh())
        let (connection, other) = (PostgresConnection(configuration), PostgresConnection(configuration))
        let inFlight = Task { await failure { try await connection.query(Self.sleep) } }
        _ = try await untilSleeping(other)
        let waiting = Task { await failure { try await connection.script("select 1") } }
        await connection.close()
        #expect(await inFlight.value?.kind == .closed(.outcomeUnknown))
        #expect(await waiting.value?.kind == .closed(.beforeSend))
        #expect(await failure { try await connection.query(Self.backend) }?.kind == .closed(.beforeSend))
        await connection.close()
        await other.close()
    }

    @Test("a connection that nobody holds any more ends by itself")
    func released() async throws {
        let configuration = try PostgresConfiguration(await TestDatabase.fresh())
        let other = PostgresConnection(configuration)
        let pid: Int = try await PostgresConnection(configuration).query(Self.backend).only["pid"]
        let alive = Statement("select count(*)::int as n from pg_stat_activity where pid = $1")
        while try await other.query(alive, [.int(pid)]).only["n"] != 0 {}
        await other.close()
    }
}
