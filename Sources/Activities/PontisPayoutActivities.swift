public import Engine
import Domain
public import PontisGlobe
public import PontisPayout
import ProviderCore
import WorkflowCore

/// What `pontis_payout` asks of PontisGlobe: each activity is one call, and each answer one event. No decisions.
public struct PontisPayoutActivities: ActivityHandler {
    /// The flow.
    public typealias Flow = PontisPayout

    private let clients: [String: PontisClient]

    /// Handlers over these clients, by the names of their accounts.
    public init(clients: [String: PontisClient]) { self.clients = clients }

    /// Makes the call that an activity stands for.
    public func perform(
        _ activity: PontisPayout.Activity, in context: ActivityContext
    ) async -> Answer<PontisPayout.Event> {
        guard let client = clients[context.account]?.sending(unless: { context.permit.isOver }) else {
            return .noAccount("PontisGlobe", context.account)
        }
        switch activity {
        case .send(let order):
            return Answer(await client.send(PontisClient.PayoutOrder(order), key: context.key.uuid)) { .init($0) }
        case .readPayout(let id):
            return Answer(await client.payout(id)) { .init($0) }
        }
    }
}
