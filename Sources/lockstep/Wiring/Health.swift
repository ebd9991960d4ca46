import HTTPTypes
import Postgres
import SQL

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
            let stranded = try await database.query(Statement(name: "stranded", sql: SQL.stranded))
            guard stranded.isEmpty else {
                let lines = try stranded.map { row in
                    let flow = try "\(row["workflow", as: String.self]) version \(row["version", as: Int.self])"
                    return "\(try row["jobs", as: Int.self]) jobs of \(flow) can be run by no living daemon\n"
                }
                return .text(503, lines.joined())
            }
            return .text(200, "ready\n")
        } catch {
            return .text(503, "the database does not answer\n")
        }
    }
}
