/// Rules about any text file, and about SQL and Markdown.
enum TextRules {
    static func leftovers(_ file: SourceFile) -> [Finding] {
        // This folder has to name what it forbids.
        guard !file.lies(in: "Tests/TidyTests") else { return [] }
        return file.text.lines(matching: #"\b(TODO|FIXME|XXX|HACK)\b"#).map {
            Finding(
                path: file.path, line: $0, what: "leaves something to be done",
                why: "what is on main is finished; what isn't belongs into an issue, where it is seen")
        }
    }

    static func whiteSpace(_ file: SourceFile) -> [Finding] {
        var findings = zip(1..., file.lines).filter { $0.1.last?.isWhitespace == true }.map { number, _ in
            Finding(
                path: file.path, line: number, what: "ends in white space",
                why: "it is invisible, and shows up in the next person's diff")
        }
        if !file.text.isEmpty, file.text.last != "\n" {
            findings.append(
                Finding(
                    path: file.path, line: file.lines.count, what: "lacks its last line break",
                    why: "tools that append to it would join two lines"))
        }
        return findings
    }

    /// Each relative link of a Markdown file leads to a file.
    static func links(_ file: SourceFile, exists: (String) -> Bool) -> [Finding] {
        guard file.ends(in: ".md") else { return [] }
        var isCode = false
        return zip(1..., file.lines).flatMap { number, line -> [Finding] in
            if line.hasPrefix("```") { isCode.toggle() }
            if isCode { return [] }
            return line.matches(of: #/\]\(([^)\s]+)\)/#).compactMap { match in
                let target = match.1.prefix { $0 != "#" }
                if target.isEmpty || target.contains(":") { return nil }
                let folder = file.path.split(separator: "/").dropLast()
                let path = resolve((folder + target.split(separator: "/")).map(String.init))
                if exists(path) { return nil }
                return Finding(
                    path: file.path, line: number, what: "links to \(target), which isn't there",
                    why: "a reader who follows it is lost")
            }
        }
    }

    private static func resolve(_ parts: [String]) -> String {
        var path: [String] = []
        for part in parts where part != "." {
            if part == ".." { _ = path.popLast() } else { path.append(part) }
        }
        return path.joined(separator: "/")
    }

    /// Tables that grow with load; the statements on them name exactly one bucket.
    private static let bucketed = ["job", "job_state", "history_entry", "attempt", "signal", "reference", "webhook"]

    /// Queries over all buckets: asked by a person, never for each transition.
    private static let overall = ["live_states", "unfinished_jobs"]

    static func query(_ file: SourceFile) -> [Finding] {
        guard file.ends(in: ".sql"), file.lies(in: "sql/queries") else { return [] }
        let name = file.name.dropLast(4)
        let head = file.lines.prefix { $0.hasPrefix("--") }
        let statement = file.lines.dropFirst(head.count).joined(separator: "\n")
        var findings: [Finding] = []
        func find(_ what: String, _ why: String) {
            findings.append(Finding(path: file.path, line: 1, what: what, why: why))
        }
        if head.first.map(String.init) != "-- name: \(name)" || head.count < 2 {
            find(
                "lacks its header, “-- name: \(name)” and what it is for", "an operator meets it in pg_stat_statements")
        }
        for match in Set(statement.matches(of: #/\$[0-9]+/#).map { String($0.0) }).sorted()
        where !head.contains(where: { $0.contains(match + " ") || $0.contains(match + ",") || $0.contains("…\(match)") }
        ) {
            find("doesn't say what \(match) is", "parameters have no names but those in the header")
        }
        let touched = bucketed.filter { table in
            // A function of the same name, such as signal(…), finds the bucket itself.
            !statement.lines(matching: "lockstep\\.\(table)\\b(?!\\()").isEmpty
        }
        if !touched.isEmpty, !overall.contains(String(name)) {
            let buckets = Set(statement.matches(of: #/bucket\s*=\s*(\S+)/#).map { String($0.1) })
            if !statement.contains("$1::smallint") || !buckets.isSubset(of: allowedBuckets(in: statement)) {
                find(
                    "touches \(touched.joined(separator: ", ")) without naming one bucket, $1::smallint",
                    "with jobs spread over servers, a statement on one bucket runs on one of them")
            }
        }
        return findings
    }

    /// The bucket itself, and the columns that were compared with it.
    private static func allowedBuckets(in statement: String) -> Set<String> {
        Set(["$1::smallint"] + statement.matches(of: #/(\w+\.bucket)\b/#).map { String($0.1) })
    }

    /// The ordered list in SQL.swift is the folder: embedded files have no listing of their own.
    static func migrations(list: String, folder: [String]) -> [Finding] {
        let listed = list.matches(of: #/Migration\(name: "(\w+)", text: EmbeddedText\._(\w+)_sql\)/#)
        let names = listed.map { String($0.1) }
        var findings: [Finding] = []
        func find(_ what: String) {
            findings.append(
                Finding(
                    path: "sql/SQL.swift", line: 1, what: what,
                    why: "what isn't listed never runs, and the order is the schema's history"))
        }
        for name in folder where !names.contains(name) { find("doesn't list the migration \(name)") }
        for name in names where !folder.contains(name) { find("lists \(name), of which there is no file") }
        if names != names.sorted() { find("doesn't list the migrations in their order") }
        for entry in listed where entry.2 != entry.1 {
            find("lists \(entry.1) with the text of \(entry.2)")
        }
        return findings
    }
}
