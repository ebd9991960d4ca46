import JSONSchema

/// What must hold for every flow, found out by running it over its samples.
///
/// Each check answers with sentences for a person, one for each fault; none means that all is well.
public enum Checks {
    /// Every check below, in one list.
    ///
    /// - Parameter reopening: the ends that may be left, such as `completed on reversed`.
    public static func all<Flow: Workflow>(_ flow: Flow.Type, reopening: [String] = []) -> [String] {
        casesSampled(flow) + reachability(flow) + wayOut(flow) + lookups(flow)
            + watches(flow) + endsStayEnds(flow, reopening: reopening) + purity(flow)
    }

    /// No picture says that a sample's own value decides, such as `quote quote-1` or `sessions 3`.
    ///
    /// Codes of refusals do, and numbers that are compared, `sessions ≥ 3`. Anything else is said by the flow's
    /// `conditions(on:in:)`, or by samples that differ in a flag.
    public static func labels<Flow: Workflow>(_ flow: Flow.Type) -> [String] {
        Matrix(of: flow).rows.flatMap { row in
            row.cells.flatMap { cell in
                cell.literals.map { literal in
                    "\(Flow.name): \(row.state) on \(cell.event) shows “\(literal)”, a value of a sample"
                }
            }
        }.unique()
    }

    /// Every case that the flow itself can produce is among its samples: the other checks see nothing else.
    public static func casesSampled<Flow: Workflow>(_ flow: Flow.Type) -> [String] {
        let states = Flow.samples.states
        let stateNames = Set(states.map { caseName(of: $0) })
        let eventNames = Set(Flow.samples.events.map { caseName(of: $0) })
        var faults: [String] = []
        if states.isEmpty { faults.append("\(Flow.name): there is no sample state") }
        if Flow.samples.events.isEmpty { faults.append("\(Flow.name): there is no sample event") }
        for (state, event) in pairs(of: flow) {
            guard case .move(let target) = Flow.transition(from: state, on: event) else { continue }
            let name = caseName(of: target)
            if !stateNames.contains(name) {
                faults.append(
                    "\(Flow.name): \(word(state)) on \(word(event)) leads to \(name), of which there is no sample")
            }
        }
        for state in states {
            for (source, event) in ownEvents(of: flow, in: state) where !eventNames.contains(caseName(of: event)) {
                faults.append(
                    "\(Flow.name): \(source) of \(word(state)) is \(word(event)), of which there is no sample")
            }
        }
        return faults.unique()
    }

    /// Every sampled state can be reached from the first one.
    public static func reachability<Flow: Workflow>(_ flow: Flow.Type) -> [String] {
        guard let start = Flow.samples.states.first else { return [] }
        let found = reachable(from: caseName(of: start), along: steps(of: flow))
        return Flow.samples.states.map { caseName(of: $0) }.unique().filter { !found.contains($0) }
            .map { "\(Flow.name): \($0) can't be reached from \(word(start))" }
    }

    /// No job can be stuck silently.
    ///
    /// Each state that is no end has retries that end, a deadline that moves the job, or a desk on which it becomes
    /// overdue; and some sequence of events leads from it to an end.
    public static func wayOut<Flow: Workflow>(_ flow: Flow.Type) -> [String] {
        let steps = steps(of: flow)
        let ends = Set(Flow.samples.states.filter { Flow.plan(for: $0).outcome != nil }.map { caseName(of: $0) })
        return Flow.samples.states.flatMap { state -> [String] in
            let plan = Flow.plan(for: state)
            if plan.outcome != nil { return [] }
            var faults: [String] = []
            // An update would keep the deadline, which has passed: the event would come again and again.
            if let deadline = plan.deadline, !Matrix.effect(of: flow, in: state, on: deadline.event).isMove {
                faults.append("the event of its deadline, \(word(deadline.event)), doesn't take it elsewhere")
            } else if plan.deadline == nil, plan.overdue == nil, !plan.retriesEnd {
                faults.append("a job could rest there for ever unseen: give it a deadline, or a desk when overdue")
            }
            if ends.isDisjoint(with: reachable(from: caseName(of: state), along: steps)) {
                faults.append("no end can be reached from it")
            }
            return faults.map { "\(Flow.name): \(word(state)): \($0)" }
        }.unique()
    }

