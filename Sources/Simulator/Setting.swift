/// What kind of run it is.
public enum Setting: Hashable, Sendable {
    /// A few jobs; nodes, limits, and what goes wrong and how often are drawn from the seed, some of it left out.
    case drawn
    /// So many jobs, and everything that can go wrong does, to jobs, nodes, store, network, provider and webhooks.
    case everything(jobs: Int)
    /// So many jobs, and nothing goes wrong but that no provider can be reached for so long, in the middle.
    case outage(jobs: Int, lasts: Duration)

    /// Whether people and providers do nothing but what leads to success.
    var isPlain: Bool {
        switch self {
        case .drawn, .everything: false
        case .outage: true
        }
    }
}
