import Time

/// What each event does in each state: the whole behaviour of a flow as a table.
///
/// It is found by running the flow over its samples. Its text is a snapshot for reviewers: a new event can't slip in
/// silently, for each state has to say what becomes of it.
public struct Matrix: Hashable, Sendable {
    /// What an event does.
    public enum Effect: Hashable, Sendable {
        /// It takes the job to a state of this case.
        case move(to: String)
        /// It changes what the state holds, and nothing else.
        case update
        /// The plan starts its next step anew.
        case stay
        /// It is logged.
        case ignore
        /// The asker is told why not.
        case refuse(String)
        /// The job is parked.
        case unexpected
    }

    /// One event in one state.
    public struct Cell: Hashable, Sendable {
        /// The event's case.
        public let event: String
        /// What in the payloads makes this the effect, where the case alone doesn't.
        public let condition: String?
        /// What it does.
        public let effect: Effect
        /// What the condition shows of the samples' own values.
        let literals: [String]

        /// The event, with its condition: `quoted (not acceptable)`.
        public var label: String { label(condition) }

        /// The condition in a picture, which has no room for long ones; the table has.
        var shortCondition: String? { condition.map { $0.count > 44 ? "…" : $0 } }

        /// The event, with its condition as a picture shows it.
        var shortLabel: String { label(shortCondition) }

        private func label(_ condition: String?) -> String { condition.map { "\(event) (\($0))" } ?? event }
    }

    /// One state.
    public struct Row: Hashable, Sendable {
        /// The state's case.
        public let state: String
        /// What the engine does there, such as `poll readPayout`.
        public let plan: String
        /// How often, where it polls: `every 30 s to 15 min`; for how long too, where it watches: `every 24 h for 7 d`.
        public let cadence: String?
        /// Which kind of plan it is, and the outcome at an end.
        public let kind: Diagram.Node.Kind
        /// What ends waiting here by itself.
        public let deadline: Deadline?
        /// When it becomes suspicious, and for whom: `after 4 d (payments operations)`.
        public let overdue: String?
        /// What events do.
        public let cells: [Cell]
    }

    /// The event that a state's deadline delivers.
    public struct Deadline: Hashable, Sendable {
        /// The event's case.
        public let event: String
        /// `after 10 min`, or `at a set time`.
        public let time: String
        /// What it does.
        public let effect: Effect
    }

    /// The flow's name.
    public let flow: String
    /// Its version.
    public let version: Int
    /// The states, in the samples' order: the first is where jobs start.
    public let rows: [Row]
    /// The events that are a provider's no, or somebody's wish to stop: not what is hoped for.
    public let setbacks: [String]

    /// The table of a flow.
    public init<Flow: Workflow>(of flow: Flow.Type) {
        self.flow = Flow.name
        version = Flow.version
        let cancel = Flow.event(for: Signal(name: "cancel"))
        setbacks = [Flow.refused(ProviderRefusal(code: "forbidden", message: "no")), cancel].compactMap { event in
            event.map { caseName(of: $0) }
        }
        let names = Flow.samples.states.map { caseName(of: $0) }
        rows = names.unique().map { name in
            Self.row(of: flow, state: name, samples: Flow.samples.states.filter { caseName(of: $0) == name })
        }
    }

    private static func row<Flow: Workflow>(of flow: Flow.Type, state: String, samples: [Flow.State]) -> Row {
        let plans = samples.map { Flow.plan(for: $0) }
        let deadline = zip(samples, plans).lazy.compactMap { state, plan in
            plan.deadline.map { deadline in
                Deadline(
                    event: caseName(of: deadline.event), time: deadline.limit.inWords,
                    effect: effect(of: flow, in: state, on: deadline.event))
            }
        }.first
        return Row(
            state: state, plan: plans.map(\.summary).unique().joined(separator: " or "),
            cadence: plans.lazy.compactMap(\.cadence).first, kind: plans.first?.kind ?? .wait, deadline: deadline,
            overdue: plans.lazy.compactMap(\.overdue).first.map {
                "\($0.after > .zero ? "after \($0.after.inWords)" : "at once") (\($0.desk))"
            },
            cells: cells(of: flow, samples: samples))
    }

    private static func cells<Flow: Workflow>(of flow: Flow.Type, samples: [Flow.State]) -> [Cell] {
        let events = Flow.samples.events
        return events.map { caseName(of: $0) }.unique().flatMap { name in
            let outcomes = events.filter { caseName(of: $0) == name }.flatMap { event in
                samples.map { state in
                    Decision<Effect>.Sample(
                        conditions: Flow.conditions(on: event, in: state), state: Trait.all(of: state),
                        event: Trait.all(of: event), outcome: effect(of: flow, in: state, on: event))
                }
            }
            return Decision(from: outcomes).branches.map {
                Cell(event: name, condition: $0.condition, effect: $0.outcome, literals: $0.literals)
            }
        }
    }

