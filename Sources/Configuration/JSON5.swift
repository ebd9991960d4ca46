/// A value of a JSON5 text, with the line on which it begins.
///
/// Foundation reads JSON5 too, but tells neither lines nor keys that stand twice, and people who edit a file need both.
struct JSON5 {
    indirect enum Value {
        case object([Member])
        case array([JSON5])
        case text(String)
        /// The digits as written.
        case number(String)
        case bool(Bool)
        case null
    }

    struct Member {
        let name: String
        /// Where the name stands.
        let line: Int
        let value: JSON5
    }

    let value: Value
    let line: Int

    /// What the value is, for people.
    var kind: String {
        switch value {
        case .object: "an object"
        case .array: "a list"
        case .text: "text"
        case .number: "a number"
        case .bool: "true or false"
        case .null: "null"
        }
    }
}

/// Why a text is not JSON5.
struct JSON5Error: Error {
    let line: Int
    let message: String
}

/// Reads JSON5: JSON with comments, unquoted names, single quotes, commas at the end, and numbers in more forms.
struct JSON5Parser {
    private let text: [Unicode.Scalar]
    private var position = 0
    private var line = 1
    private var depth = 0

    /// Deeper than any configuration, and far from the stack's end.
    private static let maximumDepth = 64

    private init(_ text: String) { self.text = Array(text.unicodeScalars) }

    /// The one value of a text.
    static func parse(_ text: String) throws(JSON5Error) -> JSON5 {
        var parser = JSON5Parser(text)
        try parser.skipSpace()
        let value = try parser.value()
        try parser.skipSpace()
        guard parser.peek == nil else { throw parser.unexpected("the end of the file") }
        return value
    }

