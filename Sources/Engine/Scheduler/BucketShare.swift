/// How live nodes share the buckets out among themselves, each by itself from the same list.
///
/// Each bucket goes to the node that ranks highest for it (rendezvous hashing), as long as that one has not got its
/// part. So the parts differ by one bucket at most, every bucket has an owner, and when a node comes or goes, hardly a
/// bucket moves but those that it takes or leaves. Where there are fewer buckets than nodes, every node looks after all
/// of them, and the store's `skip locked` keeps them apart.
///
/// **The rule is fixed for ever**: daemons of different builds share by it. Its tests have literal expectations.
public enum BucketShare {
    /// The buckets that a node looks after, of `0..<count`.
    ///
    /// - Parameter live: the nodes that share, in any order; `node` counts whether it is named or not.
    public static func buckets(of node: NodeID, among live: [NodeID], count: Int) -> Set<Int> {
        let nodes = Set(live).union([node]).sorted { $0.description < $1.description }
        guard nodes.count > 1, count >= nodes.count else { return Set(0..<count) }
        let seeds = nodes.map { hash($0.description) }
        var room = [Int](repeating: count / nodes.count, count: nodes.count)
        // So many nodes get one more than the others.
        var more = count % nodes.count
        var share: Set<Int> = []
        for bucket in 0..<count {
            let ranks = seeds.map { mix($0 ^ mix(UInt64(bucket))) }
            let order = nodes.indices.sorted { ranks[$0] > ranks[$1] }
            guard let owner = order.first(where: { room[$0] > 0 || (room[$0] == 0 && more > 0) }) else { continue }
            if room[owner] == 0 { more -= 1 }
            room[owner] -= 1
            if nodes[owner] == node { share.insert(bucket) }
        }
        return share
    }

    /// FNV-1a over the text: the same in every process, unlike Swift's own hashes.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// Spreads neighbouring numbers over all others (the finaliser of SplitMix64).
    private static func mix(_ number: UInt64) -> UInt64 {
        var mixed = number &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
