import Foundation

/// What Linux tells of processes under `/proc`.
enum ProcessFigures {
    /// The processor time that this process has used.
    static func ownTime() -> Duration {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return Duration(usage.ru_utime) + Duration(usage.ru_stime)
    }

    /// The processor time that a process and its children, those that have ended included, have used.
    static func time(of process: Int32) throws -> Duration {
        var ticks = 0
        for (id, stat) in try all() where id == process || stat.parent == process {
            ticks += stat.ticks + (id == process ? stat.ticksOfEnded : 0)
        }
        return .seconds(ticks) / sysconf(Int32(_SC_CLK_TCK))
    }

    /// The memory that a process has resident, in bytes.
    static func residentBytes(of process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        // "VmRSS:	   12345 kB"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
        else { throw CommandFailure("process \(process) has no resident memory") }
        return kilobytes * 1024
    }

    private struct Stat {
        let parent: Int32
        let ticks: Int
        let ticksOfEnded: Int
    }

    private static func all() throws -> [Int32: Stat] {
        var found: [Int32: Stat] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let id = Int32(name), let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
            else { continue }
            // The name, in parentheses, may contain anything; after it come the state and the parent (proc(5)).
            let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ").map {
                Int($0) ?? 0
            }
            guard fields.count > 15 else { continue }
            found[id] = Stat(
                parent: Int32(fields[2]), ticks: fields[12] + fields[13], ticksOfEnded: fields[14] + fields[15])
        }
        return found
    }
}

extension Duration {
    fileprivate init(_ time: timeval) { self = .seconds(time.tv_sec) + .microseconds(time.tv_usec) }
}
