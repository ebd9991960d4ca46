/// An option of a command, such as `--database URL`.
struct Option: Sendable {
    /// Without hyphens.
    let name: String
    /// What stands for its value in the help; nil: it takes none.
    let value: String?
    /// What it does, in a line.
    let help: String

    /// An option with a value.
    init(_ name: String, _ value: String, _ help: String) {
        self.name = name
        self.value = value
        self.help = help
    }

    /// An option without a value.
    init(flag name: String, _ help: String) {
        self.name = name
        self.value = nil
        self.help = help
    }
}

/// What a person typed after a command's name, checked against what the command takes.
struct Arguments: Sendable {
    /// Values without an option, in order.
    let positional: [String]
    private let values: [String: String]
    private let flags: Set<String>

    /// Reads what was typed, or throws a `UsageError` that names what is wrong.
    init(_ typed: [String], options: [Option], positional names: [String]) throws {
        var positional: [String] = []
        var values: [String: String] = [:]
        var flags: Set<String> = []
        var rest = typed[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word.count > 2 else {
                positional.append(word)
                continue
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let option = options.first(where: { $0.name == parts[0] }) else {
                throw UsageError("there is no option \(word)")
            }
            switch (option.value, parts.count > 1 ? String(parts[1]) : nil) {
            case (nil, nil): flags.insert(option.name)
            case (nil, .some): throw UsageError("--\(option.name) takes no value")
            case (.some, let given?): values[option.name] = given
            case (.some(let placeholder), nil):
                guard let next = rest.popFirst() else {
                    throw UsageError("--\(option.name) needs a value: \(placeholder)")
                }
                values[option.name] = next
            }
        }
        let required = names.filter { !$0.hasPrefix("[") }
        guard positional.count >= required.count else {
            throw UsageError("\(required[positional.count]) is missing")
        }
        guard positional.count <= names.count else {
            throw UsageError("“\(positional[names.count])” is one word too many")
        }
        self.positional = positional
        self.values = values
        self.flags = flags
    }

    /// An option's value.
    subscript(name: String) -> String? { values[name] }

    /// Whether an option without a value was given.
    func has(_ name: String) -> Bool { flags.contains(name) }

    /// An option's value as a whole number in a range.
    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "--\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not “\(text)”")
        }
        return number
    }

    /// An option's value from a closed list.
    func choice(_ name: String, of choices: [String], default first: String) throws -> String {
        guard let text = values[name] else { return first }
        guard choices.contains(text), !text.isEmpty else {
            let known = choices.filter { !$0.isEmpty }.joined(separator: ", ")
            throw UsageError("--\(name) takes \(known), not “\(text)”")
        }
        return text
    }
}

/// Something was typed that makes no sense.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A command could not do what it was asked; the text is for the person who asked.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    let code: ExitCode

    init(_ description: String, code: ExitCode = .failure) {
        self.description = description
        self.code = code
    }
}

/// What a script learns from a command.
enum ExitCode: Int32, Sendable {
    /// It did what it was asked.
    case success = 0
    /// It ran, and the answer is no.
    case failure = 1
    /// What was typed makes no sense.
    case usage = 2
    /// The database could not be reached.
    case unreachable = 3
}
