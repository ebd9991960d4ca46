import Foundation

/// The executable: it finds the command that was typed, and runs it.
@main
struct Main {
    static let commands: [any Command.Type] = [
        Demo.self, Dev.self, Serve.self, SandboxCommand.self, Migrate.self, Check.self, MigrateJobs.self, Enqueue.self,
        SignalCommand.self, Cancel.self, Retry.self, Pause.self, Resume.self, PauseWhole.self, ResumeWhole.self,
        Schedules.self, ScheduleCommand.self, Unschedule.self, AccountsCommand.self, List.self, Show.self, Watch.self,
        DiagramCommand.self, ClockCommand.self, BenchCommand.self,
    ]

    static func main() async {
        // A reader that went away, such as `| head`, is no reason to die without a word.
        signal(SIGPIPE, SIG_IGN)
        exit(await run(Array(ProcessInfo.processInfo.arguments.dropFirst()), on: .current()).rawValue)
    }

    static func run(_ typed: [String], on host: Host) async -> ExitCode {
        guard let name = typed.first, !["help", "--help", "-h"].contains(name) else {
            host.print(overview)
            return typed.isEmpty ? .usage : .success
        }
        guard let command = commands.first(where: { $0.name == name }) else {
            host.complain("there is no command “\(name)”; try lockstep --help")
            return .usage
        }
        if typed.contains("--help") || typed.contains("-h") {
            host.print(command.help)
            return .success
        }
        do {
            let arguments = try Arguments(
                Array(typed.dropFirst()), options: command.options, positional: command.positional)
            return try await command.run(arguments, on: host)
        } catch let error as UsageError {
            host.complain("\(name): \(error); try lockstep \(name) --help")
            return .usage
        } catch let error as CommandFailure {
            host.complain("\(name): \(error)")
            return error.code
        } catch {
            host.complain("\(name): \(error)")
            return .failure
        }
    }

    private static var overview: String {
        let width = commands.map { $0.name.count }.max() ?? 0
        let lines = commands.map { command in
            "  " + command.name + String(repeating: " ", count: width - command.name.count + 2) + command.summary
        }
        return """
            Lockstep moves money between crypto and fiat without losing a step.

            Usage: lockstep COMMAND [options]

            \(lines.joined(separator: "\n"))

            lockstep COMMAND --help says more about each.
            """
    }
}
