import Foundation

/// A text file of the repository.
struct SourceFile {
    /// Relative to the repository's root.
    let path: String
    let text: String
    /// What is code in it, where it is Swift.
    let code: SwiftCode

    init(path: String, text: String) {
        self.path = path
        self.text = text
        code = SwiftCode(path.hasSuffix(".swift") ? text : "")
    }

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    /// The last part of the path.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    func lies(in folders: String...) -> Bool { folders.contains { path.hasPrefix($0 + "/") } }
    func ends(in suffixes: String...) -> Bool { suffixes.contains { path.hasSuffix($0) } }
}

/// The repository that these tests were compiled from.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every text file that people write; nothing that is built, generated or private.
    static func files() throws -> [SourceFile] { try found.get() }

    private static let found = Result { try find() }

    private static func find() throws -> [SourceFile] {
        let skipped: Set<String> = [".build", ".git", ".lockstep", ".swiftpm"]
        let textual: Set<String> = [
            "swift", "sql", "md", "json", "json5", "yml", "py", "sh", "h", "modulemap", "mmd", "dot", "txt",
        ]
        let walker = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        return try walker.sorted().compactMap { path in
            let parts = path.split(separator: "/").map(String.init)
            guard let first = parts.first, let last = parts.last, !skipped.contains(first) else { return nil }
            let suffix = last.split(separator: ".").last.map(String.init) ?? ""
            let isScript = ["scripts", ".ci"].contains(first) || ["Makefile", "Dockerfile"].contains(last)
            guard isScript || textual.contains(suffix), !isFolder(path) else { return nil }
            return SourceFile(path: path, text: try read(path))
        }
    }

    static func read(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isFolder)
        return isFolder.boolValue
    }
}

extension String {
    /// The numbers of the lines in which a regular expression matches.
    func lines(matching pattern: String) -> [Int] {
        // Foundation's: over a whole repository, Swift's own takes seconds.
        guard let expression = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else {
            preconditionFailure("\(pattern) is no regular expression")
        }
        let matches = expression.matches(in: self, range: NSRange(startIndex..., in: self))
        var lines: [Int] = []
        for match in matches {
            guard let range = Range(match.range, in: self) else { continue }
            let line = 1 + utf8[..<range.lowerBound].count { $0 == UInt8(ascii: "\n") }
            if lines.last != line { lines.append(line) }
        }
        return lines
    }
}

/// Something a rule found, as a person wants to read it: where, what, and why it is a rule.
struct Finding: CustomStringConvertible {
    let path: String
    let line: Int
    let what: String
    let why: String

    var description: String { "\(path):\(line): \(what). Why: \(why)" }
}

extension Sequence<Finding> {
    /// Place and fault without the reason, for comparing.
    var places: [String] { map { "\($0.path):\($0.line): \($0.what)" } }
}
