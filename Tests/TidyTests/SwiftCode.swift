/// Swift without its comments and the content of its texts, line for line: what rules about code look at.
struct SwiftCode {
    let text: String
    let lines: [String]

    init(_ source: String) {
        var scanner = Scanner(Array(source.utf8))
        scanner.run()
        text = String(decoding: scanner.output, as: UTF8.self)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// A declaration with a body.
    struct Function {
        let line: Int
        let length: Int
        let head: String
    }

    /// Every function, initializer, subscript and computed property with a body, and how many lines it takes.
    var functions: [Function] {
        lines.indices.compactMap { index in
            let line = lines[index].drop { $0 == " " }
            guard Self.declares(line) else { return nil }
            return length(from: index).map { length in
                let head = line.prefix { $0 != "{" }.split(separator: "(").first ?? line
                return Function(line: index + 1, length: length, head: head.trimmingSuffix(" "))
            }
        }
    }

    /// Whether a declaration that has a body begins here.
    private static func declares(_ line: Substring) -> Bool {
        let words = line.split(separator: " ").drop { $0.hasPrefix("@") || modifiers.contains($0) }
        guard let first = words.first else { return false }
        // A property is computed where a brace follows its type at once.
        if first == "var" { return words.last == "{" && line.contains(":") && !line.contains("=") }
        return first == "func" || first == "deinit" || first.hasPrefix("subscript(") || first.hasPrefix("subscript<")
            || first.hasPrefix("init(") || first.hasPrefix("init?(") || first.hasPrefix("init<")
    }

    private static let modifiers: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private", "private(set)", "static", "class", "final",
        "mutating",
        "nonmutating", "override", "required", "convenience", "consuming", "borrowing", "nonisolated", "isolated",
        "lazy",
    ]

    /// The lines from a declaration to the brace that closes its body; nil where it has none.
    private func length(from start: Int) -> Int? {
        var depth = 0
        var brackets = 0
        for index in start..<lines.count {
            // The next declaration begins: this one was a protocol's requirement.
            if index > start, depth == 0, brackets == 0, Self.declares(lines[index].drop { $0 == " " }) { return nil }
            for character in lines[index] {
                switch character {
                case "(", "[": brackets += 1
                case ")", "]": brackets -= 1
                case "{" where brackets == 0 || depth > 0: depth += 1
                case "}" where depth == 0 && brackets == 0: return nil
                case "}" where brackets == 0 || depth > 0:
                    depth -= 1
                    if depth == 0 { return index - start + 1 }
                default: break
                }
            }
        }
        return nil
    }

    /// Walks over the source and copies what is code; line breaks are always kept.
    private struct Scanner {
        private let source: [UInt8]
        private(set) var output: [UInt8] = []
        private var position = 0

        private static let lineBreak = UInt8(ascii: "\n")
        private static let quote = UInt8(ascii: "\"")
        private static let backslash = UInt8(ascii: "\\")

        init(_ source: [UInt8]) {
            self.source = source
            output.reserveCapacity(source.count)
        }

        mutating func run() {
            while position < source.count {
                if starts(with: "//") {
                    skip { $0.source[$0.position] == Self.lineBreak }
                } else if starts(with: "/*") {
                    skip { $0.starts(with: "*/") }
                    position += 2
                } else if let fence = fence() {
                    text(fence)
                } else {
                    output.append(source[position])
                    position += 1
                }
            }
        }

        private func starts(with text: StaticString, at offset: Int = 0) -> Bool {
            text.withUTF8Buffer { source[min(position + offset, source.count)...].starts(with: $0) }
        }

        private mutating func skip(until end: (Self) -> Bool) {
            while position < source.count, !end(self) {
                if source[position] == Self.lineBreak { output.append(Self.lineBreak) }
                position += 1
            }
        }

        /// The marks around a text: how many number signs, and one quotation mark or three.
        private struct Fence {
            let signs: Int
            let quotes: Int
        }

        /// The marks of a text that begins here.
        private func fence() -> Fence? {
            guard source[position] == Self.quote || source[position] == UInt8(ascii: "#") else { return nil }
            let signs = source[position...].prefix { $0 == UInt8(ascii: "#") }.count
            if starts(with: "\"\"\"", at: signs) { return Fence(signs: signs, quotes: 3) }
            return starts(with: "\"", at: signs) ? Fence(signs: signs, quotes: 1) : nil
        }

        private func hasSigns(_ count: Int, at offset: Int) -> Bool {
            source[min(position + offset, source.count)...].prefix(count).elementsEqual(
                repeatElement(UInt8(ascii: "#"), count: count))
        }

        private func ends(_ fence: Fence) -> Bool {
            source[position...].prefix(fence.quotes).elementsEqual(repeatElement(Self.quote, count: fence.quotes))
                && hasSigns(fence.signs, at: fence.quotes)
        }

        /// Skips a text and what is interpolated into it.
        private mutating func text(_ fence: Fence) {
            output += [Self.quote, Self.quote]
            position += fence.signs + fence.quotes
            while position < source.count, !ends(fence) {
                let byte = source[position]
                position += 1
                if byte == Self.lineBreak {
                    output.append(Self.lineBreak)
                    // A text on one line that doesn't end there is not what it seemed: go on with the next line.
                    if fence.quotes == 1 { return }
                } else if byte == Self.backslash, hasSigns(fence.signs, at: 0), position + fence.signs < source.count {
                    position += fence.signs
                    let escaped = source[position]
                    position += 1
                    if escaped == Self.lineBreak { output.append(Self.lineBreak) }
                    if escaped == UInt8(ascii: "(") { interpolation() }
                }
            }
            position = min(source.count, position + fence.quotes + fence.signs)
        }

        private mutating func interpolation() {
            var depth = 1
            while position < source.count, depth > 0 {
                if let fence = fence() {
                    let kept = output.count
                    text(fence)
                    output.removeLast(output.count - kept)
                } else {
                    if source[position] == UInt8(ascii: "(") { depth += 1 }
                    if source[position] == UInt8(ascii: ")") { depth -= 1 }
                    position += 1
                }
            }
        }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        String(reversed().drop { $0 == character }.reversed())
    }
}
