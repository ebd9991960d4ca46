import DollarPe
import DollarPeSandbox
import Domain
import Foundation
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("What the simulated DollarPe enforces, in the documented words")
struct RuleTests {
    @Test("A quotation is for one payout: again it is refused, whichever of its three marks is seen first")
    func singleUse() async throws {
        let texts: [DollarPeOptions.DuplicateReading: String] = [
            .clientReference: "Client Reference ID already exists",
            .quotation: "Quotation is already linked to another payout",
            .exchangeOrder: "Exchange Order ID already linked to a payout that is either processing or successful",
        ]
        for (reading, text) in texts {
            let bench = Bench { $0.duplicate = reading }
            let quotation = try value(try await bench.quote())
            _ = try value(try await bench.initiate(quotation.id))
            let again = try refusal(try await bench.initiate(quotation.id))
            #expect(again.code == .duplicate)
            #expect(again.message.contains(text))
            #expect(bench.ledger.count(.created) == 1)
        }
    }

    @Test("A lost answer was an order: the quotation and the history show it, under either reading")
    func lost() async throws {
        for reading in DollarPeOptions.LinkedReading.allCases {
            let bench = Bench { $0.linkedQuotation = reading }
            let quotation = try value(try await bench.quote())
            bench.fault(.dropAfter, on: .initiate)
            guard case .unknown = try await bench.initiate(quotation.id) else {
                Issue.record("the answer was not lost")
                continue
            }
            let found = try value(await bench.client().quotation(quotation.id))
            #expect(found.status == (reading == .linked ? "LINKED" : "PROCESSING"))
            let listed = try value(await bench.client().history(of: "c-1", from: bench.now, to: bench.now))
            #expect(listed.map(\.id) == [found.order])
            #expect(listed.map(\.reference) == ["r-1"])
            #expect(listed.map(\.quotation) == [quotation.id])
        }
    }

    @Test("An exchange order may be used again only after its payout failed, was refunded or canceled")
    func exchangeOrder() async throws {
        let bench = Bench()
        _ = try await bench.payout("51.01", order: "1", reference: "r-1")
        let second = try value(try await bench.quote())
        let refused = try refusal(try await bench.initiate(second.id, order: "1", reference: "r-2"))
        #expect(refused.message.contains("Exchange Order ID already linked"))
        bench.pass(.hours(1))
        let third = try value(try await bench.quote())
        _ = try value(try await bench.initiate(third.id, order: "1", reference: "r-3"))
        let fourth = try value(try await bench.quote())
        let taken = try refusal(try await bench.initiate(fourth.id, order: "9", reference: "r-1"))
        #expect(taken.message.contains("Client Reference ID already exists"))
    }

