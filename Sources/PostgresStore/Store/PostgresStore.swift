public import Engine
public import Postgres
public import Time
public import WorkflowCore

/// The store over PostgreSQL: each call is one statement, or few that are pipelined, on one bucket.
///
/// Claims have a connection of their own, so that they never wait behind a large commit.
public final class PostgresStore: Store {
    /// How long the server may work on a statement before it is undone; well within a lease.
    static let patience = Duration.seconds(20)

    private let claims: PostgresConnection
    let commits: PostgresPool
    private let marks = Marks()
    private let sawNow: @Sendable (Timestamp) -> Void
    private let wroteReferences: @Sendable ([Reference]) -> Void

    /// A store; connects nowhere yet.
    ///
    /// - Parameters:
    ///   - connections: how many there are for commits and whatever else is not a claim.
    ///   - sawNow: is given `lockstep.now()` as each claim reads it, the moment it is read: what a clock lives on.
    ///   - wroteReferences: is given the references that a commit brought, after it, for webhooks that came too
    ///     early. It must not wait.
    public init(
        _ database: PostgresConfiguration, connections: Int = 3,
        sawNow: @escaping @Sendable (Timestamp) -> Void = { _ in },
        wroteReferences: @escaping @Sendable ([Reference]) -> Void = { _ in }
    ) {
        claims = PostgresConnection(database)
        commits = PostgresPool(database, connections: connections)
        self.sawNow = sawNow
        self.wroteReferences = wroteReferences
    }

    /// Closes the connections; what is in flight fails.
    public func close() async {
        await claims.close()
        await commits.close()
    }

    /// Leases due jobs; where there is room, jobs that were told something; and says what is due next, and how accounts
    /// stand.
    public func claim(_ request: ClaimRequest) async throws(StoreFailure) -> Claim {
        if let turn = request.turn { return try await claim(request, turn) }
        let call = ClaimCall(request, marks: marks.levels(for: request))
        let due = try await read { () throws(PostgresError) in
            if let recovery = request.recovery { try await recover(recovery, request) }
            return try ClaimedRows(await claims.query(.claim, call.due, timeout: Self.patience))
        }
        if let now = due.now { sawNow(now) }
        marks.note(due.levels, after: request)
        if let now = due.now, due.jobs.count >= request.limit {
            return Claim(jobs: due.jobs, nextDue: nil, now: now, accounts: await readings(for: request))
        }
        do throws(StoreFailure) {
            return try await claimSignaled(call, for: request, after: due)
        } catch {
            // What was leased must not be lost with it: these jobs run, and the next claim tells the rest.
            guard let now = due.now else { throw error }
            return Claim(jobs: due.jobs, nextDue: nil, now: now, isPartial: true)
        }
    }

    /// Leases due jobs of tenants in turn; where there is room, jobs that were told something.
    private func claim(_ request: ClaimRequest, _ turn: ClaimRequest.Turn) async throws(StoreFailure) -> Claim {
        let call = ClaimCall(request, marks: [])
        let due = try await read { () throws(PostgresError) in
            try ClaimedRows(await claims.query(.claimTurns, call.turn(turn), timeout: Self.patience))
        }
        // There is always a row.
        guard let now = due.now else { throw .notApplied("a claim in turns has no answer") }
        sawNow(now)
        async let read = readings(for: request)
        let room = request.limit - due.jobs.count
        let told = room > 0 ? await ask(.claimSignaled, call.told(room)) : nil
        var jobs = due.jobs
        var isPartial = false
        switch told.map({ rows in Result { try ClaimedRows(rows.get()) } }) {
        case .success(let told): jobs += told.jobs
        // What was leased must not be lost with it.
        case .failure: isPartial = true
        case nil: break
        }
        var claim = Claim(jobs: jobs, nextDue: nil, now: now, isPartial: isPartial, accounts: await read)
        claim.turnedTo = due.turnedTo
        return claim
    }

    /// What an earlier claim leased, and nobody knows of, is due now.
    private func recover(
        _ recovery: ClaimRequest.Recovery, _ request: ClaimRequest
    ) async throws(PostgresError) {
        let known: [Parameter] = [.ids(recovery.held), .timestamp(recovery.until)]
        _ = try await claims.query(
            .reclaim, [.int(request.bucket), .text(request.node.description)] + known, timeout: Self.patience)
    }

