import CLibPQ

/// The answer to a statement: its rows, and how many rows it touched.
public struct Rows: Sendable, RandomAccessCollection {
    private let result: QueryResult

    init(_ result: QueryResult) {
        self.result = result
    }

    /// No rows.
    static let none = Rows(QueryResult(nil, of: ""))

    /// The position of the first row.
    public var startIndex: Int { 0 }

    /// The number of rows.
    public var endIndex: Int { result.rowCount }

    /// The row at this position, counted from 0.
    public subscript(position: Int) -> Row {
        precondition(indices.contains(position), "row \(position) of \(count)")
        return Row(result: result, index: position)
    }

    /// How many rows the statement inserted, updated, deleted or selected.
    public var affected: Int { result.affected }

    /// The names of the columns, in order.
    public var columns: [String] { result.columns }

    /// What the server says it did, `INSERT 0 1` or `ROLLBACK` for example.
    public var commandTag: String { result.commandTag }

    /// The only row.
    ///
    /// - Throws: `unreadableAnswer` when there is none or more than one.
    public var only: Row {
        get throws(PostgresError) {
            guard count == 1 else { throw result.unreadable("\(count) rows instead of one") }
            return self[0]
        }
    }
}

/// One row of an answer.
public struct Row: Sendable {
    let result: QueryResult
    let index: Int

    /// The value of the column with this name: `let id: String = try row["id"]`.
    ///
    /// - Throws: `unreadableAnswer`, naming statement, column and row, when there is no such column, when the value
    ///   is null and the type is not optional, and when it is no value of the type.
    public subscript<Value: ColumnValue>(column: String, as type: Value.Type = Value.self) -> Value {
        get throws(PostgresError) {
            guard let position = result.positions[column] else {
                throw result.unreadable(
                    "no column “\(column)”; there are \(result.columns.joined(separator: ", "))")
            }
            return try value(at: position)
        }
    }

    /// The value of the column at this position, counted from 0.
    ///
    /// - Throws: as by name.
    public subscript<Value: ColumnValue>(column: Int, as type: Value.Type = Value.self) -> Value {
        get throws(PostgresError) {
            guard result.columns.indices.contains(column) else {
                throw result.unreadable("no column \(column); there are \(result.columns.count)")
            }
            return try value(at: Int32(column))
        }
    }

    /// The names of the columns, in order.
    public var columns: [String] { result.columns }

    private func value<Value: ColumnValue>(at column: Int32) throws(PostgresError) -> Value {
        let text = result.text(row: Int32(index), column: column)
        if let value = Value.read(text) { return value }
        // The value itself stays out of the message: it can be personal data.
        let found = text.map { "\($0.count) bytes that are no \(Value.self)" } ?? "null instead of \(Value.self)"
        throw result.unreadable("column “\(result.columns[Int(column)])” of row \(index) holds \(found)")
    }
}

/// Owns libpq's result.
///
/// It is safe to share, although the compiler can't know: libpq only reads a result once it is complete
/// (PostgreSQL documentation, section 34.20).
final class QueryResult: @unchecked Sendable {
    private let pointer: OpaquePointer?
    private let statement: String
    let rowCount: Int
    let columns: [String]
    let positions: [String: Int32]

    /// Takes over `pointer`, which may be nil: an answer without rows.
    init(_ pointer: OpaquePointer?, of statement: String) {
        self.pointer = pointer
        self.statement = statement
        rowCount = Int(PQntuples(pointer))
        columns = (0..<PQnfields(pointer)).map { PQfname(pointer, $0).map { String(cString: $0) } ?? "" }
        // Of two columns with one name the first wins.
        positions = Dictionary(zip(columns, Int32(0)...)) { first, _ in first }
    }

    deinit {
        PQclear(pointer)
    }

    var affected: Int { PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }

    var commandTag: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

    /// The bytes of a value, owned by this result; nil is null.
    ///
    /// Both numbers must be in range.
    func text(row: Int32, column: Int32) -> UnsafeBufferPointer<UInt8>? {
        guard PQgetisnull(pointer, row, column) == 0, let start = PQgetvalue(pointer, row, column) else { return nil }
        let length = Int(PQgetlength(pointer, row, column))
        return UnsafeBufferPointer(start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: length)
    }

    func unreadable(_ message: String) -> PostgresError {
        PostgresError(kind: .unreadableAnswer, message: message, statement: statement)
    }
}
