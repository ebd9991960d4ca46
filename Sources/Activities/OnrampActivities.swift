public import BorderlessPayments
import Domain
public import Engine
public import Onramp
import ProviderCore
import WorkflowCore

/// What `onramp` asks of Borderless Payments: each activity is one call, and each answer one event. No decisions.
public struct OnrampActivities: ActivityHandler {
    /// The flow.
    public typealias Flow = Onramp

    private let clients: [String: PartnerClient]

    /// Handlers over these clients, by the names of their accounts.
    public init(clients: [String: PartnerClient]) { self.clients = clients }

    /// Makes the call that an activity stands for.
    public func perform(_ activity: Onramp.Activity, in context: ActivityContext) async -> Answer<Onramp.Event> {
        guard let client = clients[context.account]?.sending(unless: { context.permit.isOver }) else {
            return .noAccount("Borderless Payments", context.account)
        }
        let key = context.key.uuid
        switch activity {
        case .createUser(let purchase):
            guard let user = PartnerClient.NewUser(purchase) else { return noPerson }
            return Answer(await client.createUser(user, key: key)) { .userRead(user: Onramp.User($0)) }
        case .findUser(let purchase):
            guard let user = PartnerClient.NewUser(purchase) else { return noPerson }
            return Answer(await client.user(email: user.email, reference: user.reference)) { found in
                found.map { .userRead(user: Onramp.User($0)) }
            }
        case .readUser(let id): return Answer(await client.user(id)) { .userRead(user: Onramp.User($0)) }
        case .startKYC(let user):
            return Answer(await client.startKYC(of: user, key: key)) { .sessionOpened(url: $0.url) }
        case .refreshCheck(let user):
            return Answer(await client.refreshKYC(of: user, key: key)) { _ in .checkRefreshed }
        case .register(let user): return Answer(await client.register(user, key: key)) { _ in .registrationAsked }
        case .declarePurpose(let purposes, let user):
            return Answer(await client.setPurposes(purposes.map(\.text), of: user, key: key)) { _ in .purposeDeclared }
        case .requestQuote(let purchase, let buyer):
            return Answer(await client.quote(PartnerClient.QuoteRequest(purchase, buyer))) {
                .quoted(quote: Onramp.Quote($0, at: context.startedAt))
            }
        case .createOrder, .findOrder, .readOrder, .confirmPayment:
            return await handle(activity, context, client)
        }
    }

    /// The part that is about orders.
    private func handle(
        _ activity: Onramp.Activity, _ context: ActivityContext, _ client: PartnerClient
    ) async -> Answer<Onramp.Event> {
        switch activity {
        case .createOrder(let purchase, let buyer):
            // The same for each state in which the job orders, and no other state's: transitions count from 1.
            let key = IdempotencyKey(job: context.job, enteredSeq: 0).uuid
            let order = PartnerClient.NewOrder(purchase, buyer, reference: context.job.description)
            return Answer(await client.createOrder(order, key: key)) { found($0, context) }
        case .findOrder(let user):
            return Answer(await client.order(reference: context.job.description, of: user)) { order in
                order.map { found($0, context) } ?? .noOrderFound
            }
        case .readOrder(let id):
            return Answer(await client.order(id)) { .reported(report: Onramp.Report($0, at: context.startedAt)) }
        case .confirmPayment(let order):
            return Answer(await client.confirmPayment(of: order, key: context.key.uuid)) { _ in .paymentConfirmed }
        case .createUser, .findUser, .readUser, .startKYC, .refreshCheck, .register, .declarePurpose, .requestQuote:
            return .nothing
        }
    }

    /// An order that is seen for the first time, which may be long after it was made: what it shows is as old as its
    /// last change.
    private func found(_ order: PartnerClient.Order, _ context: ActivityContext) -> Onramp.Event {
        let instant = min(context.startedAt, order.updatedAt ?? context.startedAt)
        return .reported(report: Onramp.Report(order, at: instant))
    }

    /// The flow makes nobody known who is known already.
    private var noPerson: Answer<Onramp.Event> {
        .refused(ProviderRefusal(code: Refusal.Code.invalid.rawValue, message: "the input names no new customer"))
    }
}
