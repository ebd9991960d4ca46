/// A module and whom it knows, as `Package.swift` declares it or as ARCHITECTURE.md tells it.
struct Module: Hashable {
    let name: String
    let level: Int
    let knows: Set<String>
}

/// Rules about modules.
enum ModuleRules {
    /// The modules of a package file in this repository's form: one helper call for each target, under the comments
    /// that begin a level.
    static func declared(in package: String) -> [Module] {
        let flowKnows = package.firstMatch(of: #/func workflow[\s\S]*?dependencies: \[([^\]]*)\]/#).map {
            names(in: $0.1)
        }
        guard let begin = package.firstRange(of: "    targets: ["),
            let end = package.firstRange(of: "        // Tests\n")
        else { return [] }
        let targets = package[begin.upperBound..<end.lowerBound]
        var level = 0
        return targets.split(
            separator: #/(?=\/\/ Level|\.systemLibrary\(|library\(|workflow\(|\n\s+sql,|\.executableTarget\()/#
        )
        .compactMap { piece -> Module? in
            if let heading = piece.prefixMatch(of: #/\/\/ Level (\d+)/#) {
                level = Int(heading.1) ?? level
                return nil
            }
            if piece.contains(#/^\n\s+sql,/#) { return Module(name: "SQL", level: level, knows: []) }
            guard let name = piece.firstMatch(of: #/"([^"]+)"/#).map({ String($0.1) }) else { return nil }
            if piece.hasPrefix("workflow(") { return Module(name: name, level: level, knows: flowKnows ?? []) }
            let list = piece.firstMatch(of: #/(?:knows|dependencies): \[([^\]]*)\]/#)
            return Module(name: name, level: level, knows: list.map { names(in: $0.1) } ?? [])
        }
    }

    private static func names(in list: Substring) -> Set<String> {
        Set(list.matches(of: #/"([^"]+)"/#).map { String($0.1) })
    }

    /// The modules of the table `| module | level | knows | … |`.
    static func told(in architecture: String) -> [Module] {
        let lines = architecture.split(separator: "\n", omittingEmptySubsequences: false)
        guard let head = lines.firstIndex(where: { $0.hasPrefix("| module | level | knows |") }) else { return [] }
        return lines.dropFirst(head + 2).prefix { $0.hasPrefix("|") }.compactMap { line in
            let cells = line.split(separator: "|").map { $0.filter { $0 != "`" && $0 != " " } }
            guard cells.count >= 3, let level = Int(cells[1]) else { return nil }
            let knows = cells[2].split(separator: ",").map(String.init).filter { $0 != "–" }
            return Module(name: cells[0], level: level, knows: Set(knows))
        }
    }

    /// The table tells what the package declares, and nobody knows a module of a higher level.
    static func table(_ told: [Module], declared: [Module]) -> [Finding] {
        var findings: [Finding] = []
        func find(_ what: String, _ why: String) {
            findings.append(Finding(path: "ARCHITECTURE.md", line: 1, what: what, why: why))
        }
        let why = "the table is what a newcomer reads first, and the package is what is built"
        for module in declared {
            guard let row = told.first(where: { $0.name == module.name }) else {
                find("the module table lacks \(module.name)", why)
                continue
            }
            if row.level != module.level {
                find("\(module.name) is said to be of level \(row.level), not \(module.level)", why)
            }
            for name in row.knows.symmetricDifference(module.knows).sorted() {
                let fault =
                    row.knows.contains(name)
                    ? "is said to know \(name), which it doesn't" : "isn't said to know \(name)"
                find("\(module.name) \(fault)", why)
            }
        }
        for row in told where !declared.contains(where: { $0.name == row.name }) {
            find("the module table has \(row.name), which isn't built", why)
        }
        let levels = Dictionary(declared.map { ($0.name, $0.level) }) { first, _ in first }
        for module in declared {
            for name in module.knows.sorted() where (levels[name] ?? 0) > module.level {
                find(
                    "\(module.name) knows \(name), which stands above it",
                    "imports point down, so that each part can be read alone")
            }
        }
        return findings
    }

    /// `make test` runs its groups by name: a target that is in none would never be run.
    static func testGroups(makefile: String, package: String) -> [Finding] {
        let targets = package.matches(of: #/tests\(\s*"(\w+)Tests"/#).map { String($0.1) }
        let list = makefile.firstMatch(of: #/TEST_GROUPS := ((?:[^\n]*\\\n)*[^\n]*)/#)?.1 ?? ""
        let groups = list.matches(of: #/\w+/#).map { String($0.0) }
        func finding(_ what: String) -> Finding {
            Finding(path: "Makefile", line: 1, what: what, why: "a test that isn't run finds nothing")
        }
        return targets.filter { !groups.contains($0) }.map { finding("no test group has \($0)Tests") }
            + groups.filter { !targets.contains($0) }.map { finding("a test group has \($0)Tests, which isn't built") }
            + Set(groups).filter { name in groups.count { $0 == name } > 1 }.sorted()
            .map { finding("\($0)Tests is run twice") }
    }

    /// A C library is imported by one module.
    static func wrappers(_ files: [SourceFile]) -> [Finding] {
        var wrapper: [String: String] = [:]
        return files.filter { $0.ends(in: ".swift") && $0.lies(in: "Sources", "workflows", "Tests") }.flatMap { file in
            zip(1..., file.code.lines).compactMap { number, line -> Finding? in
                guard line.contains("import C"),
                    let library = line.firstMatch(
                        of: #/^(?:\w+\s+|@\w+\s+)*import\s+(C[A-Z]{2}\w*|CLib\w+|CMicro\w+)/#)?.1
                else { return nil }
                let folder = file.path.split(separator: "/").prefix(2).joined(separator: "/")
                let first = wrapper[String(library), default: folder]
                wrapper[String(library)] = first
                if first == folder { return nil }
                return Finding(
                    path: file.path, line: number, what: "imports \(library), which \(first) wraps",
                    why: "pointers and their rules stay in one place")
            }
        }
    }

    /// Each case that a flow declares stands in its reviewed matrix.
    static func cases(of flow: [SourceFile], matrix: SourceFile) -> [Finding] {
        flow.flatMap { file -> [Finding] in
            ["State", "Event"].flatMap { name in
                declaredCases(of: name, in: file.code).compactMap { number, word in
                    if (try? Regex("\\b\(word)\\b")).map({ matrix.text.contains($0) }) ?? false { return nil }
                    return Finding(
                        path: file.path, line: number, what: "\(name).\(word) is not in \(matrix.path)",
                        why: "a case without a sample is seen by no check; add one, then `make diagrams`")
                }
            }
        }
    }

    private static func declaredCases(of name: String, in code: SwiftCode) -> [(line: Int, word: String)] {
        guard let start = code.lines.firstIndex(where: { $0.contains("enum \(name):") }) else { return [] }
        var depth = 0
        var cases: [(Int, String)] = []
        for index in start..<code.lines.count {
            let line = code.lines[index]
            // Only the enum's own cases: not those of a switch or an enum inside it.
            if depth == 1, let list = line.firstMatch(of: #/^\s*(?:indirect\s+)?case\s+(.*)$/#)?.1 {
                var brackets = 0
                let outside = list.filter { character in
                    if character == "(" { brackets += 1 }
                    defer { if character == ")" { brackets -= 1 } }
                    return brackets == 0
                }
                cases += outside.split(separator: ",").compactMap { part in
                    part.firstMatch(of: #/\w+/#).map { (index + 1, String($0.0)) }
                }
            }
            depth += line.filter { $0 == "{" }.count - line.filter { $0 == "}" }.count
            if depth == 0, index > start { break }
        }
        return cases
    }
}
