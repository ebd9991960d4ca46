import Domain
import JSONSchema
import LockstepTesting
import Onramp
import Testing
import Time
import WorkflowCore

@Suite("How an on-ramp's customer becomes known")
struct OnrampCustomerTests {
    typealias F = OnrampFixture

    @Test("The straight way: created, checked, registered, quoted")
    func straight() {
        var job = Simulation(of: Onramp.self, input: F.purchase(customer: F.maria))
        #expect(job.activity == .createUser(purchase: F.purchase(customer: F.maria)))
        job.receive(.userRead(user: F.user(.open(word: "NOT_STARTED"), registered: false)))
        #expect(job.activity == .startKYC(user: "user-1"))
        job.receive(.sessionOpened(url: F.url))
        #expect(Onramp.output(of: job.state)["verify_url"] == .string(F.url))
        job.receive(.userRead(user: F.user(.open(word: "INIT"), registered: false)))
        #expect(Onramp.output(of: job.state)["verify_url"] == .string(F.url))
        job.receive(.userRead(user: F.user(.underReview(word: "PENDING"), registered: false)))
        #expect(Onramp.output(of: job.state)["verify_url"] == nil)
        #expect(Onramp.output(of: job.state)["kyc_status"] == "PENDING")
        job.receive(.userRead(user: F.user(registered: false)))
        #expect(F.name(job) == "awaitingRegistration")
        job.receive(.userRead(user: F.user()))
        #expect(job.activity == .requestQuote(purchase: F.purchase(customer: F.maria), buyer: F.buyer))
        #expect(Onramp.references(of: job.state) == [Reference(provider: "borderless_payments", value: "user-1")])
    }

    @Test("409 at the user: the one who is there is found, wherever the check stands")
    func existing() {
        for (user, place) in [
            (F.user(), "quoting"), (F.user(registered: false), "awaitingRegistration"),
            (F.user(.underReview(word: "SUBMITTED"), registered: false), "verifying"),
            (F.user(.open(word: "INIT"), registered: false), "startingKYC"),
            (F.user(.rejected, registered: false), "rejected"),
        ] {
            var job = Simulation(of: Onramp.self, input: F.purchase(customer: F.maria))
            job.receive(refusal: ProviderRefusal(code: "conflict", message: "duplicate e-mail"))
            #expect(job.activity == .findUser(purchase: F.purchase(customer: F.maria)))
            job.receive(.userRead(user: user))
            #expect(F.name(job) == place)
        }
    }

    @Test("A session that runs out is followed by another, three times; a check that is failed ends it")
    func sessions() {
        var job = F.simulation(
            in: .verifying(applicant: F.applicant(), session: Onramp.Session(url: F.url, status: "INIT")))
        for session in 2...3 {
            job.receive(.userRead(user: F.user(.expired, registered: false)))
            #expect(job.activity == .startKYC(user: "user-1"))
            job.receive(.sessionOpened(url: "https://verify.example/\(session)"))
            #expect(Onramp.output(of: job.state)["verify_url"] == .string("https://verify.example/\(session)"))
            job.receive(.userRead(user: F.user(.open(word: "INIT"), registered: false)))
        }
        job.receive(.userRead(user: F.user(.expired, registered: false)))
        #expect(job.outcome == .expired)
        var rejected = F.simulation(
            in: .verifying(applicant: F.applicant(), session: Onramp.Session(url: nil, status: "PENDING")))
        rejected.receive(.userRead(user: F.user(.rejected, registered: false)))
        #expect(rejected.outcome == .rejected)
        #expect(Onramp.output(of: rejected.state)["code"] == "kyc_rejected")
    }

