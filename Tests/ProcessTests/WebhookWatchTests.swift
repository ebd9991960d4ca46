import Foundation
import HTTPTypes
import PrivateCluster
import Testing

/// A daemon looks after webhooks that their provider has switched off without a word.
@Suite("Looking after webhooks", .timeLimit(.minutes(3)))
struct WebhookWatchTests {
    @Test("A webhook that was switched off in silence is on again as soon as a daemon looks, and is registered once")
    func switchedOff() async throws {
        let world = try ProviderWorld()
        defer { world.remove() }
        let sandbox = try await world.sandbox()
        defer { sandbox.kill() }
        _ = try world.accounts("register-webhooks")
        let registered = try await webhooks(world)
        #expect(registered.map(\.enabled) == [true])
        let token = try await logIn(world)
        try await world.call(
            "borderless_xyz", .patch, "/v1/notifications/webhooks/settings/\(registered[0].id)",
            #"{"enabled":false}"#, token: token)
        #expect(try await webhooks(world).map(\.enabled) == [false])
        let url = try await TestDatabase.fresh()
        try Running.once(["migrate", "--database", url])
        let log = world.path("daemon.log")
        let daemon = try await Running.start(
            ["serve", "--config", world.path("lockstep.json5"), "--database", url], log: log)
        defer { daemon.kill() }
        let end = ContinuousClock.now + .seconds(30)
        while try await webhooks(world).map(\.enabled) != [true], ContinuousClock.now < end {}
        #expect(try await webhooks(world).map(\.enabled) == [true])
        #expect(try await webhooks(world).map(\.id) == registered.map(\.id))
        #expect(daemon.stop() == 0)
        #expect(
            try String(contentsOfFile: log, encoding: .utf8)
                .contains("the webhook of borderless_xyz/main had been switched off; it is on again"))
    }

    private struct Webhook: Decodable {
        let id: String
        let enabled: Bool
    }

    /// What Borderless.xyz knows of ours.
    private func webhooks(_ world: ProviderWorld) async throws -> [Webhook] {
        struct State: Decodable { let webhooks: [Webhook] }
        let text = try await world.control("borderless_xyz", .get, "state")
        return try JSONDecoder().decode(State.self, from: Data(text.utf8)).webhooks
    }

    private func logIn(_ world: ProviderWorld) async throws -> String {
        struct LoggedIn: Decodable { let accessToken: String }
        let secret = try String(contentsOfFile: world.path("xyz-client-secret"), encoding: .utf8)
        let text = try await world.call(
            "borderless_xyz", .post, "/v1/auth/m2m/token", #"{"clientId":"us","clientSecret":"\#(secret)"}"#)
        return try JSONDecoder().decode(LoggedIn.self, from: Data(text.utf8)).accessToken
    }
}
