public import Engine
public import Postgres
public import WorkflowCore

extension JobID: ColumnValue {
    /// Reads a `uuid`.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> JobID? {
        guard let text, text.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        for byte in text where byte != UInt8(ascii: "-") {
            guard let digit = hexDigit(byte) else { return nil }
            if digits < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
            digits += 1
        }
        return digits == 32 ? JobID(high: high, low: low) : nil
    }

    private static func hexDigit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension JobStatus: ColumnValue {
    /// Reads its text.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> JobStatus? {
        String.read(text).flatMap { JobStatus(rawValue: $0) }
    }
}

extension AttemptStatus: ColumnValue {
    /// Reads its text.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> AttemptStatus? {
        String.read(text).flatMap { AttemptStatus(rawValue: $0) }
    }
}
