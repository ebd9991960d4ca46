import Domain
import Engine
import JSONSchema
import LockstepTesting
import PontisPayout
import Testing
import Time
import WorkflowCore

/// Each way in which a payout through PontisGlobe is known to fail, as a script; what needs the engine, the client or
/// the provider to show itself is tested in their suites, as `workflows/README.md` lists.
@Suite("What a payout through PontisGlobe survives")
struct PontisPayoutFailureModes {
    private typealias Fixture = PontisFixture

    @Test("The straight way: ordered, queued, processed, delivered; and looked at for a week")
    func straight() throws {
        var payout = try Fixture.sending()
        #expect(payout.activity == .send(order: try Fixture.order()))
        payout.receive(Fixture.report(.pending))
        #expect(payout.activity == .readPayout(id: Fixture.id))
        payout.receive(Fixture.report(.processing))
        payout.receive(Fixture.report(.completed))
        #expect(payout.outcome == .completed)
        #expect(payout.path == ["sending", "queued", "processing", "completed"])
        #expect(payout.plan.watch?.activity == .readPayout(id: Fixture.id))
        #expect(payout.plan.watch?.every == .days(1))
        #expect(payout.plan.watch?.period == .days(7))
        #expect(PontisPayout.references(of: payout.state) == [Reference(provider: "pontis", value: Fixture.id)])
    }

