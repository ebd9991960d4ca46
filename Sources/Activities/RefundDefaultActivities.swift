public import BorderlessXYZ
public import Engine
public import RefundDefaultCheck
import WorkflowCore

/// What `refund_default_check` asks of Borderless.xyz: each activity is one call, and each answer one event.
public struct RefundDefaultActivities: ActivityHandler {
    /// The flow.
    public typealias Flow = RefundDefaultCheck

    private let clients: [String: BorderlessXYZClient]

    /// Handlers over these clients, by the names of their accounts.
    public init(clients: [String: BorderlessXYZClient]) { self.clients = clients }

    /// Makes the call that an activity stands for.
    public func perform(
        _ activity: RefundDefaultCheck.Activity, in context: ActivityContext
    ) async -> Answer<RefundDefaultCheck.Event> {
        guard let client = clients[context.account]?.sending(unless: { context.permit.isOver }) else {
            return .noAccount("Borderless.xyz", context.account)
        }
        switch activity {
        case .readDefault:
            return Answer(await client.refundDefault()) { standard in
                .read(standing: standard.map { RefundDefaultCheck.Standing($0) })
            }
        case .confirmDefault:
            return Answer(await client.reconfirmRefundDefault(key: context.key.uuid)) { _ in .confirmed }
        }
    }
}

extension RefundDefaultCheck.Standing {
    init(_ standard: BorderlessXYZClient.RefundDefault) {
        self.init(
            age: standard.isRejected ? .rejected : standard.isStale ? .stale : .fresh,
            verifiedAt: standard.verifiedAt, addresses: standard.addresses, isAutomatic: standard.autoRefund)
    }
}
