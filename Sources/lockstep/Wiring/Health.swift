import HTTPTypes
import Postgres
import PostgresStore

/// What load balancers and people ask a daemon.
struct Health: Sendable {
    let database: PostgresPool

    /// Answers `/healthz` and `/readyz`.
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch request.path {
        case "/healthz": return .text(200, "ok\n")
        case "/readyz": return await readiness()
        default: return .text(404, "There is /healthz, /readyz, and /webhooks/<provider>/<account>.\n")
        }
    }

    private func readiness() async -> HTTPResponse {
        do {
            // A database that hangs is no better than one that is gone, and whoever asks does not wait for long.
            _ = try await database.query(Statement(name: "alive", sql: "select 1"), [], timeout: .seconds(2))
            let stranded = try await StrandedVersion.all(in: database)
            guard stranded.isEmpty else { return .text(503, stranded.map { "\($0)\n" }.joined()) }
            return .text(200, "ready\n")
        } catch {
            return .text(503, "the database does not answer\n")
        }
    }
}
