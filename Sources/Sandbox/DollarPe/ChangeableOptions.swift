public import SandboxCore
internal import Time

/// What the control plane can change while the simulator runs.
extension DollarPeSimulator {
    /// Which of DollarPe's documents it follows, and what these leave open.
    public static var changeable: [(name: String, meaning: String)] {
        func list<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> String {
            type.allCases.map(\.rawValue).joined(separator: ", ")
        }
        return [
            ("era", "which documents the answers look like: \(list(DollarPeOptions.Era.self))"),
            ("configuration", "the shape of the limits of coins: \(list(DollarPeOptions.ConfigurationShape.self))"),
            ("canonical", "what a signature has to be over: \(list(DollarPeOptions.CanonicalReading.self))"),
            ("duplicate", "which repetition is noticed first: \(list(DollarPeOptions.DuplicateReading.self))"),
            ("link", "when a transfer may be linked: \(list(DollarPeOptions.LinkReading.self))"),
            ("linkedQuotation", "what a used quotation shows: \(list(DollarPeOptions.LinkedReading.self))"),
            ("quotationLifetime", "how many seconds a quotation is good, whatever the era"),
            ("payout", "after how many seconds a payout arrives"),
        ]
    }

    /// Changes them.
    public mutating func change(_ given: JSONReader) throws(InvalidField) {
        var changed = options
        changed.era = try given.optionalChoice("era") ?? changed.era
        changed.configuration = try given.optionalChoice("configuration") ?? changed.configuration
        changed.canonical = try given.optionalChoice("canonical") ?? changed.canonical
        changed.duplicate = try given.optionalChoice("duplicate") ?? changed.duplicate
        changed.link = try given.optionalChoice("link") ?? changed.link
        changed.linkedQuotation = try given.optionalChoice("linkedQuotation") ?? changed.linkedQuotation
        changed.quotationLifetime = try given.optionalSeconds("quotationLifetime") ?? changed.quotationLifetime
        changed.delays.payout = try given.optionalSeconds("payout") ?? changed.delays.payout
        options = changed
    }
}
