public import DollarPe
public import DollarPePayout
import Domain
public import Engine
import ProviderCore
import Time
import WorkflowCore

/// What `dollarpe_payout` asks of DollarPe: each activity is one call, and each answer one event. No decisions.
public struct DollarPePayoutActivities: ActivityHandler {
    /// The flow.
    public typealias Flow = DollarPePayout

    private let clients: [String: DollarPeClient]

    /// Handlers over these clients, by the names of their accounts.
    public init(clients: [String: DollarPeClient]) { self.clients = clients }

    /// Makes the call that an activity stands for.
    public func perform(
        _ activity: DollarPePayout.Activity, in context: ActivityContext
    ) async -> Answer<DollarPePayout.Event> {
        guard let client = clients[context.account]?.sending(unless: { context.permit.isOver }) else {
            return .noAccount("DollarPe", context.account)
        }
        switch activity {
        case .readConfiguration:
            return Answer(await client.configuration()) { .configured(rules: DollarPePayout.Rules($0)) }
        case .readCustomer(let id):
            return Answer(await client.customer(id)) { .init(checking: $0.status, $0.failureReason) }
        case .readBank(let id, let customer):
            return Answer(await client.bank(id, of: customer)) { .init(checking: $0.status, $0.failureReason) }
        case .readRate(let asset):
            return Answer(await client.rate(asset: asset.rawValue, fiat: DollarPePayout.fiat)) { .init(rate: $0) }
        case .readLimits(let customer):
            return Answer(await client.limits(of: customer)) { .init(limits: $0) }
        case .requestQuotation(let order):
            return Answer(await client.quote(.init(order))) { .init(quotation: $0) }
        case .initiate(let order, let quote):
            let initiation = DollarPeClient.Initiation(
                quotation: quote.id, customer: order.customer.text, exchangeOrder: order.exchangeOrder.text,
                reference: context.key.description)
            return Answer(await client.initiate(initiation)) { .initiated(id: $0.id) }
        case .readQuotation(let id):
            return Answer(await client.quotation(id)) { .init(lookingUp: $0) }
        case .findPayout(let order, let quote):
            return await find(order, quote, as: client, in: context)
        case .readPayout(let id):
            return Answer(await client.payout(id)) { .init(reading: $0) }
        case .link(let order, let transfer, _):
            return Answer(await client.link(order: order.text, transfer: transfer.text)) { _ in .linked }
        }
    }

    /// Which of the customer's payouts is this job's: the one of its quotation, or any that this job has referred to.
    ///
    /// Two days back and one ahead: DollarPe's days may be India's, and an earlier order of this job may be older.
    private func find(
        _ order: DollarPePayout.Order, _ quote: DollarPePayout.Quote, as client: DollarPeClient,
        in context: ActivityContext
    ) async -> Answer<DollarPePayout.Event> {
        let outcome = await client.history(
            of: order.customer.text, from: context.startedAt - .days(2), to: context.startedAt + .days(1))
        return Answer(outcome) { payouts in
            let own =
                payouts.first { $0.quotation == quote.id }
                ?? payouts.first { $0.reference?.hasPrefix("\(context.job)-") == true }
            return own.map { .initiated(id: $0.id) }
        }
    }
}
