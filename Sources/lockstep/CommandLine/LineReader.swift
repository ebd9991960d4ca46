import Foundation

/// The lines of a file, one after the other, however long the file is.
final class LineReader {
    private let handle: FileHandle
    private var buffer = Data()
    private var isAtEnd = false

    /// Reads from an open file.
    init(_ handle: FileHandle) { self.handle = handle }

    /// The next lines without their line breaks, this many at most; none after the last.
    func next(_ count: Int) throws -> [String] {
        var lines: [String] = []
        while lines.count < count, let line = try next() { lines.append(line) }
        return lines
    }

    private func next() throws -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer = buffer[(end + 1)...] }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            guard !isAtEnd, let more = try handle.read(upToCount: 1 << 16), !more.isEmpty else {
                isAtEnd = true
                defer { buffer = Data() }
                return buffer.isEmpty ? nil : String(decoding: buffer, as: UTF8.self)
            }
            buffer = Data(buffer) + more
        }
    }
}