    /// Nothing is done twice unasked.
    ///
    /// What is read again and again is a read; a write that nothing guards names a lookup that is a read itself.
    public static func lookups<Flow: Workflow>(_ flow: Flow.Type) -> [String] {
        Flow.samples.states.flatMap { state -> [String] in
            switch Flow.plan(for: state).step {
            case .perform(let activity, _):
                guard case .unguarded(let lookup, let settle) = activity.effect else { return [] }
                var faults: [String] = []
                if !lookup.effect.isRead { faults.append("its lookup, \(word(lookup)), is not a read") }
                if settle <= .zero { faults.append("it settles in no time: how far may the provider's reads lag?") }
                return faults.map { "\(Flow.name): \(word(state)) performs \(word(activity)): \($0)" }
            case .poll(let activity, let cadence):
                var faults: [String] = []
                if !activity.effect.isRead { faults.append("what is polled has to be a read") }
                if cadence.every <= .zero { faults.append("it has to pause between two reads") }
                return faults.map { "\(Flow.name): \(word(state)) polls \(word(activity)): \($0)" }
            case .wait, .run, .end:
                return []
            }
        }.unique()
    }

    /// Only an end is watched, by a read that comes again after a pause, and some event leads away from it.
    public static func watches<Flow: Workflow>(_ flow: Flow.Type) -> [String] {
        Flow.samples.states.flatMap { state -> [String] in
            let plan = Flow.plan(for: state)
            guard let watch = plan.watch else { return [] }
            var faults: [String] = []
            if plan.outcome == nil { faults.append("only an end is watched") }
            if !watch.activity.effect.isRead { faults.append("what is watched has to be a read") }
            if watch.every <= .zero { faults.append("it has to pause between two reads") }
            if watch.period < .zero { faults.append("it can't be watched for less than no time") }
            let leaves = Flow.samples.events.contains { event in
                if case .move = Flow.transition(from: state, on: event) { true } else { false }
            }
            if !leaves { faults.append("no event leads away from it: there is nothing to watch for") }
            return faults.map { "\(Flow.name): \(word(state)) watches \(word(watch.activity)): \($0)" }
        }.unique()
    }

    /// An end is left only where a row says so, and nothing that comes late to it parks the job or changes it.
    ///
    /// - Parameter reopening: the ways out of an end that are meant, such as `completed on reversed`.
    public static func endsStayEnds<Flow: Workflow>(_ flow: Flow.Type, reopening: [String] = []) -> [String] {
        let ends = Flow.samples.states.filter { Flow.plan(for: $0).outcome != nil }
        var left: [String] = []
        var faults: [String] = []
        for state in ends {
            for event in Flow.samples.events {
                let way = "\(word(state)) on \(word(event))"
                switch Flow.transition(from: state, on: event) {
                case .move(let target):
                    left.append(way)
                    if !reopening.contains(way) { faults.append("\(way) leaves an end, to \(word(target))") }
                case .stay: faults.append("\(way) stays: at an end there is no step to start anew; ignore it")
                case .unexpected:
                    faults.append("\(way) is unexpected: a late fact would park a finished job; ignore it")
                case .ignore, .refuse: break
                }
            }
        }
        faults += reopening.filter { !left.contains($0) }.map { "\($0) is said to leave an end, but doesn't" }
        return faults.map { "\(Flow.name): \($0)" }.unique()
    }

