internal import Foundation

/// The items of a query, percent-decoded, in order; a name may stand more than once.
public struct QueryItems: Sendable, Hashable {
    /// One item.
    public struct Item: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its value, empty where there is none.
        public let value: String
    }

    /// All items.
    public let items: [Item]

    /// Reads a query without its question mark, such as `limit=10&status=Failed`.
    public init(_ query: String) {
        items = query.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Item(name: Self.decode(halves[0]), value: halves.count > 1 ? Self.decode(halves[1]) : "")
        }
    }

    /// The first value under a name.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// All values under a name, in both encodings of a list: the name repeated, and values separated by commas.
    public func list(_ name: String) -> [String] {
        items.filter { $0.name == name || $0.name == "\(name)[]" }
            .flatMap { $0.value.split(separator: ",").map(String.init) }
    }

    private static func decode(_ text: Substring) -> String {
        let spaced = String(text.map { $0 == "+" ? " " : $0 })
        return spaced.removingPercentEncoding ?? spaced
    }
}
