import Domain
import Foundation
import LockstepTesting
import PontisPayout
import WorkflowCore

/// The values that the scripts of `pontis_payout` speak of.
enum PontisFixture {
    static let id = "029b2038-6166-4bea-80a9-f1a2425a85eb"
    static let returned = Refusal(.provider, "the account is closed")

    static func order(accept: PontisPayout.Consent = .auto, watchDays: Int? = nil) throws -> PontisPayout.Order {
        PontisPayout.Order(
            country: .sample, currency: .sample, method: .sample, amount: .sample,
            recipient: Sensitive(PontisPayout.Recipient(name: .sample)), accept: accept,
            watchDays: try watchDays.map { try PontisPayout.WatchDays(text: "\($0)") })
    }

    static func payout() throws -> PontisPayout.Payout { PontisPayout.Payout(id: id, order: try order()) }

    static func report(_ status: PontisPayout.Status) -> PontisPayout.Event {
        .reported(report: PontisPayout.Report(id: id, status: status))
    }

    /// A payout that is being ordered.
    static func sending(accept: PontisPayout.Consent = .auto) throws -> Simulation<PontisPayout> {
        Simulation(of: PontisPayout.self, input: try order(accept: accept))
    }

    static func simulation(in state: PontisPayout.State) -> Simulation<PontisPayout> {
        Simulation(of: PontisPayout.self, in: state)
    }

    static func no(_ code: String) -> ProviderRefusal { ProviderRefusal(code: code, message: "no: \(code)") }

    /// A seal that hides nothing, for a store that a test looks into.
    static let seal = SensitiveCoding { value in
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    } open: { text, type in
        text.hasPrefix("{") ? try JSONDecoder().decode(type, from: Data(text.utf8)) : nil
    }
}
