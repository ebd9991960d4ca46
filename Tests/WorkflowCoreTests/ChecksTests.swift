import Testing
import WorkflowCore

/// Each check is shown a flow with one planted fault, and has to say just that.
@Suite struct ChecksTests {
    @Test("A sound flow has nothing said against it")
    func sound() {
        #expect(Checks.all(Courier<Sound>.self, reopening: ["lost on found"]) == [])
    }

    @Test("A way out of an end that is listed but not there is found")
    func staleReopening() {
        #expect(
            Checks.endsStayEnds(Courier<Sound>.self, reopening: ["lost on found", "canceled on found"])
                == ["courier: canceled on found is said to leave an end, but doesn't"])
    }

    @Test("A state that a transition leads to has to be sampled")
    func unsampledTarget() {
        enum Planted: Plant { static let fault: Fault? = .unsampledTarget }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: shipping on reported leads to attic, of which there is no sample",
                "courier: traveling on reported leads to attic, of which there is no sample",
                "courier: atDoor can't be reached from packing",
            ])
    }

    @Test("The event of a deadline has to be sampled")
    func unsampledDeadline() {
        enum Planted: Plant { static let fault: Fault? = .unsampledDeadline }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: the deadline of atDoor is nobodyHome, of which there is no sample"
            ])
    }

    @Test("A state that nothing leads to is found")
    func unreachable() {
        enum Planted: Plant { static let fault: Fault? = .unreachable }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: attic can't be reached from packing"
            ])
    }

    @Test("A poll without deadline or desk could rest for ever")
    func noDesk() {
        enum Planted: Plant { static let fault: Fault? = .noDesk }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: traveling: a job could rest there for ever unseen: give it a deadline, or a desk when overdue"
            ])
    }

    @Test("Retries without an end could go on for ever")
    func endlessRetry() {
        enum Planted: Plant { static let fault: Fault? = .endlessRetry }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: packing: a job could rest there for ever unseen: give it a deadline, or a desk when overdue"
            ])
    }

    @Test("A deadline whose event is ignored is no way out")
    func deadlineIgnored() {
        enum Planted: Plant { static let fault: Fault? = .deadlineIgnored }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: atDoor: the event of its deadline, shipped, doesn't take it elsewhere"
            ])
    }

    @Test("A deadline whose event is an update would come again and again")
    func deadlineUpdates() {
        enum Planted: Plant { static let fault: Fault? = .deadlineUpdates }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: atDoor: the event of its deadline, nobodyHome, doesn't take it elsewhere"
            ])
    }

    @Test("A state from which no end can be reached is found")
    func deadEnd() {
        enum Planted: Plant { static let fault: Fault? = .deadEnd }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: lost can't be reached from packing",
                "courier: compensated can't be reached from packing",
                "courier: claiming: no end can be reached from it",
            ])
    }

    @Test("The lookup of an unguarded write has to be a read")
    func writingLookup() {
        enum Planted: Plant { static let fault: Fault? = .writingLookup }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: shipping performs ship: its lookup, pack, is not a read"
            ])
    }

    @Test("The lookup of an unguarded write needs a settle time")
    func hastyLookup() {
        enum Planted: Plant { static let fault: Fault? = .hastyLookup }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: shipping performs ship: it settles in no time: how far may the provider's reads lag?"
            ])
    }

    @Test("What is polled has to be a read")
    func polledWrite() {
        enum Planted: Plant { static let fault: Fault? = .polledWrite }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: shipping performs ship: its lookup, track, is not a read",
                "courier: traveling polls track: what is polled has to be a read",
            ])
    }

    @Test("An end is left only where that is meant")
    func leftEnd() {
        enum Planted: Plant { static let fault: Fault? = .leftEnd }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: delivered on found leaves an end, to traveling"
            ])
    }

    @Test("An end has no step to start anew")
    func stayingEnd() {
        enum Planted: Plant { static let fault: Fault? = .stayingEnd }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: delivered on found stays: at an end there is no step to start anew; ignore it"
            ])
    }

    @Test("A late fact may not park a finished job")
    func parkingEnd() {
        enum Planted: Plant { static let fault: Fault? = .parkingEnd }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: delivered on refused is unexpected: a late fact would park a finished job; ignore it"
            ])
    }

    @Test("A transition with two answers is found")
    func impureTransition() {
        enum Planted: Plant { static let fault: Fault? = .impureTransition }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: packing on packed has two answers: it is not pure"
            ])
    }

    @Test("A plan with two answers is found")
    func impurePlan() {
        enum Planted: Plant { static let fault: Fault? = .impurePlan }
        #expect(
            faults(of: Courier<Planted>.self) == [
                "courier: what is done in traveling has two answers: it is not pure"
            ])
    }

    private func faults<Flow: Workflow>(of flow: Flow.Type) -> [String] {
        Checks.all(flow, reopening: ["lost on found"])
    }
}
