import BorderlessWithdrawal
import Domain
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

/// Where the money is when a withdrawal fails, and how it comes back.
@Suite("When a withdrawal through Borderless.xyz fails")
struct WithdrawalRefundTests {
    typealias Fixture = WithdrawalFixture

    private static let job = JobID(high: 0x0199_d0f4_0000_7000, low: 0x8000_0000_0000_0001)

    private func ending(_ outcome: Outcome, _ output: JSONValue = [:]) -> ChildEnding {
        ChildEnding(job: Self.job, outcome: outcome, output: output)
    }

    @Test("Failed before funding: it is over, and the crypto is in the wallet")
    func beforeFunding() {
        var withdrawal = Fixture.awaiting()
        withdrawal.receive(Fixture.report(.failed, cause: "account closed"))
        #expect(withdrawal.outcome == .failed)
        #expect(Fixture.funds(withdrawal.state) == "in_wallet")
    }

    @Test("Failed after funding: a refund job follows the money, which is with Borderless.xyz")
    func afterFunding() throws {
        var withdrawal = Fixture.funded()
        withdrawal.receive(Fixture.report(.processing, hashes: ["0xab"]))
        withdrawal.receive(Fixture.report(.failed, cause: "account closed"))
        #expect(Fixture.funds(withdrawal.state) == "at_provider")
        let refund = try #require(Fixture.refund(withdrawal))
        #expect(refund.transactionID == .sample)
        #expect(refund.trigger == .automatic)
        #expect(refund.hasMoneyLeft == true)
        #expect(refund.sentAmount == FiatAmount("100"))
        #expect(refund.sentAsset == .sample)
        withdrawal.receive(ending: ending(.refunded, ["refunded_amount": .null, "funds": "returned"]))
        #expect(withdrawal.outcome == .refunded)
        let output = BorderlessWithdrawal.output(of: withdrawal.state)
        #expect(output["refund_job"] == .string(Self.job.description))
        #expect(output["refunded_amount"] == .null)
        #expect(output["note"] == "Borderless.xyz doesn't tell how much came back: unknown until it was observed")
    }

    @Test("Seen as processing once, the crypto is with Borderless.xyz, though no hash was ever shown")
    func afterProcessing() {
        for end in [BorderlessWithdrawal.Stage.failed, .cancelled] {
            var withdrawal = Fixture.awaiting()
            withdrawal.receive(Fixture.report(.processing))
            withdrawal.receive(Fixture.report(end))
            #expect(caseName(of: withdrawal.state) == "refunding")
            #expect(Fixture.funds(withdrawal.state) == "at_provider")
        }
    }

    @Test(
        "Failed with the money in between, sent and not yet seen: a refund is due, and nobody says that it has arrived")
    func inFlight() throws {
        var withdrawal = Fixture.funded()
        withdrawal.receive(Fixture.report(.failed, cause: "expired"))
        #expect(Fixture.funds(withdrawal.state) == "in_flight")
        #expect(try #require(Fixture.refund(withdrawal)).hasMoneyLeft == true, "“nothing moved” is no answer")
        withdrawal.receive(ending: ending(.failed, ["reason": "given up"]))
        #expect(withdrawal.outcome == .failed)
        #expect(Fixture.funds(withdrawal.state) == "in_flight")
    }

    @Test("Called off while the crypto was on its way: the refund waits for somebody who sees it arrive")
    func cancelMeetsTransfer() throws {
        var withdrawal = Fixture.awaiting()
        withdrawal.receive(signal: Signal(name: "cancel"))
        withdrawal.receive(.retracted)
        withdrawal.receive(signal: Signal(name: "funded", payload: ["transaction_hash": "0xab"]))
        withdrawal.receive(Fixture.report(.cancelled))
        #expect(Fixture.funds(withdrawal.state) == "in_flight")
        #expect(try #require(Fixture.refund(withdrawal)).trigger == .ask)
    }

    @Test("Funded after it was over: whoever says so reopens it, and a look finds it too")
    func lateFunds() throws {
        var told = Fixture.awaiting()
        told.receive(signal: Signal(name: "cancel"))
        told.receive(.retracted)
        told.receive(Fixture.report(.cancelled))
        #expect(told.outcome == .canceled)
        var seen = told
        told.receive(signal: Signal(name: "funded"))
        #expect(caseName(of: told.state) == "refunding")
        #expect(seen.plan.watch?.activity == .read(id: .sample))
        #expect(seen.receive(Fixture.report(.cancelled)) == .ignore)
        seen.receive(Fixture.report(.cancelled, hashes: ["0xab"]))
        #expect(try #require(Fixture.refund(seen)).hasMoneyLeft == true)
        var expired = Fixture.awaiting()
        expired.receive(Fixture.report(.failed, cause: "nobody paid"))
        expired.receive(signal: Signal(name: "funded"))
        #expect(caseName(of: expired.state) == "refunding")
    }

