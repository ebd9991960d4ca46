import Domain
import JSONSchema
import LockstepTesting
import Onramp
import Testing
import Time
import WorkflowCore

/// What can go wrong with an order, as scripts; what needs the engine, the client or the provider to show itself is
/// tested in their suites, as `workflows/README.md` lists.
@Suite("What an order of an on-ramp survives")
struct OnrampOrderTests {
    typealias F = OnrampFixture

    @Test("The straight way of a known user: quote, a last look at the user, order, payment, delivery")
    func straight() {
        var job = Simulation(of: Onramp.self, input: F.purchase())
        #expect(job.activity == .requestQuote(purchase: F.purchase(), buyer: F.buyer))
        job.receive(.quoted(quote: F.quote()))
        #expect(job.activity == .readUser(id: "user-1"))
        job.receive(.userRead(user: F.user()))
        #expect(job.activity == .createOrder(purchase: F.purchase(), buyer: F.buyer))
        job.receive(.reported(report: F.report(.awaitingPayment)))
        #expect(Onramp.output(of: job.state)["payment_instructions"]?["reference"] == "BP-1")
        #expect(Onramp.output(of: job.state)["payment_instructions"]?["iban"] == "LT601010012345678901")
        job.receive(signal: Signal(name: "payment_sent"))
        #expect(job.activity == .confirmPayment(order: "order-1"))
        job.receive(.paymentConfirmed)
        job.receive(.reported(report: F.report(.verifyingPayment)))
        job.receive(.reported(report: F.report(.processing)))
        job.receive(.reported(report: F.report(.completed, "97.800000")))
        #expect(job.outcome == .completed)
        let output = Onramp.output(of: job.state)
        #expect(output["crypto_amount"] == "97.8")
        #expect(output["quoted_crypto_amount"] == "97.832041")
        #expect(output["payment"] == "seen")
        #expect(output["payment_instructions"] == nil)
    }

