@testable import Engine
import Postgres
import PostgresStore
import Time
import WorkflowCore

/// Reading all that is stored of a job, straight from the tables.
extension PostgresFixture {
    func job(_ id: JobID) async throws -> JobSnapshot {
        let stored = try await rows(
            """
            select s.*, j.input, j.parent_id from lockstep.job_state s join lockstep.job j using (bucket, id)
            where s.id = $1::uuid
            """, of: id)
        let row = try stored.only
        let owner: String? = try row["leased_by"]
        var snapshot = JobSnapshot(
            workflow: try row["workflow"], version: try row["version"], tenant: try row["tenant"],
            priority: try row["priority"], input: try normal(try row["input"]), parent: try row["parent_id"],
            row: try jobRow(row), seq: try row["seq"], commits: try row["commits"], lease: try row["lease"],
            owner: owner.map { NodeID($0) })
        snapshot.history = try await history(of: id)
        snapshot.attempts = try await attempts(of: id)
        snapshot.references = Set(
            try await rows("select provider, value from lockstep.reference where job_id = $1::uuid", of: id)
                .map { Reference(provider: try $0["provider"], value: try $0["value"]) })
        snapshot.inbox =
            try await rows(
                "select name from lockstep.signal where job_id = $1::uuid and handled_at is null order by id", of: id
            ).map { try $0["name"] }
        snapshot.answers =
            try await rows(
                "select answer from lockstep.signal where job_id = $1::uuid and handled_at is not null order by id",
                of: id
            ).map { try $0["answer"] }
        return snapshot
    }

    private func rows(_ sql: String, of id: JobID) async throws -> Rows {
        try await database.query(Statement(sql), [.text(id.description)])
    }

    private func jobRow(_ row: Row) throws -> JobRow {
        var job = JobRow()
        job.status = try row["status"]
        job.state = try row["state"]
        job.data = try row["data", as: String?.self].map(normal)
        job.output = try row["output", as: String?.self].map(normal)
        job.dueAt = try row["due_at"]
        job.plan = try row["plan"]
        job.attempt = try row["attempt"]
        job.attemptStatus = try row["attempt_status"]
        job.attemptAt = try row["attempt_at"]
        job.firstAttemptAt = try row["first_attempt_at"]
        job.enteredSeq = try row["entered_seq"]
        job.enteredAt = try row["entered_at"]
        job.deadlineAt = try row["deadline_at"]
        job.deadlineEvent = try row["deadline_event"]
        job.overdueAt = try row["overdue_at"]
        job.desk = try row["desk"]
        job.lastError = try row["last_error"]
        job.finishedAt = try row["finished_at"]
        job.heldBy = try row["held_by"]
        job.heldSince = try row["held_since"]
        return job
    }

    private func history(of id: JobID) async throws -> [HistoryEntry] {
        try await rows("select * from lockstep.history_entry where job_id = $1::uuid order by seq", of: id).map { row in
            HistoryEntry(
                seq: try row["seq"], at: try row["at"], from: try row["from_state"], event: try row["event"],
                to: try row["to_state"], actor: try row["actor"], attempt: try row["attempt"],
                detail: try normal(try row["detail"]))
        }
    }

    private func attempts(of id: JobID) async throws -> [AttemptRecord] {
        try await rows("select * from lockstep.attempt where job_id = $1::uuid order by finished_at", of: id).map {
            row in
            guard let outcome = AttemptRecord.Outcome(rawValue: try row["outcome"]) else {
                throw FixtureError(description: "an unknown outcome")
            }
            return AttemptRecord(
                seq: try row["seq"], attempt: try row["attempt"], activity: try row["activity"],
                key: try row["key", as: String.self], startedAt: try row["started_at"],
                finishedAt: try row["finished_at"], outcome: outcome, error: try row["error"])
        }
    }
}
