public import Domain
import HTTPTypes
public import ProviderCore

/// Where webhooks go (Borderless Payments documentation, “Webhooks”): one address for each mode.
extension PartnerClient {
    /// Sets our address (`PUT /webhook-configs`), and switches it on again where it was off.
    ///
    /// The answer is the secret that webhooks are signed with, or nil: it is told with a mode's first address only.
    public func setWebhook(url: String) async -> ProviderOutcome<Secret?> {
        await ProviderOutcome { () async throws(CallFailure) in
            let answer: WireWebhook = try await write(.put, "/webhook-configs", WireAddress(webhook_url: url), key: nil)
            return answer.plaintext_secret.map(Secret.init)
        }
    }

    /// Has a new secret made (`POST /webhook-configs/rotate-secret`): the old one ends at once, for retries too.
    public func rotateWebhookSecret() async -> ProviderOutcome<Secret> {
        await ProviderOutcome { () async throws(CallFailure) in
            let answer: WireWebhook = try await write(.post, "/webhook-configs/rotate-secret", Nothing(), key: nil)
            guard let secret = answer.plaintext_secret else {
                throw .unknown(message: "Borderless Payments made a new secret, and did not tell it")
            }
            return Secret(secret)
        }
    }
}

private struct WireAddress: Encodable { let webhook_url: String }
private struct WireWebhook: Decodable { let plaintext_secret: String? }
