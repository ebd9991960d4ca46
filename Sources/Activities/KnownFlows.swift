import BorderlessWithdrawal
import DfnsPayout
import DollarPePayout
import Onramp
import PontisPayout
import Refund
import RefundDefaultCheck
public import WorkflowCore

/// The flows of this build, each in each version that it runs: what the daemon registers, and what the tests check.
public enum KnownFlows {
    /// All of them.
    public static let all: [any Workflow.Type] = [
        DfnsPayout.self, PontisPayout.self, DollarPePayout.self, Onramp.self, BorderlessWithdrawal.self, Refund.self,
        RefundDefaultCheck.self,
    ]
}