    private var peek: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        position += 1
        if scalar == "\n" { line += 1 }
        return scalar
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        _ = next()
        return true
    }

    private func error(_ message: String) -> JSON5Error { JSON5Error(line: line, message: message) }

    private func unexpected(_ expected: String) -> JSON5Error {
        error("expected \(expected), found \(peek.map { "“\($0)”" } ?? "the end of the file")")
    }

    // MARK: Values

    private mutating func value() throws(JSON5Error) -> JSON5 {
        let start = line
        switch peek {
        case "{":
            return JSON5(value: .object(try nested { parser throws(JSON5Error) in try parser.members() }), line: start)
        case "[":
            return JSON5(value: .array(try nested { parser throws(JSON5Error) in try parser.elements() }), line: start)
        case "\"", "'": return JSON5(value: .text(try quoted()), line: start)
        default: return JSON5(value: try word(), line: start)
        }
    }

    private mutating func nested<Result>(
        _ read: (inout JSON5Parser) throws(JSON5Error) -> Result
    ) throws(JSON5Error) -> Result {
        guard depth < Self.maximumDepth else { throw error("objects and lists are nested too deep") }
        depth += 1
        _ = next()
        let result = try read(&self)
        depth -= 1
        return result
    }

    private mutating func members() throws(JSON5Error) -> [JSON5.Member] {
        var members: [JSON5.Member] = []
        try skipSpace()
        while !take("}") {
            let start = line
            let name = try self.name()
            if let first = members.first(where: { $0.name == name }) {
                throw JSON5Error(
                    line: start, message: "“\(name)” stands twice (first on line \(first.line)); remove one")
            }
            try skipSpace()
            guard take(":") else { throw unexpected("“:” after the name \(name)") }
            try skipSpace()
            members.append(JSON5.Member(name: name, line: start, value: try value()))
            try separator(before: "}")
        }
        return members
    }

    private mutating func elements() throws(JSON5Error) -> [JSON5] {
        var elements: [JSON5] = []
        try skipSpace()
        while !take("]") {
            elements.append(try value())
            try separator(before: "]")
        }
        return elements
    }

    /// A comma, or the closing bracket, which is left for the caller.
    private mutating func separator(before end: Unicode.Scalar) throws(JSON5Error) {
        try skipSpace()
        guard take(",") || peek == end else { throw unexpected("“,” or “\(end)”") }
        try skipSpace()
    }

    private mutating func name() throws(JSON5Error) -> String {
        if peek == "\"" || peek == "'" { return try quoted() }
        func begins(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || scalar == "$" || scalar.properties.isAlphabetic
        }
        guard let first = peek, begins(first) else { throw unexpected("a name or “}”") }
        return takeWhile { begins($0) || ("0"..."9").contains($0) }
    }

    /// `true`, `false`, `null` or a number.
    private mutating func word() throws(JSON5Error) -> JSON5.Value {
        let isPart: (Unicode.Scalar) -> Bool = {
            $0.properties.isAlphabetic || "0123456789+-._$".unicodeScalars.contains($0)
        }
        let start = self
        let word = takeWhile(isPart)
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "": throw unexpected("a value")
        default:
            guard Self.isNumber(word) else { throw start.error("“\(word)” is not a value; text needs quotes") }
            return .number(word)
        }
    }

    private static func isNumber(_ word: String) -> Bool {
        let digits = word.first == "+" || word.first == "-" ? String(word.dropFirst()) : word
        if digits == "Infinity" || digits == "NaN" { return true }
        if digits.lowercased().hasPrefix("0x") { return UInt64(digits.dropFirst(2), radix: 16) != nil }
        return digits.wholeMatch(of: /(0|[1-9][0-9]*|(?=\.[0-9]))(\.[0-9]*)?([eE][+-]?[0-9]+)?/) != nil
    }

    // MARK: Text

    private mutating func quoted() throws(JSON5Error) -> String {
        let start = line
        let quote = next()
        var result = String.UnicodeScalarView()
        while let scalar = next() {
            switch scalar {
            case quote: return String(result)
            case "\\": if let escaped = try escape() { result.append(escaped) }
            case "\n", "\r": throw JSON5Error(line: start, message: "the text that begins here has no closing quote")
            default: result.append(scalar)
            }
        }
        throw JSON5Error(line: start, message: "the text that begins here has no closing quote")
    }

    /// What an escape stands for; nil for a line that goes on.
    private mutating func escape() throws(JSON5Error) -> Unicode.Scalar? {
        guard let scalar = next() else { return nil }
        switch scalar {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "0": return "\0"
        case "x": return try code(digits: 2)
        case "u": return try code(digits: 4)
        case "\n": return nil
        case "\r":
            _ = take("\n")
            return nil
        default: return scalar
        }
    }

    private mutating func code(digits: Int) throws(JSON5Error) -> Unicode.Scalar {
        guard let unit = hex(digits) else { throw error("expected \(digits) hexadecimal digits after “\\”") }
        guard 0xD800..<0xDC00 ~= unit else {
            guard let scalar = Unicode.Scalar(unit) else { throw error("half of a surrogate pair") }
            return scalar
        }
        guard take("\\"), take("u"), let low = hex(4), 0xDC00..<0xE000 ~= low,
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw error("half of a surrogate pair") }
        return scalar
    }

    private mutating func hex(_ count: Int) -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = next().flatMap({ Character($0).hexDigitValue }) else { return nil }
            value = value << 4 + UInt32(digit)
        }
        return value
    }

    // MARK: Space and comments

    private mutating func skipSpace() throws(JSON5Error) {
        while let scalar = peek {
            if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
                _ = next()
            } else if scalar == "/" {
                try skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(JSON5Error) {
        let start = line
        _ = next()
        if take("/") {
            _ = takeWhile { $0 != "\n" && $0 != "\r" }
        } else if take("*") {
            repeat {
                _ = takeWhile { $0 != "*" }
                guard next() != nil else {
                    throw JSON5Error(line: start, message: "the comment that begins here has no end")
                }
            } while !take("/")
        } else {
            throw unexpected("“//” or “/*” for a comment")
        }
    }

    private mutating func takeWhile(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        var taken = String.UnicodeScalarView()
        while let scalar = peek, belongs(scalar) {
            taken.append(scalar)
            _ = next()
        }
        return String(taken)
    }
}
