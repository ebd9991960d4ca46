public import BorderlessXYZ
import Domain
public import Engine
public import Refund
import WorkflowCore

/// What `refund` asks of Borderless.xyz: each activity is one call, and each answer one event.
public struct RefundActivities: ActivityHandler {
    /// The flow.
    public typealias Flow = Refund

    private let clients: [String: BorderlessXYZClient]

    /// Handlers over these clients, by the names of their accounts.
    public init(clients: [String: BorderlessXYZClient]) { self.clients = clients }

    /// Makes the call that an activity stands for.
    public func perform(_ activity: Refund.Activity, in context: ActivityContext) async -> Answer<Refund.Event> {
        guard let client = clients[context.account]?.sending(unless: { context.permit.isOver }) else {
            return .noAccount("Borderless.xyz", context.account)
        }
        switch activity {
        case .readTransaction(let id):
            return Answer(await client.transaction(id)) { transaction in
                .reported(report: Refund.Report(transaction, readAt: context.startedAt))
            }
        case .readCapabilities(let country, let fiat):
            return Answer(await client.refundCapabilities(country: country, fiat: fiat)) { capabilities in
                .assessed(capabilities: capabilities.map { Refund.Capability($0) })
            }
        case .readDefault:
            return Answer(await client.refundDefault()) { standard in
                .defaultRead(standing: Refund.Standing(standard), networks: (standard?.addresses ?? [:]).keys.sorted())
            }
        case .dispatch(let id, let target):
            let destination = target.map { BorderlessXYZClient.RefundDestination($0, autoRefund: nil) }
            return Answer(await client.dispatchRefund(of: id, to: destination, key: context.key.uuid)) { resolution in
                // A status that is new to us: it was taken all the same.
                .dispatched(
                    plan: Refund.RefundPlan(resolution) ?? Refund.RefundPlan(status: .inProgress),
                    at: context.startedAt)
            }
        }
    }
}
