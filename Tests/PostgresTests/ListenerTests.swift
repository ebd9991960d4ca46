import Postgres
import PrivateCluster
import Testing

@Suite("Listeners", .timeLimit(.minutes(1)))
struct ListenerTests {
    private static let notify = Statement("select pg_notify($1, $2)")

    @Test("notifications arrive, and again after the connection was lost, which the reader is told")
    func reconnect() async throws {
        let configuration = try PostgresConfiguration(await TestDatabase.fresh())
        let connection = PostgresConnection(configuration)
        let listener = PostgresListener(configuration, channels: ["jobs", "an \"odd\" name"])
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .listening)
        try await connection.query(Self.notify, [.text("jobs"), .text("1")])
        #expect(await events.next() == .notified(channel: "jobs", payload: "1"))
        let terminate = Statement("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'")
        #expect(try await connection.query(terminate).count == 1)
        #expect(await events.next() == .listening)
        try await connection.query(Self.notify, [.text("other"), .text("unheard")])
        try await connection.query(Self.notify, [.text("an \"odd\" name"), .text("")])
        #expect(await events.next() == .notified(channel: "an \"odd\" name", payload: ""))
        await listener.close()
        #expect(await events.next() == nil)
        await connection.close()
    }

    @Test("a listener without a server goes on trying, and ends when it is closed")
    func noServer() async throws {
        let listener = PostgresListener(try PostgresConfiguration("host=/nonexistent"), channels: ["jobs"])
        await listener.close()
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == nil)
    }

    @Test("a listener that was started before its server listens once the server is there")
    func serverComesLater() async throws {
        var options = PrivateCluster.Options()
        options.lifetime = .withProcessAndDirectory
        let cluster = try PrivateCluster.start(directory: uniqueDirectory("listener"), options: options)
        try cluster.stop()
        let listener = PostgresListener(try PostgresConfiguration(cluster.connectionString()), channels: ["jobs"])
        try cluster.startAgain()
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .listening)
        await listener.close()
    }
}