    @Test("An order whose outcome is unknown is sent again under the same key, until it has an id")
    func sendUnknown() throws {
        #expect(PontisPayout.Activity.send(order: try Fixture.order()).effect == .deduplicated)
        // Nothing but an answer leads away from there: no deadline gives up on it, nobody cancels it.
        var payout = try Fixture.sending()
        #expect(payout.plan.deadline == nil)
        #expect(
            payout.receive(signal: Signal(name: "cancel"))
                == .refuse("the payout is being ordered; whether that can be undone is for PontisGlobe to say"))
        // The replay shows where it is by now.
        payout.receive(Fixture.report(.completed))
        #expect(payout.state == .completed(payout: try Fixture.payout()))
    }

    @Test("A clock that is wrong, or a key: left to a person, who mends it, and the same key is sent again")
    func clockDrift() throws {
        var payout = try Fixture.sending()
        #expect(payout.receive(refusal: Fixture.no("unauthorized")) == .unexpected)
        #expect(payout.isParked)
        #expect(payout.activity == .send(order: try Fixture.order()))
        payout.receive(Fixture.report(.pending))
        #expect(!payout.isParked)
    }

    @Test("An approval that takes days is waited for; then it goes on, or is rejected, or canceled")
    func longApproval() throws {
        let ways: [(PontisPayout.Status, PontisPayout.State)] = [
            (.pending, .queued(payout: try Fixture.payout())),
            (.rejected(why: Fixture.returned), .rejected(refusal: Fixture.returned, payout: try Fixture.payout())),
            (.canceled, .canceled(payout: try Fixture.payout())),
        ]
        for (status, state) in ways {
            var payout = try Fixture.sending()
            payout.receive(Fixture.report(.pendingApproval))
            #expect(payout.plan.deadline == nil)
            #expect(payout.plan.overdue?.after == .days(2))
            #expect(payout.receive(Fixture.report(.pendingApproval)) == .ignore)
            payout.receive(Fixture.report(status))
            #expect(payout.state == state)
        }
    }

    @Test("Stuck: read on for ever, overdue on a desk; never failed by us, never paid again")
    func stuck() throws {
        for (status, after) in [(PontisPayout.Status.pending, Duration.hours(4)), (.processing, .hours(24))] {
            var payout = try Fixture.sending()
            payout.receive(Fixture.report(status))
            #expect(payout.plan.deadline == nil)
            #expect(payout.plan.overdue?.after == after)
            #expect(payout.plan.overdue?.desk == "payments operations")
            #expect(payout.receive(Fixture.report(status)) == .ignore)
            #expect(payout.activity == .readPayout(id: Fixture.id))
        }
    }

    @Test("Delivered, and returned days later: reopened by the row that says so, whoever found out first")
    func reversedLater() throws {
        var payout = Fixture.simulation(in: .completed(payout: try Fixture.payout()))
        #expect(payout.receive(Fixture.report(.completed)) == .ignore)
        payout.receive(Fixture.report(.reversed(why: Fixture.returned)))
        #expect(payout.outcome == .reversed)
        #expect(PontisPayout.output(of: payout.state)["reason"] == "the account is closed")
        #expect(payout.receive(Fixture.report(.completed)) == .ignore)
        // A reading that lags behind undoes no delivery.
        for status in [PontisPayout.Status.pendingApproval, .pending, .processing] {
            var delivered = Fixture.simulation(in: .completed(payout: try Fixture.payout()))
            #expect(delivered.receive(Fixture.report(status)) == .ignore)
        }
    }

    @Test("Delivered, and then said to have failed: undone in so many words, for whoever reconciles it")
    func contradictedLater() throws {
        let said = "PontisGlobe called it completed, and says now that it is"
        for (status, words) in [
            (PontisPayout.Status.failed(why: Fixture.returned), "\(said) failed: the account is closed"),
            (.rejected(why: Fixture.returned), "\(said) rejected: the account is closed"),
            (.canceled, "\(said) canceled"),
        ] {
            var payout = Fixture.simulation(in: .completed(payout: try Fixture.payout()))
            payout.receive(Fixture.report(status))
            #expect(payout.outcome == .reversed)
            #expect(PontisPayout.output(of: payout.state)["reason"] == .string(words))
        }
    }

    @Test("Delivered, and then called by a word that nobody knows: on a desk, and followed to what it means")
    func unknownLater() throws {
        var payout = Fixture.simulation(in: .completed(payout: try Fixture.payout()))
        payout.receive(Fixture.report(.other(word: "returning")))
        #expect(payout.state == .holding(payout: try Fixture.payout().delivered(), status: "returning"))
        #expect(payout.plan.overdue?.after == .zero)
        #expect(
            PontisPayout.output(of: payout.state)["reason"]
                == .string(
                    "PontisGlobe called it completed, and says now “returning”: ask its support what that means for "
                        + "the payout"))
        for stale in [PontisPayout.Status.other(word: "returning"), .processing, .pending] {
            #expect(payout.receive(Fixture.report(stale)) == .ignore)
        }
        var same = payout
        same.receive(Fixture.report(.completed))
        #expect(same.outcome == .completed)
        #expect(same.receive(Fixture.report(.completed)) == .ignore)
        payout.receive(Fixture.report(.failed(why: Fixture.returned)))
        #expect(payout.outcome == .reversed)
    }

    @Test("A status that nobody knows: on a desk at once, shown, and followed to wherever it goes on")
    func unknownStatus() throws {
        let states: [PontisPayout.State] = [
            .sending(order: try Fixture.order(), tries: .init()), .awaitingApproval(payout: try Fixture.payout()),
            .queued(payout: try Fixture.payout()), .processing(payout: try Fixture.payout()),
        ]
        for state in states {
            var payout = Fixture.simulation(in: state)
            payout.receive(Fixture.report(.other(word: "on_hold")))
            #expect(payout.state == .holding(payout: try Fixture.payout(), status: "on_hold"))
            #expect(payout.plan.overdue?.after == .zero)
            #expect(payout.plan.overdue?.desk == "payments operations")
            #expect(PontisPayout.output(of: payout.state)["status"] == "on_hold")
            #expect(payout.receive(Fixture.report(.other(word: "on_hold"))) == .ignore)
            #expect(
                payout.receive(signal: Signal(name: "cancel"))
                    == .refuse("PontisGlobe has the payout, and cancels it on its dashboard only"))
            payout.receive(Fixture.report(.completed))
            #expect(payout.outcome == .completed)
        }
    }

    @Test("For how long a delivery is looked at is the input's choice")
    func watchDays() throws {
        let order = try Fixture.order(watchDays: 30)
        let state = PontisPayout.State.completed(payout: PontisPayout.Payout(id: Fixture.id, order: order))
        #expect(PontisPayout.plan(for: state).watch?.period == .days(30))
    }

    @Test("“Insufficient funds” after the order was taken is a failure of that payout, with its id")
    func lateInsufficientFunds() throws {
        var payout = try Fixture.sending()
        payout.receive(Fixture.report(.pending))
        let why = Refusal(.provider, "Insufficient funds")
        payout.receive(Fixture.report(.failed(why: why)))
        #expect(payout.state == .failed(refusal: why, payout: try Fixture.payout()))
        #expect(PontisPayout.output(of: payout.state)["transaction_id"] == .string(Fixture.id))
    }

    @Test("insufficient_funds for the order itself means that nothing was ordered: treasury is told, and it waits")
    func insufficientFunds() throws {
        var payout = try Fixture.sending()
        payout.receive(refusal: Fixture.no("insufficient_funds"))
        #expect(caseName(of: payout.state) == "postponed")
        #expect(payout.plan.overdue?.after == .zero)
        #expect(payout.plan.overdue?.desk == "treasury")
        payout.passDeadline()
        #expect(payout.activity == .send(order: try Fixture.order()))
    }

    @Test("The rate has moved: the app is asked, a yes is a new attempt, and after a day of silence it expires")
    func rateMovedAsk() throws {
        var payout = try Fixture.sending(accept: .ask)
        payout.receive(refusal: Fixture.no("rate_moved"))
        #expect(PontisPayout.output(of: payout.state)["asks"] == "the rate has moved once")
        #expect(payout.activity == nil)
        payout.receive(signal: Signal(name: "accept"))
        #expect(caseName(of: payout.state) == "sending")
        payout.receive(refusal: Fixture.no("rate_moved"))
        #expect(payout.plan.deadline?.limit == .after(.hours(24)))
        payout.passDeadline()
        #expect(payout.outcome == .expired)
    }

    @Test("The rate has moved again and again: three attempts, each a minute apart, and no more")
    func rateMovedAuto() throws {
        var payout = try Fixture.sending()
        for _ in 0..<3 {
            payout.receive(refusal: Fixture.no("rate_moved"))
            #expect(payout.plan.deadline?.limit == .after(.minutes(1)))
            payout.passDeadline()
        }
        payout.receive(refusal: Fixture.no("rate_moved"))
        #expect(payout.outcome == .failed)
        #expect(PontisPayout.output(of: payout.state)["code"] == "rate_moved")
    }

    @Test("Screened out: rejected, and never tried again")
    func screening() throws {
        var payout = try Fixture.sending()
        payout.receive(refusal: Fixture.no("screening_failed"))
        #expect(payout.outcome == .rejected)
    }

    @Test("A suspended account and a frozen wallet stop it for a person, whichever words PontisGlobe has for it")
    func compliance() throws {
        // 401 at the log-in, 403 forbidden or account_suspended (both `forbidden` to us), 409 wallet_frozen.
        for code in ["unauthorized", "forbidden", "wallet_frozen"] {
            var payout = try Fixture.sending()
            #expect(payout.receive(refusal: Fixture.no(code)) == .unexpected, "\(code)")
            #expect(payout.isParked)
            for state in [
                PontisPayout.State.awaitingApproval(payout: try Fixture.payout()),
                .queued(payout: try Fixture.payout()), .processing(payout: try Fixture.payout()),
            ] {
                var underWay = Fixture.simulation(in: state)
                #expect(underWay.receive(refusal: Fixture.no(code)) == .unexpected)
            }
        }
    }

    @Test("A daily or monthly limit: tried again every six hours for a month, and then failed")
    func limits() throws {
        for code in ["daily_limit_exceeded", "monthly_limit_exceeded"] {
            var payout = try Fixture.sending()
            var attempts = 0
            while payout.outcome == nil, attempts < 1000 {
                payout.receive(refusal: Fixture.no(code))
                #expect(payout.plan.deadline?.limit == .after(.hours(6)))
                payout.passDeadline()
                attempts += 1
            }
            #expect(attempts == 124)
            #expect(payout.outcome == .failed)
        }
    }

    @Test("A limit that lasts is in treasury's sight within a day, though each attempt begins to wait anew")
    func limitIsSeen() throws {
        let harness = try Harness(RegisteredWorkflow(PontisPayout.self), coding: JSONCoding(sensitive: Fixture.seal))
        let no = ProviderRefusal(code: "daily_limit_exceeded", message: "no")
        harness.provider.answer("send", .refused(no))
        let job = try harness.enqueue(PontisPayout.self, try Fixture.order())
        func isOverdue() -> Bool {
            harness.store[job]?.row.overdueAt.map { $0 <= harness.clock.now() } ?? false
        }
        harness.advance(by: .hours(17))
        #expect(!isOverdue())
        harness.advance(by: .hours(7))
        #expect(isOverdue())
        #expect(harness.store[job]?.row.desk == "treasury")
        // It stays there, however often it is tried.
        for _ in 0..<20 {
            harness.advance(by: .hours(5))
            #expect(isOverdue())
        }
    }

    @Test("More than one payout may be is nothing that waiting mends")
    func perPayoutLimit() throws {
        var payout = try Fixture.sending()
        payout.receive(refusal: Fixture.no("per_payout_limit_exceeded"))
        #expect(payout.outcome == .failed)
    }

    @Test("While it waits for a limit or a rate it may be canceled: nothing was ordered")
    func cancelWhileNothingIsOrdered() throws {
        for (accept, code) in [(PontisPayout.Consent.auto, "daily_limit_exceeded"), (.ask, "rate_moved")] {
            var payout = try Fixture.sending(accept: accept)
            payout.receive(refusal: Fixture.no(code))
            payout.receive(signal: Signal(name: "cancel"))
            #expect(payout.state == .canceled(payout: nil))
        }
        var ordered = Fixture.simulation(in: .queued(payout: try Fixture.payout()))
        #expect(
            ordered.receive(signal: Signal(name: "cancel"))
                == .refuse("PontisGlobe has the payout, and cancels it on its dashboard only"))
    }

    @Test("Reports may leave out statuses, come twice or late, and never lead back from an end")
    func outOfOrder() throws {
        var jumps = try Fixture.sending()
        jumps.receive(Fixture.report(.reversed(why: Fixture.returned)))
        #expect(jumps.outcome == .reversed)
        for state in PontisPayout.samples.states where PontisPayout.plan(for: state).outcome != nil {
            var ended = Fixture.simulation(in: state)
            #expect(ended.receive(Fixture.report(.processing)) == .ignore, "\(caseName(of: state))")
        }
    }

    @Test("“Completed” is PontisGlobe's claim: neither amount nor bank reference supports it, and the output says so")
    func onlyAClaim() throws {
        let output = PontisPayout.output(of: .completed(payout: try Fixture.payout()))
        #expect(output == ["transaction_id": .string(Fixture.id), "evidence": "provider_claim"])
    }

    @Test("A refusal for good, in a documented word: nothing was ordered, and the job says why")
    func definiteRefusals() throws {
        for code in [
            "invalid", "not_found", "per_payout_limit_exceeded", "quote_not_found", "quote_used", "quote_expired",
            "invalid_signature",
        ] {
            var payout = try Fixture.sending()
            payout.receive(refusal: Fixture.no(code))
            #expect(payout.outcome == .failed)
            #expect(PontisPayout.output(of: payout.state)["reason"] == .string("no: \(code)"))
            #expect(PontisPayout.output(of: payout.state)["transaction_id"] == nil)
        }
    }

    @Test("A refusal in a word that nobody knows ends nothing: a person looks, and the same key is sent again")
    func unknownRefusal() throws {
        for code in ["something_new", "key_in_progress"] {
            var payout = try Fixture.sending()
            #expect(payout.receive(refusal: Fixture.no(code)) == .unexpected)
            #expect(payout.isParked)
            #expect(payout.activity == .send(order: try Fixture.order()))
        }
    }

    @Test("Who is paid never stands in the history, the output or a log")
    func recipientIsSensitive() throws {
        let payout = try Fixture.payout()
        for state in PontisPayout.samples.states {
            #expect(!"\(PontisPayout.output(of: state))".contains("Asha"))
        }
        #expect(!"\(payout)".contains("Asha"))
        #expect(!String(reflecting: payout.order).contains("Asha"))
    }
}
