public import Domain

/// What is known after a provider was asked for something; each case calls for another next step.
public enum ProviderOutcome<Value: Sendable>: Sendable {
    /// The provider did it, and this is its answer.
    case answered(Value)
    /// It certainly did not happen: ask again, after this long where the provider named a time.
    case notApplied(retryAfter: Duration?, message: String)
    /// The provider said no, or what it says is not what was asked for: asking again won't help.
    case refused(CallRefusal)
    /// It may have happened: look before asking again.
    case unknown(message: String)
}

extension ProviderOutcome: Equatable where Value: Equatable {}

/// A provider's no.
public struct CallRefusal: Hashable, Sendable, CustomStringConvertible {
    /// A stable code of ours, and the provider's own words.
    public let refusal: Refusal
    /// The HTTP status; nil where no answer of the provider's was the reason.
    public let status: Int?
    /// The id of the entity that already has our key, where the code is `duplicate`.
    public let duplicateOf: String?

    /// A refusal for this reason.
    public init(_ refusal: Refusal, status: Int? = nil, duplicateOf: String? = nil) {
        self.refusal = refusal
        self.status = status
        self.duplicateOf = duplicateOf
    }

    /// A stable code of ours.
    public var code: Refusal.Code { refusal.code }

    /// The provider's own words.
    public var message: String { refusal.message }

    /// Code, words and status on one line.
    public var description: String { status.map { "\(refusal) (HTTP \($0))" } ?? "\(refusal)" }
}

/// The three outcomes that are no answer, thrown inside a client so that its calls read straight on.
public enum CallFailure: Error, Hashable, Sendable {
    /// It certainly did not happen.
    case notApplied(retryAfter: Duration?, message: String)
    /// The provider said no.
    case refused(CallRefusal)
    /// It may have happened.
    case unknown(message: String)
}

extension ProviderOutcome {
    /// What the steps of a call led to.
    public init(_ steps: () async throws(CallFailure) -> Value) async {
        do throws(CallFailure) {
            self = .answered(try await steps())
        } catch {
            switch error {
            case .notApplied(let retryAfter, let message): self = .notApplied(retryAfter: retryAfter, message: message)
            case .refused(let refusal): self = .refused(refusal)
            case .unknown(let message): self = .unknown(message: message)
            }
        }
    }

    /// The same outcome with another answer.
    public func map<Other>(_ change: (Value) -> Other) -> ProviderOutcome<Other> {
        switch self {
        case .answered(let value): .answered(change(value))
        case .notApplied(let retryAfter, let message): .notApplied(retryAfter: retryAfter, message: message)
        case .refused(let refusal): .refused(refusal)
        case .unknown(let message): .unknown(message: message)
        }
    }
}
