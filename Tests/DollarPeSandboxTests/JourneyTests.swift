import DollarPe
import DollarPeSandbox
import Domain
import Foundation
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("Lockstep's own client against the simulated DollarPe")
struct JourneyTests {
    @Test("A payout from configuration to link, in every era and every shape", arguments: DollarPeOptions.Era.allCases)
    func completed(era: DollarPeOptions.Era) async throws {
        let bench = Bench { $0.era = era }
        let client = try bench.client()
        for shape in DollarPeOptions.ConfigurationShape.allCases {
            bench.change { $0.configuration = shape }
            let configuration = try value(await client.configuration())
            #expect(configuration.assets == (shape == .reference ? ["usdc", "usdt"] : ["usdt", "usdc"]))
            #expect(configuration.limits["usdt"] == .init(least: 28, most: 5563))
        }
        #expect(try value(await client.customer("c-1")).status == .known(.verified))
        #expect(try value(await client.bank("b-1", of: "c-1")).status == .known(.verified))
        #expect(try value(await client.rate(asset: "usdt", fiat: "inr")) == Decimal(string: "82.5"))
        let limits = try value(await client.limits(of: "c-1"))
        #expect(limits.available == 500_000)
        #expect(limits.resetAt == Timestamp(seconds: 1_772_409_600))
        let quotation = try value(try await bench.quote("51.20"))
        #expect(quotation.sending == Decimal(string: "51.2"))
        #expect(quotation.receiving == Decimal(string: "4161.83"))
        #expect(quotation.expiresAt - bench.now == (era == .may2025 ? .minutes(5) : .minutes(10)))
        #expect(try value(await client.quotation(quotation.id)).status == "UNLINKED")
        let payout = try value(try await bench.initiate(quotation.id))
        #expect(payout.status == .known(.processing))
        let used = try value(await client.quotation(quotation.id))
        #expect([used.status, used.order] == ["LINKED", payout.id])
        bench.pass(.minutes(41))
        let arrived = try value(await client.payout(payout.id))
        #expect(arrived.status == .known(.success))
        #expect(arrived.utr?.hasPrefix("RATN") == true)
        #expect(arrived.transfer == nil)
        _ = try value(await client.link(order: "1", transfer: "t-1"))
        #expect(try value(await client.payout(payout.id)).transfer == "t-1")
        #expect(bench.ledger.effects.map(\.kind) == [.created, .disbursed, "linked"])
        #expect(bench.ledger.count(.created, of: "r-1") == 1)
    }

    @Test("By itself DollarPe's sandbox pays nothing out: a mock moves what is PROCESSING, and nothing else")
    func mock() async throws {
        let bench = Bench { $0.delays = .init() }
        let id = try await bench.payout()
        bench.pass(.days(3))
        #expect(try await bench.status(of: id) == "PROCESSING")
        func mock(_ status: String) throws -> JSON? {
            let body = #"{"payout_id":"\#(id)","payout_status":"\#(status)"}"#
            return try bench.call(.patch, "/pos/api/v1/payout/mock-payout-status", body).body["data"]?["payout_status"]
        }
        #expect(try mock("SUCCESS") == .string("SUCCESS"))
        // It answers with what was asked for, also where it has no effect.
        #expect(try mock("FAILED") == .string("FAILED"))
        #expect(try await bench.status(of: id) == "SUCCESS")
        #expect(bench.ledger.effects.map(\.kind) == [.created, .disbursed])
    }

    @Test(
        "What the hundredths of an amount make happen",
        arguments: [
            ("51.01", ["FAILED", "FAILED"], [Ledger.Kind.created, .failed]),
            ("51.02", ["FAILED", "REFUNDED"], [.created, .failed, .refunded]),
            ("51.03", ["PROCESSING", "PROCESSING"], [.created]),
            ("51.04", ["SUCCESS", "REFUNDED"], [.created, .disbursed, .returned]),
            ("51.05", ["CANCELLED", "CANCELLED"], [.created, .canceled]),
            ("51.06", ["IN_REVIEW", "SUCCESS"], [.created, .disbursed]),
            ("51.08", ["REFUNDED", "REFUNDED"], [.created, .refunded]),
            ("51.09", ["SUCCESS", "SUCCESS"], [.created, .disbursed]),
            ("51.10", ["ON_HOLD", "SUCCESS"], [.created, .disbursed]),
            ("51.11", ["SUCCESS", "SUCCESS"], [.created, .disbursed]),
        ])
    func magic(amount: String, statuses: [String], effects: [Ledger.Kind]) async throws {
        let bench = Bench()
        let id = try await bench.payout(amount)
        bench.pass(.minutes(41))
        let first = try await bench.status(of: id)
        bench.pass(.days(4))
        #expect([first, try await bench.status(of: id)] == statuses)
        #expect(bench.ledger.effects.map(\.kind) == effects)
    }

    @Test("Outcomes are scripted for one payout, for one order, or for all")
    func scripted() async throws {
        let bench = Bench()
        #expect(bench.script(#"{"outcome":"fail","exchangeOrderId":"2"}"#) == 200)
        #expect(
            bench.script(#"{"outcome":"hold","clientReferenceId":"r-3","value":"UNDER_AUDIT","seconds":60}"#) == 200)
        let payouts = try await [1, 2, 3].asyncMap { try await bench.payout(order: "\($0)", reference: "r-\($0)") }
        bench.pass(.minutes(2))
        #expect(try await bench.status(of: payouts[2]) == "UNDER_AUDIT")
        #expect(bench.script(#"{"outcome":"stuck","payoutId":"\#(payouts[0])"}"#) == 200)
        bench.pass(.days(1))
        #expect(
            try await payouts.asyncMap { try await bench.status(of: $0) } == ["PROCESSING", "FAILED", "SUCCESS"])
        #expect(bench.script(#"{"outcome":"fail"}"#) == 400)
        #expect(bench.script(#"{"outcome":"fail","payoutId":"nobody"}"#) == 400)
        #expect(bench.script(#"{"outcome":"explode","all":true}"#) == 400)
    }

    @Test("The help text tells of magic amounts, outcomes and DollarPe's own mocks")
    func help() {
        let names = DollarPeSimulator.help.flatMap(\.rows).map(\.name)
        #expect(names.contains(".04"))
        #expect(names.contains("expire_quotation"))
        #expect(names.contains("PATCH …/payout/mock-payout-status"))
    }
}

extension Sequence {
    func asyncMap<Other>(_ change: (Element) async throws -> Other) async rethrows -> [Other] {
        var changed: [Other] = []
        for element in self { changed.append(try await change(element)) }
        return changed
    }
}
