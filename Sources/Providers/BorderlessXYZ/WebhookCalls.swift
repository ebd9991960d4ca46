import Foundation
import HTTPTypes
public import ProviderCore

/// Our address at Borderless.xyz (Borderless.xyz documentation, “Webhooks”). There is no choice of events: all come.
extension BorderlessXYZClient {
    /// An address that is registered.
    public struct WebhookSetting: Hashable, Sendable, Decodable {
        /// Borderless.xyz's id.
        public let id: String
        /// Where webhooks go.
        public let url: String
        /// Whether anything is sent: it is switched off in silence when too many attempts have failed.
        public let enabled: Bool
    }

    /// What making sure of a webhook came to.
    public enum WebhookUpkeep: Hashable, Sendable {
        /// It was there, and switched on.
        case fine(id: String)
        /// It had been switched off, and is on again: what was missed meanwhile is learnt by polling.
        case enabledAgain(id: String)
        /// It was not there, and is registered now.
        case registered(id: String)
    }

    /// All addresses that are registered, page after page.
    public func webhooks() async -> ProviderOutcome<[WebhookSetting]> {
        await ProviderOutcome { () async throws(CallFailure) in
            var found: [WebhookSetting] = []
            for _ in 0..<Self.mostPages {
                let query = found.last.map { [("startingAfter", $0.id)] } ?? []
                let page: Page<WebhookSetting> = try await read("/notifications/webhooks/settings", query: query)
                found += page.items
                guard page.hasMore, !page.items.isEmpty else { return found }
            }
            // Whoever can't see the end can't know that an address is missing, and would register it again and again.
            throw .notApplied(retryAfter: nil, message: "the list of webhooks has more than \(Self.mostPages) pages")
        }
    }

    /// Registers an address.
    public func registerWebhook(url: String) async -> ProviderOutcome<WebhookSetting> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await write(
                .post, "/notifications/webhooks/settings", try ProviderAPI.body(WireWebhook(url: url, enabled: nil)),
                key: nil)
        }
    }

    /// Switches an address on.
    ///
    /// `PATCH` is what integrators use, and `POST` what the documentation says: where there is no such method, the
    /// other one is tried.
    public func enableWebhook(_ id: String) async -> ProviderOutcome<WebhookSetting> {
        await ProviderOutcome { () async throws(CallFailure) in
            let path = "/notifications/webhooks/settings/\(try Self.segment(id))"
            let body = try ProviderAPI.body(WireWebhook(url: nil, enabled: true))
            do throws(CallFailure) {
                return try await write(.patch, path, body, key: nil)
            } catch .refused(let refusal) where refusal.status == 404 || refusal.status == 405 {
                return try await write(.post, path, body, key: nil)
            }
        }
    }

    /// Removes an address.
    public func removeWebhook(_ id: String) async -> ProviderOutcome<Removed> {
        await ProviderOutcome { () async throws(CallFailure) in
            _ = try await call(.delete, "/notifications/webhooks/settings/\(try Self.segment(id))", leg: .write)
            return Removed()
        }
    }

    /// Makes sure that an address is registered and switched on; safe to repeat, and to be repeated every few minutes.
    public func keepWebhook(url: String) async -> ProviderOutcome<WebhookUpkeep> {
        await ProviderOutcome { () async throws(CallFailure) in
            let all = try await webhooks().get()
            let ours = all.filter { Self.isSame($0.url, url) }
            guard let setting = ours.first(where: \.enabled) ?? ours.first
            else { return .registered(id: try await registerWebhook(url: url).get().id) }
            if setting.enabled { return .fine(id: setting.id) }
            return .enabledAgain(id: try await enableWebhook(setting.id).get().id)
        }
    }

    /// Whether two addresses are one, however scheme and host, a usual port or a slash at the end are written.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        one == other || normal(one).map { $0 == normal(other) } ?? false
    }

    private static func normal(_ text: String) -> String? {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
            let host = url.host?.lowercased()
        else { return nil }
        let usual = scheme == "https" ? 443 : 80
        let port = url.port.map { $0 == usual ? "" : ":\($0)" } ?? ""
        let path =
            url.percentEncodedPath.hasSuffix("/") ? url.percentEncodedPath.dropLast() : url.percentEncodedPath[...]
        return "\(scheme)://\(host)\(port)\(path)?\(url.percentEncodedQuery ?? "")"
    }

    /// The public key with which webhooks are said to be signed, as PEM (assumed: only integrators mention the path).
    public func webhookPublicKey() async -> ProviderOutcome<String> {
        await ProviderOutcome { () async throws(CallFailure) in
            let response = try await call(.get, "/notifications/webhooks/settings/public-key", leg: .read)
            if let wire = try? JSONDecoder().decode(WirePublicKey.self, from: Data(response.body)) {
                return wire.publicKey
            }
            return String(decoding: response.body, as: UTF8.self)
        }
    }

    /// It is gone.
    public struct Removed: Hashable, Sendable {
        /// The only value.
        public init() {}
    }
}

extension ProviderOutcome {
    /// The answer, or what stood in its way.
    fileprivate func get() throws(CallFailure) -> Value {
        switch self {
        case .answered(let value): return value
        case .notApplied(let retryAfter, let message): throw .notApplied(retryAfter: retryAfter, message: message)
        case .refused(let refusal): throw .refused(refusal)
        case .unknown(let message): throw .unknown(message: message)
        }
    }
}

private struct WireWebhook: Encodable {
    let url: String?
    let enabled: Bool?
}

private struct WirePublicKey: Decodable { let publicKey: String }
