import Testing

/// Each rule is shown what it has to find, and what it has to leave alone.
@Suite struct RuleTests {
    private func file(_ path: String, _ text: String) -> SourceFile { SourceFile(path: path, text: text) }

    @Test("A default: in a flow is found, one in a text or comment or elsewhere is not")
    func noDefault() {
        let text = """
            switch state {
            // default: in a comment
            case .a: say("default:")
            default: break
            @unknown default: break
            }

            """
        #expect(
            CodeRules.noDefault(file("workflows/A/A.swift", text)).places
                == ["workflows/A/A.swift:4: has a default:", "workflows/A/A.swift:5: has a default:"])
        #expect(CodeRules.noDefault(file("Sources/Engine/A.swift", text)).places == [])
    }

    @Test("What makes a value impure is found in pure folders only")
    func purity() {
        let text = """
            public import Foundation
            import struct Foundation.Decimal
            import Dispatch
            import Synchronization
            func f() async { Task { } }
            nonisolated(unsafe) var count = 0
            /// Task, async and Foundation in a comment, "Task" in a text
            let task = Tasks(awaiting: asyncs)

            """
        let path = "Sources/WorkflowCore/A.swift"
        #expect(
            CodeRules.purity(file(path, text)).places == [
                "\(path):1: uses Foundation", "\(path):2: uses Foundation", "\(path):3: uses Dispatch",
                "\(path):4: uses the C library and locks", "\(path):5: uses Task", "\(path):5: uses async",
                "\(path):6: uses shared mutable state",
            ])
        #expect(CodeRules.purity(file("Sources/Engine/A.swift", text)).places == [])
        #expect(CodeRules.purity(file("Sources/Domain/Money.swift", "import Foundation\n")).places == [])
    }

    @Test("Clocks, chance, pauses and the environment are found outside those who may use them")
    func surroundings() {
        let text = """
            let now = Date()
            let later = Date.now
            let id = UUID()
            let dice = Int.random(in: 1...6)
            let clock = ContinuousClock()
            try await Task.sleep(for: .seconds(1))
            let home = ProcessInfo.processInfo.environment["HOME"]
            let given = Date(timeIntervalSince1970: 5), known = UUID(uuidString: "x"), random = generator.random

            """
        let path = "Sources/Engine/A.swift"
        #expect(
            CodeRules.surroundings(file(path, text)).places == [
                "\(path):1: uses Date()", "\(path):2: uses Date()", "\(path):3: uses UUID()",
                "\(path):4: uses a random number", "\(path):5: uses a system clock", "\(path):6: uses a pause",
                "\(path):7: uses the environment",
            ])
        #expect(CodeRules.surroundings(file("Sources/lockstep/A.swift", text)).places == [])
        #expect(
            CodeRules.surroundings(file("Sources/Postgres/A.swift", "let clock = ContinuousClock()\n")).places == [])
    }

    @Test("Printing is found, methods of that name are not")
    func printing() {
        let text = """
            print("x")
            let a = b.map { debugPrint($0) }
            page.print()
            footprint()

            """
        #expect(
            CodeRules.printing(file("Sources/Engine/A.swift", text)).places
                == ["Sources/Engine/A.swift:1: prints", "Sources/Engine/A.swift:2: prints"])
        #expect(CodeRules.printing(file("Sources/lockstep/A.swift", text)).places == [])
    }

    @Test("Long functions, files and lines are found")
    func lengths() {
        let body = String(repeating: "    step()\n", count: 69)
        let path = "Sources/Engine/A.swift"
        let long = "public static func long(\n    of x: Int = { 1 }()\n) -> Int {\n\(body)}\n"
        #expect(
            CodeRules.lengths(file(path, long)).places == [
                "\(path):1: public static func long takes 73 lines, 70 at most"
            ])
        let short =
            "func short() {\n\(body.dropLast(11))}\nprotocol P {\n    func none()\n}\nfunc other() {\n\(body)}\n"
        #expect(CodeRules.lengths(file(path, short)).places == ["\(path):74: func other takes 71 lines, 70 at most"])
        let property = "extension A {\n    var total: Int {\n\(body)}\n    init?(_ a: A) {\n\(body)}\n}\n"
        #expect(CodeRules.lengths(file(path, property)).places.count == 2)
        #expect(
            CodeRules.lengths(file(path, String(repeating: "\n", count: 451))).places == [
                "\(path):451: takes 451 lines, 450 at most"
            ])
        #expect(CodeRules.lengths(file(path, String(repeating: "\n", count: 450))).places == [])
        let wide = String(repeating: "é", count: 120)
        #expect(
            CodeRules.wideLines(file(path, "\(wide)\n\(wide)e\n")).places == ["\(path):2: 121 columns, 120 at most"])
    }

    @Test("Code is told from comments and texts, line for line")
    func code() {
        let text = #"""
            let a = "x // y" // z
            /* a
            b */ let c = """
              "d" \(e ? "f" : "g")
              """
            let h = #"i\("# + "\("j" + k(")"))"
            let l = "\"m\\"; let n = 1

            """#
        #expect(
            SwiftCode(text).lines == [
                "let a = \"\" ", "", " let c = \"\"", "", "", "let h = \"\" + \"\"", "let l = \"\"; let n = 1", "",
            ])
    }

    @Test("What is left to do, and white space at the end, are found")
    func leftovers() {
        let text = "fine\n// TODO: later \n\tx\t\nmethodology"
        #expect(TextRules.leftovers(file("a.sql", text)).places == ["a.sql:2: leaves something to be done"])
        #expect(
            TextRules.whiteSpace(file("a.sql", text)).places == [
                "a.sql:2: ends in white space", "a.sql:3: ends in white space", "a.sql:4: lacks its last line break",
            ])
    }

    @Test("Links that lead nowhere are found")
    func links() {
        let text = """
            [a](there.md) [b](gone.md) [c](#part) [d](https://example.com/x) [e](../up.md#part) [f](../gone.md#part)
            ```
            [g](gone.md)
            ```

            """
        let there: Set<String> = ["docs/there.md", "up.md"]
        #expect(
            TextRules.links(file("docs/a.md", text), exists: there.contains).places == [
                "docs/a.md:1: links to gone.md, which isn't there",
                "docs/a.md:1: links to ../gone.md, which isn't there",
            ])
    }

    @Test("A query without header, with silent parameters, or over many buckets is found")
    func queries() {
        let path = "sql/queries/claim.sql"
        let good = """
            -- name: claim
            -- Takes jobs.
            --
            -- $1 bucket, $2 ids
            select 1 from lockstep.job s where s.bucket = $1::smallint and s.id = any ($2::uuid[])

            """
        #expect(TextRules.query(file(path, good)).places == [])
        let function = good.replacing("lockstep.job s", with: "lockstep.signal($1) s").replacing(
            "s.bucket", with: "s.b")
        #expect(TextRules.query(file(path, function)).places == [])
        #expect(
            TextRules.query(file("sql/queries/other.sql", good)).places
                == ["sql/queries/other.sql:1: lacks its header, “-- name: other” and what it is for"])
        #expect(
            TextRules.query(file(path, good.replacing("$2 ids", with: "ids"))).places
                == ["\(path):1: doesn't say what $2 is"])
        #expect(
            TextRules.query(file(path, good.replacing("s.bucket = $1::smallint", with: "s.priority = $1"))).places
                == ["\(path):1: touches job without naming one bucket, $1::smallint"])
        #expect(
            TextRules.query(file(path, good.replacing("and s.id", with: "or s.bucket = 7 and s.id"))).places
                == ["\(path):1: touches job without naming one bucket, $1::smallint"])
    }

    @Test("A list of migrations that is not the folder is found")
    func migrations() {
        let list = """
            Migration(name: "0002_b", text: EmbeddedText._0002_b_sql),
            Migration(name: "0001_a", text: EmbeddedText._0002_b_sql),
            Migration(name: "0004_d", text: EmbeddedText._0004_d_sql),
            """
        #expect(
            TextRules.migrations(list: list, folder: ["0001_a", "0002_b", "0003_c"]).map(\.what) == [
                "doesn't list the migration 0003_c", "lists 0004_d, of which there is no file",
                "doesn't list the migrations in their order", "lists 0001_a with the text of 0002_b",
            ])
    }

    private let package = """
        func workflow(_ name: String) -> Target {
            .target(name: name, dependencies: ["Core", "Values"], path: "")
        }
            targets: [
                // Level 0: values
                .systemLibrary(name: "CLib", pkgConfig: "lib", providers: [.apt(["lib-dev"])]),
                library("Values"),
                library("Core", knows: ["Values"]),
                sql,

                // Level 1: flows
                workflow("Flow"),
                library("Low", at: "Sources/Low", knows: ["High"]),
                // Level 2
                library(
                    "High",
                    knows: [
                        "Core", "CLib",
                    ]),
                .executableTarget(
                    name: "tool",
                    dependencies: ["High", "SQL"],
                    swiftSettings: strict),

                // Tests
                tests("CoreTests", of: ["Core"]),
        """

    @Test("The modules of a package file are read")
    func declared() {
        #expect(
            ModuleRules.declared(in: package) == [
                Module(name: "CLib", level: 0, knows: []), Module(name: "Values", level: 0, knows: []),
                Module(name: "Core", level: 0, knows: ["Values"]), Module(name: "SQL", level: 0, knows: []),
                Module(name: "Flow", level: 1, knows: ["Core", "Values"]),
                Module(name: "Low", level: 1, knows: ["High"]),
                Module(name: "High", level: 2, knows: ["Core", "CLib"]),
                Module(name: "tool", level: 2, knows: ["High", "SQL"]),
            ])
    }

    @Test("A table that tells another story, and an import that points up, are found")
    func table() {
        let architecture = """
            | module | level | knows | what it owns |
            | --- | --- | --- | --- |
            | `CLib` | 0 | – | x |
            | `Values` | 1 | – | x |
            | `Core` | 0 | `Values` | x |
            | `SQL` | 0 | – | x |
            | `Flow` | 1 | `Core`, `CLib` | x |
            | `Low` | 1 | `High` | x |
            | `High` | 2 | `Core`, `CLib` | x |
            | `Ghost` | 2 | – | x |
            """
        let findings = ModuleRules.table(
            ModuleRules.told(in: architecture), declared: ModuleRules.declared(in: package))
        #expect(
            findings.map(\.what) == [
                "Values is said to be of level 1, not 0", "Flow is said to know CLib, which it doesn't",
                "Flow isn't said to know Values", "the module table lacks tool",
                "the module table has Ghost, which isn't built", "Low knows High, which stands above it",
            ])
    }

    @Test("A test target that make test leaves out, has twice, or only thinks it has, is found")
    func testGroups() {
        let package = """
            func tests(_ name: String) {}
                tests("OneTests", of: []),
                tests(
                    "TwoTests", of: []),
                tests("ThreeTests", of: []),
            """
        let makefile = "# x\nTEST_GROUPS := One|Four \\\n\tThree Three\n\ntest: Two\n"
        #expect(
            ModuleRules.testGroups(makefile: makefile, package: package).map(\.what) == [
                "no test group has TwoTests", "a test group has FourTests, which isn't built",
                "ThreeTests is run twice",
            ])
    }

    @Test("A second wrapper of a C library is found")
    func wrappers() {
        let files = [
            file("Sources/Postgres/A.swift", "import CLibPQ\n"),
            file("Sources/Postgres/B/C.swift", "internal import CLibPQ\n"),
            file("Sources/Engine/D.swift", "import Crypto\n\nimport CLibPQ\n"),
        ]
        #expect(
            ModuleRules.wrappers(files).places
                == ["Sources/Engine/D.swift:3: imports CLibPQ, which Sources/Postgres wraps"])
    }

    @Test("A case that the matrix lacks is found")
    func cases() {
        let flow = """
            enum Flow {
                public enum State: WorkflowState {
                    /// One.
                    case one(order: Order, quote: Quote)
                    indirect case two, three(a: Int)
                    var isOne: Bool {
                        switch self {
                        case .one: true
                        case let four: false
                        }
                    }
                }
                enum Event: WorkflowEvent {
                    case happened
                }
            }
            """
        let matrix = file("workflows/A/diagram/a.matrix.txt", "one\n    → three  nothing_happened\n")
        let path = "workflows/A/A.swift"
        #expect(
            ModuleRules.cases(of: [file(path, flow)], matrix: matrix).places == [
                "\(path):5: State.two is not in workflows/A/diagram/a.matrix.txt",
                "\(path):14: Event.happened is not in workflows/A/diagram/a.matrix.txt",
            ])
    }
}
