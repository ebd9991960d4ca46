import DfnsSandbox
import HTTPTypes
import SandboxCore
import Testing
import Time

@Suite("Point 9: outcomes, by magic amount and by the control plane")
struct OutcomeTests {
    /// A payout whose outcome is chosen by its amount, and one by the control plane: both must end alike.
    private func both(
        _ digits: String, _ outcome: String, _ check: (inout Bench, String) throws -> Void
    ) throws {
        var magic = try Bench()
        try check(&magic, magic.create(amount: "10000000\(digits)"))
        var scripted = try Bench()
        let body = "{\"externalId\":\"key-1\",\(outcome)}"
        let response = try scripted.send(.post, "/__sandbox/outcome", body)
        #expect(response?.status == 200, "\(response?.text ?? "")")
        try check(&scripted, scripted.create())
    }

    private func runToEnd(_ bench: inout Bench, _ id: String) throws {
        bench.pass(.seconds(8))
        try bench.confirm(id)
        bench.pass(.hours(3))
    }

    @Test("01: a policy rejects the transfer")
    func policyRejects() throws {
        try both("01", #""outcome":"policy_reject""#) { (bench, id) throws in
            try runToEnd(&bench, id)
            #expect(try bench.stage(id) == "Rejected/Rejected")
            #expect(bench.kinds.contains("wallet.transfer.rejected"))
            #expect(bench.sandbox.ledger.count(.transfer) == 0)
        }
    }

    @Test("02: a policy wants an approval, which is granted after an hour")
    func policyApproves() throws {
        try both("02", #""outcome":"policy_approve","seconds":3600"#) { (bench, id) throws in
            bench.pass(.seconds(8))
            try bench.confirm(id)
            bench.pass(.minutes(60))
            #expect(try bench.stage(id) == "Processing/PendingPolicyApproval")
            bench.pass(.minutes(11))
            #expect(try bench.stage(id) == "Completed/Completed")
        }
    }

