import Engine
import LockstepTesting
import Synchronization
import WorkflowCore

/// Webhooks as the database keeps them: stored once, and matched with the jobs that know one of their names, now or as
/// soon as one does.
final class Inbox: WebhookInbox {
    private struct State {
        var known: Set<String> = []
        var parked: [ReceivedWebhook] = []
        var isFailing = false
    }

    private let memory: MemoryStore
    private let state = Mutex(State())

    init(_ memory: MemoryStore) { self.memory = memory }

    /// Whether nothing can be stored for now.
    func fail(_ isFailing: Bool) { state.withLock { $0.isFailing = isFailing } }

    func receive(_ webhook: ReceivedWebhook) async throws(StoreFailure) -> WebhookReceipt {
        let isNew: Bool? = state.withLock { state in
            if state.isFailing { return nil }
            return state.known.insert("\(webhook.provider) \(webhook.account) \(webhook.dedupeKey)").inserted
        }
        guard let isNew else { throw .notApplied("the database can't be reached") }
        guard isNew else { return .duplicate }
        if !wake(for: webhook) { state.withLock { $0.parked.append(webhook) } }
        return .stored
    }

    /// Jobs have new names: what waited for one of them wakes them now.
    func match(_ references: [Reference]) -> Bool {
        let (found, _) = state.withLock { state in
            let isKnown = { (webhook: ReceivedWebhook) in
                references.contains { $0.provider == webhook.provider && webhook.references.contains($0.value) }
            }
            let found = state.parked.filter(isKnown)
            state.parked.removeAll(where: isKnown)
            return (found, state.parked.count)
        }
        var didWake = false
        for webhook in found where wake(for: webhook) { didWake = true }
        return didWake
    }

    private func wake(for webhook: ReceivedWebhook) -> Bool {
        let jobs = Set(
            webhook.references.flatMap {
                memory.jobs(referredToBy: Reference(provider: webhook.provider, value: $0))
            })
        for job in jobs.sorted() { memory.signal(job, "$wake", actor: "webhook:\(webhook.kind)") }
        return !jobs.isEmpty
    }
}