    private func claimSignaled(
        _ call: ClaimCall, for request: ClaimRequest, after due: ClaimedRows
    ) async throws(StoreFailure) -> Claim {
        async let told = ask(.claimSignaled, call.told(request.limit - due.jobs.count))
        async let next = ask(.nextDue, call.next)
        async let read = readings(for: request)
        let (toldRows, nextRows, accounts) = await (told, next, read)
        return try await self.read { () throws(PostgresError) in
            let told = try ClaimedRows(try toldRows.get())
            do throws(PostgresError) {
                let next = try NextDue(try nextRows.get())
                sawNow(next.now)
                return Claim(jobs: due.jobs + told.jobs, nextDue: next.dueAt, now: next.now, accounts: accounts)
            } catch {
                // Jobs were leased all the same; not to know what is due next only means to look again soon.
                guard let now = told.now ?? due.now else { throw error }
                return Claim(jobs: due.jobs + told.jobs, nextDue: nil, now: now, accounts: accounts)
            }
        }
    }

    /// How accounts stand, read after the jobs: what somebody paused before he enqueued is paused for that job.
    private func readings(for request: ClaimRequest) async -> [AccountReading]? {
        guard request.readsAccounts, case .success(let rows) = await ask(.readAccounts, []) else { return nil }
        return try? AccountReading.all(rows)
    }

    private func ask(_ statement: Statement, _ parameters: [Parameter]) async -> Result<Rows, PostgresError> {
        do throws(PostgresError) {
            return .success(try await claims.query(statement, parameters, timeout: Self.patience))
        } catch {
            return .failure(error)
        }
    }

    /// Commits the steps as one statement.
    public func commit(_ batch: CommitBatch) async throws(StoreFailure) -> Set<JobID> {
        guard !batch.jobs.isEmpty else { return [] }
        let accepted = try await read { () throws(PostgresError) in
            try (await commits.query(.commit, commitParameters(batch), timeout: Self.patience)).ids()
        }
        let references = batch.jobs.flatMap(\.references)
        if !references.isEmpty { wroteReferences(references) }
        return accepted
    }

    /// Where jobs stand.
    public func find(_ jobs: [JobID], bucket: Int) async throws(StoreFailure) -> [JobID: Position] {
        try await read { () throws(PostgresError) in
            let rows = try await commits.query(
                .findCommit, [.int(bucket), .ids(jobs)], timeout: Self.patience)
            var positions: [JobID: Position] = [:]
            for row in rows {
                let owner: String? = try row["leased_by"]
                positions[try row["id"]] = Position(
                    seq: try row["seq"], commits: try row["commits"], lease: try row["lease"],
                    owner: owner.map { NodeID($0) })
            }
            return positions
        }
    }

    /// Renews leases.
    public func renew(
        _ leases: [Lease], bucket: Int, node: NodeID, term: Duration
    ) async throws(StoreFailure) -> Set<JobID> {
        try await read { () throws(PostgresError) in
            try
                (await commits.query(
                    .renew,
                    [
                        .int(bucket), .ids(leases.map(\.job)), .ints(leases.map(\.token)), .text(node.description),
                        .interval(term),
                    ], timeout: Self.patience)).ids()
        }
    }

    /// Gives leases back.
    public func release(_ leases: [Lease], bucket: Int, node: NodeID) async throws(StoreFailure) -> Set<JobID> {
        try await read { () throws(PostgresError) in
            try
                (await commits.query(
                    .release,
                    [
                        .int(bucket), .ids(leases.map(\.job)), .ints(leases.map(\.token)), .text(node.description),
                    ], timeout: Self.patience)).ids()
        }
    }

    func read<Answer>(
        _ body: () async throws(PostgresError) -> Answer
    ) async throws(StoreFailure) -> Answer {
        do throws(PostgresError) { return try await body() } catch { throw StoreFailure(error) }
    }
}

extension StoreFailure {
    /// What a failed statement means: the server's error undid it, a lost answer may hide anything.
    init(_ error: PostgresError) {
        self = error.certainlyNotRun ? .notApplied(error.description) : .unknown(error.description)
    }
}
