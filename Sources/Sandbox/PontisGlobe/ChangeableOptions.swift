public import SandboxCore
internal import Time

extension PontisSimulator {
    /// Which of the two systems it is, limits, and what happens to credentials.
    public static var changeable: [ChangeableOption<Self>] {
        [
            .choice("face", "which system it is; tokens of the one are none in the other", \.options.face),
            .amount("approvalAbove", "above how many cents a person approves", \.options.approvalAbove),
            .limit("mostPerPayout", "the limit of one payout, in cents", \.options.mostPerPayout),
            .limit("mostPerDay", "the limit of a day, in cents", \.options.mostPerDay),
            .limit("mostPerMonth", "the limit of a month, in cents", \.options.mostPerMonth),
            .limit("balance", "what there is to pay with, in cents", \.options.balance),
            .seconds("tokenLifetime", "how many seconds a token is good", \.options.tokenLifetime),
            .yes("callerAllowed", "false: each request is refused as ip_not_allowed", \.options.isCallerAllowed),
            .yes(
                "retryCallbacks", "true: a callback that is not taken is posted again after 1, 5 and 30 minutes",
                \.retriesCallbacks),
            .yes("suspended", "true: all accounts are suspended", \.isSuspended),
            ChangeableOption(
                "revokeTokens", "true: all tokens are void at once, as when credentials are replaced"
            ) { simulator, given, name throws(InvalidField) in
                if try given.optionalBool(name) == true { simulator.revokeTokens() }
            },
        ]
    }

    private var retriesCallbacks: Bool {
        get { !options.callbackPauses.isEmpty }
        set { options.callbackPauses = newValue ? [.minutes(1), .minutes(5), .minutes(30)] : [] }
    }

    private var isSuspended: Bool {
        get { accounts.allSatisfy(\.isSuspended) }
        set { for index in accounts.indices { accounts[index].isSuspended = newValue } }
    }
}
