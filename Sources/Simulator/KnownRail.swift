/// The flows that can be simulated; a new one is a case here, and a `Rail`.
public enum KnownRail: String, CaseIterable, Sendable {
    /// `dfns_payout`, over Dfns.
    case dfnsPayout = "dfns_payout"
    /// `pontis_payout`, over PontisGlobe.
    case pontisPayout = "pontis_payout"
    /// `dollarpe_payout`, over DollarPe.
    case dollarPePayout = "dollarpe_payout"
    /// `onramp`, over Borderless Payments.
    case onramp
    /// `borderless_withdrawal` with its `refund`, over Borderless.xyz.
    case borderlessWithdrawal = "borderless_withdrawal"
    /// `refund`, over Borderless.xyz.
    case refund

    func make(_ dice: inout Dice, isPlain: Bool) throws -> any Rail {
        switch self {
        case .dfnsPayout: try DfnsRail(&dice, isPlain: isPlain)
        case .pontisPayout: try PontisRail(&dice, isPlain: isPlain)
        case .dollarPePayout: try DollarPeRail(&dice, isPlain: isPlain)
        case .onramp: try OnrampRail(&dice, isPlain: isPlain)
        case .borderlessWithdrawal: try WithdrawalRail(&dice, isPlain: isPlain)
        case .refund: try RefundRail(&dice, isPlain: isPlain)
        }
    }
}
