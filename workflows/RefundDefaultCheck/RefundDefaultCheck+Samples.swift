import Domain
public import WorkflowCore

extension RefundDefaultCheck {
    /// One state of each case, and one event for each row that differs.
    public static let samples = Samples<RefundDefaultCheck>(
        states: [
            .reading(order: Order()),
            .fresh(order: Order(), standing: standing(.fresh)),
            .asking(order: Order(), standing: standing(.stale)),
            .comparing(order: Order(), standing: standing(.stale)),
            .confirming(order: Order(), standing: standing(.stale)),
            .lacking(order: Order(), standing: nil),
            .lacking(order: elsewhere, standing: standing(.fresh)),
            .missing(order: Order()),
            .unconfirmed(order: Order(), standing: standing(.rejected)),
            .failed(order: Order(), refusal: gone),
        ],
        events: [
            .read(standing: standing(.fresh)),
            .read(standing: standing(.stale)),
            .read(standing: standing(.rejected)),
            .read(standing: nil),
            .confirmationGiven(addresses: standing(.stale).addresses),
            .confirmationGiven(addresses: nil),
            .confirmed,
            .timedOut,
            .refused(refusal: gone),
            .refused(refusal: Refusal(.unauthorized, "the credentials are wrong")),
        ])

    private static let gone = Refusal(.notFound, "there is no such organisation")

    private static let elsewhere = Order(networks: [.base])

    private static func standing(_ age: Age) -> Standing {
        Standing(age: age, verifiedAt: nil, addresses: ["POLYGON": "0x00000000000000000000000000000000000000aa"])
    }
}