    @Test("202: nobody knows whether the venue took the order, and no other is placed until it is known")
    func reconciliation() {
        var job = F.simulation(in: .ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
        job.receive(.reported(report: F.report(.reconciling, nil, pay: nil)))
        #expect(F.name(job) == "reconciling")
        #expect(job.activity == .readOrder(id: "order-1"))
        #expect(job.plan.overdue?.after == .minutes(30))
        #expect(job.plan.deadline == nil)
        #expect(job.receive(.reported(report: F.report(.reconciling, nil, pay: nil))) == .ignore)
        for (status, place) in [
            (Onramp.Status.awaitingPayment, "awaitingPayment"), (.pending, "preparing"), (.failed, "failed"),
            (.canceled, "canceled"), (.expired, "expired"), (.processing, "processing"), (.completed, "completed"),
        ] {
            var resolved = job
            resolved.receive(.reported(report: F.report(status)))
            #expect(F.name(resolved) == place)
        }
    }

    @Test("An order whose answer was lost is looked for before it is sent again, and found where it is")
    func lostAnswer() {
        let order = Onramp.Activity.createOrder(purchase: F.purchase(), buyer: F.buyer)
        #expect(order.effect == .unguarded(lookup: .findOrder(user: "user-1"), settle: .minutes(2)))
        var job = F.simulation(in: .ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
        #expect(job.receive(.noOrderFound) == .ignore)
        job.receive(.reported(report: F.report(.awaitingPayment)))
        #expect(F.name(job) == "awaitingPayment")
    }

    @Test("A price that ages while the order is being placed: first it is made sure that there is no order")
    func agedWhileOrdering() {
        var job = F.simulation(in: .ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
        #expect(job.plan.deadline?.limit == .at(F.noon + .minutes(10) - .seconds(30)))
        job.passDeadline()
        #expect(job.activity == .findOrder(user: "user-1"))
        var found = job
        found.receive(.reported(report: F.report(.reconciling)))
        #expect(F.name(found) == "reconciling")
        for _ in 0..<2 {
            job.receive(.noOrderFound)
            #expect(F.name(job) == "searching")
        }
        job.receive(.noOrderFound)
        #expect(job.activity == .requestQuote(purchase: F.purchase(), buyer: F.buyer))
    }

    @Test("409 at the order: our own that is on its way is found; another open one of the customer's ends this job")
    func openOrder() {
        var job = F.simulation(in: .ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
        job.receive(refusal: ProviderRefusal(code: "conflict", message: "open order"))
        #expect(F.name(job) == "searching")
        var own = job
        own.receive(.reported(report: F.report(.awaitingPayment)))
        #expect(F.name(own) == "awaitingPayment")
        for _ in 0..<3 { job.receive(.noOrderFound) }
        #expect(job.state == .failed(refusal: Refusal("conflict", "open order"), order: nil))
    }

    @Test("Any other no to the order is no proof that there is none: it is looked for, and then the job has failed")
    func refusedOrder() {
        for code in ["invalid", "not_found", "something_new"] {
            var job = F.simulation(in: .ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
            job.receive(refusal: ProviderRefusal(code: code, message: "no"))
            #expect(job.activity == .findOrder(user: "user-1"))
            var own = job
            own.receive(.reported(report: F.report(.awaitingPayment)))
            #expect(F.name(own) == "awaitingPayment")
            for _ in 0..<3 {
                #expect(
                    job.receive(signal: Signal(name: "cancel"))
                        == .refuse("the order is being placed; ask again in a moment"))
                job.receive(.noOrderFound)
            }
            #expect(job.state == .failed(refusal: Refusal(Refusal.Code(rawValue: code), "no"), order: nil))
        }
    }

    @Test("A key that is known with another body was used: nothing but reads is sent again, and a person looks")
    func keyMismatch() {
        var job = F.simulation(in: .ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
        job.receive(refusal: ProviderRefusal(code: "duplicate", message: "other body"))
        #expect(job.activity == .findOrder(user: "user-1"))
        var own = job
        own.receive(.reported(report: F.report(.awaitingPayment)))
        #expect(F.name(own) == "awaitingPayment")
        for _ in 0..<2 {
            #expect(
                job.receive(signal: Signal(name: "cancel"))
                    == .refuse("the order is being placed; ask again in a moment"))
            job.receive(.noOrderFound)
        }
        // Also when it is retried, as often as anybody likes.
        for _ in 0..<3 { #expect(job.receive(.noOrderFound) == .unexpected) }
        #expect(job.isParked)
        #expect(job.activity == .findOrder(user: "user-1"))
        // Whoever has looked may give it up.
        job.receive(signal: Signal(name: "cancel"))
        #expect(job.outcome == .canceled)
    }

    @Test("An order that is not the one asked for shows nothing to pay, and lies on a desk until it is")
    func otherOrder() throws {
        let stellar = Onramp.Purchase(
            customer: .known(F.buyer), fiatCurrency: .eur, fiatAmount: .sample, cryptoCurrency: .usdc,
            wallet: .stellarExchange(.sample, memo: .sample), instrument: .sepa, accept: .auto)
        func report(_ change: (inout Onramp.Echo) -> Void) -> Onramp.Event {
            var echo = Onramp.Echo()
            change(&echo)
            return .reported(report: F.report(.awaitingPayment, echo: echo))
        }
        let wallet = EVMAddress.sample.text
        for (event, purchase, words) in [
            (report { $0.wallet = "0x1" }, F.purchase(), "the wallet is “0x1” instead of “\(wallet)”"),
            (report { $0.memo = "" }, stellar, "the memo is nothing instead of “1042”"),
            (report { $0.memo = "7" }, F.purchase(), "the memo is “7” instead of nothing"),
            (report { $0.network = "stellar" }, F.purchase(), "the network is “stellar” instead of “polygon”"),
            (report { $0.crypto = "EURC" }, F.purchase(), "what is bought is “EURC” instead of “USDC”"),
            (report { $0.fiatAmount = F.amount("99.99") }, F.purchase(), "the amount is “99.99” instead of “100.00”"),
            (report { $0.fiatCurrency = "USD" }, F.purchase(), "the currency is “USD” instead of “EUR”"),
            (
                report { $0.instrument = "pm_open_banking" }, F.purchase(),
                "the way to pay is “pm_open_banking” instead of “sepa_bank_transfer”"
            ), (report { $0.user = "user-2" }, F.purchase(), "the user is “user-2” instead of “user-1”"),
        ] {
            var job = F.simulation(in: .ordering(purchase: purchase, buyer: F.buyer, quote: F.quote()))
            job.receive(event)
            #expect(F.name(job) == "holding")
            #expect(Onramp.output(of: job.state)["status"] == "AWAITING_PAYMENT")
            #expect(
                Onramp.output(of: job.state)["reason"]
                    == .string("the order is not what was ordered: \(words): ask Borderless Payments' support"))
            #expect(Onramp.output(of: job.state)["payment"] == "none")
            #expect(job.receive(event) == .ignore)
            job.receive(.reported(report: F.report(.awaitingPayment)))
            #expect(F.name(job) == "awaitingPayment")
        }
        var same = F.simulation(in: .ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
        same.receive(
            report {
                ($0.wallet, $0.memo, $0.network) = ("0x" + wallet.dropFirst(2).uppercased(), "", "POLYGON")
                ($0.fiatAmount, $0.user) = (F.amount("100"), "user-1")
            })
        #expect(F.name(same) == "awaitingPayment")
    }

    @Test("Instructions to pay another amount, or in another currency, are not shown")
    func otherInstructions() {
        for (amount, currency, words) in [
            ("100.01", "EUR", "what is to be paid is “100.01” instead of “100.00”"),
            ("99", nil, "what is to be paid is “99” instead of “100.00”"),
            ("100", "USD", "its currency is “USD” instead of “EUR”"), ("100.00", "eur", nil), (nil, nil, nil),
        ] as [(String?, String?, String?)] {
            let account = Onramp.BankAccount(
                iban: "LT601010012345678901", bic: nil, beneficiary: nil, bank: nil, reference: "BP-1",
                amount: amount.map(F.amount), currency: currency)
            var job = F.simulation(in: .preparing(order: F.order()))
            let pay = Onramp.Instructions.transfer(account: account, dueBy: nil)
            job.receive(.reported(report: F.report(.awaitingPayment, pay: pay)))
            #expect(F.name(job) == (words == nil ? "awaitingPayment" : "holding"))
            #expect((Onramp.output(of: job.state)["payment_instructions"] == nil) == (words != nil))
            guard let words else { continue }
            #expect(
                Onramp.output(of: job.state)["reason"]
                    == .string("the order is not what was ordered: \(words): ask Borderless Payments' support"))
        }
    }

    /// An order that says to send to another wallet.
    private func elsewhere(_ status: Onramp.Status) -> Onramp.Event {
        var echo = Onramp.Echo()
        echo.wallet = "0x1"
        return .reported(report: F.report(status, echo: echo))
    }

    @Test(
        "An order that turns out to be another after the customer has paid is held in every state, and noted at the end"
    )
    func otherOrderLater() {
        let order = F.order().shown()
        for status in [
            Onramp.Status.pending, .reconciling, .awaitingPayment, .verifyingPayment, .processing, .completed,
            .other(word: "ON_HOLD"),
        ] {
            for state in [
                Onramp.State.ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()),
                .reconciling(order: order), .preparing(order: order), .reconfirming(order: order),
                .awaitingPayment(order: order), .confirming(order: order), .lapsed(order: order),
                .verifyingPayment(order: order), .processing(order: order), .holding(order: order, status: "X"),
            ] {
                var job = F.simulation(in: state)
                guard job.receive(elsewhere(status)) != .ignore else { continue }
                #expect(F.name(job) == "holding", "\(status) in \(state)")
                #expect(job.plan.overdue?.after == .zero)
                #expect(Onramp.output(of: job.state)["payment_instructions"] == nil)
                #expect(job.receive(elsewhere(status)) == .ignore)
            }
        }
        var job = F.simulation(in: .processing(order: order))
        job.receive(elsewhere(.processing))
        #expect(
            job.receive(signal: Signal(name: "acknowledge"))
                == .refuse("the order is not over yet: its end comes by itself"))
        job.receive(elsewhere(.completed))
        #expect(Onramp.output(of: job.state)["status"] == "COMPLETED")
        job.receive(signal: Signal(name: "acknowledge"))
        #expect(job.outcome == .completed)
        #expect(
            Onramp.output(of: job.state)["discrepancy"]
                == .string(
                    "the order is not what was ordered: the wallet is “0x1” instead of “\(EVMAddress.sample.text)”"))
        #expect(job.receive(elsewhere(.completed)) == .ignore)
        // One that comes to nothing delivers nothing to anybody.
        var unpaid = F.simulation(in: .holding(order: F.order(), status: "PENDING"))
        unpaid.receive(elsewhere(.expired))
        #expect(unpaid.outcome == .expired)
    }

    @Test(
        "A transfer is paid late, short, with a wrong reference or from another name: the reason is kept as it is said")
    func wrongPayment() {
        for (status, reason, outcome) in [
            (Onramp.Status.refunded, "payment_amount_mismatch", Outcome.refunded),
            (.refunded, "payment_name_mismatch", .refunded), (.failed, "payment_rejected", .failed),
            (.expired, "payment_timeout", .expired), (.canceled, "user_cancelled", .canceled),
        ] {
            var job = F.awaitingPayment()
            job.receive(.reported(report: F.report(status, reason: reason)))
            #expect(job.outcome == outcome)
            #expect(Onramp.output(of: job.state)["code"] == .string(reason))
        }
    }

    @Test("Said to be sent, and never paid: the order is read until it expires, and nobody is told any more how to pay")
    func saidButNotPaid() {
        var job = F.awaitingPayment()
        job.receive(signal: Signal(name: "payment_sent"))
        job.receive(.paymentConfirmed)
        #expect(job.receive(.reported(report: F.report(.awaitingPayment))) == .ignore)
        #expect(job.receive(signal: Signal(name: "payment_sent")) == .ignore)
        #expect(job.plan.deadline?.limit == .at(F.noon + .hours(47)))
        job.passDeadline()
        #expect(F.name(job) == "lapsed")
        #expect(Onramp.output(of: job.state)["payment_instructions"] == nil)
        job.receive(.reported(report: F.report(.expired, reason: "payment_timeout")))
        #expect(job.outcome == .expired)
        #expect(Onramp.output(of: job.state)["payment"] == "possible")
    }

    @Test("Paid after the due date: it may still be seen, and then goes on; said late, it is still passed on")
    func paidLate() {
        var job = F.awaitingPayment()
        job.passDeadline()
        job.receive(signal: Signal(name: "payment_sent"))
        #expect(job.activity == .confirmPayment(order: "order-1"))
        job.receive(.reported(report: F.report(.verifyingPayment)))
        #expect(F.name(job) == "verifyingPayment")
    }

    @Test("A confirmation of the payment that fails is a courtesy less: the order is followed all the same")
    func confirmationFails() {
        var job = F.awaitingPayment()
        job.receive(signal: Signal(name: "payment_sent"))
        #expect(
            Onramp.Activity.confirmPayment(order: "order-1").effect
                == .unguarded(lookup: .readOrder(id: "order-1"), settle: .minutes(1)))
        var refused = job
        refused.receive(refusal: ProviderRefusal(code: "conflict", message: "terminal"))
        #expect(F.name(refused) == "awaitingPayment")
        #expect(refused.receive(.reported(report: F.report(.awaitingPayment))) == .ignore)
        refused.receive(signal: Signal(name: "payment_sent"))
        #expect(refused.activity == .confirmPayment(order: "order-1"))
        #expect(job.receive(.reported(report: F.report(.awaitingPayment))) == .ignore)
        var taken = job
        taken.receive(
            .reported(report: Onramp.Report(id: "order-1", status: .awaitingPayment, isDeclared: true)))
        #expect(F.name(taken) == "awaitingPayment")
        #expect(taken.receive(signal: Signal(name: "payment_sent")) == .ignore)
        // Nobody was told yet: each read that shows it waiting leads to another half an hour of attempts, five in all.
        for attempt in 1...5 {
            #expect(job.plan.deadline?.limit == .after(.minutes(30)))
            job.passDeadline()
            #expect(F.name(job) == "awaitingPayment")
            job.receive(.reported(report: F.report(.awaitingPayment)))
            #expect(F.name(job) == (attempt < 5 ? "confirming" : "awaitingPayment"))
        }
        job.receive(signal: Signal(name: "payment_sent"))
        #expect(F.name(job) == "confirming")
    }

