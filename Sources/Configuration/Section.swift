import Domain

/// What a configuration is read with: the outside world, as far as it may be asked.
struct Surroundings {
    let file: String
    let environment: [String: String]
    let random: @Sendable (Int) -> [UInt8]
    /// Whether files of webhook secrets may be missing.
    let mayLackWebhookSecrets: Bool
    let readFile: (String) throws -> String

    /// A path from the configuration: relative to its file's folder.
    func path(_ path: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return file[...slash] + path
    }

    func error(_ line: Int, _ message: String) -> ConfigurationError {
        ConfigurationError(file: file, line: line, message)
    }
}

/// An object of the configuration, under the path by which errors name it.
struct Section {
    let path: String
    let line: Int
    let members: [JSON5.Member]
    let surroundings: Surroundings

    /// The whole configuration.
    static func root(_ text: String, _ surroundings: Surroundings) throws(ConfigurationError) -> Section {
        let value: JSON5
        do throws(JSON5Error) {
            value = try JSON5Parser.parse(text)
        } catch {
            throw surroundings.error(error.line, error.message)
        }
        let root = try Section(value, path: "", in: surroundings)
        try root.allow(["accounts", "http", "engine", "sensitive_keys"])
        return root
    }

    /// The object that a value has to be.
    init(_ value: JSON5, path: String, in surroundings: Surroundings) throws(ConfigurationError) {
        guard case .object(let members) = value.value else {
            let place = path.isEmpty ? "the configuration" : path
            throw surroundings.error(value.line, "\(place) is \(value.kind); write an object: { … }")
        }
        self.path = path
        line = value.line
        self.members = members
        self.surroundings = surroundings
    }

    /// The path of a member.
    func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// Refuses members that nobody reads: most are misspelt.
    func allow(_ known: [String]) throws(ConfigurationError) {
        guard let stranger = members.first(where: { !known.contains($0.name) }) else { return }
        let list = known.joined(separator: ", ")
        throw surroundings.error(stranger.line, "\(path(of: stranger.name)) is not known; known here: \(list)")
    }

    /// A member, or nil.
    func value(_ name: String) -> JSON5? { members.first { $0.name == name }?.value }

    /// A member that has to be there; `example` shows what to add.
    func required(_ name: String, _ example: String) throws(ConfigurationError) -> JSON5 {
        guard let value = value(name) else {
            throw surroundings.error(line, "\(path(of: name)) is missing; add \(name): \(example)")
        }
        return value
    }

    /// A text, or nil.
    func optionalText(_ name: String, _ example: String) throws(ConfigurationError) -> String? {
        value(name) == nil ? nil : try text(name, example).text
    }

    /// A member that is an object, or nil.
    func section(_ name: String) throws(ConfigurationError) -> Section? {
        guard let value = value(name) else { return nil }
        return try Section(value, path: path(of: name), in: surroundings)
    }

    /// A text that has to be there.
    func text(_ name: String, _ example: String) throws(ConfigurationError) -> (text: String, line: Int) {
        let value = try required(name, example)
        guard case .text(let text) = value.value, !text.isEmpty else { throw wrong(name, value, example) }
        return (text, value.line)
    }

    /// A whole number of at least `minimum`, or nil.
    func number(_ name: String, from minimum: Int, to maximum: Int) throws(ConfigurationError) -> Int? {
        guard let value = value(name) else { return nil }
        guard case .number(let digits) = value.value, let number = Self.integer(digits), minimum...maximum ~= number
        else {
            throw wrong(name, value, "a whole number from \(minimum) to \(maximum)")
        }
        return number
    }

    private static func integer(_ digits: String) -> Int? {
        digits.lowercased().hasPrefix("0x") ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
    }

    /// An error for a member of the wrong type or form.
    func wrong(_ name: String, _ value: JSON5, _ example: String) -> ConfigurationError {
        let found =
            switch value.value {
            case .text(let text): text.isEmpty ? "empty" : "“\(text)”"
            case .number(let digits): digits
            case .object, .array, .bool, .null: value.kind
            }
        return surroundings.error(value.line, "\(path(of: name)) is \(found); write \(example)")
    }

