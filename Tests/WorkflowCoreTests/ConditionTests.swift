import Testing

@testable import WorkflowCore

/// What decides between two effects of one event, found from samples.
@Suite struct ConditionTests {
    enum Answer: Hashable {
        case yes
        case no
    }

    struct Code: RawRepresentable, Hashable {
        let rawValue: String
    }

    enum State: Hashable {
        case resting(address: String, ask: Answer)
    }

    enum Event: Hashable {
        case read(address: String, answer: Answer, hash: String?, code: Code, list: [Int])
    }

    private func read(
        address: String = "a", answer: Answer = .yes, hash: String? = nil, code: String = "x", list: [Int] = []
    ) -> Event { .read(address: address, answer: answer, hash: hash, code: Code(rawValue: code), list: list) }

    private func conditions(_ samples: [(State, Event, String)]) -> [String] {
        Decision(
            from: samples.map { state, event, outcome in
                Decision<String>.Sample(state: Trait.all(of: state), event: Trait.all(of: event), outcome: outcome)
            }
        ).branches.map { "\($0.outcome): \($0.condition ?? "always")" }
    }

    private let resting = State.resting(address: "a", ask: .no)

    @Test("One effect needs no condition")
    func always() {
        #expect(conditions([(resting, read(), "go"), (resting, read(hash: "h"), "go")]) == ["go: always"])
    }

    @Test("An optional, a case, a wrapped text and a list are told by what they are")
    func parts() {
        #expect(
            conditions([(resting, read(), "a"), (resting, read(hash: "h"), "b")]) == ["a: no hash", "b: with hash"])
        // The label `answer` is the type's name, so that the case says it all.
        #expect(conditions([(resting, read(), "a"), (resting, read(answer: .no), "b")]) == ["a: yes", "b: no"])
        #expect(
            conditions([(resting, read(), "a"), (resting, read(code: "y"), "b")]) == ["a: code x", "b: code y"])
        #expect(
            conditions([(resting, read(), "a"), (resting, read(list: [1]), "b")]) == ["a: no list", "b: with list"])
    }

    @Test("An event is compared with what the state holds under the same name")
    func relation() {
        #expect(
            conditions([(resting, read(address: "a"), "stay"), (resting, read(address: "b"), "leave")])
                == ["stay: same address", "leave: another address"])
    }

    @Test("Where the event doesn't decide, the state does, and the label stays where the type has another name")
    func state() {
        let asking = State.resting(address: "a", ask: .yes)
        #expect(
            conditions([(resting, read(), "go"), (asking, read(), "wait")])
                == ["go: when ask no", "wait: when ask yes"])
    }

    @Test("Several parts that decide together make a small tree")
    func tree() {
        #expect(
            conditions([
                (resting, read(answer: .yes), "done"), (resting, read(answer: .no), "failed"),
                (resting, read(answer: .no, hash: "h"), "sent"), (resting, read(answer: .yes, hash: "h"), "done"),
            ]) == ["done: yes", "failed: no, no hash", "sent: no, with hash"])
    }

    @Test("One text among others is named, the others are the rest; a long one is cut in the middle")
    func content() {
        let long = "0x00000000000000000000000000000000000000e1"
        #expect(
            conditions([
                (resting, read(code: "a"), "go"), (resting, read(code: "b"), "go"), (resting, read(code: long), "stop"),
            ]) == ["go: otherwise", "stop: code 0x000000…0000e1"])
    }

    enum Counting: Hashable {
        case counting(looks: Int, id: String)
    }

    private func decision(_ samples: [(Counting, String)], told: Bool? = nil) -> Decision<String> {
        Decision(
            from: samples.map { state, outcome in
                Decision<String>.Sample(
                    conditions: told.map { [("isDone", (outcome == "stop") == $0)] } ?? [], state: Trait.all(of: state),
                    event: [], outcome: outcome)
            })
    }

    @Test("Numbers that decide by how large they are become bounds, and numbers that don't stay values")
    func numbers() {
        func said(_ looks: (Int, String)...) -> [String] {
            decision(looks.map { (.counting(looks: $0.0, id: "a"), $0.1) }).branches.map {
                "\($0.outcome): \($0.condition ?? "always")"
            }
        }
        #expect(said((0, "go"), (1, "go"), (2, "stop")) == ["go: when looks < 2", "stop: when looks ≥ 2"])
        #expect(
            said((0, "a"), (1, "b"), (2, "b"), (3, "c"))
                == ["a: when looks < 1", "b: when looks ≥ 1 and < 3", "c: when looks ≥ 3"])
        #expect(said((0, "go"), (1, "stop"), (2, "go")) == ["go: otherwise", "stop: when looks 1"])
    }

    @Test("What the flow says that decides comes first, and which thing it is about never decides")
    func told() {
        let samples = [(Counting.counting(looks: 0, id: "a"), "go"), (.counting(looks: 2, id: "b"), "stop")]
        #expect(decision(samples, told: true).branches.map(\.condition) == ["not isDone", "isDone"])
        let named = [(Counting.counting(looks: 0, id: "a"), "go"), (.counting(looks: 0, id: "b"), "stop")]
        #expect(decision(named).branches.map(\.condition) == ["at times", "at times"])
    }

    @Test("A value of a sample in a condition is known as one; codes of refusals and bounds are none")
    func literals() {
        func literals(_ samples: [(State, Event, String)]) -> [String] {
            Decision(
                from: samples.map { state, event, outcome in
                    Decision<String>.Sample(state: Trait.all(of: state), event: Trait.all(of: event), outcome: outcome)
                }
            ).branches.flatMap(\.literals)
        }
        #expect(literals([(resting, read(code: "a"), "go"), (resting, read(code: "b"), "stop")]) == [])
        let elsewhere = State.resting(address: "b", ask: .no)
        #expect(
            literals([(resting, read(address: "c"), "go"), (elsewhere, read(address: "c"), "stop")])
                == ["when address a", "when address b"])
        #expect(
            decision([(.counting(looks: 0, id: "a"), "go"), (.counting(looks: 1, id: "a"), "stop")]).branches.flatMap(
                \.literals) == [])
    }

    @Test("Samples that differ in nothing visible are admitted to")
    func undecided() {
        #expect(conditions([(resting, read(), "a"), (resting, read(), "b")]) == ["a: at times", "b: at times"])
    }
}
