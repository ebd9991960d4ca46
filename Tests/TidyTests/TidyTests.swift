import Testing

/// The rules of this repository, each run over all of it. What a rule is for stands in its findings.
@Suite struct TidyTests {
    @Test(
        "No file breaks a rule",
        arguments: [
            ("flows have no default:", CodeRules.noDefault), ("values and flows are pure", CodeRules.purity),
            ("clock, chance and environment are handed in", CodeRules.surroundings),
            ("functions and files are short", CodeRules.lengths), ("lines are short", CodeRules.wideLines),
            ("only the executable prints", CodeRules.printing), ("nothing is left to be done", TextRules.leftovers),
            ("no trailing white space", TextRules.whiteSpace), ("queries have a header and a bucket", TextRules.query),
            ("links lead somewhere", { TextRules.links($0, exists: Repository.exists) }),
        ] as [(String, @Sendable (SourceFile) -> [Finding])])
    func file(rule: String, check: @Sendable (SourceFile) -> [Finding]) throws {
        for finding in try Repository.files().flatMap(check) { Issue.record("\(finding)") }
    }

    @Test("Enough files are looked at for the rules to mean something")
    func coverage() throws {
        let paths = try Set(Repository.files().map(\.path))
        let some = [
            "Package.swift", "Makefile", ".ci/run", "scripts/install-dependencies", "sql/queries/claim.sql",
            "README.md",
        ]
        #expect(paths.isSuperset(of: some))
        #expect(paths.count > 100)
        #expect(!paths.contains { $0.contains(".build/") })
    }

    @Test("ARCHITECTURE.md tells the modules that Package.swift declares")
    func modules() throws {
        let declared = ModuleRules.declared(in: try Repository.read("Package.swift"))
        #expect(declared.count >= 20)
        let told = ModuleRules.told(in: try Repository.read("ARCHITECTURE.md"))
        for finding in ModuleRules.table(told, declared: declared) { Issue.record("\(finding)") }
    }

    @Test("make test runs every test target, once")
    func testGroups() throws {
        let (makefile, package) = (try Repository.read("Makefile"), try Repository.read("Package.swift"))
        for finding in ModuleRules.testGroups(makefile: makefile, package: package) { Issue.record("\(finding)") }
    }

    @Test("Each C library has one wrapper")
    func wrappers() throws {
        for finding in ModuleRules.wrappers(try Repository.files()) { Issue.record("\(finding)") }
    }

    @Test("SQL.swift lists the migrations of the folder, in order")
    func migrations() throws {
        let folder = try Repository.files().filter { $0.lies(in: "sql/migrations") }.map { String($0.name.dropLast(4)) }
        #expect(!folder.isEmpty)
        let list = try Repository.read("sql/SQL.swift")
        for finding in TextRules.migrations(list: list, folder: folder) { Issue.record("\(finding)") }
    }

    @Test("Each case of a flow's states and events stands in its matrix")
    func cases() throws {
        let files = try Repository.files()
        for matrix in files where matrix.lies(in: "workflows") && matrix.ends(in: ".matrix.txt") {
            let folder = matrix.path.split(separator: "/").prefix(2).joined(separator: "/")
            let flow = files.filter { $0.lies(in: folder) && $0.ends(in: ".swift") }
            for finding in ModuleRules.cases(of: flow, matrix: matrix) { Issue.record("\(finding)") }
        }
    }
}
