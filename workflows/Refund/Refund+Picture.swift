extension Refund {
    /// The flow's picture as SVG, laid out by `make diagrams`; a test compares it with the code.
    public static let picture = EmbeddedText.refund_svg
}
