import DfnsPayout
import Domain
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

/// Each way in which Dfns and Borderless are known to fail, as a script; what needs the engine, the client or the
/// provider to show itself is tested in their suites, as `workflows/README.md` lists.
@Suite("What a payout through Dfns survives")
struct DfnsPayoutFailureModes {
    @Test("The straight way: quote, create, instructions, a last look, confirmation, disbursement")
    func straight() {
        var payout = Simulation(of: DfnsPayout.self, input: Fixture.order())
        payout.receive(.quoted(quote: Fixture.quote(.sample)))
        payout.receive(.opened(id: "pyt-1", by: .us))
        payout.receive(.instructed(transfer: Fixture.transfer))
        #expect(payout.state == .verifying(payout: Fixture.payout(), transfer: Fixture.transfer))
        payout.receive(.instructed(transfer: Fixture.transfer))
        #expect(payout.state == .confirming(payout: Fixture.payout(), transfer: Fixture.transfer))
        payout.receive(.confirmed)
        payout.receive(.progressed(progress: Fixture.onChain))
        payout.receive(.ended(ending: .completed, progress: Fixture.onChain))
        #expect(payout.state == .completed(payout: Fixture.payout().with(Fixture.onChain)))
        #expect(payout.outcome == .completed)
    }

    @Test("A webhook that overtakes the create answer carries no event: the payout is opened by its own answer")
    func webhookBeforeCreateAnswer() {
        // A webhook only makes the job read. In `creating` there is nothing to read yet, so nothing can be skipped.
        let state = DfnsPayout.State.creating(order: Fixture.order())
        #expect(DfnsPayout.references(of: state) == [])
        #expect(Fixture.simulation(in: state).activity == .createPayout(order: Fixture.order()))
    }

    @Test("A create answer that was lost is asked for again under the same key, and may find a payout far ahead")
    func replayOfAnOlderPayout() {
        #expect(DfnsPayout.Activity.createPayout(order: Fixture.order()).effect == .deduplicated)
        var payout = Fixture.simulation(in: .creating(order: Fixture.order()))
        payout.receive(.opened(id: "pyt-1", by: .us))
        payout.receive(.ended(ending: .expired, progress: DfnsPayout.Progress()))
        #expect(payout.state == .expired(payout: Fixture.payout()))
    }

    @Test("A payout under our key that is not what was ordered is never confirmed")
    func replayWithOtherContent() {
        var payout = Fixture.simulation(in: .creating(order: Fixture.order()))
        payout.receive(refusal: ProviderRefusal(code: "duplicate", message: "pyt-9 differs: the amount"))
        let why = Refusal(.duplicate, "pyt-9 differs: the amount")
        #expect(payout.state == .failed(refusal: why, funds: .inWallet, payout: nil))
    }

    @Test("A deposit address that changed since it was approved is not confirmed: the payout is taken back")
    func changedAddressWhileWaiting() {
        let asked = Fixture.payout(Fixture.order(confirm: .ask))
        var payout = Fixture.simulation(in: .awaitingConfirmation(payout: asked, transfer: Fixture.transfer))
        payout.receive(.instructed(transfer: Fixture.elsewhere))
        guard case .canceling(_, let reason) = payout.state else {
            Issue.record("it rests in \(payout.state)")
            return
        }
        #expect(reason.code == .mismatch)
    }

    @Test("A deposit address that differs at the last look is not confirmed: taken back, then failed with the reason")
    func changedAddressAtTheLastLook() {
        var payout = Fixture.simulation(in: .verifying(payout: Fixture.payout(), transfer: Fixture.transfer))
        payout.receive(.instructed(transfer: Fixture.elsewhere))
        payout.receive(.retracted)
        payout.receive(.ended(ending: .canceled, progress: DfnsPayout.Progress()))
        guard case .failed(let refusal, .inWallet, _) = payout.state else {
            Issue.record("it rests in \(payout.state)")
            return
        }
        #expect(refusal.code == .mismatch)
    }

    @Test(
        "Another amount, or an address of another network, is not confirmed",
        arguments: [
            DfnsPayout.Transfer(address: "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T", asset: .sample),
            DfnsPayout.Transfer(
                address: "0x00000000000000000000000000000000000000d0",
                asset: .spl(amount: .sample, mint: .sample)),
        ])
    func wrongTransfer(transfer: DfnsPayout.Transfer) {
        var payout = Fixture.simulation(in: .awaitingInstructions(payout: Fixture.payout()))
        payout.receive(.instructed(transfer: transfer))
        #expect(caseName(of: payout.state) == "canceling")
    }

