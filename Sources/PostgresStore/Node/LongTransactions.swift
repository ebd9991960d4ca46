public import Postgres
public import Time

/// A transaction that has been open for too long: as long as it is, no row version that has died since is cleared
/// away, and every claim and commit reads past more of them.
public struct LongTransaction: Hashable, Sendable {
    /// A server process, or the name of a prepared transaction.
    public let who: String
    /// Whose it is.
    public let role: String
    /// What the client calls itself, if it does.
    public let application: String?
    /// What it is doing, such as `idle in transaction`.
    public let state: String?
    /// Since when it is open.
    public let since: Timestamp
    /// The statement that ends it.
    public let remedy: String

    /// All of a database that are open for so long, the oldest first.
    public static func all(
        in database: any QueryRunner, openFor least: Duration = .minutes(1)
    ) async throws(PostgresError) -> [LongTransaction] {
        var found: [LongTransaction] = []
        let seconds = Int(least.components.seconds)
        for row in try await database.query(.longTransactions, [.int(seconds)], timeout: .seconds(20)) {
            found.append(
                LongTransaction(
                    who: try row["who"], role: try row["role"], application: try row["application"],
                    state: try row["state"], since: try row["since"], remedy: try row["remedy"]))
        }
        return found
    }
}

extension LongTransaction: CustomStringConvertible {
    /// In a sentence, for a person.
    public var description: String {
        let details = [role, application, state].compactMap(\.self).joined(separator: ", ")
        return "\(who) (\(details)) has had a transaction open since \(since): "
            + "dead rows pile up and slow every job down"
    }
}

/// Says it, and says it again as long as it lasts, that somebody holds a transaction open.
public struct LongTransactionWatch: TroubleWatch {
    private let database: any QueryRunner
    private let least: Duration
    private let log: @Sendable (String) -> Void

    /// A watch; `log` takes one line for a person, and `least` is from when on a transaction is open for too long.
    public init(
        _ database: any QueryRunner, openFor least: Duration = .minutes(1), log: @escaping @Sendable (String) -> Void
    ) {
        self.database = database
        self.least = least
        self.log = log
    }

    /// Looks once; returns whether there is any.
    public func look(wasThere: Bool) async -> Bool {
        do throws(PostgresError) {
            let open = try await LongTransaction.all(in: database, openFor: least)
            for transaction in open { log("CAUTION: \(transaction); end it with: \(transaction.remedy)") }
            if open.isEmpty, wasThere { log("no transaction is open for longer than \(least.inWords) any more") }
            return !open.isEmpty
        } catch {
            if !Task.isCancelled { log("whether a transaction has been left open is not known: \(error)") }
            return wasThere
        }
    }
}
