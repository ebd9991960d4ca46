import DfnsSandbox
import HTTPTypes
import SandboxCore
import Testing
import Time

@Suite("Point 6: the payout's way, on the clock")
struct LifecycleTests {
    /// A payout that awaits its confirmation since 12:00:08.
    private func awaiting(
        options: DfnsOptions = DfnsOptions(), amount: String = "1000000000"
    ) throws -> (Bench, String) {
        var bench = try Bench(options: options)
        let id = try bench.create(amount: amount)
        bench.pass(.seconds(8))
        return (bench, id)
    }

    @Test("not confirmed, it expires 24 h after it began to wait, to the microsecond")
    func confirmationExpires() throws {
        var (bench, id) = try awaiting()
        bench.pass(.hours(24) - .microseconds(1))
        #expect(try bench.stage(id) == "Processing/AwaitingPayoutConfirmation")
        bench.pass(.microseconds(1))
        #expect(try bench.stage(id) == "Expired/Expired")
        #expect(try bench.read(id)["dateFinalized"] == .string("2026-03-02T12:00:08.000Z"))
        #expect(try bench.confirm(id)?.status == 400)
        #expect(bench.sandbox.ledger.count(.transfer) == 0)
        #expect(bench.sandbox.ledger.effects(.failed, of: id).first?.detail == "Expired: not confirmed in time")
    }

    @Test("a confirmation in the last microsecond still counts, and one at 24 h does not")
    func lastMoment() throws {
        var (early, id) = try awaiting()
        early.pass(.hours(24) - .microseconds(1))
        #expect(try early.confirm(id)?.status == 200)
        var (late, lateID) = try awaiting()
        late.now = late.now + .hours(24)
        #expect(try late.confirm(lateID)?.status == 400)
        #expect(late.sandbox.ledger.count(.confirmed) == 0)
    }

    @Test("in the other reading, the 24 h run from the creation, whatever state it is in")
    func confirmationExpiresFromCreation() throws {
        var options = DfnsOptions()
        options.confirmationWindow = .fromCreation
        var (bench, id) = try awaiting(options: options)
        bench.now = Bench.start + .hours(24) - .microseconds(1)
        #expect(try bench.stage(id) == "Processing/AwaitingPayoutConfirmation")
        bench.pass(.microseconds(1))
        #expect(try bench.stage(id) == "Expired/Expired")
    }

    @Test("not submitted, it expires 4 h after the confirmation, to the microsecond; no crypto has moved")
    func submissionExpires() throws {
        var (bench, id) = try awaiting(amount: "1000000012")
        try bench.confirm(id)
        bench.pass(.hours(4) - .microseconds(1))
        #expect(try bench.stage(id) == "Processing/SubmittingPayoutTransfer")
        bench.pass(.microseconds(1))
        #expect(try bench.stage(id) == "Expired/Expired")
        #expect(try bench.read(id)["data"]?["transferId"] == nil)
        #expect(bench.sandbox.ledger.count(.transfer) == 0)
    }

    @Test("waiting for an approval uses up the 4 h; approval and transfer end with the payout")
    func approvalExpires() throws {
        var (bench, id) = try awaiting(amount: "1000000010")
        try bench.confirm(id)
        bench.pass(.seconds(5))
        #expect(try bench.stage(id) == "Processing/PendingPolicyApproval")
        bench.pass(.hours(4))
        #expect(try bench.stage(id) == "Expired/Expired")
        let approval = try bench.send(.get, "/v2/policy-approvals")?["items"]?.array?.first
        #expect(approval?["status"] == .string("Expired"))
        #expect(approval?["activity"]?["transferRequest"]?["status"] == .string("Rejected"))
    }

    @Test("in the other reading, waiting for an approval does not use up the 4 h")
    func approvalWaits() throws {
        var options = DfnsOptions()
        options.policyWaitCounts = false
        var (bench, id) = try awaiting(options: options, amount: "1000000010")
        try bench.confirm(id)
        bench.pass(.hours(30))
        #expect(try bench.stage(id) == "Processing/PendingPolicyApproval")
        try decide(&bench, "Approved")
        bench.pass(.minutes(20))
        #expect(try bench.stage(id) == "Completed/Completed")
    }

    private func decide(_ bench: inout Bench, _ value: String, bearer: String = "token-two") throws {
        let approval = try bench.send(.get, "/v2/policy-approvals?status=Pending")?["items"]?.array?.first
        let approvalID = try #require(approval?["id"]?.string)
        let body = #"{"value":"\#(value)","reason":"because"}"#
        let response = try bench.send(.post, "/v2/policy-approvals/\(approvalID)/decisions", body, bearer: bearer)
        #expect(response?.status == 200)
        #expect(try bench.send(.get, "/v2/policy-approvals/\(approvalID)")?["status"] == .string(value))
    }