    @Test("Digit 8: processing, then refunded without a failure in between")
    func refundedDirectly() {
        var withdrawal = Fixture.funded()
        withdrawal.receive(Fixture.report(.processing, hashes: ["0xab"]))
        withdrawal.receive(Fixture.report(.refunded, hashes: ["0xab"]))
        #expect(caseName(of: withdrawal.state) == "refunding")
        withdrawal.receive(ending: ending(.refunded, ["refunded_amount": "97.5", "refunded_asset": "USDC_POLYGON"]))
        let output = BorderlessWithdrawal.output(of: withdrawal.state)
        #expect(output["refunded_amount"] == "97.5")
        #expect(output["note"] == nil)
    }

    @Test("Refunds that don't go by themselves wait for somebody's word")
    func manualRefund() throws {
        var withdrawal = Fixture.funded(Fixture.order(to: .sample, autoRefund: false))
        withdrawal.receive(Fixture.report(.failed, hashes: ["0xab"]))
        #expect(try #require(Fixture.refund(withdrawal)).trigger == .ask)
    }

    @Test("A refund that was given up leaves the money where it is, and says so")
    func givenUp() {
        var withdrawal = Fixture.funded()
        withdrawal.receive(Fixture.report(.failed, hashes: ["0xab"], cause: "account closed"))
        withdrawal.receive(ending: ending(.failed, ["reason": "written off"]))
        #expect(withdrawal.outcome == .failed)
        #expect(Fixture.funds(withdrawal.state) == "at_provider")
        #expect(
            BorderlessWithdrawal.output(of: withdrawal.state)["reason"] == "account closed; no refund: written off")
        #expect(withdrawal.plan.watch != nil)
        #expect(
            withdrawal.receive(Fixture.report(.failed, hashes: ["0xab"], refundIsDue: true)) == .ignore,
            "where the crypto is was known when it was given up")
        withdrawal.receive(Fixture.report(.refunded, hashes: ["0xab"]))
        #expect(caseName(of: withdrawal.state) == "refunding")
        withdrawal.receive(ending: ending(.failed, ["reason": "not seen"]))
        #expect(withdrawal.receive(Fixture.report(.refunded, hashes: ["0xab"])) == .ignore, "given up for good")
    }

    @Test("Failed with no transfer shown, and a plan by which money is due: the crypto is with Borderless.xyz")
    func planTells() throws {
        var withdrawal = Fixture.awaiting()
        withdrawal.receive(Fixture.report(.failed, cause: "account closed", refundIsDue: true))
        #expect(Fixture.funds(withdrawal.state) == "at_provider")
        #expect(try #require(Fixture.refund(withdrawal)).hasMoneyLeft == true)
        var late = Fixture.awaiting()
        late.receive(Fixture.report(.failed, cause: "nobody paid", refundIsDue: false))
        #expect(Fixture.funds(late.state) == "in_wallet")
        late.receive(Fixture.report(.failed, refundIsDue: true))
        #expect(Fixture.funds(late.state) == "at_provider")
    }

    @Test("A bank returns the money days after it was delivered: the job is reopened, and ends as reversed")
    func bankReturn() {
        var withdrawal = Fixture.funded()
        withdrawal.receive(Fixture.report(.completed, hashes: ["0xab"]))
        #expect(withdrawal.outcome == .completed)
        #expect(withdrawal.plan.watch?.every == .days(1))
        #expect(withdrawal.receive(Fixture.report(.completed)) == .ignore)
        var viaFailed = withdrawal
        withdrawal.receive(Fixture.report(.refunded))
        #expect(caseName(of: withdrawal.state) == "refunding", "how much came back is asked, or said to be unknown")
        withdrawal.receive(ending: ending(.refunded, ["refunded_amount": .null, "funds": "returned"]))
        #expect(withdrawal.outcome == .reversed)
        #expect(
            BorderlessWithdrawal.output(of: withdrawal.state)["note"]
                == "Borderless.xyz doesn't tell how much came back: unknown until it was observed")
        viaFailed.receive(Fixture.report(.failed, cause: "returned by the bank"))
        #expect(caseName(of: viaFailed.state) == "refunding")
        viaFailed.receive(ending: ending(.refunded))
        #expect(viaFailed.outcome == .reversed)
    }

    @Test("The refund's job found that it was delivered after all: then it was")
    func deliveredAfterAll() {
        var withdrawal = Fixture.funded()
        withdrawal.receive(Fixture.report(.failed, hashes: ["0xab"]))
        withdrawal.receive(ending: ending(.canceled, ["code": "delivered"]))
        #expect(withdrawal.outcome == .completed)
    }

    @Test("A refund onto the balance at the partner is a claim there, and no cash in the wallet")
    func providerBalance() {
        var withdrawal = Fixture.funded()
        withdrawal.receive(Fixture.report(.failed, hashes: ["0xab"]))
        var unsaid = withdrawal
        withdrawal.receive(ending: ending(.refunded, ["funds": "provider_balance", "refunded_amount": .null]))
        #expect(Fixture.funds(withdrawal.state) == "provider_balance")
        unsaid.receive(
            ending: ending(.refunded, ["refunded_amount": "97.5", "discrepancy": "less than the 100 that had left"]))
        #expect(Fixture.funds(unsaid.state) == "unknown")
        #expect(
            BorderlessWithdrawal.output(of: unsaid.state)["discrepancy"] == "less than the 100 that had left")
    }
}
