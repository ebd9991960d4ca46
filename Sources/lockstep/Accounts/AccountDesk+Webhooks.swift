import BorderlessPayments
import BorderlessXYZ
import Configuration
import Dfns
import Domain
import DollarPe
import ProviderCore

/// What registering a webhook came to.
struct Registration: Sendable {
    /// For people.
    let words: String
    /// The secret, where the provider made one just now.
    var secret: Secret?
}

extension AccountDesk {
    /// Tells a provider where webhooks of an account go; a second time, it changes nothing.
    func registerWebhook(of id: AccountName, rotates: Bool) async -> AccountFinding {
        func refuse(_ says: String) -> AccountFinding { AccountFinding(account: id, kind: .refused, says: says) }
        guard let url = http.webhookAddress(of: id) else {
            return refuse(
                "http.public_url is missing in the configuration; write the address that providers reach us by")
        }
        let clients = Clients(accounts, transport: transport, now: now)
        let file = accounts.webhookSecretFiles[id]
        if [DfnsAccount.provider, PartnerAccount.provider].contains(id.provider), file == nil {
            // Before anything is asked: a secret is told once, and there would be nowhere to keep it.
            return refuse(
                "webhook_secret has to name a file, such as {file: \"keys/\(id.provider)-\(id.name)-webhook\"}")
        }
        let outcome: ProviderOutcome<Registration>
        switch id.provider {
        case DfnsAccount.provider:
            guard let client = clients.dfns[id.name] else { return unknown(id) }
            outcome = await Self.register(url, at: client, rotates: rotates)
        case PartnerAccount.provider:
            guard let client = clients.borderlessPayments[id.name] else { return unknown(id) }
            outcome = await Self.register(url, at: client, rotates: rotates)
        case DollarPeAccount.provider:
            guard let client = clients.dollarPe[id.name] else { return unknown(id) }
            outcome = await client.setWebhook(url: url).map { _ in
                Registration(words: "webhooks go to \(url); they are signed with api_secret")
            }
        case BorderlessXYZEntry.provider:
            guard let client = clients.borderlessXYZ[id.name],
                let entry = accounts.borderlessXYZ.first(where: { $0.name == id.name })
            else { return unknown(id) }
            outcome = await Self.keep(url, entry, at: client)
        case PontisEntry.provider:
            return AccountFinding(
                account: id, kind: .manual,
                says: "PontisGlobe has no call for it: enter \(url) in its dashboard, under Developer Tools")
        default: return unknown(id)
        }
        return keep(outcome, id, file: file)
    }

    /// Writes the secret, if there is one, and says what was done.
    private func keep(
        _ outcome: ProviderOutcome<Registration>, _ id: AccountName, file: String?
    ) -> AccountFinding {
        var words = outcome.map(\.words)
        if case .answered(let registration) = outcome, let secret = registration.secret, let file {
            do {
                try store(secret, file)
                words = .answered(
                    registration.words + "; its secret is in \(file): restart the daemons, who read it as they start")
            } catch {
                return AccountFinding(
                    account: id, kind: .refused,
                    says: "\(registration.words), but its secret can't be written to \(file): \(error). "
                        + "Make the file writable, and run this again with --rotate")
            }
        }
        let evidence = RefusalEvidence(clockAhead: nil, credentials: "the credentials", mode: mode(of: id))
        return finding(of: words, id, evidence, good: .registered)
    }

    // MARK: Each provider

    private static let lostSecret = CallRefusal(
        Refusal(
            .invalid,
            "the webhook is registered, and its secret was told then, but it is not in the file that webhook_secret "
                + "names; run this again with --rotate for a new one"))

    /// Dfns tells a webhook's secret when it is made: a new secret is a new webhook.
    private static func register(
        _ url: String, at client: DfnsClient, rotates: Bool
    ) async -> ProviderOutcome<Registration> {
        let known: DfnsClient.Webhook?
        switch await client.webhook(at: url) {
        case .answered(let found): known = found
        case let other: return other.map { _ in Registration(words: "") }
        }
        guard let known, !rotates else {
            let made = await client.createWebhook(url: url, description: "Lockstep")
            if case .answered = made, let known { _ = await client.deleteWebhook(known.id) }
            return made.map { Registration(words: "webhooks go to \(url) (\($0.id))", secret: $0.secret) }
        }
        guard client.account.webhookSecret != nil else { return .refused(lostSecret) }
        let isRight = known.status == "Enabled" && Set(known.events).isSuperset(of: DfnsClient.payoutEvents)
        if isRight || known.events == ["*"] && known.status == "Enabled" {
            return .answered(Registration(words: "webhooks go to \(url) already (\(known.id))"))
        }
        return await client.updateWebhook(known.id, events: DfnsClient.payoutEvents, enabled: true).map { _ in
            Registration(words: "webhooks go to \(url) again (\(known.id))")
        }
    }

    /// Borderless.xyz makes no secret: ours may stand in the address.
    private static func keep(
        _ url: String, _ entry: BorderlessXYZEntry, at client: BorderlessXYZClient
    ) async -> ProviderOutcome<Registration> {
        let place = url + (entry.webhookToken == nil ? "" : ", with webhook_token behind it")
        return await client.keepWebhook(url: entry.webhookAddress(url)).map { upkeep in
            switch upkeep {
            case .fine(let id): Registration(words: "webhooks go to \(place) already (\(id))")
            case .enabledAgain(let id): Registration(words: "webhooks go to \(place) again (\(id))")
            case .registered(let id): Registration(words: "webhooks go to \(place) (\(id))")
            }
        }
    }

    /// Borderless Payments keeps one address for each mode, and tells its secret with the first.
    private static func register(
        _ url: String, at client: PartnerClient, rotates: Bool
    ) async -> ProviderOutcome<Registration> {
        let set = await client.setWebhook(url: url)
        guard case .answered(let made) = set else { return set.map { _ in Registration(words: "") } }
        let words = "webhooks go to \(url)"
        if let secret = made { return .answered(Registration(words: words, secret: secret)) }
        if rotates {
            return await client.rotateWebhookSecret().map { Registration(words: words, secret: $0) }
        }
        guard !client.account.webhookSecrets.isEmpty else { return .refused(lostSecret) }
        return .answered(Registration(words: words))
    }
}