    @Test("03: Borderless refuses it before funding")
    func failsEarly() throws {
        try both("03", #""outcome":"fail","at":"AwaitingPayoutInstructions""#) { (bench, id) throws in
            bench.pass(.minutes(1))
            let payout = try bench.read(id)
            #expect(payout["status"] == .string("Failed"))
            #expect(payout["data"]?["depositAddress"] == nil)
            #expect(
                payout["data"]?["statusReason"]
                    == .string("the provider refused the payout in AwaitingPayoutInstructions"))
            #expect(bench.posted.isEmpty)
        }
    }

    @Test("04: Borderless fails after funding, and the crypto comes back as an incoming transfer")
    func failsLate() throws {
        try both("04", #""outcome":"fail_after_funding","seconds":1800"#) { (bench, id) throws in
            try runToEnd(&bench, id)
            let payout = try bench.read(id)
            #expect(payout["status"] == .string("Failed"))
            #expect(payout["data"]?["transactionHash"] != nil)
            #expect(payout["data"]?["dateDepositConfirmed"] != nil)
            #expect(payout["data"]?["datePayoutConfirmed"] == nil)
            #expect(bench.sandbox.ledger.count(.transfer, of: id) == 1)
            #expect(bench.sandbox.ledger.count(.refunded, of: id) == 1)
            #expect(bench.sandbox.ledger.count(.disbursed) == 0)
            let (at, refund) = try #require(bench.posted.last)
            #expect(at == Bench.start + .seconds(8 + 5 + 90 + 480 + 1800))
            let body = bench.body(refund)
            #expect(body["kind"] == .string("wallet.blockchainevent.detected"))
            #expect(body["data"]?["blockchainEvent"]?["direction"] == .string("In"))
            #expect(body["data"]?["blockchainEvent"]?["from"] == payout["data"]?["depositAddress"])
            let history = try bench.send(.get, "/wallets/\(Bench.wallet)/history")
            #expect(history?["items"]?.array?.count == 1)
        }
    }

    @Test("05: stuck in DisbursementPending")
    func stuck() throws {
        try both("05", #""outcome":"stuck","at":"DisbursementPending""#) { (bench, id) throws in
            try runToEnd(&bench, id)
            bench.pass(.days(60))
            #expect(try bench.stage(id) == "Processing/DisbursementPending")
            #expect(bench.sandbox.nextDue == nil)
        }
    }

    @Test("06: created, and the answer is lost; the same request again gets the payout")
    func createLost() throws {
        try both("06", #""outcome":"lose_create_response""#) { (bench, id) throws in
            #expect(bench.sandbox.ledger.count(.created) == 1)
            let amount = try bench.read(id)["asset"]?["amount"]?.string
            let again = try bench.send(.post, "/payouts", Bench.order(amount: amount ?? ""))
            #expect(again?.status == 200)
            #expect(again?["id"] == .string(id))
            #expect(bench.sandbox.ledger.count(.created) == 1)
        }
    }

    @Test("07: confirmed, and the answer is lost; a second confirmation is 400")
    func confirmLost() throws {
        try both("07", #""outcome":"lose_confirm_response""#) { (bench, id) throws in
            bench.pass(.seconds(8))
            #expect(try bench.confirm(id) == nil)
            #expect(try bench.read(id)["data"]?["dateConfirmed"] != nil)
            #expect(try bench.confirm(id)?.status == 400)
            bench.pass(.hours(1))
            #expect(try bench.stage(id) == "Completed/Completed")
            #expect(bench.sandbox.ledger.count(.confirmed, of: id) == 1)
        }
    }

    @Test("08 and 09: payout.action.required not at all, or twice")
    func webhooks() throws {
        for (digits, outcome, count) in [("08", "no_webhook", 0), ("09", "double_webhook", 2)] {
            try both(digits, "\"outcome\":\"\(outcome)\"") { (bench, id) throws in
                try runToEnd(&bench, id)
                #expect(bench.kinds.filter { $0 == "payout.action.required" }.count == count)
                #expect(try bench.stage(id) == "Completed/Completed")
            }
        }
    }

    @Test("10: an approval that nobody decides")
    func undecided() throws {
        try both("10", #""outcome":"policy_never""#) { (bench, id) throws in
            try runToEnd(&bench, id)
            #expect(try bench.stage(id) == "Processing/PendingPolicyApproval")
        }
    }

    @Test("11: reverted on chain: Failed with a transactionHash, and nothing has left")
    func reverted() throws {
        try both("11", #""outcome":"revert_on_chain""#) { (bench, id) throws in
            try runToEnd(&bench, id)
            let payout = try bench.read(id)
            #expect(payout["status"] == .string("Failed"))
            #expect(payout["data"]?["transactionHash"] != nil)
            #expect(payout["data"]?["dateDepositConfirmed"] == nil)
            #expect(bench.kinds.last == "wallet.transfer.failed")
            #expect(bench.sandbox.ledger.count(.reverted, of: id) == 1)
            bench.pass(.days(1))
            #expect(bench.sandbox.ledger.count(.refunded) == 0)
        }
    }

    @Test("12: not submitted within 4 h")
    func expires() throws {
        try both("12", #""outcome":"expire","at":"SubmittingPayoutTransfer""#) { (bench, id) throws in
            try runToEnd(&bench, id)
            #expect(try bench.stage(id) == "Processing/SubmittingPayoutTransfer")
            bench.pass(.hours(1))
            #expect(try bench.stage(id) == "Expired/Expired")
        }
    }

    @Test("13: the deposit address is another one than the webhook said; only the new one can be confirmed")
    func changedAddress() throws {
        try both("13", #""outcome":"change_deposit_address""#) { (bench, id) throws in
            bench.pass(.seconds(8))
            let told = bench.body(bench.posted[0].delivery)["data"]?["payout"]?["data"]?["depositAddress"]?.string
            let shown = try bench.read(id)["data"]?["depositAddress"]?.string
            #expect(told != nil && shown != nil && told != shown)
            let old = try bench.confirmation(of: id, to: told)
            #expect(try bench.send(.post, "/payouts/\(id)/action", old)?.status == 400)
            #expect(try bench.confirm(id)?.status == 200)
        }
    }

    @Test("14 and 15: an executionStatus or a provider that is not documented")
    func unknownValues() throws {
        try both("14", #""outcome":"unknown_execution_status""#) { (bench, id) throws in
            bench.pass(.seconds(8))
            try bench.confirm(id)
            bench.pass(.seconds(100))
            #expect(try bench.stage(id) == "Processing/AwaitingComplianceReview")
            bench.pass(.hours(1))
            #expect(try bench.stage(id) == "Completed/Completed")
        }
        try both("15", #""outcome":"unknown_provider""#) { (bench, id) throws in
            #expect(try bench.read(id)["provider"] == .string("CircleMint"))
        }
    }

    @Test("16: completed, and days later the bank returns the fiat; Dfns still says Completed")
    func returned() throws {
        try both("16", #""outcome":"return_after_completion""#) { (bench, id) throws in
            try runToEnd(&bench, id)
            #expect(bench.sandbox.ledger.count(.returned) == 0)
            bench.pass(.days(3))
            #expect(bench.sandbox.ledger.count(.returned, of: id) == 1)
            #expect(bench.sandbox.ledger.count(.refunded, of: id) == 1)
            #expect(try bench.stage(id) == "Completed/Completed")
        }
    }

    @Test("17: stuck in DepositProcessing")
    func stuckDeposit() throws {
        try both("17", #""outcome":"stuck","at":"DepositProcessing""#) { (bench, id) throws in
            try runToEnd(&bench, id)
            #expect(try bench.stage(id) == "Processing/DepositProcessing")
        }
    }

    @Test(
        "fails at each execution status it is told to",
        arguments: [
            "Initializing", "AwaitingPayoutInstructions", "AwaitingPayoutConfirmation", "SubmittingPayoutTransfer",
            "PendingPolicyApproval", "DepositProcessing", "DisbursementPending",
        ])
    func failsAt(status: String) throws {
        var bench = try Bench()
        if status == "PendingPolicyApproval" {
            _ = try bench.send(.post, "/__sandbox/outcome", #"{"all":true,"outcome":"policy_never"}"#)
        }
        let body = #"{"all":true,"outcome":"fail","at":"\#(status)","reason":"on purpose"}"#
        #expect(try bench.send(.post, "/__sandbox/outcome", body)?.status == 200)
        let id = try bench.create()
        bench.pass(.seconds(8))
        if try bench.stage(id) == "Processing/AwaitingPayoutConfirmation", status != "AwaitingPayoutConfirmation" {
            try bench.confirm(id)
        }
        bench.pass(.hours(3))
        #expect(try bench.stage(id) == "Failed/Failed")
        #expect(try bench.read(id)["data"]?["statusReason"] == .string("on purpose"))
        let hasMoved = status == "DepositProcessing" || status == "DisbursementPending"
        #expect(bench.sandbox.ledger.count(.transfer, of: id) == (hasMoved ? 1 : 0))
        #expect(bench.sandbox.ledger.count(.refunded, of: id) == (status == "DisbursementPending" ? 1 : 0))
    }

    @Test("expires at once where it awaits its confirmation")
    func expiresAtOnce() throws {
        var bench = try Bench()
        _ = try bench.send(.post, "/__sandbox/outcome", #"{"all":true,"outcome":"expire"}"#)
        let id = try bench.create()
        bench.pass(.seconds(9))
        #expect(try bench.stage(id) == "Expired/Expired")
        #expect(bench.kinds == ["payout.action.required"])
    }

    @Test("an approval that is denied after a while")
    func denied() throws {
        var bench = try Bench()
        _ = try bench.send(.post, "/__sandbox/outcome", #"{"all":true,"outcome":"policy_deny","seconds":60}"#)
        let id = try bench.create()
        try runToEnd(&bench, id)
        #expect(try bench.stage(id) == "Rejected/Rejected")
    }

    @Test("an outcome reaches payouts under way by id, key, wallet or all, and starts their present step anew")
    func underWay() throws {
        for selector in [
            #""payoutId":"ID""#, #""externalId":"key-1""#, #""walletId":"\#(Bench.wallet)""#, #""all":true"#,
        ] {
            var bench = try Bench()
            let id = try bench.create()
            bench.pass(.seconds(8))
            try bench.confirm(id)
            bench.pass(.minutes(2))
            let name = selector.replacing("ID", with: id)
            let stuck = try bench.send(.post, "/__sandbox/outcome", "{\(name),\"outcome\":\"stuck\"}")
            #expect(stuck?.json == JSON.fields(["outcome": .string("stuck"), "payouts": .number("1")]))
            bench.pass(.days(2))
            #expect(try bench.stage(id) == "Processing/DisbursementPending")
            _ = try bench.send(.post, "/__sandbox/outcome", "{\(name),\"outcome\":\"succeed\"}")
            bench.pass(.minutes(8))
            #expect(try bench.stage(id) == "Completed/Completed")
        }
    }

    @Test(
        "a body that makes no sense is 400 and says why",
        arguments: [
            (#"{"all":true}"#, "“outcome” is required; GET /__sandbox/help lists them"),
            (#"{"all":true,"outcome":"explode"}"#, "“outcome” must be one of succeed, fail,"),
            (#"{"outcome":"fail"}"#, "“body” must name exactly one of payoutId, externalId, walletId and all"),
            (#"{"outcome":"fail","all":true,"externalId":"x"}"#, "“body” must name exactly one"),
            (#"{"outcome":"fail","payoutId":"pyt-x"}"#, "“payoutId” is no payout's id: “pyt-x”"),
            (#"{"outcome":"fail","walletId":"wa-x"}"#, "“walletId” is no wallet's id"),
            (#"{"outcome":"fail","all":false}"#, "“all” can only be true"),
            (#"{"outcome":"fail","all":true,"at":"Paid"}"#, "“at” must be one of Initializing,"),
            (#"{"outcome":"fail","all":true,"at":"Completed"}"#, "“at” can't be Completed for the outcome fail"),
            (#"{"outcome":"expire","all":true,"at":"Initializing"}"#, "“at” can't be Initializing"),
            (#"{"outcome":"policy_deny","all":true,"seconds":-1}"#, "“seconds” must be a number from 0.0"),
            (#"{"outcome":"fail","all":true,"state":"Failed"}"#, "“state” is not known here"),
            ("", "“body” is empty; a JSON object is expected"), ("{", "“body” is not valid JSON"),
        ])
    func nonsense(body: String, message: String) throws {
        var bench = try Bench()
        let response = try bench.send(.post, "/__sandbox/outcome", body)
        #expect(response?.status == 400)
        #expect(response?.message.hasPrefix(message) == true, "\(response?.message ?? "")")
    }
}
