public import BorderlessWithdrawal
public import BorderlessXYZ
import Domain
public import Engine
import ProviderCore
import Time
import WorkflowCore

/// What `borderless_withdrawal` asks of Borderless.xyz: each activity is one call, and each answer one event.
public struct BorderlessWithdrawalActivities: ActivityHandler {
    /// The flow.
    public typealias Flow = BorderlessWithdrawal

    private let clients: [String: BorderlessXYZClient]

    /// Handlers over these clients, by the names of their accounts.
    public init(clients: [String: BorderlessXYZClient]) { self.clients = clients }

    /// Makes the call that an activity stands for.
    public func perform(
        _ activity: BorderlessWithdrawal.Activity, in context: ActivityContext
    ) async -> Answer<BorderlessWithdrawal.Event> {
        guard let client = clients[context.account]?.sending(unless: { context.permit.isOver }) else {
            return .noAccount("Borderless.xyz", context.account)
        }
        switch activity {
        case .readCapabilities(let country, let fiat):
            return Answer(await client.refundCapabilities(country: country, fiat: fiat)) { capabilities in
                .assessed(capabilities: capabilities.map { BorderlessWithdrawal.Capability($0) })
            }
        case .requestQuote(let order):
            return Answer(await client.quote(.init(order), key: context.key.uuid)) { quote in
                .quoted(quote: .init(id: quote.id, net: quote.to, expiresAt: quote.expiresAt))
            }
        case .create(let order, let quote):
            let opening = BorderlessXYZClient.WithdrawalOrder(
                order, at: quote, reference: reference(of: order, context))
            return Answer(await client.createWithdrawal(opening, key: context.key.uuid)) { transaction in
                BorderlessWithdrawal.Report(transaction).map { .opened(report: $0) }
            }
        case .find(let order):
            return Answer(await candidates(for: order, client, context)) { reports in
                reports.isEmpty ? nil : .found(reports: reports)
            }
        case .search(let order):
            return Answer(await candidates(for: order, client, context)) { .found(reports: $0) }
        case .read(let id):
            return Answer(await client.transaction(id.text)) { transaction in
                BorderlessWithdrawal.Report(transaction).map { .reported(report: $0) }
            }
        case .cancel(let id):
            return Answer(await client.cancel(id.text, key: context.key.uuid)) { _ in .retracted }
        }
    }

    /// What was opened under the order's reference, oldest first.
    private func candidates(
        for order: BorderlessWithdrawal.Order, _ client: BorderlessXYZClient, _ context: ActivityContext
    ) async -> ProviderOutcome<[BorderlessWithdrawal.Report]> {
        let found = await client.withdrawals(
            for: .init(order), reference: reference(of: order, context), since: context.job.created - Self.skew)
        return found.map { $0.compactMap { BorderlessWithdrawal.Report($0) } }
    }

    /// How far our clock and Borderless.xyz's may be apart: what was created before the job is not its own.
    private static let skew: Duration = .minutes(5)

    /// What stands as reference: the app's own, or the job's, which is the same in whatever state it is asked for.
    private func reference(of order: BorderlessWithdrawal.Order, _ context: ActivityContext) -> String {
        order.reference?.text ?? IdempotencyKey(job: context.job, enteredSeq: 0).uuid
    }
}

extension JobID {
    /// When the job was enqueued: its first 48 bits are milliseconds.
    var created: Timestamp { Timestamp(microseconds: Int64(high >> 16) * 1000) }
}
