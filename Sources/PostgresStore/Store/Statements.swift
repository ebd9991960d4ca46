import Postgres
import SQL

/// The statements of `sql/queries`, each prepared once on each connection.
extension Statement {
    static let claim = Statement(name: "claim", sql: SQL.claim)
    static let claimTurns = Statement(name: "claim_turns", sql: SQL.claimTurns)
    static let claimSignaled = Statement(name: "claim_signaled", sql: SQL.claimSignaled)
    static let reclaim = Statement(name: "reclaim", sql: SQL.reclaim)
    static let commit = Statement(name: "commit", sql: SQL.commit)
    static let renew = Statement(name: "renew", sql: SQL.renew)
    static let release = Statement(name: "release", sql: SQL.release)
    static let findCommit = Statement(name: "find_commit", sql: SQL.findCommit)
    static let nextDue = Statement(name: "next_due", sql: SQL.nextDue)

    static let readAccounts = Statement(name: "read_accounts", sql: SQL.readAccounts)
    static let openBreaker = Statement(name: "open_breaker", sql: SQL.openBreaker)
    static let probeAccount = Statement(name: "probe_account", sql: SQL.probeAccount)
    static let endProbe = Statement(name: "end_probe", sql: SQL.endProbe)
    static let holdAccount = Statement(name: "hold_account", sql: SQL.holdAccount)
    static let releaseHeld = Statement(name: "release_held", sql: SQL.releaseHeld)
    static let takePermits = Statement(name: "take_permits", sql: SQL.takePermits)
    static let publishAccount = Statement(name: "publish_account", sql: SQL.publishAccount)

    static let readClock = Statement(name: "read_clock", sql: SQL.readClock)
    static let clockStep = Statement(name: "clock_step", sql: SQL.clockStep)

    static let publishWorkflow = Statement(name: "publish_workflow", sql: SQL.publishWorkflow)
    static let heartbeat = Statement(name: "heartbeat", sql: SQL.heartbeat)
    static let fallAsleep = Statement(name: "fall_asleep", sql: SQL.fallAsleep)
    static let forgetNode = Statement(name: "forget_node", sql: SQL.forgetNode)
    static let runSchedules = Statement(name: "run_schedules", sql: SQL.runSchedules)
    static let housekeeping = Statement(name: "housekeeping", sql: SQL.housekeeping)

    static let receiveWebhook = Statement(name: "receive_webhook", sql: SQL.receiveWebhook)
    static let matchWebhooks = Statement(name: "match_webhooks", sql: SQL.matchWebhooks)

    static let liveStates = Statement(name: "live_states", sql: SQL.liveStates)
    /// Not prepared: which index serves depends on how many jobs there are.
    static let unfinishedJobs = Statement(SQL.unfinishedJobs)
    static let liveVersions = Statement(name: "live_versions", sql: SQL.liveVersions)
    static let migrateJobs = Statement(name: "migrate_jobs", sql: SQL.migrateJobs)
    static let ring = Statement(name: "ring", sql: SQL.ring)
    static let publishedWorkflows = Statement(name: "published_workflows", sql: SQL.publishedWorkflows)
    static let stranded = Statement(name: "stranded", sql: SQL.stranded)
    static let longTransactions = Statement(name: "long_transactions", sql: SQL.longTransactions)
    /// Not prepared: which index serves depends on the filter.
    static let listJobs = Statement(SQL.listJobs)
    static let jobHistory = Statement(name: "job_history", sql: SQL.jobHistory)
    static let jobSignals = Statement(name: "job_signals", sql: SQL.jobSignals)
    static let jobCalls = Statement(name: "job_calls", sql: SQL.jobCalls)
    static let jobChildren = Statement(name: "job_children", sql: SQL.jobChildren)
    static let why = Statement(name: "why", sql: SQL.why)
}