    // MARK: Secrets

    /// A secret that has to be there, by reference; also tells the line, and from where it came.
    func secret(
        _ name: String, orText isTextAllowed: Bool = false
    ) throws(ConfigurationError) -> (secret: Secret, line: Int, source: String) {
        let value = try required(name, Self.references)
        return (try resolve(name, value, isTextAllowed), value.line, source(of: value))
    }

    /// A secret by reference, or nil.
    func optionalSecret(_ name: String, orText isTextAllowed: Bool = false) throws(ConfigurationError) -> Secret? {
        guard let value = value(name) else { return nil }
        return try resolve(name, value, isTextAllowed)
    }

    /// A secret that `lockstep accounts register-webhooks` writes where it says `{file: …}`, or nil.
    func webhookSecret(_ name: String) throws(ConfigurationError) -> Secret? {
        do throws(ConfigurationError) {
            return try optionalSecret(name)
        } catch {
            guard let value = value(name), let file = file(of: value), (try? surroundings.readFile(file)) == nil else {
                throw error
            }
            if surroundings.mayLackWebhookSecrets { return nil }
            throw surroundings.error(
                value.line,
                "\(path(of: name)): the file \(file) can't be read; lockstep accounts register-webhooks writes it")
        }
    }

    /// The file that a secret is read from, if it is one.
    func secretFile(_ name: String) -> String? { value(name).flatMap { file(of: $0) } }

    private func file(of value: JSON5) -> String? {
        guard case .object(let members) = value.value, members.count == 1, let member = members.first,
            member.name == "file", case .text(let target) = member.value.value
        else { return nil }
        return surroundings.path(target)
    }

    private static let references = "{env: \"NAME\"} or {file: \"path\"}"

    private func resolve(_ name: String, _ value: JSON5, _ isTextAllowed: Bool) throws(ConfigurationError) -> Secret {
        switch value.value {
        case .text(let text) where isTextAllowed && !text.isEmpty: return Secret(text)
        case .text where !isTextAllowed:
            let advice = "move it to the environment or to a file, and write \(Self.references)"
            throw surroundings.error(value.line, "\(path(of: name)) holds a secret in clear; \(advice)")
        case .object(let members):
            guard members.count == 1, let member = members.first, case .text(let target) = member.value.value,
                !target.isEmpty
            else { break }
            if member.name == "env" { return try variable(target, name, value.line) }
            if member.name == "file" { return try content(of: surroundings.path(target), name, value.line) }
        case .text, .array, .number, .bool, .null: break
        }
        let expected = isTextAllowed ? "text, or \(Self.references)" : Self.references
        let found = if case .object = value.value { "another object" } else { value.kind }
        throw surroundings.error(value.line, "\(path(of: name)) is \(found); write \(expected)")
    }

    private func variable(_ variable: String, _ name: String, _ line: Int) throws(ConfigurationError) -> Secret {
        guard let text = surroundings.environment[variable], !text.isEmpty else {
            throw surroundings.error(line, "\(path(of: name)): the environment variable \(variable) is not set; set it")
        }
        return Secret(text)
    }

    private func content(of file: String, _ name: String, _ line: Int) throws(ConfigurationError) -> Secret {
        let content: String
        do {
            content = try surroundings.readFile(file)
        } catch {
            throw surroundings.error(line, "\(path(of: name)): the file \(file) can't be read (\(error)); create it")
        }
        // Editors end files with a line break that no secret has.
        let text = content.drop(while: \.isWhitespace)
        guard let end = text.lastIndex(where: { !$0.isWhitespace }) else {
            throw surroundings.error(line, "\(path(of: name)): the file \(file) is empty; write the secret into it")
        }
        return Secret(String(text[...end]))
    }

    private func source(of value: JSON5) -> String {
        guard case .object(let members) = value.value, let member = members.first,
            case .text(let target) = member.value.value
        else { return "the text" }
        return member.name == "env" ? "the environment variable \(target)" : "the file \(surroundings.path(target))"
    }
}
