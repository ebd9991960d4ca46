import Foundation
import HTTPTypes
import Postgres
import Time

/// What can be known of an installation when all is quiet: its tables, and what the provider really did.
///
/// Plain values, so that every checker can be shown facts that are wrong.
struct Facts: Sendable {
    var jobs: [Job] = []
    var history: [Entry] = []
    var signals: [Signal] = []
    var webhooks: [Webhook] = []
    var attempts: [Attempt] = []
    var effects: [Effect] = []
    /// What the app asked for: keys, and the endings that each may have; empty: any.
    var asked: [String: Set<String>] = [:]

    /// A row of `lockstep.job_state`, with what belongs to it of `lockstep.job`.
    struct Job: Sendable {
        var id: String
        /// The job that started it: a payout whose refund it is.
        var parent: String?
        var key = ""
        var status = "completed"
        var state: String?
        var hasData = true
        var seq = 0
        var due: Timestamp?
        var owner: String?
        var plan: String?
        var deadline: Timestamp?
        var attemptStatus: String?
        var lastError: String?
        var isFinished = true
        /// Where the flow says that the money is: `sent` or `inWallet`, where it says so.
        var funds: String?
        /// Whether its input leaves the confirmation to the flow.
        var confirmsByItself = true
    }

    /// A row of the history.
    struct Entry: Sendable {
        var job: String
        var seq: Int
        var at = Timestamp(seconds: 0)
        var from: String?
        var event = ""
        var to: String?
    }

    /// A row of a job's inbox.
    struct Signal: Sendable {
        var job: String
        var name: String
        var answer: String?
    }

    /// A stored webhook; `belongs` says whether a job has one of its references.
    struct Webhook: Sendable {
        var id: String
        var status: String
        var belongs: Bool
    }

    /// An attempt that did not end in a transition.
    struct Attempt: Sendable {
        var job: String
        var seq: Int
        var attempt = 1
        var startedAt = Timestamp(seconds: 0)
        var finishedAt = Timestamp(seconds: 0)
    }

    /// An entry of the sandbox's ledger.
    struct Effect: Sendable, Decodable {
        var kind: String
        var object: String
        var key: String?

        /// The job that the key was made for: a key begins with its job's id.
        var job: String? { key.map { String($0.prefix(36)) } }
    }
}

extension Facts {
    /// Reads everything; `asked` is what the app remembers.
    static func read(_ lockstep: Installation, asked: [String: Set<String>]) async throws -> Facts {
        var facts = Facts()
        facts.asked = asked
        facts.jobs = try await jobs(lockstep)
        facts.history = try await lockstep.patiently(
            "select job_id, seq, at, from_state, event, to_state from lockstep.history_entry order by job_id, seq"
        ).map {
            Entry(
                job: try $0["job_id"], seq: try $0["seq"], at: try $0["at"], from: try $0["from_state"],
                event: try $0["event"], to: try $0["to_state"])
        }
        facts.signals = try await lockstep.patiently(
            """
            select job_id, name, case when handled_at is not null then coalesce(answer, '') end as answer
            from lockstep.signal
            """
        ).map { Signal(job: try $0["job_id"], name: try $0["name"], answer: try $0["answer"]) }
        facts.webhooks = try await lockstep.patiently(
            """
            select w.id::text, w.status,
                exists (select from lockstep.reference r where r.provider = w.provider and r.value = any (w.refs))
                    as belongs
            from lockstep.webhook w
            """
        ).map { Webhook(id: try $0["id"], status: try $0["status"], belongs: try $0["belongs"]) }
        facts.attempts = try await lockstep.patiently(
            "select job_id, seq, attempt, started_at, finished_at from lockstep.attempt"
        ).map {
            Attempt(
                job: try $0["job_id"], seq: try $0["seq"], attempt: try $0["attempt"],
                startedAt: try $0["started_at"], finishedAt: try $0["finished_at"])
        }
        facts.effects = try await lockstep.ledger()
        return facts
    }

    private static func jobs(_ lockstep: Installation) async throws -> [Job] {
        try await lockstep.patiently(
            """
            select s.id, j.parent_id as parent, coalesce(j.key, '') as key, s.status, s.state, s.data is not null as has_data, s.seq,
                s.due_at, s.leased_by, s.plan, s.deadline_at, s.attempt_status, s.last_error,
                s.finished_at is not null as is_finished, s.output ->> 'funds' as funds,
                coalesce(j.input ->> 'confirm', 'auto') = 'auto' as confirms
            from lockstep.job_state s
            join lockstep.job j on j.id = s.id and j.bucket = s.bucket
            order by s.id
            """
        ).map {
            Job(
                id: try $0["id"], parent: try $0["parent"], key: try $0["key"], status: try $0["status"],
                state: try $0["state"],
                hasData: try $0["has_data"], seq: try $0["seq"], due: try $0["due_at"], owner: try $0["leased_by"],
                plan: try $0["plan"], deadline: try $0["deadline_at"], attemptStatus: try $0["attempt_status"],
                lastError: try $0["last_error"], isFinished: try $0["is_finished"], funds: try $0["funds"],
                confirmsByItself: try $0["confirms"])
        }
    }
}

extension Installation {
    /// A query that is asked again where the connection was lost: the server may have been restarted since.
    func patiently(_ sql: String, _ parameters: Parameter...) async throws -> Rows {
        let end = ContinuousClock.now + .seconds(30)
        while true {
            do throws(PostgresError) {
                return try await database.query(Statement(sql), parameters)
            } catch {
                guard error.isAboutTheConnection, ContinuousClock.now < end else { throw error }
                pass(milliseconds: 20)
            }
        }
    }

    /// All that the provider really did, page by page.
    func ledger() async throws -> [Facts.Effect] {
        struct Page: Decodable { let effects: [Facts.Effect] }
        var effects: [Facts.Effect] = []
        while true {
            let text = try await control(.get, "ledger?from=\(effects.count)&limit=5000")
            let page = try JSONDecoder().decode(Page.self, from: Data(text.utf8)).effects
            effects += page
            if page.count < 5000 { return effects }
        }
    }
}

extension PostgresError {
    /// Whether the server was away, and the same may well be asked once more.
    fileprivate var isAboutTheConnection: Bool {
        switch kind {
        case .connectionLost: true
        // Shut down by an administrator, crashed, or not ready yet (PostgreSQL documentation, appendix A).
        case .server(let sqlstate): sqlstate.hasPrefix("57P0")
        case .closed, .cancelled, .unusableRequest, .unreadableAnswer: false
        }
    }
}
