public import SandboxCore
internal import Time

/// What the control plane can change while the simulator runs.
extension PontisSimulator {
    /// Which of the two systems it is, limits, and what happens to credentials.
    public static var changeable: [(name: String, meaning: String)] {
        let faces = PontisOptions.Face.allCases.map(\.rawValue).joined(separator: " or ")
        return [
            ("face", "\(faces): tokens of the one are none in the other"),
            ("approvalAbove", "from how many cents on a person approves"),
            ("mostPerPayout", "the limit of one payout, in cents"),
            ("mostPerDay", "the limit of a day, in cents"),
            ("mostPerMonth", "the limit of a month, in cents"),
            ("balance", "what there is to pay with, in cents"),
            ("tokenLifetime", "how many seconds a token is good"),
            ("callerAllowed", "false: each request is refused as ip_not_allowed"),
            ("retryCallbacks", "true: a callback that is not taken is posted again after 1, 5 and 30 minutes"),
            ("suspended", "true: all accounts are suspended"),
            ("revokeTokens", "true: all tokens are void at once, as when credentials are replaced"),
        ]
    }

    /// Changes them.
    public mutating func change(_ given: JSONReader) throws(InvalidField) {
        var changed = options
        changed.face = try given.optionalChoice("face") ?? changed.face
        let most = 0...1_000_000_000_000
        changed.approvalAbove = try given.optionalInt("approvalAbove", in: most) ?? changed.approvalAbove
        changed.mostPerPayout = try given.optionalInt("mostPerPayout", in: most) ?? changed.mostPerPayout
        changed.mostPerDay = try given.optionalInt("mostPerDay", in: most) ?? changed.mostPerDay
        changed.mostPerMonth = try given.optionalInt("mostPerMonth", in: most) ?? changed.mostPerMonth
        changed.balance = try given.optionalInt("balance", in: most) ?? changed.balance
        changed.tokenLifetime = try given.optionalSeconds("tokenLifetime") ?? changed.tokenLifetime
        changed.isCallerAllowed = try given.optionalBool("callerAllowed") ?? changed.isCallerAllowed
        if let retries = try given.optionalBool("retryCallbacks") {
            changed.callbackPauses = retries ? [.minutes(1), .minutes(5), .minutes(30)] : []
        }
        let isSuspended = try given.optionalBool("suspended")
        if try given.optionalBool("revokeTokens") == true { revokeTokens() }
        if let isSuspended {
            for index in accounts.indices { accounts[index].isSuspended = isSuspended }
        }
        options = changed
    }
}