    @Test("A confirmation whose outcome is unknown is looked up before it is repeated")
    func confirmTimesOut() {
        let confirm = DfnsPayout.Activity.confirm(payout: Fixture.payout(), transfer: Fixture.transfer)
        #expect(confirm.effect == .unguarded(lookup: .readPayout(id: "pyt-1"), settle: .minutes(2)))
        var moved = Fixture.simulation(in: .confirming(payout: Fixture.payout(), transfer: Fixture.transfer))
        #expect(moved.receive(.instructed(transfer: Fixture.transfer)) == .ignore)
        moved.receive(.progressed(progress: DfnsPayout.Progress()))
        #expect(moved.state == .settling(payout: Fixture.payout()))
    }

    @Test("A confirmation that Dfns turns down is doubted: the payout is read, and may have moved on all the same")
    func confirmTurnedDown() {
        var payout = Fixture.simulation(in: .confirming(payout: Fixture.payout(), transfer: Fixture.transfer))
        payout.receive(refusal: ProviderRefusal(code: "invalid", message: "wrong state"))
        #expect(caseName(of: payout.state) == "doubting")
        payout.receive(.progressed(progress: Fixture.submitted))
        #expect(payout.state == .settling(payout: Fixture.payout().with(Fixture.submitted)))
    }

    @Test("A confirmation that Dfns turns down while the payout still waits is not insisted on")
    func confirmTurnedDownForGood() {
        let why = Refusal(.invalid, "wrong amount")
        var payout = Fixture.simulation(in: .doubting(payout: Fixture.payout(), refusal: why))
        payout.receive(.instructed(transfer: Fixture.transfer))
        #expect(payout.state == .canceling(payout: Fixture.payout(), reason: why))
    }

    @Test("Confirmed by a different service account: forbidden for ever, so it waits for the expiry or that identity")
    func differentServiceAccount() {
        var payout = Fixture.simulation(in: .confirming(payout: Fixture.payout(), transfer: Fixture.transfer))
        payout.receive(refusal: ProviderRefusal(code: "forbidden", message: "not the creator"))
        #expect(caseName(of: payout.state) == "stranded")
        #expect(payout.plan.overdue?.after == .zero)
        payout.receive(.ended(ending: .expired, progress: DfnsPayout.Progress()))
        #expect(payout.state == .expired(payout: Fixture.payout()))
    }

    @Test("A payout that somebody else opened under our key is known as theirs from the start")
    func openedByAnother() {
        var payout = Fixture.simulation(in: .creating(order: Fixture.order()))
        payout.receive(.opened(id: "pyt-1", by: .another(user: "us-2")))
        #expect(caseName(of: payout.state) == "stranded")
    }

    @Test("A cancellation races with a confirmation: what Dfns shows afterwards decides")
    func cancelLosesToConfirmation() {
        var payout = Fixture.simulation(in: .awaitingInstructions(payout: Fixture.payout()))
        payout.receive(.cancelRequested)
        payout.receive(.retracted)
        payout.receive(.progressed(progress: Fixture.submitted))
        #expect(payout.state == .settling(payout: Fixture.payout().with(Fixture.submitted)))
    }

    @Test("A cancellation races with the expiry: what Dfns shows afterwards decides")
    func cancelLosesToExpiry() {
        var payout = Fixture.simulation(
            in: .canceling(payout: Fixture.payout(), reason: Refusal(.canceled, "the app asked for it")))
        payout.receive(refusal: ProviderRefusal(code: "invalid", message: "already expired"))
        payout.receive(.ended(ending: .expired, progress: DfnsPayout.Progress()))
        #expect(payout.state == .expired(payout: Fixture.payout()))
    }

