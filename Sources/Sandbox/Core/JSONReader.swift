/// What is wrong with a member of a JSON object, in words for whoever sent it.
public struct InvalidField: Error, Sendable, Hashable, CustomStringConvertible {
    /// The member, with the names of the objects it stands in: `asset.amount`.
    public let field: String
    /// What was expected there.
    public let expected: String

    /// A member, and what was expected there.
    public init(_ field: String, _ expected: String) {
        self.field = field
        self.expected = expected
    }

    /// Both in one sentence.
    public var description: String { "“\(field)” \(expected)" }
}

/// Reads the members of a JSON object, each checked, with errors that name the member.
public struct JSONReader: Sendable {
    private let members: [String: JSON]
    private let path: String

    /// Reads an object; anything else is an error.
    public init(_ value: JSON, path: String = "") throws(InvalidField) {
        guard case .object(let members) = value else {
            throw InvalidField(path.isEmpty ? "body" : path, "must be a JSON object")
        }
        self.members = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
        self.path = path
    }

    /// Reads the JSON object that a request's body holds.
    public init(body: [UInt8]) throws(InvalidField) {
        guard let value = JSON(parsing: body) else {
            throw InvalidField("body", body.isEmpty ? "is empty; a JSON object is expected" : "is not valid JSON")
        }
        try self.init(value)
    }

    /// The names of all members that are there.
    public var names: [String] { members.keys.sorted() }

    /// The value of a member; nil where it is missing or null.
    public func value(_ name: String) -> JSON? {
        let value = members[name]
        return value == .null ? nil : value
    }

    /// The full name of a member, for errors.
    public func name(of member: String) -> String { path.isEmpty ? member : "\(path).\(member)" }

    /// A string that must be there.
    public func string(_ name: String, length: ClosedRange<Int> = 0...Int.max) throws(InvalidField) -> String {
        guard let text = try optionalString(name, length: length) else {
            throw InvalidField(self.name(of: name), "is required and must be a string")
        }
        return text
    }

    /// A string that may be missing; lengths are in UTF-8 bytes.
    public func optionalString(
        _ name: String, length: ClosedRange<Int> = 0...Int.max
    ) throws(InvalidField) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw InvalidField(self.name(of: name), "must be a string") }
        guard length.contains(text.utf8.count) else {
            let limit = length.upperBound == Int.max ? "or more" : "to \(length.upperBound)"
            throw InvalidField(
                self.name(of: name), "must have \(length.lowerBound) \(limit) characters, not \(text.utf8.count)")
        }
        return text
    }

    /// A whole number in a range that may be missing.
    public func optionalInt(_ name: String, in range: ClosedRange<Int>) throws(InvalidField) -> Int? {
        guard let value = value(name) else { return nil }
        guard case .number(let text) = value, let number = Int(text), range.contains(number) else {
            throw InvalidField(
                self.name(of: name), "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Yes or no, which may be missing.
    public func optionalBool(_ name: String) throws(InvalidField) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let choice) = value else { throw InvalidField(self.name(of: name), "must be true or false") }
        return choice
    }

    /// A number in a range that may be missing: a share or a count of seconds, never money.
    public func optionalNumber(_ name: String, in range: ClosedRange<Double>) throws(InvalidField) -> Double? {
        guard let value = value(name) else { return nil }
        guard case .number(let text) = value, let number = Double(text), range.contains(number) else {
            throw InvalidField(
                self.name(of: name), "must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// An interval in seconds, at most ten years, that may be missing.
    public func optionalSeconds(_ name: String) throws(InvalidField) -> Duration? {
        try optionalNumber(name, in: 0...315_360_000).map { .microseconds(Int64($0 * 1_000_000)) }
    }

    /// A value from a closed list that may be missing.
    public func optionalChoice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type = Choice.self
    ) throws(InvalidField) -> Choice? where Choice.RawValue == String {
        guard let text = try optionalString(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidField(self.name(of: name), "must be one of \(names), not “\(text)”")
        }
        return choice
    }

    /// An object that must be there.
    public func object(_ name: String) throws(InvalidField) -> JSONReader {
        guard let value = value(name) else {
            throw InvalidField(self.name(of: name), "is required and must be an object")
        }
        return try JSONReader(value, path: self.name(of: name))
    }

    /// Refuses members that are not on the list, so that a misspelt one is not silently without effect.
    public func refuseOthers(than known: [String]) throws(InvalidField) {
        guard let stranger = names.first(where: { !known.contains($0) }) else { return }
        throw InvalidField(name(of: stranger), "is not known here; known are \(known.joined(separator: ", "))")
    }
}
