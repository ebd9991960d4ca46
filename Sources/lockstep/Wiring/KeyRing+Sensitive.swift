import Crypto
import Foundation
import WorkflowCore

extension SensitiveCoding {
    /// Seals with the current key of a ring, and opens with any of its keys.
    static func sealing(with ring: KeyRing) -> SensitiveCoding {
        SensitiveCoding { value in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try ring.seal(Array(encoder.encode(value)), nonce: SecureRandom.bytes(AESGCM.nonceLength))
        } open: { text, type in
            guard let bytes = try ring.open(text) else { return nil }
            return try JSONDecoder().decode(type, from: Data(bytes))
        }
    }

    /// Without a ring: what is plain can be read, nothing can be stored, and what is sealed says what is missing.
    static let withoutKeys = SensitiveCoding(seal: SensitiveCoding.missing.seal) { text, _ in
        guard text.hasPrefix(KeyRing.prefix) else { return nil }
        throw CommandFailure("it is sealed, and the configuration has no sensitive_keys")
    }
}