    @Test("A check that is called expired until the customer acts uses up no session: it counts once it was seen open")
    func expiredBefore() {
        let expired = Onramp.Event.userRead(user: F.user(.expired, registered: false))
        var job = F.simulation(in: .startingKYC(applicant: F.applicant()))
        job.receive(.sessionOpened(url: F.url))
        for _ in 0..<5 { #expect(job.receive(expired) == .ignore) }
        #expect(Onramp.output(of: job.state)["verify_url"] == .string(F.url))
        job.receive(.userRead(user: F.user(.open(word: "INIT"), registered: false)))
        #expect(Onramp.output(of: job.state)["verify_url"] == .string(F.url))
        job.receive(expired)
        #expect(F.name(job) == "startingKYC")
    }

    @Test("A session that no read has shown counts as run out after a day: it may have come and gone between two reads")
    func expiredUnseen() {
        let expired = Onramp.Event.userRead(user: F.user(.expired, registered: false))
        var job = F.simulation(in: .startingKYC(applicant: F.applicant()))
        job.receive(.sessionOpened(url: F.url))
        for _ in 0..<24 {
            #expect(job.receive(expired) == .ignore)
            job.passDeadline()
            job.receive(.checkRefreshed)
        }
        job.receive(expired)
        #expect(F.name(job) == "startingKYC")
    }

    @Test("The vendor's word is asked for each hour, in case it was missed; after three days a person looks")
    func missedWord() {
        var job = F.simulation(in: .startingKYC(applicant: F.applicant()))
        job.receive(.sessionOpened(url: F.url))
        for hour in 0..<72 {
            #expect(job.plan.deadline?.limit == .after(.hours(1)))
            #expect(job.plan.overdue?.after == .hours(72 - hour))
            job.passDeadline()
            #expect(job.activity == .refreshCheck(user: "user-1"))
            #expect(job.activity?.effect == .read)
            #expect(Onramp.output(of: job.state)["verify_url"] == .string(F.url))
            switch hour % 3 {
            case 0: job.receive(.checkRefreshed)
            case 1: job.passDeadline()
            default: job.receive(refusal: ProviderRefusal(code: "conflict", message: "no"))
            }
            #expect(F.name(job) == "verifying")
        }
        #expect(job.plan.overdue?.after == .zero)
        job.receive(.userRead(user: F.user()))
        #expect(F.name(job) == "quoting")
    }

    @Test("A check that was started by somebody else is waited for")
    func startedElsewhere() {
        var job = F.simulation(in: .startingKYC(applicant: F.applicant()))
        job.receive(refusal: ProviderRefusal(code: "conflict", message: "KYC has started"))
        #expect(job.activity == .readUser(id: "user-1"))
        // The last session's word: it uses up none of this one's.
        for _ in 0..<5 {
            #expect(job.receive(.userRead(user: F.user(.expired, registered: false))) == .ignore)
        }
        job.receive(.userRead(user: F.user()))
        #expect(F.name(job) == "quoting")
    }

    @Test("A session of another job's that no read has shown gets its whole day, however old the check is")
    func startedElsewhereLate() {
        var applicant = F.applicant()
        applicant.refreshes = 30
        var job = F.simulation(in: .startingKYC(applicant: applicant))
        job.receive(refusal: ProviderRefusal(code: "conflict", message: "KYC has started"))
        #expect(job.receive(.userRead(user: F.user(.expired, registered: false))) == .ignore)
    }

    @Test("Approved alone is not enough: the venue is reminded, more and more rarely, and then a person looks")
    func registration() {
        var job = F.simulation(
            in: .verifying(applicant: F.applicant(), session: Onramp.Session(url: nil, status: "PENDING")))
        job.receive(.userRead(user: F.user(registered: false)))
        for minutes in [10, 20, 40, 80, 160, 320] {
            #expect(job.plan.deadline?.limit == .after(.minutes(minutes)))
            #expect(job.receive(.userRead(user: F.user(registered: false))) == .ignore)
            job.passDeadline()
            #expect(job.activity == .register(user: "user-1"))
            job.receive(.registrationAsked)
        }
        #expect(job.plan.deadline == nil)
        #expect(job.plan.overdue?.after == .hours(1))
        job.receive(.userRead(user: F.user()))
        #expect(F.name(job) == "quoting")
    }

    @Test("A registration that is refused is asked for again later")
    func registrationRefused() {
        var job = F.simulation(in: .registering(applicant: F.applicant()))
        job.receive(refusal: ProviderRefusal(code: "conflict", message: "not yet"))
        #expect(F.name(job) == "awaitingRegistration")
    }

    @Test("The venue's veto ends it, whenever it comes before the order")
    func veto() {
        let vetoed = F.user(registered: false, vetoed: true)
        for state in [
            Onramp.State.verifying(applicant: F.applicant(), session: Onramp.Session(url: nil, status: "PENDING")),
            .awaitingRegistration(applicant: F.applicant()),
            .checking(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()),
        ] {
            var job = F.simulation(in: state)
            job.receive(.userRead(user: vetoed))
            #expect(job.outcome == .rejected)
            #expect(Onramp.output(of: job.state)["code"] == "venue_veto")
        }
    }

    @Test("A purpose of usage is declared when it is asked for: the input's first, then the app's")
    func purpose() {
        let ask = ProviderRefusal(code: "purpose_required", message: "purpose of usage")
        var job = F.simulation(
            in: .registering(applicant: F.applicant(F.purchase(customer: F.maria, purposes: [.sample]))))
        job.receive(refusal: ask)
        #expect(job.activity == .declarePurpose(purposes: [.sample], user: "user-1"))
        job.receive(.purposeDeclared)
        // At once: nobody else would ask the venue before minutes or hours have passed.
        #expect(job.activity == .register(user: "user-1"))
        job.receive(refusal: ask)
        #expect(F.name(job) == "awaitingPurpose")
        #expect(Onramp.output(of: job.state)["needs"] == "purposes")
        #expect(job.receive(signal: Signal(name: "purposes", payload: ["purposes": []])) == nil)
        #expect(job.receive(signal: Signal(name: "purposes", payload: ["purposes": [7]])) == nil)
        job.receive(signal: Signal(name: "purposes", payload: ["purposes": ["investing"]]))
        guard case .declarePurpose(let purposes, "user-1") = job.activity else {
            Issue.record("it rests in \(job.state)")
            return
        }
        #expect(purposes.map(\.text) == ["investing"])
        job.receive(.purposeDeclared)
        job.receive(.registrationAsked)
        #expect(F.name(job) == "awaitingRegistration")
    }

    @Test("While the app is asked what it is for, the user is read: another job may have said it")
    func purposeGivenElsewhere() {
        let waiting = F.simulation(in: .awaitingPurpose(applicant: F.applicant()))
        #expect(waiting.activity == .readUser(id: "user-1"))
        #expect(waiting.plan.deadline?.limit == .after(.days(14)))
        for (user, place) in [
            (F.user(), "quoting"), (F.user(registered: false, vetoed: true), "rejected"),
            (F.user(disabled: true), "failed"),
        ] {
            var job = waiting
            #expect(job.receive(.userRead(user: F.user(registered: false))) == .ignore)
            job.receive(.userRead(user: user))
            #expect(F.name(job) == place)
        }
    }

    @Test("Nobody says what it is for in two weeks: the purchase expires")
    func noPurpose() {
        var job = F.simulation(in: .awaitingPurpose(applicant: F.applicant()))
        job.passDeadline()
        #expect(job.outcome == .expired)
    }

    @Test("Before each order the user is looked at once more: disabled, not registered any more, or never approved")
    func lastLook() {
        for (user, place) in [
            (F.user(disabled: true), "failed"), (F.user(registered: false), "awaitingRegistration"),
            (F.user(.open(word: "NOT_STARTED"), registered: false), "startingKYC"),
            (F.user(.expired, registered: false), "startingKYC"), (F.user(), "ordering"),
        ] {
            var job = F.simulation(in: .checking(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
            job.receive(.userRead(user: user))
            #expect(F.name(job) == place)
        }
    }

    @Test("Whoever has the address under another name of ours is not taken for this customer")
    func anotherCustomer() {
        var job = F.simulation(in: .findingUser(purchase: F.purchase(customer: F.maria)))
        job.receive(refusal: ProviderRefusal(code: "conflict", message: "the address belongs to the user u-2"))
        #expect(job.outcome == .failed)
        #expect(Onramp.output(of: job.state)["code"] == "conflict")
    }

    @Test("A known user who does not exist in this mode ends the job before anything is ordered")
    func unknownUser() {
        var job = F.simulation(in: .checking(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
        job.receive(refusal: ProviderRefusal(code: "not_found", message: "404"))
        #expect(job.outcome == .failed)
    }
}
