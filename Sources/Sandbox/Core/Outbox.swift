public import Time

/// The webhooks that a provider wants to post, and those whose result is awaited.
public struct Outbox<Message: Sendable>: Sendable {
    private enum Entry: Sendable {
        case fresh(Message, kind: String)
        case judged(Message, WebhookTreatment)
        case releaseHeld
    }

    private var entries = Timeline<Entry>()
    /// Held back, to be posted after what comes next.
    private var held: [Message] = []
    private var inFlight: [WebhookDelivery.ID: Message] = [:]
    private var lastID = 0

    /// Nothing to post.
    public init() {}

    /// When something is next to be posted.
    public var nextDue: Timestamp? { entries.nextDue }

    /// Adds a message of a kind, to be posted at this instant.
    public mutating func post(_ message: Message, kind: String, at instant: Timestamp) {
        entries.add(.fresh(message, kind: kind), at: instant)
    }

    /// A number for a delivery that goes past the outbox.
    public mutating func makeID() -> WebhookDelivery.ID {
        lastID += 1
        return WebhookDelivery.ID(rawValue: lastID)
    }

    /// Takes out the next message that is due and is to be posted, after what the faults do to it.
    ///
    /// One that is doubled comes out twice; `isCopy` says which is the second.
    mutating func takeDue(at now: Timestamp, faults: inout Faults) -> [Posting] {
        var postings: [Posting] = []
        while let (_, entry) = entries.takeNext(dueAt: now) {
            switch entry {
            case .fresh(let message, let kind): judge(message, kind, at: now, &faults, &postings)
            case .judged(let message, let treatment): emit(Posting(message: message, treatment: treatment), &postings)
            case .releaseHeld: releaseHeld(&postings)
            }
        }
        return postings
    }

    struct Posting {
        let message: Message
        var treatment = WebhookTreatment()
        var isCopy = false
    }

    private mutating func judge(
        _ message: Message, _ kind: String, at now: Timestamp, _ faults: inout Faults, _ postings: inout [Posting]
    ) {
        var treatment = WebhookTreatment()
        let (fault, duration) = faults.judge(webhook: kind) ?? (nil, nil)
        switch fault {
        case .lost: return
        case .late:
            entries.add(.judged(message, treatment), at: now + (duration ?? .seconds(60)))
            return
        case .reversed:
            held.append(message)
            entries.add(.releaseHeld, at: now + (duration ?? .seconds(60)))
            return
        case .badSignature: treatment.badSignature = true
        case .skewed: treatment.clockBehind = duration ?? .minutes(10)
        case .doubled, nil: break
        }
        emit(Posting(message: message, treatment: treatment), &postings)
        if fault == .doubled { emit(Posting(message: message, isCopy: true), &postings) }
    }

    private mutating func emit(_ posting: Posting, _ postings: inout [Posting]) {
        postings.append(posting)
        releaseHeld(&postings)
    }

    private mutating func releaseHeld(_ postings: inout [Posting]) {
        postings += held.reversed().map { Posting(message: $0) }
        held = []
    }

    /// Remembers a message until its result is known.
    mutating func await(_ id: WebhookDelivery.ID, of message: Message) { inFlight[id] = message }

    /// The message whose result has become known; nil for copies and for numbers that are not awaited.
    mutating func takeAwaited(_ id: WebhookDelivery.ID) -> Message? { inFlight.removeValue(forKey: id) }
}
