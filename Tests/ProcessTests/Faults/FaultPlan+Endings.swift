/// How payouts may end under faults, by what happens to them at the provider.
extension FaultPlan {
    /// What the last two digits of an amount make happen, and how the job then may end where nobody interferes.
    ///
    /// `unfinished`: the provider never moves on, and the job goes on looking.
    static let endings: [(digits: String, endings: Set<String>)] = [
        ("00", ["completed"]),
        ("01", ["rejected"]),
        ("02", ["completed"]),
        ("03", ["failed"]),
        ("04", ["refunded"]),
        ("05", ["unfinished"]),
        ("06", ["completed"]),
        ("07", ["completed"]),
        ("08", ["completed"]),
        ("09", ["completed"]),
        ("10", ["expired"]),
        ("11", ["failed"]),
        ("12", ["expired"]),
        ("13", ["completed", "failed", "canceled"]),
        ("14", ["completed"]),
        ("16", ["completed"]),
        ("17", ["unfinished"]),
    ]

    /// For each key, the endings that the job may have.
    var asked: [String: Set<String>] {
        var asked: [String: Set<String>] = [:]
        let jumped = steps.reduce(0) { sum, step in
            if case .jump(let minutes) = step { sum + minutes } else { sum }
        }
        let canceled = Set(
            steps.compactMap { step in
                if case .tell(let key, "cancel") = step { key } else { nil }
            })
        for payout in payouts {
            var endings = Self.endings.first { $0.digits == payout.amount.suffix(2) }?.endings ?? []
            // Nobody may have said yes in time.
            if payout.accept == "ask" || payout.confirm == "ask" { endings.formUnion(["expired", "canceled"]) }
            if canceled.contains(payout.key) { endings.insert("canceled") }
            // The provider gives a payout 24 hours to be confirmed.
            if jumped > 20 * 60 { endings.insert("expired") }
            asked[payout.key] = endings
        }
        return asked
    }
}
