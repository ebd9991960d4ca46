import BorderlessPayments
import BorderlessPaymentsSandbox
import Domain
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("Users of the simulated Borderless Payments")
struct UserTests {
    @Test("A user is created, checked, approved, and registered a while after that; what was not asked is filled in")
    func straight() async throws {
        let bench = Bench()
        let client = try bench.client()
        let created = try value(await client.createUser(person(), key: "k1"))
        #expect(created.kyc == .known(.notStarted))
        #expect(created.country == nil)
        let session = try value(await client.startKYC(of: created.id, key: "k2"))
        #expect(session.url.hasPrefix("https://verify."))
        #expect(try value(await client.user(created.id)).kyc == .known(.initiated))
        bench.pass(.minutes(2))
        #expect(try value(await client.user(created.id)).kyc == .known(.submitted))
        bench.pass(.minutes(2) + .seconds(10))
        let approved = try value(await client.user(created.id))
        #expect(approved.kyc == .known(.approved))
        #expect(approved.registeredAt == nil)
        #expect(approved.country?.text == "ES")
        bench.pass(.seconds(20))
        #expect(try value(await client.user(created.id)).registeredAt != nil)
        #expect(bench.kinds == ["user.kyc.submitted", "user.kyc.approved"])
    }

    @Test("Address and reference are unique in each mode, and the user who has them is found", arguments: [200, 201])
    func unique(status: Int) async throws {
        let bench = Bench(isLive: true) { $0.createdUserStatus = status }
        let client = try bench.client()
        let first = try value(await client.createUser(person(reference: "acme-1"), key: "k1"))
        #expect(try refusal(await client.createUser(person(), key: "k2")).code == "conflict")
        #expect(
            try refusal(await client.createUser(person("other", reference: "acme-1"), key: "k3")).code == "conflict")
        #expect(try value(await client.user(email: "MARIA@example.com", reference: nil))?.id == first.id)
        #expect(try value(await client.user(email: "x@example.com", reference: "acme-1"))?.id == first.id)
        _ = try value(await bench.client("sk_live").createUser(person(reference: "acme-1"), key: "k1"))
        #expect(bench.ledger.count("user_created") == 2)
    }

    @Test("What is known of a user can be changed until the check begins, and who is disabled can't be checked")
    func locked() async throws {
        let bench = Bench()
        let client = try bench.client()
        let user = try value(await client.createUser(person(), key: "k1"))
        try bench.ask(.patch, "/api/v1/users/\(user.id)", #"{"first_name":"Ana"}"#)
        try bench.ask(.post, "/api/v1/users/\(user.id)/disable", #"{"reason":"asked"}"#)
        #expect(try value(await client.user(user.id)).disabledAt != nil)
        #expect(try refusal(await client.startKYC(of: user.id, key: "k2")).code == "conflict")
        try bench.ask(.post, "/api/v1/users/\(user.id)/enable")
        _ = try value(await client.startKYC(of: user.id, key: "k3"))
        try bench.ask(.patch, "/api/v1/users/\(user.id)", #"{"first_name":"Eva"}"#, expect: 409)
    }

    @Test("A check is failed, or runs out and is begun anew; a status never goes back from approved")
    func checks() async throws {
        let bench = Bench()
        let client = try bench.client()
        try bench.script(#"{"outcome":"reject","name":"maria@example.com"}"#)
        try bench.script(#"{"outcome":"expire_session","name":"eva@example.com"}"#)
        let maria = try value(await client.createUser(person(), key: "k1"))
        let eva = try value(await client.createUser(person("eva"), key: "k2"))
        for user in [maria, eva] { _ = try value(await client.startKYC(of: user.id, key: "s\(user.id)")) }
        bench.pass(.days(8))
        #expect(try value(await client.user(maria.id)).kyc == .known(.rejected))
        #expect(try value(await client.user(eva.id)).kyc == .known(.expired))
        try bench.script(#"{"outcome":"approve","name":"\#(eva.id)"}"#)
        _ = try value(await client.startKYC(of: eva.id, key: "s2"))
        bench.pass(.minutes(10))
        #expect(try value(await client.user(eva.id)).kyc == .known(.approved))
        #expect(try refusal(await client.startKYC(of: eva.id, key: "s3")).code == "conflict")
        let check = try bench.ask(.get, "/api/v1/users/\(eva.id)/kyc")
        #expect(check["recent_events"]?.array?.last?["to_status"] == .string("APPROVED"))
    }

    @Test("The venue forgets a user until it is reminded, asks for the purpose, or turns the user down")
    func venue() async throws {
        let bench = Bench()
        let client = try bench.client()
        for (name, outcome) in [("maria", "forget"), ("eva", "ask_purpose"), ("ana", "veto")] {
            try bench.script(#"{"outcome":"\#(outcome)","name":"\#(name)@example.com"}"#)
        }
        var ids: [String] = []
        for name in ["maria", "eva", "ana"] {
            ids.append(try value(await client.createUser(person(name), key: name)).id)
            _ = try value(await client.startKYC(of: ids[ids.count - 1], key: "s\(name)"))
        }
        bench.pass(.hours(1))
        for id in ids.prefix(2) { #expect(try value(await client.user(id)).registeredAt == nil) }
        #expect(try value(await client.user(ids[2])).rejectedAt != nil)
        #expect(bench.kinds.last == "user.kyc.order_provider_rejected")
        #expect(try value(await client.register(ids[0], key: "r1")))
        #expect(try refusal(await client.register(ids[1], key: "r2")).code == "purpose_required")
        _ = try value(await client.setPurposes(["investing"], of: ids[1], key: "p1"))
        #expect(try value(await client.register(ids[1], key: "r3")))
        #expect(try refusal(await client.createOrder(order(user: ids[2]), key: "o1")).code == "conflict")
    }
}
