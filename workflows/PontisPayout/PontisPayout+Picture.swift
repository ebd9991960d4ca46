extension PontisPayout {
    /// The flow's picture as SVG, laid out by `make diagrams`; a test compares it with the code.
    public static let picture = EmbeddedText.pontis_payout_svg
}