    @Test("An expired quotation is refused, one that ends at once too, and one that isn't there")
    func expiry() async throws {
        let bench = Bench()
        let aged = try value(try await bench.quote())
        bench.pass(.minutes(10))
        #expect(try refusal(try await bench.initiate(aged.id)).code == .expired)
        #expect(try value(await bench.client().quotation(aged.id)).status == "EXPIRED")
        bench.script(#"{"outcome":"expire_quotation"}"#)
        let brief = try value(try await bench.quote())
        #expect(brief.expiresAt - bench.now == .minutes(10))
        #expect(try refusal(try await bench.initiate(brief.id)).code == .expired)
        #expect(try refusal(try await bench.initiate("q-0")).code == .notFound)
        let other = try value(try await bench.quote())
        let wrong = await (try bench.client()).initiate(
            .init(quotation: other.id, customer: "c-2", exchangeOrder: "1", reference: "r"))
        #expect(try refusal(wrong).message.contains("Customer ID does not match with the quotation"))
        #expect(bench.ledger.effects.isEmpty)
    }

    @Test("Customer and bank account have to be verified, when it is quoted and when it is ordered")
    func gates() async throws {
        let bench = Bench()
        for (outcome, code) in [
            (#"{"outcome":"customer","customerId":"c-1","value":"#, "customer_unverified"),
            (#"{"outcome":"bank","bankId":"b-1","value":"#, "bank_unverified"),
        ] {
            let quotation = try value(try await bench.quote())
            bench.script(outcome + #""FAILED"}"#)
            #expect(try refusal(try await bench.initiate(quotation.id)).code.rawValue == code)
            #expect(try refusal(try await bench.quote()).code.rawValue == code)
            bench.script(outcome + #""VERIFIED"}"#)
        }
        #expect(bench.ledger.effects.isEmpty)
    }

    @Test(
        "Amounts and assets that are not paid out",
        arguments: [("27.99", "less than minimum amount 28"), ("5563.01", "more than maximum amount 5563")])
    func amounts(amount: String, text: String) async throws {
        #expect(try refusal(try await Bench().quote(amount)).message.contains(text))
    }

    @Test("AML refuses a quotation, and risk parameters are asked for where the configuration lists them")
    func screening() async throws {
        let bench = Bench { $0.requiredRisk = ["ip_address"] }
        #expect(try value(await bench.client().configuration()).requiredRiskParameters == ["ip_address"])
        #expect(try refusal(try await bench.quote()).message.contains("risk_parameters.ip_address"))
        let risk = DollarPeClient.Risk(
            deviceID: nil, ipAddress: "203.0.113.10", isReportedByPolice: false, isReportedAsSuspicious: false)
        let quoted = await (try bench.client()).quote(
            .init(asset: "usdt", fiat: "inr", amount: "51", customer: "c-1", bank: "b-1", risk: risk))
        _ = try value(quoted)
        #expect(try refusal(try await Bench().quote("51.07")).code.rawValue == "aml")
    }

    @Test("Limits count what is under way, start anew with the day, and rise when due diligence is approved")
    func limits() async throws {
        let bench = Bench(limit: 500_000)  // 5,000 rupees: one payout of 51
        let first = try value(try await bench.quote())
        let second = try value(try await bench.quote())
        _ = try value(try await bench.initiate(first.id))
        // A parallel payout has used the limit since it was quoted.
        #expect(
            try refusal(try await bench.initiate(second.id, order: "2", reference: "r-2")).code.rawValue
                == "edd_required")
        let limits = try value(await bench.client().limits(of: "c-1"))
        #expect(limits.available == Decimal(string: "792.5"))
        #expect(limits.isEDDRequired)
        let edd = try bench.call(
            .post, "/ren/api/v1/payout/edd/save", #"{"customer_id":"c-1","declaration":true}"#)
        #expect(edd.body["data"]?["status"] == .string("PROCESSING"))
        bench.pass(.minutes(11))
        #expect(try value(await bench.client().limits(of: "c-1")).isEDDRequired == false)
        _ = try value(try await bench.quote())
        let again = try bench.call(
            .post, "/ren/api/v1/payout/edd/save", #"{"customer_id":"c-1","declaration":true}"#)
        #expect(again.body["errors"]?["customer_id"] == .array([.string("EDD not required")]))
        let untouched = Bench(limit: 500_000)
        _ = try await untouched.payout()
        #expect(try refusal(try await untouched.quote()).code.rawValue == "edd_required")
        untouched.pass(.hours(12))
        _ = try value(try await untouched.quote())
    }

    @Test("A link is kept once: the same pair again is harmless, another transfer or order is refused")
    func link() async throws {
        let bench = Bench()
        let client = try bench.client()
        let id = try await bench.payout()
        _ = try value(await client.link(order: "1", transfer: "t-1"))
        _ = try value(await client.link(order: "1", transfer: "t-1"))
        #expect(try refusal(await client.link(order: "1", transfer: "t-2")).message.contains("already linked"))
        #expect(try refusal(await client.link(order: "9", transfer: "t-1")).message.contains("not found"))
        #expect(bench.ledger.count("linked", of: id) == 1)
        bench.change { $0.link = .afterSuccess }
        let late = try await bench.payout(order: "2", reference: "r-2")
        #expect(try refusal(await client.link(order: "2", transfer: "t-1")).message.contains("not successful yet"))
        bench.pass(.hours(1))
        bench.script(#"{"outcome":"lose_link","payoutId":"\#(late)"}"#)
        _ = try value(await client.link(order: "2", transfer: "t-1"))
        #expect(try value(await client.payout(late)).transfer == nil)
    }

    @Test("Era and readings can be changed while it runs; a misspelt one changes nothing")
    func options() async throws {
        let bench = Bench()
        #expect(try bench.call(.get, "/pos/api/v1/payout/configuration").body["err_code"] == nil)
        #expect(
            bench.control("options", #"{"era":"2026-09","linkedQuotation":"payout","quotationLifetime":60}"#) == 200)
        #expect(try bench.call(.get, "/pos/api/v1/payout/configuration").body["err_code"] == .null)
        let quotation = try value(try await bench.quote())
        #expect(quotation.expiresAt == bench.now + .seconds(60))
        _ = try value(try await bench.initiate(quotation.id))
        #expect(try value(await bench.client().quotation(quotation.id)).status == "PROCESSING")
        #expect(bench.control("options", #"{"era":"2025-05","links":"after_success"}"#) == 400)
        #expect(bench.control("options", #"{"era":"2024"}"#) == 400)
        #expect(try bench.call(.get, "/pos/api/v1/payout/configuration").body["err_code"] == .null)
    }

    @Test("Dates of the history are used together")
    func history() async throws {
        let bench = Bench()
        _ = try await bench.payout()
        let alone = try bench.call(.get, "/pos/api/v1/payout/history?start_date=2026-03-01")
        #expect(alone.status == 400)
        #expect(
            alone.body["errors"]?["date_range"]
                == .array([.string("start_date and end_date must be used together")]))
        let all = try bench.call(.get, "/pos/api/v1/payout/history?payout_status=SUCCESS")
        #expect(all.body["data"]?["count"] == .number("0"))
        let earlier = try bench.call(.get, "/pos/api/v1/payout/history?start_date=2026-02-01&end_date=2026-02-28")
        #expect(earlier.body["data"]?["results"] == .array([]))
    }

    @Test("The rate moves between question and quotation; asset and fiat come in the query or in a body")
    func rate() async throws {
        let bench = Bench()
        bench.script(#"{"outcome":"rate","value":"8100"}"#)
        #expect(try value(try await bench.quote()).rate == 81)
        let body = #"{"asset":"USDT","fiat":"INR"}"#
        for method in [HTTPMethod.get, .post] {
            #expect(
                try bench.call(method, "/pos/api/v1/payout/fetch-rate", body).body["data"]?["rate"] == .number("81"))
        }
        #expect(try bench.call(.get, "/pos/api/v1/payout/fetch-rate").status == 400)
    }

    @Test("A customer, its papers, and three bank accounts at most; a UPI address is not paid")
    func customers() async throws {
        let bench = Bench()
        let created = try bench.call(
            .post, "/cms/api/v1/customer/create", #"{"full_name":"A B","email":"a@example.com","phone":"+911"}"#)
        let id = try #require(created.body["data"]?["id"]?.string)
        let client = try bench.client()
        #expect(try value(await client.customer(id)).status == .known(.unverified))
        try bench.call(.post, "/cms/api/v1/kyc/add-kyc-data", #"{"customer_id":"\#(id)"}"#)
        #expect(try value(await client.customer(id)).status == .known(.processing))
        bench.pass(.minutes(11))
        #expect(try value(await client.customer(id)).status == .known(.verified))
        let accounts = [
            #""vpa":"a@upi""#, #""account_number":"1","ifsc":"HDFC0000001""#, #""account_number":"2","ifsc":"X""#,
            #""account_number":"3","ifsc":"X""#,
        ]
        let made = try accounts.map {
            try bench.call(.post, "/cms/api/v1/bank/create", #"{"customer_id":"\#(id)",\#($0)}"#)
        }
        #expect(made.map(\.status) == [200, 200, 200, 400])
        try bench.call(
            .post, "/cms/api/v1/bank/mock-bank-verification", #"{"customer_id":"\#(id)","bank_status":"VERIFIED"}"#)
        let upi = try #require(made[0].body["data"]?["id"]?.string)
        #expect(try value(await client.bank(upi, of: id)).status == .known(.verified))
        let quoted = await client.quote(
            .init(asset: "usdt", fiat: "inr", amount: "51", customer: id, bank: upi, risk: nil))
        #expect(try refusal(quoted).message.contains("UPI is not supported"))
    }

    @Test("The check of a customer can be mocked only as documented")
    func mockKYC() async throws {
        let bench = Bench()
        func mock(_ status: String) throws -> Int {
            let body = #"{"customer_id":"c-1","kyc_status":"\#(status)"}"#
            return try bench.call(.patch, "/cms/api/v1/kyc/mock-kyc-status", body).status
        }
        #expect(try ["FAILED", "VERIFIED", "UNVERIFIED", "VERIFIED"].map(mock) == [400, 400, 200, 400])
        try bench.call(.post, "/cms/api/v1/kyc/add-kyc-data", #"{"customer_id":"c-1"}"#)
        #expect(try mock("TAX_VERIFICATION_FAILED") == 200)
        #expect(try value(await bench.client().customer("c-1")).status == .known(.failed))
        bench.pass(.seconds(1))
        #expect(bench.posted.count == 1)
    }
}
