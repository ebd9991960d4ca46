import Domain
import JSONSchema
import LockstepTesting
import RefundDefaultCheck
import Testing
import Time
import WorkflowCore

/// What the monthly look at the organisation's default destination comes to.
@Suite("The monthly check of the default destination of refunds")
struct RefundDefaultCheckTests {
    /// What somebody says who has looked at the addresses.
    private static let confirm = Signal(name: "confirm", payload: ["addresses": ["POLYGON": "0xaa"]])

    private func standing(_ age: RefundDefaultCheck.Age) -> RefundDefaultCheck.Standing {
        RefundDefaultCheck.Standing(
            age: age, verifiedAt: Timestamp(seconds: 1_772_366_400), addresses: ["POLYGON": "0xaa"])
    }

    private func read(_ standing: RefundDefaultCheck.Standing?) -> Simulation<RefundDefaultCheck> {
        var check = Simulation(of: RefundDefaultCheck.self, input: RefundDefaultCheck.Order())
        check.receive(.read(standing: standing))
        return check
    }

    @Test("A fresh one ends it, with what was found")
    func fresh() {
        let check = read(standing(.fresh))
        #expect(check.outcome == .completed)
        #expect(
            RefundDefaultCheck.output(of: check.state) == [
                "standing": "fresh", "addresses": ["POLYGON": "0xaa"], "verified_at": "2026-03-01T12:00:00.000000Z",
            ])
    }

    @Test("One that nobody has confirmed for 30 days lies on a desk with its addresses, until somebody confirms it")
    func stale() {
        var check = read(standing(.stale))
        #expect(check.plan.overdue?.desk == "treasury")
        #expect(check.plan.overdue?.after == .zero)
        #expect(
            RefundDefaultCheck.output(of: check.state)["reason"]?.string
                == "nobody has confirmed the default for 30 days; after 90, automatic refunds to it pause: look at the "
                + "addresses, then signal “confirm” with them, or correct them first")
        #expect(check.receive(.read(standing: standing(.stale))) == .ignore)
        check.receive(signal: Self.confirm)
        #expect(check.activity == .readDefault, "are they still those that somebody has looked at?")
        check.receive(.read(standing: standing(.stale)))
        #expect(check.activity == .confirmDefault)
        check.receive(.confirmed)
        check.receive(.read(standing: standing(.fresh)))
        #expect(check.outcome == .completed)
    }

    @Test("Addresses that were changed since somebody looked at them are not confirmed unseen")
    func changedMeanwhile() {
        var check = read(standing(.stale))
        check.receive(signal: Self.confirm)
        let other = RefundDefaultCheck.Standing(age: .stale, verifiedAt: nil, addresses: ["POLYGON": "0xbb"])
        check.receive(.read(standing: other))
        #expect(caseName(of: check.state) == "asking")
        #expect(RefundDefaultCheck.output(of: check.state)["addresses"] == ["POLYGON": "0xbb"])
    }

    @Test("Who confirms repeats what they have seen: addresses that were read since then are not confirmed unseen")
    func unseen() {
        var check = read(standing(.stale))
        check.receive(
            .read(standing: RefundDefaultCheck.Standing(age: .stale, verifiedAt: nil, addresses: ["POLYGON": "0xbb"])))
        for payload: JSONValue in [
            [:], ["addresses": .null], ["addresses": ["POLYGON": "0xaa"]],
            ["addresses": ["POLYGON": "0xbb", "BASE": "0xbb"]],
        ] {
            #expect(
                check.receive(signal: Signal(name: "confirm", payload: payload))
                    == .refuse(
                        "these are not the addresses that are set: look at them, and repeat them all with “confirm”"))
        }
        #expect(
            RefundDefaultCheck.event(for: Signal(name: "confirm", payload: ["addresses": ["POLYGON": 1]])) == nil)
        check.receive(signal: Signal(name: "confirm", payload: ["addresses": ["POLYGON": "0xbb"]]))
        #expect(caseName(of: check.state) == "comparing")
    }

    @Test("One that lacks a network where money may have to come back lies on a desk until somebody adds it")
    func incomplete() {
        var check = Simulation(
            of: RefundDefaultCheck.self, input: RefundDefaultCheck.Order(networks: [.polygon, .base]))
        check.receive(.read(standing: standing(.fresh)))
        #expect(check.plan.overdue?.after == .zero)
        #expect(
            RefundDefaultCheck.output(of: check.state)["reason"]
                == "the default has no address on BASE: add one on Borderless.xyz's dashboard")
        #expect(
            check.receive(signal: Signal(name: "confirm"))
                == .refuse("there is nothing to confirm yet: set the missing addresses first"))
        #expect(check.receive(.read(standing: standing(.fresh))) == .ignore)
        check.receive(
            .read(
                standing: RefundDefaultCheck.Standing(
                    age: .fresh, verifiedAt: nil, addresses: ["POLYGON": "0xaa", "BASE": "0xaa"])))
        #expect(check.outcome == .completed)
    }

    @Test("Confirmed on the dashboard, it ends without anybody's word here")
    func dashboard() {
        var check = read(standing(.rejected))
        #expect(
            RefundDefaultCheck.output(of: check.state)["reason"]?.string?.hasPrefix(
                "automatic refunds to the default are paused") == true)
        check.receive(.read(standing: standing(.fresh)))
        #expect(check.outcome == .completed)
    }

    @Test("Nobody confirms it: it expires before the next month's check")
    func nobody() {
        var check = read(standing(.stale))
        #expect(check.plan.deadline?.limit == .after(.days(25)))
        check.passDeadline()
        #expect(check.outcome == .expired)
    }

    @Test("None is set: that lies on a desk, and is no success when nobody sets one")
    func missing() {
        var check = read(nil)
        #expect(check.plan.overdue?.desk == "treasury")
        #expect(check.plan.overdue?.after == .zero)
        #expect(
            RefundDefaultCheck.output(of: check.state)["reason"]?.string?.hasPrefix("no default is set, so that")
                == true
        )
        check.passDeadline()
        #expect(check.outcome == .failed)
    }
}
