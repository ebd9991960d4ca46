public import Time

/// A job's id: a UUID of version 7, whose twelve bits after the version hold the job's bucket.
public struct JobID: Hashable, Comparable, Sendable {
    /// The first eight bytes: 48 bits of milliseconds, the version, and the bucket.
    public let high: UInt64
    /// The last eight bytes: the variant, and 62 bits of chance.
    public let low: UInt64

    /// The id with these bytes.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new id of this instant, where `random` is the caller's chance.
    public init(at now: Timestamp, bucket: Int, random: UInt64) {
        let milliseconds = UInt64(bitPattern: now.microseconds / 1000) & 0xFFFF_FFFF_FFFF
        high = milliseconds << 16 | 0x7000 | UInt64(bucket & 0xFFF)
        low = 0x8000_0000_0000_0000 | random >> 2
    }

    /// Its 62 bits of chance are hash enough.
    public func hash(into hasher: inout Hasher) { hasher.combine(low) }

    /// When it was made, to the millisecond; of a child, when the first of its ancestors was.
    public var createdAt: Timestamp { Timestamp(microseconds: Int64(high >> 16) * 1000) }

    /// The bucket that the job lives in.
    public var bucket: Int { Int(high & 0xFFF) }

    /// The id of the child that the transition number `seq` of this job starts.
    ///
    /// It is the same for every attempt, so that the child is enqueued once; it lives in its parent's bucket.
    public func child(seq: Int) -> JobID {
        let mixed = SplitMix64.mix(low ^ SplitMix64.mix(high &+ UInt64(clamping: seq)))
        return JobID(high: high, low: 0x8000_0000_0000_0000 | mixed >> 2)
    }

    /// Order of creation, to the millisecond; children stand beside their parents.
    public static func < (lhs: JobID, rhs: JobID) -> Bool { (lhs.high, lhs.low) < (rhs.high, rhs.low) }
}

extension JobID: CustomStringConvertible, LosslessStringConvertible, Codable {
    /// The usual text with hyphens, in lower case.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { room in
            var place = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    room.initializeElement(at: place, to: UInt8(ascii: "-"))
                    place += 1
                }
                let half = digit < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (digit % 16))) & 15
                let byte = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
                room.initializeElement(at: place, to: byte)
                place += 1
            }
            return place
        }
    }

    /// Reads 32 hexadecimal digits, with or without hyphens.
    public init?(_ description: String) {
        let digits = description.utf8.filter { $0 != UInt8(ascii: "-") }
        // A sign would pass for a digit below.
        guard digits.count == 32, !digits.contains(UInt8(ascii: "+")),
            let text = String(bytes: digits, encoding: Unicode.UTF8.self),
            let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = JobID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "“\(text)” is not a job's id")
        }
        self = id
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension String {
    fileprivate init?(bytes: [UInt8], encoding: Unicode.UTF8.Type) { self.init(validating: bytes, as: encoding) }
}

/// What a provider is told so that it can see that two requests are one: derived from the job and the transition
/// that entered the state, so that it is the same for every attempt, on every node, after every crash.
public struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
    /// At most 48 characters: letters, digits and hyphens.
    public let description: String

    /// The key of whatever a job does in the state that its transition number `enteredSeq` entered.
    public init(job: JobID, enteredSeq: Int) {
        description = "\(job)-\(enteredSeq)"
    }
}
