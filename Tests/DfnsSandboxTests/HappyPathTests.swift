import Crypto
import DfnsSandbox
import HTTPTypes
import SandboxCore
import Testing
import Time

@Suite("A payout that nothing disturbs")
struct HappyPathTests {
    @Test("goes from creation through the signed confirmation to completion, and the ledger knows each effect once")
    func happyPath() throws {
        var bench = try Bench()
        let id = try bench.create()
        #expect(try bench.stage(id) == "Processing/Initializing")
        bench.pass(.seconds(2))
        #expect(try bench.stage(id) == "Processing/AwaitingPayoutInstructions")
        bench.pass(.seconds(6))
        #expect(try bench.stage(id) == "Processing/AwaitingPayoutConfirmation")
        let response = try bench.confirm(id)
        #expect(response?.status == 200)
        #expect(response?.text == "{}")
        #expect(try bench.stage(id) == "Processing/SubmittingPayoutTransfer")
        bench.pass(.seconds(5))
        #expect(try bench.stage(id) == "Processing/DepositProcessing")
        bench.pass(.seconds(90))
        #expect(try bench.stage(id) == "Processing/DisbursementPending")
        bench.pass(.minutes(8))
        #expect(try bench.stage(id) == "Completed/Completed")

        let ledger = bench.sandbox.ledger
        for kind in [Ledger.Kind.created, .confirmed, .transfer, .disbursed] {
            #expect(ledger.count(kind, of: id) == 1)
            #expect(ledger.count(kind, of: "key-1") == 1)
        }
        #expect(ledger.count(.failed) == 0)
        #expect(ledger.effects(.disbursed, of: id).first?.amount == "985.50 USD")
        #expect(ledger.effects(.created, of: id).first?.amount == "1000000000 USDC")
        #expect(bench.sandbox.nextDue == nil)
    }

    @Test("shows every documented field at its end")
    func fields() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.pass(.seconds(8))
        try bench.confirm(id)
        bench.pass(.hours(1))
        let payout = try bench.read(id)
        #expect(id.wholeMatch(of: /pyt-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{16}/) != nil)
        #expect(payout["dateCreated"] == .string("2026-03-01T12:00:00.000Z"))
        #expect(payout["dateFinalized"] == .string("2026-03-01T12:09:43.000Z"))
        #expect(payout["requester"]?["userId"] == .string("us-sandb-oxuse-rservice000001"))
        #expect(payout["asset"]?["network"] == .string("Polygon"))
        let data = try #require(payout["data"])
        #expect(data["dateConfirmed"] == .string("2026-03-01T12:00:08.000Z"))
        #expect(data["dateDepositConfirmed"] == .string("2026-03-01T12:01:43.000Z"))
        #expect(data["datePayoutConfirmed"] == .string("2026-03-01T12:09:43.000Z"))
        #expect(data["depositAddress"]?.string?.wholeMatch(of: /0x[0-9a-f]{40}/) != nil)
        #expect(data["transactionHash"]?.string?.wholeMatch(of: /0x[0-9a-f]{64}/) != nil)
        #expect(data["transferId"]?.string?.hasPrefix("xfr-") == true)
        #expect(data["borderlessPayoutId"]?.string?.isEmpty == false)
        #expect(data["paymentInstructionsId"] == .string("ins-1"))
    }

    @Test("tells its webhook what it needs, signed, and nothing on completion")
    func webhooks() throws {
        var bench = try Bench()
        let id = try bench.create()
        bench.pass(.seconds(8))
        try bench.confirm(id)
        bench.pass(.days(2))
        #expect(
            bench.kinds == [
                "payout.action.required", "wallet.transfer.requested", "wallet.transfer.broadcasted",
                "wallet.transfer.confirmed",
            ])
        let (at, delivery) = try #require(bench.posted.first)
        #expect(at == Bench.start + .seconds(8))
        #expect(delivery.url == "http://127.0.0.1:9/hooks/dfns")
        #expect(delivery.request.target == "/hooks/dfns")
        let body = bench.body(delivery)
        #expect(body["timestampSent"] == .number("1772366408"))
        #expect(body["deliveryAttempt"] == .number("1"))
        #expect(body["retryOf"] == nil)
        #expect(body["data"]?["payout"]?["id"] == .string(id))
        let address = try #require(body["data"]?["payout"]?["data"]?["depositAddress"])
        #expect(try bench.read(id)["data"]?["depositAddress"] == address)
        let code = HMACSHA256.code(for: delivery.request.body, key: Array(Bench.secret.utf8))
        #expect(delivery.request.headers["X-DFNS-WEBHOOK-SIGNATURE"] == "sha256=\(Hex.encode(code))")
    }
}
