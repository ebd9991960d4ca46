import Foundation

/// A number as DollarPe sends it: a JSON number, a text of digits, or an empty text where there is none.
///
/// It is read from its digits, never through a binary float.
struct LooseAmount: Decodable, Hashable {
    let decimal: Decimal?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            decimal = nil
        } else if let text = try? container.decode(String.self) {
            guard !text.isEmpty else {
                decimal = nil
                return
            }
            let isNumber = text.utf8.allSatisfy {
                0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
            guard isNumber, let value = Decimal(string: text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a number")
            }
            decimal = value
        } else {
            decimal = try container.decode(Decimal.self)
        }
    }
}

/// An instant as DollarPe sends it: ISO 8601, or Unix seconds as a number or text.
struct LooseInstant: Decodable, Hashable {
    let seconds: Int64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try? container.decode(String.self)
        if let number = (try? container.decode(Int64.self)) ?? text.flatMap({ Int64($0) }) {
            // A number beyond the year 5138 in seconds is one of milliseconds.
            seconds = number > 100_000_000_000 ? number / 1000 : number
        } else if let text, let date = Self.date(text) {
            seconds = Int64(date.timeIntervalSince1970.rounded(.down))
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an instant")
        }
    }

    private static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle()))
    }
}
