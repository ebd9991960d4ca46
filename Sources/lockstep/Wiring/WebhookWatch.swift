import BorderlessXYZ
import Configuration
import ProviderCore
import Time

/// Looks after webhooks that a provider switches off without a word, as Borderless.xyz does when too many attempts in a
/// row have failed (Borderless.xyz documentation, “Webhooks”). What was missed meanwhile is learnt by polling.
struct WebhookWatch: Sendable {
    let accounts: Accounts
    let http: LockstepConfiguration.HTTP
    let clients: Clients
    /// Takes a line for people.
    let log: @Sendable (String) -> Void

    /// How often it looks.
    static let interval = Duration.minutes(5)

    /// Looks again and again, in the machine's time; returns when its task is cancelled.
    func run(sleep: @Sendable (Duration) async -> Void) async {
        guard http.publicURL != nil, !accounts.borderlessXYZ.isEmpty else { return }
        while !Task.isCancelled {
            for entry in accounts.borderlessXYZ { await look(after: entry) }
            await sleep(Self.interval)
        }
    }

    private func look(after entry: BorderlessXYZEntry) async {
        guard let url = http.webhookAddress(of: entry.id), let client = clients.borderlessXYZ[entry.name]
        else { return }
        switch await client.keepWebhook(url: entry.webhookAddress(url)) {
        case .answered(.fine): break
        case .answered(.enabledAgain): log("the webhook of \(entry.id) had been switched off; it is on again")
        case .answered(.registered): log("the webhook of \(entry.id) was not registered; it is now, at \(url)")
        case .refused(let refusal): log("the webhook of \(entry.id) can't be looked after: \(refusal)")
        case .notApplied(_, let message), .unknown(let message):
            log("the webhook of \(entry.id) can't be looked after now: \(message)")
        }
    }
}
