import Postgres
import SQL

/// The statements of `sql/queries`, each prepared once on each connection.
extension Statement {
    static let claim = Statement(name: "claim", sql: SQL.claim)
    static let claimSignaled = Statement(name: "claim_signaled", sql: SQL.claimSignaled)
    static let commit = Statement(name: "commit", sql: SQL.commit)
    static let renew = Statement(name: "renew", sql: SQL.renew)
    static let findCommit = Statement(name: "find_commit", sql: SQL.findCommit)
    static let nextDue = Statement(name: "next_due", sql: SQL.nextDue)
}
