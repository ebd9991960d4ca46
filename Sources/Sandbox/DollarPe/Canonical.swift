internal import Crypto
internal import SandboxCore

/// What is signed: the body's value as a server in Python writes it again, sorted and in ASCII.
enum Canonical {
    /// The text, with or without a space behind commas and colons.
    static func text(_ value: JSON, spaced: Bool = false) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .array(let items):
            "[" + items.map { self.text($0, spaced: spaced) }.joined(separator: spaced ? ", " : ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars) }
                .map { quoted($0.name) + (spaced ? ": " : ":") + text($0.value, spaced: spaced) }
                .joined(separator: spaced ? ", " : ",") + "}"
        case .null, .bool, .number: value.text
        }
    }

    /// Base64 of HMAC-SHA256 over key, instant and body (DollarPe documentation, “Authentication”).
    static func sign(_ body: String, timestamp: String, as account: DollarPeWorld.Account) -> String {
        Base64.encode(
            HMACSHA256.code(
                for: Array("\(account.apiKey)|\(timestamp)|\(body)".utf8), key: Array(account.apiSecret.utf8)))
    }

    /// A string in quotes: what JSON escapes anyway, and everything but ASCII as UTF-16 in hexadecimal.
    private static func quoted(_ text: String) -> String {
        JSON.string(text).text.unicodeScalars.map { scalar in
            guard scalar.value > 0x7E else { return String(scalar) }
            return String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }.joined()
        }.joined()
    }
}
