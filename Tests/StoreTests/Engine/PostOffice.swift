import Engine
import Synchronization
import WorkflowCore

/// The provider of parcels: a ledger of what was really done, and answers that get lost by a fixed rule.
final class PostOffice: Sendable {
    struct Ledger {
        var packed: [IdempotencyKey: Int] = [:]
        var sent: [Int: Int] = [:]
        var asked: [Int: Int] = [:]
        var calls: [Int: Int] = [:]
        var isDown = false
        var refused = 0
        var checked = 0
        var revoked: Set<Int> = []
    }

    private let ledger = Mutex(Ledger())

    /// How often each parcel was sent.
    var sent: [Int: Int] { ledger.withLock(\.sent) }

    /// How many calls found nobody there.
    var refused: Int { ledger.withLock(\.refused) }

    /// How often somebody looked whether an insurance was revoked.
    var checked: Int { ledger.withLock(\.checked) }

    /// This parcel is no longer insured.
    func revoke(_ number: Int) { ledger.withLock { _ = $0.revoked.insert(number) } }

    private func check(_ number: Int) -> Answer<Insurance.Event> {
        ledger.withLock { ledger in
            ledger.checked += 1
            return ledger.revoked.contains(number) ? .event(.revoked) : .nothing
        }
    }

    /// Whether nobody is there.
    func setDown(_ isDown: Bool) { ledger.withLock { $0.isDown = isDown } }

    var handlers: ActivityHandlers {
        var handlers = ActivityHandlers()
        handlers.add(Parcels(office: self))
        handlers.add(Insurances(office: self))
        return handlers
    }

    private struct Parcels: ActivityHandler {
        typealias Flow = Parcel
        let office: PostOffice

        func perform(_ activity: Parcel.Activity, in context: ActivityContext) async -> Answer<Parcel.Event> {
            office.perform(activity, key: context.key)
        }
    }

    private struct Insurances: ActivityHandler {
        typealias Flow = Insurance
        let office: PostOffice

        func perform(_ activity: Insurance.Activity, in context: ActivityContext) async -> Answer<Insurance.Event> {
            switch activity {
            case .ask: .event(.agreed)
            case .check(let number): office.check(number)
            }
        }
    }

    private func perform(_ activity: Parcel.Activity, key: IdempotencyKey) -> Answer<Parcel.Event> {
        ledger.withLock { ledger in
            guard !ledger.isDown else {
                ledger.refused += 1
                return .notApplied(retryAfter: nil, message: "connection refused")
            }
            return switch activity {
            case .pack(let number): pack(number, key, &ledger)
            case .send(let number): send(number, &ledger)
            case .find(let number):
                ledger.sent[number] == nil ? .nothing : .event(.sent(receipt: "r-\(number)"))
            case .track(let number): track(number, &ledger)
            }
        }
    }

    /// Every seventh parcel is refused; of every fifth the first answer is a “try later”.
    private func pack(_ number: Int, _ key: IdempotencyKey, _ ledger: inout Ledger) -> Answer<Parcel.Event> {
        if number % 7 == 0 { return .refused(ProviderRefusal(code: "forbidden", message: "number \(number)")) }
        ledger.packed[key, default: 0] += 1
        if number % 5 == 0, ledger.packed[key] == 1 { return .notApplied(retryAfter: nil, message: "503") }
        return .event(.packed)
    }

    /// Of every third parcel the first answer is lost; of every sixth nothing was done before.
    private func send(_ number: Int, _ ledger: inout Ledger) -> Answer<Parcel.Event> {
        ledger.calls[number, default: 0] += 1
        let isFirst = ledger.calls[number] == 1
        if number % 6 == 0, isFirst { return .unknown(message: "time-out before") }
        ledger.sent[number, default: 0] += 1
        if number % 3 == 0, isFirst { return .unknown(message: "time-out after") }
        return .event(.sent(receipt: "r-\(number)"))
    }

    private func track(_ number: Int, _ ledger: inout Ledger) -> Answer<Parcel.Event> {
        ledger.asked[number, default: 0] += 1
        return ledger.asked[number, default: 0] >= 3 ? .event(.arrived) : .nothing
    }
}
