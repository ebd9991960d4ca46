import Postgres
import Time
import WorkflowCore

/// Builds an array in PostgreSQL's binary form, element by element: a commit of 200 jobs has sixty of them, many times
/// a second, and neither side has digits to write or quotes to look for.
///
/// The form is that of the server's `array_recv` (PostgreSQL's sources, arrayfuncs.c): the number of dimensions,
/// whether there are nulls, the elements' type, length and first index, then each element after its own length.
struct ArrayBytes {
    /// What the elements are, by PostgreSQL's own number for the type (pg_type.dat).
    enum Element: Int32 {
        case bool = 16
        case bigint = 20
        case int = 23
        case text = 25
        case timestamptz = 1184
        case uuid = 2950
        case jsonb = 3802
    }

    private let element: Element
    private var bytes: [UInt8] = []
    private var count: Int32 = 0
    private var nulls: Int32 = 0

    /// An empty array; the capacity is a guess at how many elements come.
    init(of element: Element, capacity: Int) {
        self.element = element
        bytes.reserveCapacity(capacity * Self.usualLength(of: element))
    }

    /// The finished array.
    var parameter: Parameter {
        var whole: [UInt8] = []
        whole.reserveCapacity(20 + bytes.count)
        Self.put(count == 0 ? 0 : Int32(1), to: &whole)
        Self.put(nulls > 0 ? Int32(1) : 0, to: &whole)
        Self.put(element.rawValue, to: &whole)
        if count > 0 {
            Self.put(count, to: &whole)
            Self.put(Int32(1), to: &whole)
        }
        return .binary(whole + bytes)
    }

    /// Whether no element has a value.
    var isAllNull: Bool { count == nulls }

    /// A text, or JSON.
    mutating func append(_ text: String?) {
        guard var text else { return appendNull() }
        count += 1
        text.withUTF8 { text in
            // The binary form of jsonb is its text after the number of the form.
            let version = element == .jsonb ? 1 : 0
            Self.put(Int32(clamping: text.count + version), to: &bytes)
            if version > 0 { bytes.append(1) }
            bytes.append(contentsOf: text)
        }
    }

    /// A number; one that doesn't fit into the elements' type becomes the nearest that does.
    mutating func append(_ number: Int?) {
        guard let number else { return appendNull() }
        if element == .bigint { append(Int64(number)) } else { append(Int32(clamping: number)) }
    }

    mutating func append(_ truth: Bool) { append(UInt8(truth ? 1 : 0)) }

    mutating func append(_ id: JobID) {
        count += 1
        Self.put(Int32(16), to: &bytes)
        Self.put(id.high, to: &bytes)
        Self.put(id.low, to: &bytes)
    }

    /// An instant: microseconds since 2000.
    mutating func append(_ instant: Timestamp?) {
        guard let instant else { return appendNull() }
        append(instant.microseconds - 946_684_800_000_000)
    }

    private mutating func appendNull() {
        count += 1
        nulls += 1
        Self.put(Int32(-1), to: &bytes)
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        count += 1
        Self.put(Int32(number.bitWidth / 8), to: &bytes)
        Self.put(number, to: &bytes)
    }

    /// Most significant byte first, as on any network.
    private static func put(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// The length before an element, and the element.
    private static func usualLength(of element: Element) -> Int {
        switch element {
        case .bool: 5
        case .int: 8
        case .bigint, .timestamptz: 12
        case .uuid: 20
        case .text: 24
        case .jsonb: 256
        }
    }
}

/// Several arrays of one length that are filled row by row.
struct Columns {
    private var arrays: [ArrayBytes]
    private var place = 0

    /// Columns of these types, with room for so many rows.
    init(_ elements: [ArrayBytes.Element], rows: Int) {
        arrays = elements.map { ArrayBytes(of: $0, capacity: rows) }
    }

    /// The arrays, in order.
    ///
    /// One that holds nothing but nulls is sent without them: beside longer ones `unnest` fills it up again, and most
    /// columns are null in most commits.
    var parameters: [Parameter] { arrays.map { $0.isAllNull ? .null : $0.parameter } }

    /// Begins a row.
    mutating func next() { place = 0 }

    mutating func put(_ text: String?) { add { $0.append(text) } }
    mutating func put(_ number: Int?) { add { $0.append(number) } }
    mutating func put(_ truth: Bool) { add { $0.append(truth) } }
    mutating func put(_ id: JobID) { add { $0.append(id) } }
    mutating func put(_ instant: Timestamp?) { add { $0.append(instant) } }

    private mutating func add(_ append: (inout ArrayBytes) -> Void) {
        append(&arrays[place])
        place += 1
    }
}

extension Parameter {
    /// An array of jobs' ids.
    static func ids(_ ids: [JobID]) -> Parameter {
        var array = ArrayBytes(of: .uuid, capacity: ids.count)
        for id in ids { array.append(id) }
        return array.parameter
    }

    /// A length of time.
    static func interval(_ length: Duration) -> Parameter { .text("\(length.microseconds) microseconds") }
}
