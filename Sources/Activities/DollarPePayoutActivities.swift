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
        case .lookUpOrder(let order, let quote):
            return await lookUp(order, quote, as: client, in: context)
        case .findPayout(let order, let quote):
            return await find(order, quote, as: client, in: context)
        case .ruleOut(let order, let quote):
            let found = await lookUp(order, quote, as: client, in: context)
            guard case .nothing = found else { return found }
            return .event(.notOrdered)
        case .readPayout(let id):
            return Answer(await client.payout(id)) { .init(reading: $0) }
        case .link(let order, let transfer, _):
            return Answer(await client.link(order: order.text, transfer: transfer.text)) { _ in .linked }
        }
    }

    /// Whether an order was taken: its quotation says so, or the history shows its payout. Neither alone is enough, as
    /// each may lag behind; and of what a quotation's `order_id` is the id is not documented.
    private func lookUp(
        _ order: DollarPePayout.Order, _ quote: DollarPePayout.Quote, as client: DollarPeClient,
        in context: ActivityContext
    ) async -> Answer<DollarPePayout.Event> {
        let quotation = await client.quotation(quote.id)
        var used: String?
        switch quotation {
        case .answered(let state): used = state.isUsed ? state.status : nil
        // It may be gone once it has expired: then the history alone says it.
        case .refused(let refusal) where refusal.code == .notFound: break
        case .refused, .notApplied, .unknown: return Answer(quotation) { _ in nil }
        }
        let found = Answer(await history(order, as: client, in: context)) { payouts in
            Self.own(in: payouts, quote, context.job).map { DollarPePayout.Event.initiated(id: $0.id) }
        }
        guard case .nothing = found, let used else { return found }
        return .event(.refused(refusal: Refusal(.duplicate, "the quotation is \(used)")))
    }

    /// Which payout is this job's; or whose has its order, where another one that is certainly not ours has it.
    private func find(
        _ order: DollarPePayout.Order, _ quote: DollarPePayout.Quote, as client: DollarPeClient,
        in context: ActivityContext
    ) async -> Answer<DollarPePayout.Event> {
        Answer(await history(order, as: client, in: context)) { payouts in
            if let own = Self.own(in: payouts, quote, context.job) { return .initiated(id: own.id) }
            let holder = payouts.first { payout in
                payout.exchangeOrder == order.exchangeOrder.text && payout.keepsOrder && payout.quotation != nil
                    && payout.reference != nil
            }
            return holder.map { holder in
                .refused(refusal: Refusal(.duplicate, "order \(order.exchangeOrder) is payout \(holder.id)'s"))
            }
        }
    }

    /// All payouts of the customer since the job began, and a day on either side: DollarPe's days may be India's.
    private func history(
        _ order: DollarPePayout.Order, as client: DollarPeClient, in context: ActivityContext
    ) async -> ProviderOutcome<[DollarPeClient.Payout]> {
        await client.history(
            of: order.customer.text, from: context.job.createdAt - .days(1), to: context.startedAt + .days(1))
    }

    /// This job's payout: the one of its quotation, or any that this job has referred to.
    private static func own(
        in payouts: [DollarPeClient.Payout], _ quote: DollarPePayout.Quote, _ job: JobID
    ) -> DollarPeClient.Payout? {
        payouts.first { $0.quotation == quote.id } ?? payouts.first { $0.reference?.hasPrefix("\(job)-") == true }
    }
}
