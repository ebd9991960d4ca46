import Engine
import Synchronization
import Time

/// How far each bucket has been claimed, by priority.
///
/// The engine knows one mark for a bucket; the index has a place for each priority, and what is of a lower priority
/// may be longer due than the mark. So each priority is passed over only as far as it was claimed itself.
final class Marks: Sendable {
    /// The number of priorities, 1 to 4.
    static let levels = 4

    private let known = Mutex<[Int: [Timestamp?]]>([:])

    /// From where on to look, for each priority; nil: from the beginning.
    func levels(for request: ClaimRequest) -> [Timestamp?] {
        known.withLock { known in
            guard let mark = request.mark else {
                known[request.bucket] = nil
                return Array(repeating: nil, count: Self.levels)
            }
            let levels = known[request.bucket] ?? Array(repeating: nil, count: Self.levels)
            return levels.map { level in level.map { min($0, mark) } }
        }
    }

    /// What a claim took: the latest due time of each priority. What is due at the very same instant stays visible.
    func note(_ latest: [Timestamp?], after request: ClaimRequest) {
        known.withLock { known in
            let before = known[request.bucket] ?? Array(repeating: nil, count: Self.levels)
            known[request.bucket] = zip(before, latest).map { before, latest in
                guard let latest else { return before }
                return max(before ?? latest - .microseconds(1), latest - .microseconds(1))
            }
        }
    }
}
