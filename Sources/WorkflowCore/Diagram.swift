/// The graph of a flow, as a picture shows it.
///
/// It is derived from the same table that the checks read (`Matrix`), so a picture can't claim an arrow that the code
/// lacks. Only what moves a job is an arrow; what is ignored or refused stands in the matrix.
public struct Diagram: Hashable, Sendable {
    /// A state.
    public struct Node: Hashable, Sendable {
        /// What the engine does there: decides shape and colour.
        public enum Kind: Hashable, Sendable {
            /// It does something once.
            case perform
            /// It reads something again and again.
            case poll
            /// It waits for somebody.
            case wait
            /// It runs another job.
            case run
            /// The job is over.
            case end(Outcome)
        }

        /// The state's case.
        public let name: String
        /// What the engine does there.
        public let kind: Kind
        /// What stands below the name, a line each: the plan, the desk, what only updates the state.
        public internal(set) var notes: [String]
        /// Whether jobs start here.
        public let isStart: Bool
    }

    /// An arrow between two states, or into or out of a fork.
    public struct Edge: Hashable, Sendable {
        /// What makes it happen.
        public enum Kind: Hashable, Sendable {
            /// News from outside.
            case event
            /// The state's own deadline.
            case deadline
        }

        /// The node or fork it leaves.
        public let from: String
        /// The node or fork it leads to.
        public let to: String
        /// The events, a line each.
        public let labels: [String]
        /// What makes it happen.
        public let kind: Kind
        /// Whether it lies on the way from the start to the first completed end, through the states in their order.
        public let isMain: Bool
    }

    /// Where one event goes several ways, from several states: drawn once instead of as a thicket.
    public struct Fork: Hashable, Sendable {
        /// A name that no state has.
        public let name: String
        /// The event's case.
        public let event: String
    }

    /// The flow's name.
    public let flow: String
    /// Its version.
    public let version: Int
    /// The states, in the samples' order.
    public let nodes: [Node]
    /// The places where one event goes several ways.
    public let forks: [Fork]
    /// The arrows.
    public let edges: [Edge]

    /// The picture of a flow.
    public init<Flow: Workflow>(of flow: Flow.Type) {
        self.init(Matrix(of: flow))
    }

    /// The picture of a table.
    public init(_ matrix: Matrix) {
        flow = matrix.flow
        version = matrix.version
        let states = matrix.rows.enumerated().map { index, row in Node(row, isStart: index == 0) }
        let (all, forks) = Arrow.forking(matrix.rows.flatMap(Arrow.all))
        self.forks = forks
        let hoped = all.filter { !matrix.setbacks.contains($0.event) }
        let main = MainWay(through: states, and: forks, along: hoped)
        let (arrows, written) = Arrow.writing(all, except: main)
        nodes = states.map { node in
            var node = node
            node.notes += written.filter { $0.from == node.name }.map { arrow in
                "\(arrow.label) → \(forks.contains { $0.name == arrow.to } ? "◆" : arrow.to)"
            }
            return node
        }
        edges = arrows.map(\.way).unique().map { way in
            Edge(
                from: way.from, to: way.to,
                labels: arrows.filter { $0.way == way && !$0.label.isEmpty }.map(\.label).unique(),
                kind: way.kind, isMain: main.contains(way))
        }
    }
}

extension Diagram.Node {
    fileprivate init(_ row: Matrix.Row, isStart: Bool) {
        name = row.state
        self.isStart = isStart
        let updates = row.cells.filter { $0.effect == .update }.map(\.shortLabel)
        let updating = updates.isEmpty ? nil : "updated by \(updates.joined(separator: ", "))"
        kind = row.kind
        notes =
            switch kind {
            case .end(let outcome):
                [
                    outcome.rawValue == row.state ? nil : outcome.rawValue, row.watches ? row.plan : nil, row.cadence,
                    updating,
                ].compactMap { $0 }
            case .perform, .poll, .wait, .run:
                [row.plan, row.cadence, updating, row.overdue.map { "overdue \($0)" }].compactMap { $0 }
            }
    }
}
