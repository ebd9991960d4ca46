import Engine
import JSONSchema
import PostgresStore
import Time

/// JSON for scripts.
enum JSONText {
    /// The value as text, its members sorted.
    static func of(_ value: JSONValue) -> String { (try? JSONCoding().show(value)) ?? "null" }

    /// An object of the members that have a value.
    static func object(_ members: [String: JSONValue?]) -> JSONValue { .object(members.compactMapValues { $0 }) }

    /// A JSON text inside a JSON value.
    static func parsed(_ text: String?) -> JSONValue? {
        text.flatMap { try? JSONCoding().read(JSONValue.self, from: $0) }
    }
}

extension JSONValue {
    static func text(_ value: (some CustomStringConvertible)?) -> JSONValue? { value.map { .string($0.description) } }
}

extension JobSummary {
    var json: JSONValue {
        JSONText.object([
            "id": .text(id), "key": .text(key), "tenant": .text(tenant), "workflow": .text(workflow),
            "version": .int(Int64(version)), "state": .text(state), "status": .text(status), "since": .text(since),
            "due": .text(due), "deadline": .text(deadline), "attempt": .int(Int64(attempt)),
            "last_error": .text(lastError), "outcome": .text(outcome), "output": JSONText.parsed(output),
            "seq": .int(Int64(seq)), "overdue": .bool(isOverdue), "parent": .text(parent),
            "tags": .array(tags.map { .string($0) }), "enqueued_at": .text(enqueuedAt),
            "finished_at": .text(finishedAt), "held_by": .text(heldBy),
        ])
    }
}

extension JobTransition {
    var json: JSONValue {
        JSONText.object([
            "seq": .int(Int64(seq)), "at": .text(at), "from_state": .text(from), "event": .text(event),
            "to_state": .text(to), "actor": .text(actor), "attempt": attempt.map { .int(Int64($0)) },
            "detail": JSONText.parsed(detail),
        ])
    }
}

extension ProviderCall {
    var json: JSONValue {
        JSONText.object([
            "seq": .int(Int64(seq)), "attempt": attempt.map { .int(Int64($0)) }, "activity": .text(activity),
            "key": .text(key), "started_at": .text(startedAt), "finished_at": .text(finishedAt),
            "outcome": .text(outcome), "error": .text(error),
        ])
    }
}
