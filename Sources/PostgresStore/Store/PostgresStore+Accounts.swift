public import Engine
import Postgres
import Time

/// The accounts at providers, as all daemons know them.
extension PostgresStore {
    /// How all accounts stand.
    public func readAccounts() async throws(StoreFailure) -> [AccountReading] {
        try await read { () throws(PostgresError) in
            try AccountReading.all(await commits.query(.readAccounts, [], timeout: Self.patience))
        }
    }

    /// Changes an account, and then reads how all stand.
    public func change(
        _ account: ProviderAccount, _ change: AccountChange, by node: NodeID
    ) async throws(StoreFailure) -> [AccountReading] {
        let names: [Parameter] = [.text(account.provider), .text(account.name)]
        let (statement, rest): (Statement, [Parameter]) =
            switch change {
            case .openBreaker(let failures, let error, let rest):
                (.openBreaker, [.int(failures), .text(error), .interval(rest)])
            case .probe(let patience): (.probeAccount, [.text(node.description), .interval(patience)])
            case .endProbe(let error, let longest):
                (.endProbe, [.text(node.description), .text(error), .interval(longest)])
            case .hold(let interval, let reason): (.holdAccount, [.interval(interval), .text(reason)])
            }
        return try await read { () throws(PostgresError) in
            _ = try await commits.query(statement, names + rest, timeout: Self.patience)
            return try AccountReading.all(await commits.query(.readAccounts, [], timeout: Self.patience))
        }
    }

    /// Takes permits for calls.
    public func takePermits(
        _ account: ProviderAccount, _ wanted: Int
    ) async throws(StoreFailure) -> PermitGrant {
        try await read { () throws(PostgresError) in
            let rows = try await commits.query(
                .takePermits, [.text(account.provider), .text(account.name), .int(wanted)], timeout: Self.patience)
            // Its rate was taken away in the meantime.
            guard let row = rows.first else { return PermitGrant(permits: wanted, next: nil) }
            return PermitGrant(permits: try row["permits"], next: try row["next"])
        }
    }

    /// Makes held jobs due.
    public func releaseHeld(_ release: HeldRelease) async throws(StoreFailure) -> Int {
        try await read { () throws(PostgresError) in
            try await commits.query(
                .releaseHeld,
                [
                    .int(release.bucket), .text(release.account.description), .int(release.limit),
                    .interval(release.after),
                ], timeout: Self.patience
            ).only["jobs"]
        }
    }
}

extension AccountReading {
    /// The rows of `read_accounts.sql`.
    static func all(_ rows: Rows) throws(PostgresError) -> [AccountReading] {
        var readings: [AccountReading] = []
        for row in rows { readings.append(try AccountReading(row)) }
        return readings
    }

    private init(_ row: Row) throws(PostgresError) {
        let probeAt: Timestamp? = try row["probe_at"]
        let prober: String? = try row["probing_by"]
        let breaker: Breaker =
            switch (probeAt, prober) {
            case (let probeAt?, let prober?): .probing(by: NodeID(prober), until: probeAt)
            case (let probeAt?, nil): .open(probeAt: probeAt)
            case (nil, _): .closed
            }
        self.init(
            account: ProviderAccount(provider: try row["provider"], name: try row["name"]),
            version: try row["version"], breaker: breaker, heldUntil: try row["held_until"],
            isPaused: try row["paused"], lastError: try row["last_error"],
            places: try row["places"], rate: try row["rate"])
    }
}
