internal import Time

/// Something that the control plane can change while a simulator runs, by its name.
public struct ChangeableOption<Provider>: Sendable {
    /// Its name.
    public let name: String
    /// What it means, and which values there are.
    public let meaning: String
    private let set: @Sendable (inout Provider, JSONReader, String) throws(InvalidField) -> Void

    /// An option that is changed by its own rule; the rule is given the object, and the option's name in it.
    public init(
        _ name: String, _ meaning: String,
        set: @escaping @Sendable (inout Provider, JSONReader, String) throws(InvalidField) -> Void
    ) {
        self.name = name
        self.meaning = meaning
        self.set = set
    }

    /// Changes it, if the object names it.
    func change(_ provider: inout Provider, to given: JSONReader) throws(InvalidField) {
        if given.names.contains(name) { try set(&provider, given, name) }
    }
}

extension ChangeableOption {
    /// A place of the simulator.
    public typealias Place<Value> = any WritableKeyPath<Provider, Value> & Sendable

    /// One of a closed list, which is told after the meaning.
    public static func choice<Choice: RawRepresentable<String> & CaseIterable & SendableMetatype>(
        _ name: String, _ meaning: String, _ place: Place<Choice>
    ) -> Self {
        let list = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return Self(name, "\(meaning): \(list)") { provider, given, name throws(InvalidField) in
            provider[keyPath: place] = try given.required(name, try given.optionalChoice(name))
        }
    }

    /// Yes or no.
    public static func yes(_ name: String, _ meaning: String, _ place: Place<Bool>) -> Self {
        Self(name, meaning) { provider, given, name throws(InvalidField) in
            provider[keyPath: place] = try given.required(name, try given.optionalBool(name))
        }
    }

    /// An amount of money in its smallest unit.
    public static func amount(_ name: String, _ meaning: String, _ place: Place<Int>) -> Self {
        Self(name, meaning) { provider, given, name throws(InvalidField) in
            provider[keyPath: place] = try given.required(name, try given.optionalInt(name, in: amounts))
        }
    }

    /// An amount that may be no limit at all: null.
    public static func limit(_ name: String, _ meaning: String, _ place: Place<Int?>) -> Self {
        Self(name, "\(meaning); null: none") { provider, given, name throws(InvalidField) in
            provider[keyPath: place] = try given.optionalInt(name, in: amounts)
        }
    }

    /// A number of seconds.
    public static func seconds(_ name: String, _ meaning: String, _ place: Place<Duration>) -> Self {
        Self(name, meaning) { provider, given, name throws(InvalidField) in
            provider[keyPath: place] = try given.required(name, try given.optionalSeconds(name))
        }
    }

    /// A number of seconds, or null, which means what is said of it.
    public static func seconds(_ name: String, _ meaning: String, null: String, _ place: Place<Duration?>) -> Self {
        Self(name, "\(meaning); null: \(null)") { provider, given, name throws(InvalidField) in
            provider[keyPath: place] = try given.optionalSeconds(name)
        }
    }

    private static var amounts: ClosedRange<Int> { 0...1_000_000_000_000 }
}

extension JSONReader {
    fileprivate func required<Value>(_ member: String, _ value: Value?) throws(InvalidField) -> Value {
        guard let value else { throw InvalidField(name(of: member), "can't be null") }
        return value
    }
}
