import Domain
import JSONSchema
import LockstepTesting
import Onramp
import Testing
import Time
import WorkflowCore

@Suite("How an on-ramp's price is accepted")
struct OnrampPriceTests {
    typealias F = OnrampFixture

    @Test("A price at the limit is taken, one below it is asked about, and a yes goes on")
    func limit() {
        var job = Simulation(of: Onramp.self, input: F.purchase(atLeast: "97.832041"))
        job.receive(.quoted(quote: F.quote("97.832041")))
        #expect(F.name(job) == "checking")
        var lower = Simulation(of: Onramp.self, input: F.purchase(atLeast: "97.832041"))
        lower.receive(.quoted(quote: F.quote("97.832040")))
        #expect(F.name(lower) == "awaitingAcceptance")
        #expect(Onramp.output(of: lower.state)["crypto_amount"] == "97.83204")
        lower.receive(signal: Signal(name: "accept"))
        #expect(F.name(lower) == "checking")
    }

    @Test("A price at which more is to be paid than was asked for is not taken, and nobody is asked about it")
    func dearer() {
        for (total, isTaken) in [("100", true), ("99.99", true), ("100.01", false)] {
            for accept in Onramp.Consent.allCases {
                var job = Simulation(of: Onramp.self, input: F.purchase(accept))
                let quote = Onramp.Quote(
                    id: "quote-1", crypto: F.amount("97"), total: F.amount(total), receivedAt: F.noon)
                #expect((job.receive(.quoted(quote: quote)) == .unexpected) == !isTaken)
                #expect(job.isParked == !isTaken)
            }
        }
    }

    @Test("A yes that names an amount holds for an order that gives no less, whatever was quoted")
    func yesToTheOrder() {
        for (given, place) in [("97", "awaitingPayment"), ("96.999999", "reconfirming")] {
            var job = Simulation(of: Onramp.self, input: F.purchase(.ask))
            job.receive(.quoted(quote: F.quote()))
            job.receive(signal: Signal(name: "accept", payload: ["crypto_amount": "97"]))
            job.receive(.userRead(user: F.user()))
            job.receive(.reported(report: F.report(.awaitingPayment, given)))
            #expect(F.name(job) == place)
        }
        var job = F.simulation(in: .ordering(purchase: F.purchase(.ask), buyer: F.buyer, quote: F.quote()))
        job.receive(.reported(report: F.report(.awaitingPayment, "90")))
        job.receive(signal: Signal(name: "accept", payload: ["crypto_amount": "89"]))
        job.receive(.reported(report: F.report(.awaitingPayment, "89")))
        #expect(F.name(job) == "awaitingPayment")
        job.receive(.reported(report: F.report(.awaitingPayment, "88")))
        #expect(F.name(job) == "reconfirming")
    }

    @Test("An aged price is asked for anew, and the app again; after a day the purchase expires")
    func aged() {
        var job = Simulation(of: Onramp.self, input: F.purchase(.ask))
        job.receive(.quoted(quote: F.quote()))
        #expect(job.plan.deadline?.limit == .at(F.noon + .minutes(10) - .seconds(30)))
        job.passDeadline()
        #expect(job.activity == .requestQuote(purchase: F.purchase(.ask), buyer: F.buyer))
        job.receive(.quoted(quote: F.quote(at: F.noon + .hours(23))))
        #expect(F.name(job) == "awaitingAcceptance")
        job.passDeadline()
        job.receive(.quoted(quote: F.quote(at: F.noon + .hours(24))))
        #expect(job.outcome == .expired)
    }

    @Test("A price that ages between the yes and the order is not used: it is asked for anew")
    func agedAfterTheYes() {
        var job = Simulation(of: Onramp.self, input: F.purchase(.ask))
        job.receive(.quoted(quote: F.quote()))
        job.receive(signal: Signal(name: "accept"))
        #expect(job.plan.deadline?.limit == .at(F.noon + .minutes(10) - .seconds(30)))
        job.passDeadline()
        #expect(F.name(job) == "quoting")
    }

