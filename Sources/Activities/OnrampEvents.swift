import BorderlessPayments
import Domain
import Onramp
import ProviderCore
import Time
import WorkflowCore

extension Onramp.User {
    /// A user as it was read.
    init(_ user: PartnerClient.User) {
        self.init(
            id: user.id, check: Onramp.Check(user.kyc.description), isRegistered: user.registeredAt != nil,
            isVetoed: user.rejectedAt != nil, isDisabled: user.disabledAt != nil, country: user.country)
    }
}

extension Onramp.Check {
    /// How far a check is by the provider's word; one that nobody knows counts as under review, and so waits.
    init(_ word: String) {
        switch PartnerClient.KYCStatus(rawValue: word) {
        case .notStarted, .initiated: self = .open(word: word)
        case .submitted, .pending, nil: self = .underReview(word: word)
        case .approved: self = .approved
        case .rejected: self = .rejected
        case .expired: self = .expired
        }
    }
}

extension Onramp.Quote {
    init(_ quote: PartnerClient.Quote, at now: Timestamp) {
        self.init(id: quote.id, crypto: quote.cryptoAmount, fees: quote.fees, total: quote.total, receivedAt: now)
    }
}

extension Onramp.Report {
    /// What an order shows, as of this instant.
    init(_ order: PartnerClient.Order, at now: Timestamp) {
        self.init(
            id: order.id, status: Onramp.Status(order.status.description), crypto: order.cryptoAmount,
            reason: order.reasonCode, instructions: order.instructions.flatMap { Onramp.Instructions($0, at: now) },
            isDeclared: order.declaredAt != nil, echo: Onramp.Echo(order.echo))
    }
}

extension Onramp.Echo {
    /// What an order says that it is about.
    init(_ echo: PartnerClient.OrderEcho) {
        self.init()
        user = echo.user
        wallet = echo.wallet
        memo = echo.memo
        network = echo.network
        crypto = echo.crypto
        fiatAmount = echo.fiatAmount
        fiatCurrency = echo.fiatCurrency
        instrument = echo.instrument
    }
}

extension Onramp.Status {
    /// How far an order is by the provider's word.
    init(_ word: String) {
        switch PartnerClient.OrderStatus(rawValue: word) {
        case .pending: self = .pending
        case .pendingReconciliation: self = .reconciling
        case .awaitingPayment: self = .awaitingPayment
        case .paymentVerifying: self = .verifyingPayment
        case .processing: self = .processing
        case .completed: self = .completed
        case .failed: self = .failed
        case .cancelled: self = .canceled
        case .expired: self = .expired
        case .refunded: self = .refunded
        case nil: self = .other(word: word)
        }
    }
}

extension Onramp.Instructions {
    /// A page is good for about ten minutes (Borderless Payments documentation, “Create the order”), counted from this
    /// instant. Nil where neither way of paying is complete.
    init?(_ instructions: PartnerClient.PaymentInstructions, at now: Timestamp) {
        if let url = instructions.redirectURL {
            self = .page(url: url, until: now + .minutes(10))
        } else if let iban = instructions.iban, let reference = instructions.reference {
            self = .transfer(
                account: Onramp.BankAccount(
                    iban: iban, bic: instructions.bic, beneficiary: instructions.beneficiary, bank: instructions.bank,
                    reference: reference, amount: instructions.amount, currency: instructions.currency),
                dueBy: instructions.dueBy)
        } else {
            return nil
        }
    }
}

extension PartnerClient.NewUser {
    /// Who is made known; nil where the purchase names somebody who is.
    init?(_ purchase: Onramp.Purchase) {
        guard case .new(let person) = purchase.customer else { return nil }
        let exposed = person.exposed
        self.init(
            email: exposed.email.text, firstName: exposed.firstName.text, lastName: exposed.lastName.text,
            mobile: exposed.mobile.text, reference: exposed.reference?.text)
    }
}

extension PartnerClient.QuoteRequest {
    init(_ purchase: Onramp.Purchase, _ buyer: Onramp.Buyer) {
        self.init(
            fiatAmount: purchase.fiatAmount.text, fiatCurrency: purchase.fiatCurrency.text,
            crypto: purchase.cryptoCurrency.text, network: purchase.wallet.network, country: buyer.country.text,
            instrument: purchase.instrument.text, user: buyer.id)
    }
}

extension PartnerClient.NewOrder {
    init(_ purchase: Onramp.Purchase, _ buyer: Onramp.Buyer, reference: String) {
        self.init(
            user: buyer.id, wallet: purchase.wallet.address, memo: purchase.wallet.memo,
            fiatAmount: purchase.fiatAmount.text, fiatCurrency: purchase.fiatCurrency.text,
            crypto: purchase.cryptoCurrency.text, network: purchase.wallet.network,
            instrument: purchase.instrument.text, reference: reference)
    }
}
