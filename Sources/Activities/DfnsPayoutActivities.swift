public import Dfns
public import DfnsPayout
public import Engine
import WorkflowCore

/// What `dfns_payout` asks of Dfns: each activity is one call, and each answer one event. No decisions.
public struct DfnsPayoutActivities: ActivityHandler {
    /// The flow.
    public typealias Flow = DfnsPayout

    private let clients: [String: DfnsClient]

    /// Handlers over these clients, by the names of their accounts.
    public init(clients: [String: DfnsClient]) { self.clients = clients }

    /// Makes the call that an activity stands for.
    public func perform(
        _ activity: DfnsPayout.Activity, in context: ActivityContext
    ) async -> Answer<DfnsPayout.Event> {
        guard let client = clients[context.account]?.sending(unless: { context.permit.isOver }) else {
            return .noAccount("Dfns", context.account)
        }
        switch activity {
        case .requestQuote(let order):
            return Answer(
                await client.quote(
                    walletID: order.walletID.text, asset: order.asset, fiatCurrency: order.fiatCurrency,
                    country: order.country)
            ) { .quoted(quote: DfnsPayout.Quote($0, at: context.startedAt)) }
        case .createPayout(let order):
            return Answer(
                await client.createPayout(DfnsClient.PayoutOrder(order), externalID: context.key.description)
            ) { .opened(id: $0.id, by: requester(of: $0, as: client)) }
        case .readPayout(let id):
            return Answer(await client.payout(id)) { DfnsPayout.Event(reading: $0) }
        case .confirm(let payout, let transfer):
            return Answer(
                await client.confirm(
                    payoutID: payout.id, walletID: payout.order.walletID.text, asset: transfer.asset,
                    to: transfer.address)
            ) { _ in .confirmed }
        case .cancel(let payout):
            return Answer(await client.cancel(payoutID: payout.id)) { _ in .retracted }
        case .readTransfer(let id, let wallet):
            return Answer(await client.transfer(id, from: wallet.text)) { DfnsPayout.Event(tracing: $0) }
        }
    }

    /// Who opened a payout; where Dfns or our configuration doesn't say, the confirmation will show.
    private func requester(of payout: DfnsClient.Payout, as client: DfnsClient) -> DfnsPayout.Requester {
        guard let user = payout.requester?.userID, let own = client.account.userID, user != own else { return .us }
        return .another(user: user)
    }
}