    @Test("A cancellation after the confirmation is refused, and the asker is told why")
    func cancelTooLate() {
        var payout = Fixture.simulation(in: .settling(payout: Fixture.payout()))
        #expect(
            payout.receive(signal: Signal(name: "cancel"))
                == .refuse("the payout has been confirmed: its transfer can no longer be stopped"))
    }

    @Test("A policy approval that takes longer than 4 h may expire: without a transfer nothing has moved")
    func approvalTooLate() {
        var payout = Fixture.simulation(in: .settling(payout: Fixture.payout()))
        payout.receive(.ended(ending: .expired, progress: DfnsPayout.Progress()))
        #expect(payout.state == .expired(payout: Fixture.payout()))
    }

    @Test("A policy that says no ends the payout as rejected")
    func approvalDenied() {
        let why = Refusal(.policy, "denied by treasury")
        var payout = Fixture.simulation(in: .settling(payout: Fixture.payout()))
        payout.receive(.ended(ending: .rejected(why: why), progress: DfnsPayout.Progress()))
        #expect(payout.state == .rejected(refusal: why, payout: Fixture.payout()))
    }

    @Test("Expired after the confirmation with a transfer: the transfer is read before the money is called safe")
    func expiredWithATransfer() {
        var payout = Fixture.simulation(in: .settling(payout: Fixture.payout()))
        payout.receive(.ended(ending: .expired, progress: Fixture.submitted))
        #expect(payout.activity == .readTransfer(id: "xfr-1", wallet: .sample))
        payout.receive(.traced(funds: .sent))
        guard case .failed(let refusal, .sent, _) = payout.state else {
            Issue.record("it rests in \(payout.state)")
            return
        }
        #expect(refusal.code == .expired)
        #expect(
            refusal.message
                == "it expired after its transfer had left; the money has left, and Dfns names no payout at Borderless "
                + "that a refund could be asked for by: ask Dfns's support")
    }

    @Test("A transfer that failed or was replaced leaves the crypto in the wallet, and the payout says so")
    func transferFailed() {
        let why = Refusal(.provider, "the transfer failed")
        var payout = Fixture.simulation(in: .settling(payout: Fixture.payout()))
        payout.receive(.ended(ending: .failed(why: why), progress: Fixture.submitted))
        payout.receive(.traced(funds: .inWallet))
        let traced = Fixture.payout().with(Fixture.submitted)
        #expect(payout.state == .failed(refusal: why, funds: .inWallet, payout: traced))
    }

    @Test("Failed with a transaction hash: the crypto is gone, and the outcome says where Borderless knows it")
    func failedAfterFunding() {
        let why = Refusal(.provider, "the bank account is closed")
        var payout = Fixture.simulation(in: .settling(payout: Fixture.payout()))
        payout.receive(.ended(ending: .failed(why: why), progress: Fixture.onChain))
        #expect(payout.activity == .readTransfer(id: "xfr-1", wallet: .sample))
        payout.receive(.traced(funds: .sent))
        #expect(payout.state == .refunding(payout: Fixture.payout().with(Fixture.onChain), cause: why))
        let output = DfnsPayout.output(of: payout.state)
        #expect(output["funds"] == "sent")
        #expect(output["borderless_payout_id"] == "bl-1")
    }

    @Test("Failed with a transaction hash, and reverted on chain: the crypto never left the wallet")
    func revertedOnChain() {
        let why = Refusal(.provider, "the transfer was reverted on chain")
        var payout = Fixture.simulation(in: .settling(payout: Fixture.payout()))
        payout.receive(.ended(ending: .failed(why: why), progress: Fixture.onChain))
        payout.receive(.traced(funds: .inWallet))
        #expect(payout.state == .failed(refusal: why, funds: .inWallet, payout: Fixture.payout().with(Fixture.onChain)))
    }

    @Test("Completed, and later returned by the bank: Dfns has no word for it, so that what comes later is recorded")
    func returnedAfterCompletion() {
        var payout = Fixture.simulation(in: .completed(payout: Fixture.payout()))
        #expect(
            payout.receive(.ended(ending: .failed(why: Refusal(.provider, "returned")), progress: Fixture.onChain))
                == .ignore)
    }

    @Test("Stuck in deposit or disbursement: read on for ever, overdue after a day, on somebody's desk")
    func stuck() {
        let plan = Fixture.simulation(in: .settling(payout: Fixture.payout())).plan
        #expect(plan.overdue?.after == .hours(24))
        #expect(plan.overdue?.desk == "payments operations")
        #expect(plan.deadline == nil)
    }

    @Test("An expired token stops nothing for good: the job is left to a person, with the money's place unchanged")
    func tokenExpired() {
        let refusal = ProviderRefusal(code: "unauthorized", message: "the token has expired")
        for state in DfnsPayout.samples.states where DfnsPayout.plan(for: state).outcome == nil {
            var payout = Fixture.simulation(in: state)
            if case .canceling = state { continue }
            #expect(payout.receive(refusal: refusal) == .unexpected, "in \(caseName(of: state))")
        }
    }
}
