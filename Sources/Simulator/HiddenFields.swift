import Crypto
import Foundation
import WorkflowCore

extension SensitiveCoding {
    /// Hides sensitive fields from a run's history, with the same text for the same value: a run has to be repeatable,
    /// and nothing in it is secret.
    static var hidden: SensitiveCoding {
        let prefix = "hidden:"
        return SensitiveCoding { value in
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return prefix + Base64URL.encode(Array(try encoder.encode(value)))
        } open: { text, type in
            guard text.hasPrefix(prefix), let bytes = Base64URL.decode(String(text.dropFirst(prefix.count))) else {
                return nil
            }
            return try JSONDecoder().decode(type, from: Data(bytes))
        }
    }
}