    /// Asked twice, the flow answers the same: it reads no clock, chance or memory of its own.
    public static func purity<Flow: Workflow>(_ flow: Flow.Type) -> [String] {
        let transitions = pairs(of: flow).filter { state, event in
            Flow.transition(from: state, on: event) != Flow.transition(from: state, on: event)
        }
        let plans = Flow.samples.states.filter { state in
            Traces(of: Flow.plan(for: state)) != Traces(of: Flow.plan(for: state))
                || Flow.output(of: state) != Flow.output(of: state)
                || Flow.references(of: state) != Flow.references(of: state)
        }
        return transitions.map { "\(Flow.name): \(word($0)) on \(word($1)) has two answers: it is not pure" }.unique()
            + plans.map { "\(Flow.name): what is done in \(word($0)) has two answers: it is not pure" }.unique()
    }

    private static func pairs<Flow: Workflow>(of flow: Flow.Type) -> [(Flow.State, Flow.Event)] {
        Flow.samples.states.flatMap { state in Flow.samples.events.map { (state, $0) } }
    }

    /// The cases that each case can move to, by name.
    private static func steps<Flow: Workflow>(of flow: Flow.Type) -> [String: [String]] {
        var next: [String: [String]] = [:]
        for (state, event) in pairs(of: flow) {
            guard case .move(let target) = Flow.transition(from: state, on: event) else { continue }
            next[caseName(of: state), default: []].append(caseName(of: target))
        }
        for state in Flow.samples.states {
            for (_, event) in ownEvents(of: flow, in: state) {
                guard case .move(let target) = Flow.transition(from: state, on: event) else { continue }
                next[caseName(of: state), default: []].append(caseName(of: target))
            }
        }
        return next
    }

    /// The events that come from the flow itself: its deadline, a provider's no, a child's ending.
    private static func ownEvents<Flow: Workflow>(
        of flow: Flow.Type, in state: Flow.State
    ) -> [(source: String, event: Flow.Event)] {
        let plan = Flow.plan(for: state)
        var events: [(String, Flow.Event)] = []
        if let deadline = plan.deadline { events.append(("the deadline", deadline.event)) }
        switch plan.step {
        case .perform, .poll:
            events.append(("a refusal", Flow.refused(ProviderRefusal(code: "forbidden", message: "no"))))
        case .run(_, let ended):
            let child = JobID(high: 0, low: 0)
            events += Outcome.allCases.map { outcome in
                ("the child's ending", ended(ChildEnding(job: child, outcome: outcome, output: [:])))
            }
        case .wait, .end: break
        }
        return events
    }

    private static func word(_ value: some Hashable) -> String { caseName(of: value) }
}

/// What of a plan can be compared: all but the closure that turns a child's ending into an event.
private struct Traces<Flow: Workflow>: Equatable {
    let summary: String
    let activity: Flow.Activity?
    let retry: RetryPolicy?
    let cadence: Cadence?
    let limit: Plan<Flow>.Limit?
    let event: Flow.Event?
    let overdue: Plan<Flow>.Overdue?
    let watched: Flow.Activity?
    let watch: [Duration]

    init(of plan: Plan<Flow>) {
        summary = plan.summary
        limit = plan.deadline?.limit
        event = plan.deadline?.event
        overdue = plan.overdue
        watched = plan.watch?.activity
        watch = plan.watch.map { [$0.every, $0.period] } ?? []
        switch plan.step {
        case .perform(let activity, let retry): (self.activity, self.retry, cadence) = (activity, retry, nil)
        case .poll(let activity, let cadence): (self.activity, retry, self.cadence) = (activity, nil, cadence)
        case .wait, .run, .end: (activity, retry, cadence) = (nil, nil, nil)
        }
    }
}

extension Matrix.Effect {
    fileprivate var isMove: Bool {
        if case .move = self { true } else { false }
    }
}

extension Effect {
    fileprivate var isRead: Bool { self == .read }
}

extension Plan {
    /// Whether attempts end by themselves, so that the job is parked.
    fileprivate var retriesEnd: Bool {
        guard case .perform(_, let retry) = step else { return false }
        return retry.maximumAttempts != nil || retry.maximumElapsed != nil
    }
}
