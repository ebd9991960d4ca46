import SandboxCore

/// What goes wrong in one run, and when: all of it drawn from one seed, before anything has started.
///
/// Equal seeds give equal plans. What meets what is another matter: processes run in real time, and a fault may hit
/// another call the next time.
struct FaultPlan: Equatable {
    /// A payout that an app asks for.
    struct Payout: Equatable {
        /// The app's key for it: `payout-7`.
        let key: String
        /// In minimum units; its last two digits say what happens to it at the provider.
        let amount: String
        /// Whether its price and its transfer are asked about.
        let accept: String
        let confirm: String
    }

    /// One thing that the run does to the installation.
    enum Step: Equatable {
        case enqueue(Payout)
        /// The app tells a payout something.
        case tell(key: String, signal: String)
        /// A daemon dies as in a crash.
        case kill(Int)
        /// A daemon that is down is started.
        case start(Int)
        /// A daemon is stopped (SIGSTOP), and all leases run out meanwhile.
        case freeze(Int)
        /// It goes on (SIGCONT).
        case thaw(Int)
        /// A daemon is asked to stop, and has to end with 0.
        case drain(Int)
        case restartDatabase(immediately: Bool)
        /// This share of the server's backends is ended.
        case endBackends(percent: Int)
        /// The provider misbehaves; a body of the sandbox's control plane.
        case fault(String)
        /// The provider behaves again.
        case calm
        /// The clock walks as far as that, whenever all is quiet.
        case walk(minutes: Int)
        /// The clock is found to be that much later, whatever goes on.
        case jump(minutes: Int)
        /// Real time passes.
        case pass(milliseconds: Int)
    }

    let seed: UInt64
    let daemons: Int
    let buckets: Int
    private(set) var payouts: [Payout] = []
    private(set) var steps: [Step] = []

    init(seed: UInt64, payouts count: Int = 40, faults: Int = 14) {
        self.seed = seed
        var dice = SplitMix64(seed: seed)
        daemons = 1 + dice.below(3)
        buckets = [1, 1, 4, 16][dice.below(4)]
        var fleet = Array(repeating: DaemonCondition.up, count: daemons)
        for turn in 0..<faults {
            enqueue(count * (turn + 1) / faults - payouts.count, &dice)
            pass(&dice, atMost: 250)
            break_(&fleet, &dice)
            pass(&dice, atMost: 250)
            mend(&fleet, &dice)
        }
    }

    private enum DaemonCondition { case up, frozen, down }

    private mutating func pass(_ dice: inout SplitMix64, atMost milliseconds: Int) {
        steps.append(.pass(milliseconds: dice.below(milliseconds)))
    }

    private mutating func enqueue(_ count: Int, _ dice: inout SplitMix64) {
        for _ in 0..<max(0, count) {
            let endings = Self.endings
            // Half of them have nothing special about them but what the faults do to them.
            let digits = dice.below(2) == 0 ? "00" : endings[dice.below(endings.count)].digits
            let payout = Payout(
                key: "payout-\(payouts.count + 1)", amount: "\(100 + dice.below(900))0000\(digits)",
                accept: dice.below(6) == 0 ? "ask" : "auto", confirm: dice.below(4) == 0 ? "ask" : "auto")
            payouts.append(payout)
            steps.append(.enqueue(payout))
        }
        if !payouts.isEmpty, dice.below(2) == 0 {
            let payout = payouts[dice.below(payouts.count)]
            let signal = ["accept", "confirm", "confirm", "cancel"][dice.below(4)]
            steps.append(.tell(key: payout.key, signal: signal))
        }
        steps.append(.walk(minutes: 1 + dice.below(20)))
    }

    private mutating func break_(_ fleet: inout [DaemonCondition], _ dice: inout SplitMix64) {
        let daemon = dice.below(daemons)
        switch dice.below(16) {
        case 0, 1, 2, 3:
            guard fleet[daemon] != .down else { return }
            fleet[daemon] = .down
            steps.append(.kill(daemon))
        case 4, 5:
            guard fleet[daemon] == .up else { return }
            fleet[daemon] = .frozen
            steps.append(.freeze(daemon))
        case 6, 7:
            guard fleet[daemon] == .up else { return }
            fleet[daemon] = .down
            steps.append(.drain(daemon))
        case 8, 9: steps.append(.restartDatabase(immediately: dice.below(2) == 0))
        case 10: steps.append(.endBackends(percent: 20 + dice.below(80)))
        case 11: steps.append(.jump(minutes: 1 + dice.below(600)))
        default: steps.append(.fault(Self.providerFault(&dice)))
        }
    }

    /// Now and then what was broken goes on, so that the next fault meets something.
    private mutating func mend(_ fleet: inout [DaemonCondition], _ dice: inout SplitMix64) {
        for daemon in 0..<daemons where fleet[daemon] != .up && dice.below(3) > 0 {
            steps.append(fleet[daemon] == .frozen ? .thaw(daemon) : .start(daemon))
            fleet[daemon] = .up
        }
        if dice.below(5) == 0 { steps.append(.calm) }
    }

    private static func providerFault(_ dice: inout SplitMix64) -> String {
        let operation = ["init", "action", "create", "read", "confirm", "cancel"][dice.below(6)]
        let times = 1 + dice.below(6)
        switch dice.below(13) {
        case 0: return #"{"fault": "drop_before", "operation": "\#(operation)", "times": \#(times)}"#
        case 1, 2: return #"{"fault": "drop_after", "operation": "\#(operation)", "times": \#(times)}"#
        case 3: return #"{"fault": "error_before", "operation": "\#(operation)", "times": \#(times)}"#
        case 4: return #"{"fault": "error_after", "operation": "\#(operation)", "times": \#(times)}"#
        case 5: return #"{"fault": "rate_limited", "times": \#(times * 10), "retry_after": \#(dice.below(90))}"#
        case 6: return #"{"fault": "unavailable", "times": \#(times * 5), "retry_after": \#(dice.below(90))}"#
        case 7: return #"{"fault": "latency", "operation": "\#(operation)", "times": \#(times), "seconds": 1}"#
        case 8: return #"{"fault": "drip", "operation": "\#(operation)", "times": \#(times), "seconds": 1}"#
        case 9: return #"{"fault": "lost", "webhook": "*", "times": \#(times * 5)}"#
        case 10: return #"{"fault": "doubled", "webhook": "*", "times": \#(times * 5)}"#
        case 11:
            return #"{"fault": "late", "webhook": "*", "times": \#(times * 5), "seconds": \#(1 + dice.below(9000))}"#
        default: return #"{"fault": "reversed", "webhook": "*", "times": \#(times * 5)}"#
        }
    }
}