    @Test("an approval that is granted lets the transfer go; policy webhooks tell of it")
    func approved() throws {
        var (bench, id) = try awaiting(amount: "1000000010")
        try bench.confirm(id)
        bench.pass(.seconds(5))
        #expect(try bench.read(id)["data"]?["transferId"] == nil)
        try decide(&bench, "Approved")
        #expect(try bench.stage(id) == "Processing/SubmittingPayoutTransfer")
        bench.pass(.minutes(20))
        #expect(try bench.stage(id) == "Completed/Completed")
        #expect(
            bench.kinds == [
                "payout.action.required", "wallet.transfer.requested", "policy.triggered", "policy.approval.pending",
                "policy.approval.resolved", "wallet.transfer.broadcasted", "wallet.transfer.confirmed",
            ])
        #expect(bench.sandbox.ledger.count(.transfer, of: id) == 1)
    }

    @Test("an approval that is denied rejects the payout, and no crypto moves")
    func denied() throws {
        var (bench, id) = try awaiting(amount: "1000000010")
        try bench.confirm(id)
        bench.pass(.seconds(5))
        try decide(&bench, "Denied")
        #expect(try bench.stage(id) == "Rejected/Rejected")
        bench.pass(.days(1))
        #expect(bench.kinds.suffix(2) == ["policy.approval.resolved", "wallet.transfer.rejected"])
        #expect(bench.sandbox.ledger.count(.transfer) == 0)
    }

    @Test("who initiated can't approve, unless the option says so; decided is decided")
    func initiator() throws {
        var (bench, id) = try awaiting(amount: "1000000010")
        try bench.confirm(id)
        bench.pass(.seconds(5))
        let approval = try bench.send(.get, "/v2/policy-approvals")?["items"]?.array?.first
        let path = "/v2/policy-approvals/\(approval?["id"]?.string ?? "")/decisions"
        #expect(try bench.send(.post, path, #"{"value":"Approved"}"#)?.status == 403)
        #expect(try bench.send(.post, path, #"{"value":"Maybe"}"#, bearer: "token-two")?.status == 400)
        bench.sandbox.provider.options.initiatorMayApprove = true
        #expect(try bench.send(.post, path, #"{"value":"Approved"}"#)?.status == 200)
        #expect(try bench.send(.post, path, #"{"value":"Denied"}"#)?.status == 400)
    }

    @Test("the transfer under the payout can be read by its id and wallet, and shares its hash")
    func transfer() throws {
        var (bench, id) = try awaiting()
        try bench.confirm(id)
        bench.pass(.seconds(5))
        let payout = try bench.read(id)
        let transferID = try #require(payout["data"]?["transferId"]?.string)
        let path = "/wallets/\(Bench.wallet)/transfers/\(transferID)"
        let transfer = try #require(try bench.send(.get, path))
        #expect(transfer["status"] == .string("Broadcasted"))
        #expect(transfer["txHash"] == payout["data"]?["transactionHash"])
        #expect(transfer["requestBody"]?["to"] == payout["data"]?["depositAddress"])
        bench.pass(.seconds(90))
        #expect(try bench.send(.get, path)?["status"] == .string("Confirmed"))
        #expect(try bench.send(.get, "/wallets/\(Bench.solanaWallet)/transfers/\(transferID)")?.status == 404)
    }

    @Test("delays can be set, and jitter is drawn from the seed within its bounds")
    func delays() throws {
        func completion(_ jitter: Double) throws -> Timestamp {
            var options = DfnsOptions()
            options.delays.disbursement = .hours(10)
            options.jitter = jitter
            var (bench, id) = try awaiting(options: options)
            bench.pass(.seconds(8))
            try bench.confirm(id)
            let confirmed = bench.now
            bench.pass(.days(1))
            let at = try #require(bench.sandbox.ledger.effects(.disbursed, of: id).first?.at)
            return Timestamp(microseconds: (at - confirmed).microseconds)
        }
        #expect(try completion(0) == Timestamp(seconds: 36_095))
        let shaken = try completion(0.5)
        #expect(try completion(0.5) == shaken)
        #expect(shaken != Timestamp(seconds: 36_095))
        #expect(Timestamp(seconds: 18_047)...Timestamp(seconds: 54_143) ~= shaken)
    }

    @Test("one long step of the clock gives the same history as many short ones, each event at its own instant")
    func steps() throws {
        func history(_ step: Duration) throws -> [Timestamp] {
            var (bench, id) = try awaiting()
            try bench.confirm(id)
            for _ in 0..<Int(Duration.hours(1).microseconds / step.microseconds) {
                bench.now = bench.now + step
                _ = bench.sandbox.advance(to: bench.now)
            }
            return bench.sandbox.ledger.effects.map(\.at)
        }
        #expect(try history(.hours(1)) == history(.seconds(1)))
        #expect(try history(.hours(1)).last == Bench.start + .seconds(8 + 5 + 90 + 480))
    }
}

