import Domain
import Engine
import ProviderCore
import WorkflowCore

extension Answer {
    /// What a provider's outcome is to a flow; an answer that makes no event is nothing new.
    init<Value>(_ outcome: ProviderOutcome<Value>, _ event: (Value) -> Event?) {
        switch outcome {
        case .answered(let value): self = event(value).map { .event($0) } ?? .nothing
        case .notApplied(let retryAfter, let message): self = .notApplied(retryAfter: retryAfter, message: message)
        case .refused(let refusal):
            self = .refused(ProviderRefusal(code: refusal.code.rawValue, message: refusal.message))
        case .unknown(let message): self = .unknown(message: message)
        }
    }

    /// Where a job names an account that this daemon was not told of.
    static func noAccount(_ provider: String, _ name: String) -> Self {
        .refused(
            ProviderRefusal(
                code: Refusal.Code.unauthorized.rawValue,
                message: "no \(provider) account called \(name) is configured"))
    }
}
