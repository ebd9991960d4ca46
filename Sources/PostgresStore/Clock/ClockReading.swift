public import Postgres
public import Time

/// What the row `lockstep.clock` says.
public struct ClockReading: Hashable, Sendable {
    /// Whose time it is.
    public enum Mode: String, Hashable, Sendable {
        /// The server's.
        case real
        /// A row's, which tests move.
        case virtual
    }

    /// Whose time it is.
    public let mode: Mode
    /// `lockstep.now()`.
    public let now: Timestamp
    /// Whether a virtual clock is to go on: to a target, or by itself.
    public let isToMove: Bool

    /// A reading.
    public init(mode: Mode, now: Timestamp, isToMove: Bool = false) {
        self.mode = mode
        self.now = now
        self.isToMove = isToMove
    }
}

extension ClockReading.Mode: ColumnValue {
    /// Reads its text.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> Self? {
        String.read(text).flatMap { Self(rawValue: $0) }
    }
}

extension ClockReading {
    init(_ rows: Rows) throws(PostgresError) {
        let row = try rows.only
        let target: Timestamp? = try row["target"]
        let isAutomatic: Bool = try row["auto"]
        self.init(mode: try row["mode"], now: try row["now"], isToMove: target != nil || isAutomatic)
    }
}
