/// Rules about Swift code that the formatter can't see. Each looks at one file.
enum CodeRules {
    /// What a name is forbidden for, and where it may be used all the same.
    struct Forbidden {
        let pattern: String
        let name: String
        /// Folders that may use it, each for a reason given beside it.
        let allowed: [String]
    }

    static let pureFolders = [
        "Sources/Time", "Sources/JSONSchema", "Sources/WorkflowCore", "Sources/Domain", "workflows", "sql",
    ]

    /// Not in values and flows: a stored state has to mean the same at every time, on every machine.
    static let impure: [Forbidden] = [
        // Decimal, and nothing else of it.
        Forbidden(
            pattern: #"import +(\w+ +)?Foundation\w*"#, name: "Foundation", allowed: ["Sources/Domain/Money.swift"]),
        Forbidden(pattern: #"import +Dispatch"#, name: "Dispatch", allowed: []),
        Forbidden(pattern: #"import +(Glibc|Musl|Synchronization)"#, name: "the C library and locks", allowed: []),
        Forbidden(pattern: #"\bTask\b"#, name: "Task", allowed: []),
        Forbidden(pattern: #"\basync\b|\bawait\b"#, name: "async", allowed: []),
        Forbidden(pattern: #"nonisolated\(unsafe\)"#, name: "shared mutable state", allowed: []),
    ]

    /// Not outside the executable and the adapters named here: whoever needs it is given it.
    static let ambient: [Forbidden] = [
        Forbidden(
            pattern: #"\bDate\(\)|\bDate\.now\b|\.now\(\)\s*-|\bDate\(timeIntervalSinceNow"#, name: "Date()",
            allowed: []),
        Forbidden(pattern: #"\bUUID\(\)"#, name: "UUID()", allowed: []),
        Forbidden(
            pattern:
                #"\.random\(in|\.randomElement\(|\.shuffled\(\)|\.shuffle\(\)|SystemRandomNumberGenerator|arc4random"#,
            name: "a random number", allowed: []),
        // Time-outs of sockets are about sockets: they go on in virtual time, too.
        Forbidden(
            pattern: #"\bContinuousClock\b|\bSuspendingClock\b|clock_gettime|DispatchTime\.now|gettimeofday"#,
            name: "a system clock", allowed: ["Sources/Postgres", "Sources/HTTPClient", "Sources/PrivateCluster"]),
        // A time-out of a request, a server that answers slowly on purpose.
        Forbidden(
            pattern: #"Task\.sleep|Thread\.sleep|\bu?sleep\(\d|\bnanosleep\("#, name: "a pause",
            allowed: ["Sources/HTTPClient", "Sources/HTTPServer", "Sources/PrivateCluster"]),
        Forbidden(pattern: #"ProcessInfo|\bgetenv\("#, name: "the environment", allowed: []),
    ]

    static func purity(_ file: SourceFile) -> [Finding] {
        guard file.ends(in: ".swift"), pureFolders.contains(where: { file.lies(in: $0) }) else { return [] }
        return uses(
            of: impure, in: file,
            why: "values and flows are pure, so that one stored state is the whole truth; the engine does the rest")
    }

    static func surroundings(_ file: SourceFile) -> [Finding] {
        guard file.ends(in: ".swift"), file.lies(in: "Sources", "workflows", "sql"), !file.lies(in: "Sources/lockstep")
        else { return [] }
        return uses(
            of: ambient, in: file,
            why: "clock, chance and environment are handed in by the executable; else no run could be repeated")
    }

    private static func uses(of forbidden: [Forbidden], in file: SourceFile, why: String) -> [Finding] {
        forbidden.flatMap { rule -> [Finding] in
            if rule.allowed.contains(where: { file.path == $0 || file.lies(in: $0) }) { return [] }
            return file.code.text.lines(matching: rule.pattern).map {
                Finding(path: file.path, line: $0, what: "uses \(rule.name)", why: why)
            }
        }
    }

    static func noDefault(_ file: SourceFile) -> [Finding] {
        guard file.ends(in: ".swift"), file.lies(in: "workflows") else { return [] }
        return file.code.text.lines(matching: #"^ *(@unknown )?default *:"#).map {
            Finding(
                path: file.path, line: $0, what: "has a default:",
                why: "a new state or event has to break the build wherever nobody has thought of it")
        }
    }

    static func printing(_ file: SourceFile) -> [Finding] {
        guard file.ends(in: ".swift"), file.lies(in: "Sources", "workflows", "sql"), !file.lies(in: "Sources/lockstep")
        else { return [] }
        return file.code.text.lines(matching: #"(^|[^.\w])(print|debugPrint|dump)\("#).map {
            Finding(
                path: file.path, line: $0, what: "prints",
                why: "what goes to standard output is data that scripts read; only the executable writes there")
        }
    }

    static let functionLimit = 70
    static let fileLimit = 450
    static let lineLimit = 120

    static func lengths(_ file: SourceFile) -> [Finding] {
        guard file.ends(in: ".swift"), file.lies(in: "Sources", "workflows", "sql") else { return [] }
        let long = file.code.functions.filter { $0.length > functionLimit }.map {
            Finding(
                path: file.path, line: $0.line, what: "\($0.head) takes \($0.length) lines, \(functionLimit) at most",
                why: "what fits on a screen can be checked by reading it")
        }
        let count = file.lines.count - 1
        guard count > fileLimit else { return long }
        return long + [
            Finding(
                path: file.path, line: count, what: "takes \(count) lines, \(fileLimit) at most",
                why: "a file has one subject; a second one wants a file of its own")
        ]
    }

    static func wideLines(_ file: SourceFile) -> [Finding] {
        // The schema is a dump, and Markdown has tables.
        guard file.ends(in: ".swift", ".sql"), file.path != "sql/schema.sql" else { return [] }
        // What a test expects may be as wide as it comes.
        let lines = file.lies(in: "Tests") ? file.code.lines.map { $0[...] } : file.lines
        return zip(1..., lines).filter { $0.1.utf8.count > lineLimit && $0.1.count > lineLimit }.map { number, line in
            Finding(
                path: file.path, line: number, what: "\(line.count) columns, \(lineLimit) at most",
                why: "two files have to fit side by side in a review")
        }
    }
}
