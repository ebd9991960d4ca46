/// The flows that can be simulated; a new one is a case here, and a `Rail`.
public enum KnownRail: String, CaseIterable, Sendable {
    /// `dfns_payout`, over Dfns.
    case dfnsPayout = "dfns_payout"

    func make(_ dice: inout Dice, isPlain: Bool) throws -> any Rail {
        switch self {
        case .dfnsPayout: try DfnsRail(&dice, isPlain: isPlain)
        }
    }
}