    static func effect<Flow: Workflow>(of flow: Flow.Type, in state: Flow.State, on event: Flow.Event) -> Effect {
        switch Flow.transition(from: state, on: event) {
        case .move(let target):
            caseName(of: target) == caseName(of: state) ? .update : .move(to: caseName(of: target))
        case .stay: .stay
        case .ignore: .ignore
        case .refuse(let why): .refuse(why)
        case .unexpected: .unexpected
        }
    }
}

extension Matrix: CustomStringConvertible {
    /// Aligned text, at most 120 columns where names allow: for each state its plan, then each effect and its events.
    public var description: String {
        let width = (rows.flatMap(\.cells).map { $0.effect.words.count } + rows.map { $0.state.count }).max() ?? 0
        let blocks = rows.map { row in
            var block = Self.line(row.state, indent: 0, width: width + 4, [row.summary], separator: "; ")
            let effects = row.cells.map(\.effect).unique()
            for effect in (0...5).flatMap({ order in effects.filter { $0.order == order } }) {
                let events = row.cells.filter { $0.effect == effect }.map(\.label)
                block += Self.line(effect.words, indent: 4, width: width, events, separator: ", ")
                if case .refuse(let why) = effect { block += Self.line("", indent: 4, width: width, ["“\(why)”"]) }
            }
            return block.joined(separator: "\n")
        }
        return "\(flow), version \(version): what each event does in each state\n\n"
            + blocks.joined(separator: "\n\n") + "\n"
    }

    /// A head and its words, wrapped into a column beside it.
    private static func line(
        _ head: String, indent: Int, width: Int, _ words: [String], separator: String = ", "
    ) -> [String] {
        var lines: [String] = []
        var current = ""
        for (index, word) in words.enumerated() {
            let piece = word + (index < words.count - 1 ? separator : "")
            if !current.isEmpty, indent + width + 2 + current.count + piece.count > 120 {
                lines.append(current)
                current = ""
            }
            current += piece
        }
        lines.append(current)
        let heads = [head] + Array(repeating: "", count: lines.count - 1)
        return zip(heads, lines).map { head, text in
            let padding = String(repeating: " ", count: max(0, width - head.count) + 2)
            let whole = String(repeating: " ", count: indent) + head + padding + text
            return String(whole.reversed().drop { $0 == " " }.reversed())
        }
    }
}

extension Matrix.Effect {
    /// `→ creating`, `update`, `stay`, `refuse`, `ignore`, `unexpected`.
    var words: String {
        switch self {
        case .move(let target): "→ \(target)"
        case .update: "update"
        case .stay: "stay"
        case .refuse: "refuse"
        case .ignore: "ignore"
        case .unexpected: "unexpected"
        }
    }

    /// What moves comes first, what nobody thought of last.
    fileprivate var order: Int {
        switch self {
        case .move: 0
        case .update: 1
        case .stay: 2
        case .refuse: 3
        case .ignore: 4
        case .unexpected: 5
        }
    }
}

extension Matrix.Row {
    /// How the job ended, if it did.
    public var outcome: Outcome? {
        guard case .end(let outcome) = kind else { return nil }
        return outcome
    }

    /// Whether something is read after this end, in case it is undone.
    public var watches: Bool { outcome != nil && cadence != nil }

    /// Plan, cadence, deadline and desk in one line.
    var summary: String {
        let end = outcome.map { $0.rawValue == state ? "end" : "end: \($0.rawValue)" }
        let parts = [
            end,
            end == nil || watches ? [plan, cadence].compactMap { $0 }.joined(separator: " ") : nil,
            deadline.map { "\($0.event) \($0.time)" },
            overdue.map { "overdue \($0)" },
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }
}

extension Plan {
    /// The step without what it does.
    var kind: Diagram.Node.Kind {
        switch step {
        case .perform: .perform
        case .poll: .poll
        case .wait: .wait
        case .run: .run
        case .end(let outcome): .end(outcome)
        }
    }

    /// How often a poll or a watch reads, in words; nil where nothing is read again.
    var cadence: String? {
        if let watch { return "every \(watch.every.inWords) for \(watch.period.inWords)" }
        guard case .poll(_, let cadence) = step else { return nil }
        let every = "every \(cadence.every.inWords)"
        return cadence.upTo == cadence.every ? every : "\(every) to \(cadence.upTo.inWords)"
    }
}

extension Plan.Limit {
    /// `after 10 min`; a sample's instant says nothing about other jobs', so an instant is `at a set time`.
    fileprivate var inWords: String {
        switch self {
        case .after(let interval): "after \(interval.inWords)"
        case .at: "at a set time"
        }
    }
}
