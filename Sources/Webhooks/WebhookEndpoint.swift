public import Engine
public import HTTPTypes

/// `POST /webhooks/<provider>/<account>`: verifies, stores, and only then answers 200.
///
/// What a webhook says is not believed: it is stored, of one about a person only what names it, and wakes the job that
/// knows one of its names, which then reads the provider itself.
public struct WebhookEndpoint: Sendable {
    private let sources: [String: any WebhookSource]
    private let inbox: any WebhookInbox
    private let clock: any Clock
    private let log: @Sendable (String) -> Void

    /// An endpoint for these providers; `log` takes one line for a person.
    public init(
        sources: [any WebhookSource], inbox: any WebhookInbox, clock: any Clock,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.sources = Dictionary(sources.map { ($0.provider, $0) }) { _, last in last }
        self.inbox = inbox
        self.clock = clock
        self.log = log
    }

    /// Whether the request is one for this endpoint.
    public func serves(_ request: HTTPRequest) -> Bool { request.segments.first == "webhooks" }

    /// Answers a delivery.
    ///
    /// - 200 means that it is durable, or was before.
    /// - 401 means that it could not be verified.
    /// - 404 means that there is no such address, 405 that it takes `POST` only.
    /// - 503 means that it could not be stored: the provider will try again.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let path = request.segments
        guard path.count == 3, path[0] == "webhooks", let source = sources[path[1]] else {
            return .text(404, "There is no such address. Webhooks go to /webhooks/<provider>/<account>.\n")
        }
        guard request.method == .post else { return .text(405, "Webhooks are sent with POST.\n") }
        switch source.read(request, account: path[2], now: clock.now()) {
        case .genuine(let webhook): return await store(webhook)
        case .refused(let reason):
            log("refused a webhook for \(path[1])/\(path[2]): \(reason)")
            return .text(401, "The signature could not be verified.\n")
        case .unknownAccount:
            return .text(404, "No account of this name takes webhooks here.\n")
        }
    }

    private func store(_ webhook: ReceivedWebhook) async -> HTTPResponse {
        do {
            _ = try await inbox.receive(webhook)
            return .text(200, "ok\n")
        } catch {
            log("could not store a webhook of \(webhook.provider)/\(webhook.account): \(error)")
            return .text(503, "It could not be stored; send it again later.\n")
        }
    }
}