@Suite("Point 8: actions")
struct ActionTests {
    @Test("a second confirmation is 400, and the payout is confirmed once")
    func twice() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.pass(.seconds(8))
        let body = try bench.confirmation(of: id)
        #expect(try bench.send(.post, "/payouts/\(id)/action", body)?.text == "{}")
        #expect(try bench.send(.post, "/payouts/\(id)/action", body)?.status == 400)
        bench.pass(.hours(1))
        #expect(try bench.send(.post, "/payouts/\(id)/action", body)?.status == 400)
        #expect(bench.sandbox.ledger.count(.confirmed, of: id) == 1)
        #expect(bench.sandbox.ledger.count(.transfer, of: id) == 1)
    }

    @Test("a confirmation that does not match is 400, names what differs, and confirms nothing")
    func mismatch() throws {
        var bench = try Bench()
        let id = try bench.create()
        #expect(try bench.confirm(id)?.status == 400)
        bench.pass(.seconds(8))
        let right = try bench.confirmation(of: id)
        let wrong = [
            (try bench.confirmation(of: id, amount: "999999999"), "transfer.amount"),
            (try bench.confirmation(of: id, to: "0x" + String(repeating: "0", count: 40)), "transfer.to"),
            (right.replacing(Bench.wallet, with: "wa-ether-usdc0-sandboxwallet02"), "walletId"),
            (right.replacing(Bench.usdc, with: "0xc2132D05D31c914a87C6611C10748AEb04B58e8F"), "transfer.contract"),
        ]
        for (body, field) in wrong {
            let response = try bench.send(.post, "/payouts/\(id)/action", body)
            #expect(response?.status == 400)
            #expect(response?["error"]?["details"]?["field"] == .string(field))
        }
        #expect(bench.sandbox.ledger.count(.confirmed) == 0)
        #expect(try bench.send(.post, "/payouts/\(id)/action", right)?.status == 200)
    }

    @Test("cancel works until the confirmation, once, and frees nothing that has moved")
    func cancel() throws {
        let body = #"{"action":"Cancel"}"#
        for wait in [Duration.zero, .seconds(3), .seconds(9)] {
            var bench = try Bench()
            let id = try bench.create()
            bench.pass(wait)
            let response = try bench.send(.post, "/payouts/\(id)/action", body)
            #expect(response?.status == 200)
            #expect(response?.text == "{}")
            #expect(try bench.stage(id) == "Canceled/Canceled")
            #expect(try bench.read(id)["data"]?["dateCanceled"] != nil)
            #expect(try bench.send(.post, "/payouts/\(id)/action", body)?.status == 400)
            bench.pass(.days(2))
            #expect(try bench.stage(id) == "Canceled/Canceled")
            #expect(bench.sandbox.ledger.count(.canceled, of: id) == 1)
            #expect(bench.sandbox.ledger.count(.transfer) == 0)
        }
    }

    @Test("cancel after the confirmation is 400, and the payout goes on")
    func cancelTooLate() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.pass(.seconds(8))
        try bench.confirm(id)
        let response = try bench.send(.post, "/payouts/\(id)/action", #"{"action":"Cancel"}"#)
        #expect(response?.status == 400)
        #expect(response?.message == "payout can't be canceled: it is SubmittingPayoutTransfer")
        bench.pass(.hours(1))
        #expect(try bench.stage(id) == "Completed/Completed")
    }

    @Test("an unknown action is 400, an unknown payout 404")
    func unknown() throws {
        var bench = try Bench()
        let id = try bench.create()
        #expect(try bench.send(.post, "/payouts/\(id)/action", #"{"action":"Stop"}"#)?.status == 400)
        #expect(try bench.send(.post, "/payouts/pyt-x/action", #"{"action":"Cancel"}"#)?.status == 404)
    }
}