    @Test("An order that gives less than was agreed is not shown to be paid until the app says yes")
    func slippage() {
        for (purchase, given, place) in [
            (F.purchase(), "10", "awaitingPayment"), (F.purchase(atLeast: "95"), "95", "awaitingPayment"),
            (F.purchase(atLeast: "95"), "94.999999", "reconfirming"),
            (F.purchase(.ask), "97.832041", "awaitingPayment"),
            (F.purchase(.ask), "97.83204", "reconfirming"),
            (F.purchase(.ask, atLeast: "95"), "95.1", "awaitingPayment"),
            (F.purchase(.auto, atLeast: "99"), "97.832041", "awaitingPayment"),
            (F.purchase(.auto, atLeast: "99"), "97.8", "reconfirming"),
        ] {
            var job = F.simulation(in: .ordering(purchase: purchase, buyer: F.buyer, quote: F.quote()))
            job.receive(.reported(report: F.report(.awaitingPayment, given)))
            #expect(F.name(job) == place, "\(given) for \(purchase.minCryptoAmount?.text ?? "-")")
        }
    }

    @Test("A yes to the order's own price shows how to pay, and holds as long as the price gets no worse")
    func reconfirmed() {
        var job = F.simulation(in: .ordering(purchase: F.purchase(.ask), buyer: F.buyer, quote: F.quote()))
        job.receive(.reported(report: F.report(.awaitingPayment, "90")))
        #expect(Onramp.output(of: job.state)["payment_instructions"] == nil)
        #expect(Onramp.output(of: job.state)["needs"] == "accept")
        #expect(job.receive(.reported(report: F.report(.awaitingPayment, "90"))) == .ignore)
        job.receive(signal: Signal(name: "accept"))
        #expect(Onramp.output(of: job.state)["payment_instructions"]?["reference"] == "BP-1")
        #expect(job.receive(.reported(report: F.report(.awaitingPayment, "90"))) == .ignore)
        job.receive(.reported(report: F.report(.awaitingPayment, "89")))
        #expect(F.name(job) == "reconfirming")
    }

    @Test("A yes to a price that has been replaced by a worse one is refused, and says what it is now")
    func yesToASeenPrice() {
        func yes(_ amount: JSONValue) -> Signal { Signal(name: "accept", payload: ["crypto_amount": amount]) }
        var job = Simulation(of: Onramp.self, input: F.purchase(.ask))
        job.receive(.quoted(quote: F.quote("97.8")))
        job.passDeadline()
        #expect(job.receive(signal: yes("97.8")) == .refuse("there is no price to accept yet"))
        job.receive(.quoted(quote: F.quote("90", at: F.noon + .minutes(10))))
        #expect(job.receive(signal: yes("97.8")) == .refuse("the price is now 90, and the yes was to 97.8"))
        #expect(job.receive(signal: yes(.double(97.8))) == nil)
        job.receive(signal: yes("90"))
        #expect(F.name(job) == "checking")
        var ordered = F.simulation(in: .ordering(purchase: F.purchase(.ask), buyer: F.buyer, quote: F.quote()))
        ordered.receive(.reported(report: F.report(.awaitingPayment, "90")))
        ordered.receive(.reported(report: F.report(.awaitingPayment, "89")))
        #expect(ordered.receive(signal: yes("90")) == .refuse("the price is now 89, and the yes was to 90"))
        ordered.receive(signal: yes("89"))
        #expect(F.name(ordered) == "awaitingPayment")
    }

    @Test("The day of asking goes on while orders come to nothing, and is not begun anew by each yes")
    func oneDay() {
        var job = Simulation(of: Onramp.self, input: F.purchase(.ask))
        job.receive(.quoted(quote: F.quote()))
        for hour in [8, 16] {
            job.receive(signal: Signal(name: "accept"))
            job.passDeadline()
            #expect(F.name(job) == "quoting")
            job.receive(.quoted(quote: F.quote(at: F.noon + .hours(hour))))
        }
        job.receive(signal: Signal(name: "accept"))
        job.receive(.userRead(user: F.user()))
        job.passDeadline()
        for _ in 0..<3 { job.receive(.noOrderFound) }
        job.receive(.quoted(quote: F.quote(at: F.noon + .hours(24))))
        #expect(job.outcome == .expired)
    }

    @Test("A yes where nothing is asked, or asked no more, does no harm")
    func strayYes() {
        var job = Simulation(of: Onramp.self, input: F.purchase(.ask))
        #expect(job.receive(signal: Signal(name: "accept")) == .refuse("there is no price to accept yet"))
        var paying = F.awaitingPayment()
        #expect(paying.receive(signal: Signal(name: "accept")) == .ignore)
    }
}
