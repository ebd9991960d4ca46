public import SandboxCore

extension DollarPeSimulator {
    /// Which of DollarPe's documents it follows, and what these leave open.
    public static var changeable: [ChangeableOption<Self>] {
        [
            .choice("era", "which documents the answers look like", \.options.era),
            .choice("configuration", "the shape of the limits of coins", \.options.configuration),
            .choice("canonical", "what a signature has to be over", \.options.canonical),
            .choice("duplicate", "which repetition is noticed first", \.options.duplicate),
            .choice("link", "when a transfer may be linked", \.options.link),
            .choice("linkedQuotation", "what a used quotation shows", \.options.linkedQuotation),
            .seconds(
                "quotationLifetime", "how many seconds a quotation is good", null: "as the era says",
                \.options.quotationLifetime),
            .seconds("payout", "after how many seconds a payout arrives", null: "never", \.options.delays.payout),
        ]
    }
}
