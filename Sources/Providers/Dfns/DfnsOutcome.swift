public import Domain

/// What is known after Dfns was asked for something; each case calls for another next step.
public enum DfnsOutcome<Value: Sendable>: Sendable {
    /// Dfns did it, and this is its answer.
    case answered(Value)
    /// It certainly did not happen: ask again, after this long where Dfns named a time.
    case notApplied(retryAfter: Duration?, message: String)
    /// Dfns said no, or what it says is not what was asked for: asking again won't help.
    case refused(DfnsRefusal)
    /// It may have happened: look before asking again.
    case unknown(message: String)
}

extension DfnsOutcome: Equatable where Value: Equatable {}

/// A no from Dfns.
public struct DfnsRefusal: Hashable, Sendable, CustomStringConvertible {
    /// A stable code of ours, and Dfns's own words.
    public let refusal: Refusal
    /// The HTTP status; nil where no answer of Dfns's was the reason.
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

    /// Dfns's own words.
    public var message: String { refusal.message }

    /// Code, words and status on one line.
    public var description: String { status.map { "\(refusal) (HTTP \($0))" } ?? "\(refusal)" }
}

/// The three outcomes that are no answer, thrown inside this module so that its calls read straight on.
enum DfnsFailure: Error, Equatable {
    case notApplied(retryAfter: Duration?, message: String)
    case refused(DfnsRefusal)
    case unknown(message: String)
}

extension DfnsOutcome {
    /// What the steps of a call led to.
    init(_ steps: () async throws(DfnsFailure) -> Value) async {
        do throws(DfnsFailure) {
            self = .answered(try await steps())
        } catch {
            switch error {
            case .notApplied(let retryAfter, let message): self = .notApplied(retryAfter: retryAfter, message: message)
            case .refused(let refusal): self = .refused(refusal)
            case .unknown(let message): self = .unknown(message: message)
            }
        }
    }
}
