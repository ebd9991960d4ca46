import BorderlessXYZ
import BorderlessXYZSandbox
import Domain
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("Lockstep's own client has money sent back at the simulated Borderless.xyz")
struct RefundTests {
    private static let elsewhere = "0x00000000000000000000000000000000000000bb"

    /// A withdrawal that has failed after its crypto had arrived.
    private func failed(
        _ bench: Bench, scripted: String? = nil, to destination: BorderlessXYZClient.RefundDestination? = nil
    ) async throws -> String {
        bench.script(#"{"outcome":"fail","reference":"ref-1","reason":"account closed"}"#)
        if let scripted { bench.script(scripted) }
        let opened = try value(await bench.client().createWithdrawal(try order(to: destination), key: key(1)))
        bench.pass(.seconds(223))
        #expect(try value(await bench.client().transaction(opened.id)).status == .known(.failed))
        return opened.id
    }

    @Test("A failure is refunded by itself to the organisation's default")
    func automatic() async throws {
        let bench = Bench()
        let client = try bench.client()
        let id = try await failed(bench)
        let due = try value(await client.transaction(id))
        #expect(due.failureReason == "account closed")
        #expect(due.refund?.status == .known(.eligible))
        #expect(due.refund?.destinationSource == .known(.organizationDefault))
        bench.pass(.minutes(1))
        #expect(try value(await client.transaction(id)).refund?.status == .known(.inProgress))
        bench.pass(.minutes(20))
        let done = try value(await client.transaction(id))
        #expect(done.status == .known(.refunded))
        #expect(done.refund?.status == .known(.succeeded))
        #expect(bench.ledger.effects(.refunded, of: id).map(\.detail) == [Bench.home])
        #expect(bench.ledger.effects(.refunded, of: id).map(\.amount) == ["100.00 USDC_POLYGON"])
    }

    @Test("A withdrawal's own destination comes before the default, and waits where it says so")
    func perTransaction() async throws {
        let bench = Bench()
        let client = try bench.client()
        let id = try await failed(
            bench, to: .init(type: .address, address: Self.elsewhere, autoRefund: false))
        bench.pass(.days(5))
        let waiting = try value(await client.transaction(id))
        #expect(waiting.refund?.status == .known(.eligible))
        #expect(waiting.refund?.destinationSource == .known(.perTransaction))
        let plan = try value(await client.dispatchRefund(of: id, to: nil, key: key(2)))
        #expect(plan.status == .known(.inProgress))
        bench.pass(.minutes(30))
        #expect(bench.ledger.effects(.refunded, of: id).map(\.detail) == [Self.elsewhere])
    }

    @Test("The destination of the refund call comes before all others; a second call is refused")
    func manual() async throws {
        let bench = Bench()
        let client = try bench.client()
        let id = try await failed(bench, scripted: #"{"outcome":"auto_refund","reference":"ref-1","value":"no"}"#)
        let plan = try value(
            await client.dispatchRefund(of: id, to: .init(type: .address, address: Self.elsewhere), key: key(2)))
        #expect(plan.destinationSource == .known(.manual))
        #expect(plan.address == Self.elsewhere)
        #expect(try refusal(await client.dispatchRefund(of: id, to: nil, key: key(3))).status == 409)
        bench.pass(.minutes(30))
        #expect(bench.ledger.effects(.refunded, of: id).map(\.detail) == [Self.elsewhere])
        #expect(bench.ledger.count(.dispatched, of: id) == 1)
    }

    @Test("Types that no capability lists, and addresses of another network, are refused; nothing is replaced")
    func overrides() async throws {
        let bench = Bench()
        let client = try bench.client()
        let id = try await failed(bench, scripted: #"{"outcome":"auto_refund","reference":"ref-1","value":"no"}"#)
        for destination in [
            BorderlessXYZClient.RefundDestination(type: .source), .init(type: .providerBalance),
            .init(type: .address, address: "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"),
        ] {
            #expect(try refusal(await client.dispatchRefund(of: id, to: destination, key: key(2))).status == 400)
        }
        #expect(try value(await client.transaction(id)).refund?.address == Bench.home)
    }

    @Test("A refund onto the balance at the partner is a claim there, and no crypto comes back")
    func providerBalance() async throws {
        let bench = Bench { _ in
        } _: {
            $0.acceptsUnlistedTypes = true
        }
        let client = try bench.client()
        let id = try await failed(bench, to: .init(type: .providerBalance))
        bench.pass(.hours(1))
        let done = try value(await client.transaction(id))
        #expect(done.status == .known(.refunded))
        #expect(done.refund?.path == .known(.providerBalance))
        #expect(bench.ledger.count(.keptAsBalance, of: id) == 1)
        #expect(bench.ledger.count(.refunded, of: id) == 0)
    }

    @Test(
        "A refund that gets stuck says so, and takes no second dispatch",
        arguments: [
            BorderlessXYZClient.RefundStatus.failed, .blocked, .manualRequired, .unsupported,
        ])
    func stuck(status: BorderlessXYZClient.RefundStatus) async throws {
        let bench = Bench()
        let client = try bench.client()
        let id = try await failed(
            bench,
            scripted:
                #"{"outcome":"refund_status","reference":"ref-1","value":"\#(status.rawValue)","reason":"no such wallet"}"#
        )
        bench.pass(.hours(1))
        let stuck = try value(await client.transaction(id))
        #expect(stuck.status == .known(.failed))
        #expect(stuck.refund?.status == .known(status))
        #expect(stuck.refund?.reason == "no such wallet")
        #expect(try refusal(await client.dispatchRefund(of: id, to: nil, key: key(2))).status == 409)
    }

    @Test("A partner that refunds by hand, or not at all, shows it in its capabilities and in the plan")
    func byHand() async throws {
        for (path, status) in [
            (RefundPath.manualRequired, BorderlessXYZClient.RefundStatus.manualRequired), (.unsupported, .unsupported),
        ] {
            let bench = Bench { $0.partners = [.init(name: "Manual", paths: [path], acceptedTypes: [])] }
            let client = try bench.client()
            let id = try await failed(bench)
            bench.pass(.hours(1))
            #expect(try value(await client.transaction(id)).refund?.status == .known(status))
            let (us, usd) = (try CountryCode(text: "US"), try CurrencyCode(text: "USD"))
            let capability = try #require(try value(await client.refundCapabilities(country: us, fiat: usd)).first)
            #expect(capability.acceptedTypes.isEmpty)
            #expect(capability.destinationModes == ["provider_locked"])
        }
    }

    @Test(
        "A default that nobody has confirmed for 30 days warns, and for 90 days blocks; confirming frees what it blocked"
    )
    func staleDefault() async throws {
        let bench = Bench()
        let client = try bench.client()
        #expect(try value(await client.refundDefault())?.isStale == false)
        bench.pass(.days(31))
        let warned = try #require(try value(await client.refundDefault()))
        #expect(warned.isStale)
        #expect(!warned.isRejected)
        bench.pass(.days(60))
        #expect(try value(await client.refundDefault())?.isRejected == true)
        let id = try await failed(bench)
        bench.pass(.hours(1))
        let blocked = try value(await client.transaction(id))
        #expect(blocked.refund?.status == .known(.blocked))
        _ = try value(await client.reconfirmRefundDefault(key: key(2)))
        #expect(try value(await client.refundDefault())?.isRejected == false)
        #expect(try value(await client.transaction(id)).refund?.status == .known(.eligible))
        _ = try value(await client.dispatchRefund(of: id, to: nil, key: key(3)))
        bench.pass(.hours(1))
        #expect(try value(await client.transaction(id)).status == .known(.refunded))
    }

    @Test("Where no default is set it is null, and money goes back to who sent it; setting one confirms it")
    func noDefault() async throws {
        let bench = Bench { $0.organisations[0].refundAddresses = [:] }
        let client = try bench.client()
        #expect(try value(await client.refundDefault()) == nil)
        let id = try await failed(bench)
        #expect(try value(await client.transaction(id)).refund?.destinationSource == .known(.originalSender))
        let set = try value(
            await client.setRefundDefault(addresses: ["POLYGON": Bench.home], autoRefund: true, key: key(2)))
        #expect(set.addresses == ["POLYGON": Bench.home])
        #expect(set.verifiedAt == bench.now)
    }

    @Test("A bank sends it back days after it was delivered")
    func bankReturn() async throws {
        let bench = Bench()
        let client = try bench.client()
        bench.script(#"{"outcome":"return","reference":"ref-1","seconds":172800}"#)
        let opened = try value(await client.createWithdrawal(try order(), key: key(1)))
        bench.pass(.hours(1))
        #expect(try value(await client.transaction(opened.id)).status == .known(.completed))
        bench.pass(.days(2))
        #expect(try value(await client.transaction(opened.id)).status == .known(.refunded))
        #expect(bench.ledger.effects.map(\.kind) == [.created, .transfer, .disbursed, .returned, .refunded])
    }

    @Test("Less may come back than had left, which nobody but the ledger tells; a lost answer of a dispatch sends once")
    func lessAndLost() async throws {
        let bench = Bench()
        let client = try bench.client()
        let id = try await failed(bench, scripted: #"{"outcome":"auto_refund","reference":"ref-1","value":"no"}"#)
        bench.script(#"{"outcome":"refund_amount","transactionId":"\#(id)","value":"97.50"}"#)
        bench.fault(.dropAfter, on: .dispatch)
        guard case .unknown = await client.dispatchRefund(of: id, to: nil, key: key(2)) else {
            Issue.record("the answer was not lost")
            return
        }
        #expect(try value(await client.transaction(id)).refund?.status == .known(.inProgress))
        bench.pass(.hours(1))
        #expect(bench.ledger.effects(.refunded, of: id).map(\.amount) == ["97.50 USDC_POLYGON"])
        #expect(bench.ledger.count(.dispatched, of: id) == 1)
    }

    @Test("The plan may be hidden, the answer to a dispatch may still say Eligible, and a refusal may have other codes")
    func readings() async throws {
        let bench = Bench { _ in
        } _: {
            $0.showsPlan = false
            $0.answersEligible = true
            $0.dispatchRefusal = 422
        }
        let client = try bench.client()
        let id = try await failed(bench, scripted: #"{"outcome":"auto_refund","reference":"ref-1","value":"no"}"#)
        #expect(try value(await client.transaction(id)).refund == nil)
        #expect(try value(await client.dispatchRefund(of: id, to: nil, key: key(2))).status == .known(.eligible))
        #expect(try refusal(await client.dispatchRefund(of: id, to: nil, key: key(3))).status == 422)
    }

    @Test("A payout that was opened through Dfns is known here too, and refunded by its id")
    func throughDfns() async throws {
        let bench = Bench()
        let client = try bench.client()
        let failed = try value(await client.transaction("bpo-6k2ps-1d9hq-8ab2v0m8sg9vd0pq"))
        #expect(failed.status == .known(.failed))
        #expect(failed.refund?.status == .known(.eligible))
        bench.pass(.hours(1))
        #expect(try value(await client.transaction(failed.id)).status == .known(.refunded))
        #expect(bench.ledger.effects.map(\.kind) == [.failed, .dispatched, .refunded])
        #expect(try refusal(await client.transaction("cm000000000000000000000000")).status == 404)
        let strict = Bench { _ in
        } _: {
            $0.knowsOthers = false
        }
        #expect(try refusal(await strict.client().transaction(failed.id)).status == 404)
    }
}
