import Configuration
import Domain
import ProviderCore
import Time

/// What was found out about an account.
struct AccountFinding: Sendable {
    /// A word for scripts.
    enum Kind: String, Sendable {
        /// All is well.
        case good
        /// The webhook's address was registered, or switched on again.
        case registered
        /// The provider has no call for it.
        case manual
        /// The provider does not accept the credentials.
        case wrongKey = "wrong_key"
        /// The credentials are those of the other mode.
        case wrongMode = "wrong_mode"
        /// The provider does not take requests from this address.
        case addressNotAllowed = "address_not_allowed"
        /// The machine's clock and the provider's differ by too much.
        case clock
        /// Nothing answers, or nothing that makes sense.
        case unreachable
        /// The provider, or this command, said no for another reason.
        case refused
    }

    /// Which account.
    let account: AccountName
    /// A word for scripts.
    let kind: Kind
    /// A sentence for people: what is so, and what to do.
    let says: String

    /// Whether nothing needs to be done.
    var isGood: Bool { [.good, .registered, .manual].contains(kind) }
}

/// What tells one reason for a refusal from another.
struct RefusalEvidence {
    /// How far our clock is ahead of the provider's, as far as an answer told; negative where it is behind.
    let clockAhead: Duration?
    /// The members of the configuration that hold the credentials.
    let credentials: String
    /// The account's mode.
    let mode: Mode

    /// More than half of what signatures are allowed to differ by.
    private static let tolerance = Duration.seconds(150)

    /// The kind of a refusal, and what to do about it.
    func judge(_ refusal: CallRefusal) -> (kind: AccountFinding.Kind, advice: String) {
        let text = refusal.message.lowercased()
        let words = Set(text.split { !$0.isLetter && !$0.isNumber }.map(String.init))
        guard refusal.code == .unauthorized || refusal.code == .forbidden || [401, 403].contains(refusal.status) else {
            return (.refused, "")
        }
        if let clock = clockTrouble { return (.clock, clock) }
        if text.contains("ip_not_allowed") || words.contains("ip") || text.contains("ip address") {
            return (.addressNotAllowed, "allow this machine's address in the provider's dashboard")
        }
        if words.contains("timestamp") {
            return (.clock, "this machine's clock and the provider's differ; set it by NTP")
        }
        if text.contains("mode_required") || text.contains("wrong mode") || text.contains("livemode") {
            return (
                .wrongMode, "the credentials are not those of mode \(mode); check mode, base_url and \(credentials)"
            )
        }
        if refusal.status == 403 || refusal.code == .forbidden {
            return (.refused, "the credentials are known, but may not do this; check the account's permissions")
        }
        return (.wrongKey, "check \(credentials), and that they are of mode \(mode)")
    }

    private var clockTrouble: String? {
        guard let clockAhead, clockAhead > Self.tolerance || clockAhead < .zero - Self.tolerance else { return nil }
        let isAhead = clockAhead > .zero
        return "the clock that signatures are dated by is \((isAhead ? clockAhead : .zero - clockAhead).inWords) "
            + "\(isAhead ? "ahead of" : "behind") the provider's; set it by NTP"
    }
}
