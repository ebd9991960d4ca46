/// One verb of `lockstep`.
protocol Command: Sendable {
    /// What is typed.
    static var name: String { get }
    /// What it does, in a line.
    static var summary: String { get }
    /// More about it, for `--help`.
    static var discussion: String { get }
    /// Names of the values that it takes without an option; optional ones in brackets.
    static var positional: [String] { get }
    /// Its options.
    static var options: [Option] { get }
    /// Does it.
    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode
}

extension Command {
    static var discussion: String { "" }
    static var positional: [String] { [] }

    /// What `--help` prints.
    static var help: String {
        let all = options + [Option(flag: "help", "Print this.")]
        let names = all.map { option in "--\(option.name)" + (option.value.map { " \($0)" } ?? "") }
        let width = names.map(\.count).max() ?? 0
        let lines = zip(names, all).map { name, option in
            "  " + name + String(repeating: " ", count: width - name.count + 2) + option.help
        }
        let usage = (["lockstep", name] + positional + ["[options]"]).joined(separator: " ")
        let text = [
            summary, "Usage: \(usage)", discussion, "Options:\n" + lines.joined(separator: "\n"), ExitCode.help,
        ]
        return text.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }
}

extension ExitCode {
    static let help = """
        Exit codes: 0 done; 1 it ran and the answer is no; 2 what was typed makes no sense; 3 the database can't be \
        reached.
        """
}
