import Domain
import LockstepTesting
import Onramp
import Time
import WorkflowCore

/// The values that the scripts of `onramp` speak of.
enum OnrampFixture {
    static let noon = Timestamp(seconds: 1_772_366_400)
    static let buyer = Onramp.Buyer(id: "user-1", country: .sample)
    static let url = "https://verify.example/1"

    static func purchase(
        _ accept: Onramp.Consent = .auto, customer: Onramp.Customer? = nil, paidBy: Onramp.Instrument = .sepa,
        atLeast: String? = nil, purposes: [Onramp.Purpose]? = nil
    ) -> Onramp.Purchase {
        Onramp.Purchase(
            customer: customer ?? .known(buyer), fiatCurrency: .eur, fiatAmount: .sample, cryptoCurrency: .usdc,
            wallet: .polygon(.sample), instrument: paidBy, accept: accept,
            minCryptoAmount: atLeast.flatMap { try? Onramp.CoinAmount(text: $0) }, purposes: purposes)
    }

    static let maria = Onramp.Customer.new(
        Sensitive(Onramp.Person(email: .sample, firstName: .sample, lastName: .sample, mobile: .sample)))

    static func user(
        _ check: Onramp.Check = .approved, registered: Bool = true, vetoed: Bool = false, disabled: Bool = false
    ) -> Onramp.User {
        Onramp.User(
            id: "user-1", check: check, isRegistered: registered, isVetoed: vetoed, isDisabled: disabled,
            country: check == .approved ? .sample : nil)
    }

    static func applicant(
        _ purchase: Onramp.Purchase = purchase(customer: maria), sessions: Int = 1
    ) -> Onramp.Applicant {
        var applicant = Onramp.Applicant(purchase: purchase, user: "user-1")
        applicant.sessions = sessions
        return applicant
    }

    static func amount(_ text: String) -> FiatAmount { FiatAmount(text) ?? .sample }

    static func quote(_ crypto: String = "97.832041", at instant: Timestamp = noon) -> Onramp.Quote {
        Onramp.Quote(id: "quote-1", crypto: amount(crypto), receivedAt: instant)
    }

    static func report(
        _ status: Onramp.Status, _ crypto: String? = "97.832041", reason: String? = nil,
        pay instructions: Onramp.Instructions? = transfer, echo: Onramp.Echo? = nil
    ) -> Onramp.Report {
        Onramp.Report(
            id: "order-1", status: status, crypto: crypto.map(amount), reason: reason, instructions: instructions,
            echo: echo)
    }

    static let transfer = Onramp.Instructions.transfer(
        account: Onramp.BankAccount(
            iban: "LT601010012345678901", bic: nil, beneficiary: nil, bank: nil, reference: "BP-1", amount: nil),
        dueBy: noon + .hours(47))
    static let page = Onramp.Instructions.page(url: "https://bank.example/1", until: noon + .minutes(10))

    static func order(_ purchase: Onramp.Purchase = purchase()) -> Onramp.Order {
        Onramp.Order(id: "order-1", purchase: purchase, buyer: buyer, quoted: amount("97.832041"))
    }

    /// An order that the customer knows how to pay.
    static func awaitingPayment(
        _ purchase: Onramp.Purchase = purchase(), pay instructions: Onramp.Instructions = transfer
    ) -> Simulation<Onramp> {
        var job = simulation(in: .preparing(order: order(purchase)))
        job.receive(.reported(report: report(.awaitingPayment, pay: instructions)))
        return job
    }

    static func simulation(in state: Onramp.State) -> Simulation<Onramp> { Simulation(of: Onramp.self, in: state) }

    static func name(_ job: Simulation<Onramp>) -> String { caseName(of: job.state) }
}
