public import Engine
import JSONSchema
public import Postgres
import Synchronization

/// Stores webhooks, and matches them with the jobs that know one of their names.
///
/// Whichever of a webhook and a reference is committed second finds the other: so the match runs after each of both,
/// in the background, and now and then for a crash in between.
public final class PostgresWebhookInbox: WebhookInbox {
    private struct Matching {
        var isRunning = false
        /// The names that came in since the last run began.
        var names: Set<String> = []
    }

    private let database: any QueryRunner
    private let log: @Sendable (String) -> Void
    private let matching = Mutex(Matching())

    /// An inbox; `log` takes one line for a person.
    public init(_ database: any QueryRunner, log: @escaping @Sendable (String) -> Void) {
        self.database = database
        self.log = log
    }

    /// Stores a webhook; the match follows in the background.
    public func receive(_ webhook: ReceivedWebhook) async throws(StoreFailure) -> WebhookReceipt {
        let receipt: String
        do throws(PostgresError) {
            receipt = try await database.query(.receiveWebhook, parameters(of: webhook)).only["result"]
        } catch {
            throw StoreFailure(error)
        }
        matchSoon(webhook.references)
        return WebhookReceipt(rawValue: receipt) ?? .stored
    }

    private func parameters(of webhook: ReceivedWebhook) throws(PostgresError) -> [Parameter] {
        let headers = try? JSONCoding().store(webhook.headers)
        return [
            .text(webhook.provider), .text(webhook.account), .text(webhook.kind), .text(webhook.dedupeKey),
            .texts(webhook.references), .text(headers ?? "{}"), .bytes(webhook.body),
        ]
    }

    /// Matches webhooks that have one of these names, in the background: nobody waits for it.
    public func matchSoon(_ names: some Sequence<String>) {
        let isFirst = matching.withLock { matching in
            matching.names.formUnion(names)
            defer { matching.isRunning = true }
            return !matching.isRunning
        }
        if isFirst { Task { await matchUntilDone() } }
    }

    private func matchUntilDone() async {
        while let names = nextNames() {
            do throws(PostgresError) {
                try await match(names)
            } catch {
                log("webhooks can't be matched now, but will be by the next sweep: \(error)")
            }
        }
    }

    private func nextNames() -> Set<String>? {
        matching.withLock { matching in
            guard !matching.names.isEmpty else {
                matching.isRunning = false
                return nil
            }
            defer { matching.names = [] }
            return matching.names
        }
    }

    /// Matches webhooks that have one of these names; nil: all. Returns how many were settled.
    @discardableResult
    public func match(_ names: Set<String>? = nil) async throws(PostgresError) -> Int {
        let names = names.map { Parameter.texts(Array($0)) }
        return try await database.query(.matchWebhooks, [names ?? .null]).only["settled"]
    }
}