    @Test("The customer's word is kept while the order is held, and passed on once it is clear what the order is")
    func saidWhileHeld() {
        var job = F.awaitingPayment()
        job.receive(elsewhere(.awaitingPayment))
        job.receive(signal: Signal(name: "payment_sent"))
        #expect(F.name(job) == "holding")
        #expect(job.receive(signal: Signal(name: "payment_sent")) == .ignore)
        job.receive(.reported(report: F.report(.awaitingPayment)))
        #expect(job.activity == .confirmPayment(order: "order-1"))
    }

    @Test("The customer's word is kept where the order has changed since: passed on as soon as the app has said yes")
    func saidWhileReconfirming() {
        var job = F.awaitingPayment(F.purchase(.ask))
        job.receive(.reported(report: F.report(.awaitingPayment, "90")))
        #expect(F.name(job) == "reconfirming")
        job.receive(signal: Signal(name: "payment_sent"))
        #expect(F.name(job) == "reconfirming")
        #expect(job.receive(signal: Signal(name: "payment_sent")) == .ignore)
        job.receive(signal: Signal(name: "accept"))
        job.receive(.reported(report: F.report(.awaitingPayment, "90")))
        #expect(job.activity == .confirmPayment(order: "order-1"))
        job.receive(.paymentConfirmed)
        #expect(job.receive(.reported(report: F.report(.awaitingPayment, "90"))) == .ignore)
        var early = F.simulation(in: .ordering(purchase: F.purchase(.ask), buyer: F.buyer, quote: F.quote()))
        early.receive(.reported(report: F.report(.awaitingPayment, "90")))
        #expect(
            early.receive(signal: Signal(name: "payment_sent")) == .refuse("nobody has been told yet how to pay"))
    }

    @Test("Open Banking: never confirmed; its page is good for ten minutes, and another page is shown anew")
    func openBanking() {
        var job = F.awaitingPayment(F.purchase(paidBy: .openBanking), pay: F.page)
        #expect(Onramp.output(of: job.state)["payment_instructions"]?["redirect_url"] == "https://bank.example/1")
        #expect(
            job.receive(signal: Signal(name: "payment_sent")) == .refuse("a payment on the bank's page confirms itself")
        )
        let again = Onramp.Instructions.page(url: "https://bank.example/1", until: F.noon + .minutes(15))
        #expect(job.receive(.reported(report: F.report(.awaitingPayment, pay: again))) == .ignore)
        #expect(job.plan.deadline?.limit == .at(F.noon + .minutes(10)))
        job.passDeadline()
        #expect(F.name(job) == "lapsed")
        #expect(job.receive(.reported(report: F.report(.awaitingPayment, pay: again))) == .ignore)
        #expect(
            job.receive(signal: Signal(name: "payment_sent")) == .refuse("a payment on the bank's page confirms itself")
        )
        let other = Onramp.Instructions.page(url: "https://bank.example/2", until: F.noon + .minutes(30))
        job.receive(.reported(report: F.report(.awaitingPayment, pay: other)))
        #expect(job.plan.deadline?.limit == .at(F.noon + .minutes(30)))
        job.receive(.reported(report: F.report(.processing)))
        #expect(F.name(job) == "processing")
    }

    @Test("Another end of the time to pay is counted anew, and what is shown stays shown")
    func otherEnd() {
        func pay(until end: Timestamp?) -> Onramp.Event {
            let account = Onramp.BankAccount(
                iban: "LT601010012345678901", bic: nil, beneficiary: nil, bank: nil, reference: "BP-1", amount: nil)
            return .reported(
                report: F.report(.awaitingPayment, pay: .transfer(account: account, dueBy: end)))
        }
        for (before, after) in [
            (nil, F.noon + .hours(47)), (F.noon + .hours(47), F.noon + .hours(71)), (F.noon + .hours(47), nil),
        ] as [(Timestamp?, Timestamp?)] {
            var job = F.simulation(in: .preparing(order: F.order()))
            job.receive(pay(until: before))
            #expect(job.plan.deadline?.limit == before.map { .at($0) })
            job.receive(pay(until: after))
            #expect(F.name(job) == "preparing")
            #expect(Onramp.output(of: job.state)["payment_instructions"]?["reference"] == "BP-1")
            var said = job
            said.receive(signal: Signal(name: "payment_sent"))
            #expect(said.activity == .confirmPayment(order: "order-1"))
            job.receive(pay(until: after))
            #expect(F.name(job) == "awaitingPayment")
            #expect(job.plan.deadline?.limit == after.map { .at($0) })
            #expect(job.receive(pay(until: after)) == .ignore)
        }
        var page = F.awaitingPayment(F.purchase(paidBy: .openBanking), pay: F.page)
        let other = Onramp.Instructions.page(url: "https://bank.example/2", until: F.noon + .minutes(18))
        page.receive(.reported(report: F.report(.awaitingPayment, pay: other)))
        #expect(Onramp.output(of: page.state)["payment_instructions"]?["redirect_url"] == "https://bank.example/2")
        #expect(
            page.receive(signal: Signal(name: "payment_sent"))
                == .refuse("a payment on the bank's page confirms itself"))
        page.receive(.reported(report: F.report(.awaitingPayment, pay: other)))
        #expect(page.plan.deadline?.limit == .at(F.noon + .minutes(18)))
    }

    @Test("Refunded from any state: how much came back is not known, and that is said")
    func refundedFromAnywhere() {
        let order = F.order()
        for state in [
            Onramp.State.reconciling(order: order), .preparing(order: order), .reconfirming(order: order),
            .awaitingPayment(order: order), .confirming(order: order), .lapsed(order: order),
            .verifyingPayment(order: order), .processing(order: order), .holding(order: order, status: "X"),
        ] {
            var job = F.simulation(in: state)
            job.receive(.reported(report: F.report(.refunded, reason: "compliance_rejected")))
            #expect(job.outcome == .refunded)
            #expect(
                Onramp.output(of: job.state)["refunded_amount"] == "unknown: Borderless Payments does not say it")
            #expect(Onramp.output(of: job.state)["code"] == "compliance_rejected")
        }
    }

    @Test("Statuses skip but never go back, also after the end, and one that nobody knows waits for a person")
    func order() {
        var job = F.awaitingPayment()
        job.receive(.reported(report: F.report(.processing)))
        for stale in [Onramp.Status.pending, .reconciling, .awaitingPayment, .verifyingPayment, .processing] {
            #expect(job.receive(.reported(report: F.report(stale))) == .ignore)
        }
        job.receive(.reported(report: F.report(.other(word: "ON_HOLD"))))
        #expect(F.name(job) == "holding")
        #expect(job.plan.overdue?.after == .zero)
        #expect(Onramp.output(of: job.state)["status"] == "ON_HOLD")
        // The payment was seen: nothing may ask for it again.
        for stale in [Onramp.Status.pending, .reconciling, .awaitingPayment] {
            #expect(job.receive(.reported(report: F.report(stale))) == .ignore)
        }
        job.receive(.reported(report: F.report(.completed)))
        for late in [Onramp.Status.processing, .awaitingPayment, .completed] {
            #expect(job.receive(.reported(report: F.report(late))) == .ignore)
        }
        #expect(job.outcome == .completed)
        var unpaid = F.simulation(in: .holding(order: F.order(), status: "ON_HOLD"))
        unpaid.receive(.reported(report: F.report(.awaitingPayment)))
        #expect(F.name(unpaid) == "awaitingPayment")
    }

    @Test("What comes back after the end is seen: ends with money in flight are watched, and a refund reopens them")
    func refundedAfterTheEnd() {
        for (status, days) in [
            (Onramp.Status.failed, 30), (.canceled, 30), (.expired, 30), (.completed, 7),
        ] {
            var job = F.awaitingPayment()
            job.receive(.reported(report: F.report(status, reason: "provider_error")))
            let watch = job.plan.watch
            #expect(watch?.activity == .readOrder(id: "order-1"))
            #expect(watch?.every == .days(1))
            #expect(watch?.period == .days(days))
            for late in [status, .pending, .awaitingPayment] {
                #expect(job.receive(.reported(report: F.report(late))) == .ignore)
            }
            #expect(job.receive(refusal: ProviderRefusal(code: "unauthorized", message: "revoked")) == .ignore)
            job.receive(.reported(report: F.report(.refunded, reason: "payment_timeout")))
            #expect(job.outcome == .refunded)
            #expect(Onramp.output(of: job.state)["payment"] == "seen")
            #expect(job.plan.watch == nil)
        }
        var unpaid = F.simulation(in: .preparing(order: F.order()))
        unpaid.receive(.reported(report: F.report(.failed)))
        #expect(unpaid.plan.watch == nil)
    }

    @Test("Delivered, and then said to have come to nothing: on a desk until somebody has taken note of it")
    func contradictedLater() {
        for (status, outcome) in [
            (Onramp.Status.failed, Outcome.failed), (.canceled, .canceled), (.expired, .expired),
            (.other(word: "REVIEW"), .completed),
        ] {
            var job = F.simulation(in: .completed(order: F.order().shown()))
            job.receive(.reported(report: F.report(status)))
            #expect(F.name(job) == "holding")
            #expect(job.plan.overdue?.after == .zero)
            let words = "Borderless Payments called the order COMPLETED, and says now “\(status.word)”"
            #expect(
                Onramp.output(of: job.state)["reason"]
                    == .string("\(words): ask Borderless Payments' support, and acknowledge it once it is settled"))
            for same in [status, .processing] {
                #expect(job.receive(.reported(report: F.report(same))) == .ignore)
            }
            var corrected = job
            corrected.receive(.reported(report: F.report(.completed)))
            #expect(corrected.outcome == .completed)
            var back = job
            back.receive(.reported(report: F.report(.refunded)))
            #expect(back.outcome == .refunded)
            job.receive(signal: Signal(name: "acknowledge"))
            #expect(job.outcome == outcome)
            #expect(Onramp.output(of: job.state)["discrepancy"] == .string(words))
            #expect(job.receive(.reported(report: F.report(status))) == .ignore)
        }
    }

    @Test("Come to nothing, and then under way or delivered: the money goes on, and so does the job")
    func revivedLater() {
        for end in [Onramp.Status.failed, .canceled, .expired] {
            for (late, place) in [
                (Onramp.Status.verifyingPayment, "verifyingPayment"), (.processing, "processing"),
                (.completed, "completed"), (.other(word: "REVIEW"), "holding"),
            ] {
                var job = F.awaitingPayment()
                job.receive(.reported(report: F.report(end)))
                job.receive(.reported(report: F.report(late)))
                #expect(F.name(job) == place)
                #expect(Onramp.output(of: job.state)["discrepancy"] == nil)
            }
        }
    }

    @Test("Failed: what is known of the customer's payment says where the money is")
    func failedWithMoney() {
        for (status, payment) in [
            (Onramp.Status.pending, "none"), (.awaitingPayment, "possible"), (.processing, "seen"),
        ] {
            var job = F.simulation(in: .ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
            job.receive(.reported(report: F.report(status)))
            job.receive(.reported(report: F.report(.failed, reason: "provider_error")))
            #expect(job.outcome == .failed)
            #expect(Onramp.output(of: job.state)["payment"] == .string(payment))
        }
    }

    @Test("Delivery that is held back by the venue is a long processing: late after a day, and never failed by us")
    func heldBack() {
        let plan = F.simulation(in: .processing(order: F.order())).plan
        #expect(plan.deadline == nil)
        #expect(plan.overdue?.after == .hours(24))
    }

    @Test("A revoked key stops nothing for good: every state that asks waits for a person, and no order is given up")
    func revokedKey() {
        for state in Onramp.samples.states where Onramp.plan(for: state).outcome == nil {
            var job = F.simulation(in: state)
            guard job.activity != nil else { continue }
            for code in ["unauthorized", "forbidden"] {
                #expect(job.receive(refusal: ProviderRefusal(code: code, message: "revoked")) == .unexpected)
            }
            #expect(job.state == state)
        }
    }

    @Test("An order of the other mode is not found: the account is wrong, and a person looks")
    func otherMode() {
        var job = F.awaitingPayment()
        #expect(job.receive(refusal: ProviderRefusal(code: "not_found", message: "404")) == .unexpected)
        #expect(F.name(job) == "awaitingPayment")
    }

    @Test("Taken back until an order is placed, and not after: there is no call for it")
    func cancel() {
        var job = Simulation(of: Onramp.self, input: F.purchase())
        job.receive(signal: Signal(name: "cancel"))
        #expect(job.outcome == .canceled)
        var ordered = F.awaitingPayment()
        #expect(
            ordered.receive(signal: Signal(name: "cancel"))
                == .refuse("Borderless Payments takes no order back; one that is not paid expires by itself"))
        let ordering = F.simulation(in: .ordering(purchase: F.purchase(), buyer: F.buyer, quote: F.quote()))
        var early = ordering
        #expect(
            early.receive(signal: Signal(name: "cancel"))
                == .refuse("the order is being placed; ask again in a moment"))
    }
}
