public import HTTPTypes
public import Time

/// A request that means one operation of a provider.
public struct Call<Operation: Sendable>: Sendable {
    /// What is asked for.
    public let operation: Operation
    /// What stands in the path for the parts in braces, in order.
    public let parameters: [String]
    /// The request.
    public let request: HTTPRequest

    /// A call.
    public init(_ operation: Operation, parameters: [String], request: HTTPRequest) {
        self.operation = operation
        self.parameters = parameters
        self.request = request
    }
}

/// A paragraph of the help text: a title, and rows of a name and what it means.
public struct HelpSection: Sendable {
    /// The title.
    public let title: String
    /// The rows.
    public let rows: [(name: String, meaning: String)]

    /// A paragraph.
    public init(_ title: String, _ rows: [(name: String, meaning: String)]) {
        self.title = title
        self.rows = rows
    }
}

/// What one provider adds to what all sandboxes have in common: its API, its timers, its webhooks.
public protocol SimulatedProvider: Sendable {
    /// The operations of its API; a raw value is the name by which faults can be addressed.
    associatedtype Operation: RawRepresentable<String>, CaseIterable, Hashable, Sendable
    /// What it keeps of a webhook until that is posted.
    associatedtype Message: Sendable

    /// Its name, for people.
    static var title: String { get }
    /// Which request means which operation.
    static var router: Router<Operation> { get }
    /// What a request asks for, and what stands in its path for the parts in braces; nil if nothing that is known.
    static func operation(of request: HTTPRequest) -> (operation: Operation, parameters: [String])?
    /// What its help text says beyond the common parts.
    static var help: [HelpSection] { get }

    /// Answers a call.
    mutating func respond(to call: Call<Operation>, at now: Timestamp) -> SandboxAnswer
    /// An error in the provider's own form, as it answers when something else than an operation is at fault.
    mutating func errorResponse(_ status: Int, _ message: String) -> HTTPResponse

    /// When a timer is next due.
    var nextTimer: Timestamp? { get }
    /// Runs every timer due at or before this instant, in order, each at its own instant.
    mutating func runTimers(to now: Timestamp)

    /// The webhooks to post.
    var outbox: Outbox<Message> { get set }
    /// Signs and dates a message for posting; nil if it is not to be posted any more.
    mutating func delivery(
        of message: Message, id: WebhookDelivery.ID, treatment: WebhookTreatment, at now: Timestamp
    ) -> WebhookDelivery?
    /// Takes note of how posting a message went.
    mutating func delivered(_ message: Message, status: Int?, at now: Timestamp)

    /// Scripts an outcome; the answer says what was scripted.
    mutating func script(_ outcome: JSONReader, at now: Timestamp) throws(InvalidField) -> JSON
    /// The options that can be changed while it runs; none unless the provider has some.
    static var changeable: [ChangeableOption<Self>] { get }
    /// What really happened.
    var ledger: Ledger { get }
    /// All that it keeps, for people.
    var state: JSON { get }
}

extension SimulatedProvider {
    /// None.
    public static var changeable: [ChangeableOption<Self>] { [] }

    /// What the router says.
    public static func operation(of request: HTTPRequest) -> (operation: Operation, parameters: [String])? {
        router.match(request)
    }
}
