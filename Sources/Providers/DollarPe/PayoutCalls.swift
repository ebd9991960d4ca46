import Domain
import HTTPTypes
public import Foundation
public import ProviderCore
public import Time

/// The calls of an exchange's payout, in their order (DollarPe documentation, “Payout integration”).
extension DollarPeClient {
    /// What may be paid out at all: each of the three shapes that DollarPe's documents show is read.
    public func configuration() async -> ProviderOutcome<Configuration> {
        await ProviderOutcome { () async throws(CallFailure) in try await read("/pos/api/v1/payout/configuration") }
    }

    /// A customer.
    public func customer(_ id: String) async -> ProviderOutcome<Customer> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await read("/cms/api/v1/customer/\(try Self.segment(id))")
        }
    }

    /// A customer's bank account.
    public func bank(_ id: String, of customer: String) async -> ProviderOutcome<Bank> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await read("/cms/api/v1/bank/\(try Self.segment(customer))/\(try Self.segment(id))")
        }
    }

    /// How much a customer may still be paid.
    public func limits(of customer: String) async -> ProviderOutcome<Limits> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await read("/ren/api/v1/payout/limits/\(try Self.segment(customer))")
        }
    }

    /// What one unit of an asset brings just now; it locks nothing.
    ///
    /// That asset and fiat go into the query is assumed: DollarPe's documents show four ways.
    public func rate(asset: String, fiat: String) async -> ProviderOutcome<Decimal> {
        await ProviderOutcome { () async throws(CallFailure) in
            let answer: Rate = try await read(
                "/pos/api/v1/payout/fetch-rate?asset=\(try Self.segment(asset))&fiat=\(try Self.segment(fiat))")
            guard let rate = answer.rate.decimal else {
                throw .notApplied(retryAfter: nil, message: "DollarPe names no rate of \(asset) just now")
            }
            return rate
        }
    }

    /// Locks a rate for some minutes; nothing is paid yet, so that silence is harmless.
    ///
    /// A quotation of another amount than was asked for is refused as a `mismatch`.
    public func quote(_ request: QuotationRequest) async -> ProviderOutcome<Quotation> {
        await ProviderOutcome { () async throws(CallFailure) in
            let quotation: Quotation = try await write(
                .post, "/pos/api/v1/payout/quotation", WireQuotationRequest(request), leg: .preparation)
            guard quotation.sending == Decimal(string: request.amount) else {
                let message = "asked for a quotation of \(request.amount), DollarPe gave one of \(quotation.sending)"
                throw .refused(CallRefusal(Refusal(.mismatch, message)))
            }
            return quotation
        }
    }

    /// Reads a quotation: whether it was used, and by which payout.
    public func quotation(_ id: String) async -> ProviderOutcome<QuotationState> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await read("/pos/api/v1/payout/quotation/\(try Self.segment(id))")
        }
    }

    /// Orders the payout of a quotation. **Nothing deduplicates it**: after `.unknown` the quotation has to be read.
    public func initiate(_ order: Initiation) async -> ProviderOutcome<Payout> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await write(.post, "/pos/api/v1/payout/initiate", WireInitiation(order))
        }
    }

    /// Reads a payout; DollarPe wants at least a minute between two reads of one payout.
    public func payout(_ id: String) async -> ProviderOutcome<Payout> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await read("/pos/api/v1/payout/\(try Self.segment(id))")
        }
    }

    /// All of a customer's payouts of some days, newest first as far as is known; dates are those of UTC.
    public func history(
        of customer: String, from start: Timestamp, to end: Timestamp
    ) async
        -> ProviderOutcome<[Payout]>
    {
        await ProviderOutcome { () async throws(CallFailure) in
            let (first, last) = (start.description.prefix(10), end.description.prefix(10))
            let target =
                "/pos/api/v1/payout/history?customer_id=\(try Self.segment(customer))"
                + "&start_date=\(first)&end_date=\(last)"
            var payouts: [Payout] = []
            for number in 1...Self.mostPages {
                let page: History = try await read(number == 1 ? target : "\(target)&page=\(number)")
                payouts += page.results
                guard let next = page.next, !next.isEmpty else { return payouts }
                // Half a history would show that something is not there which is.
                guard next.contains("page=\(number + 1)") else {
                    throw .notApplied(retryAfter: nil, message: "DollarPe's history goes on at “\(next.prefix(80))”")
                }
            }
            throw .notApplied(retryAfter: nil, message: "DollarPe's history has more than \(Self.mostPages) pages")
        }
    }

    /// The most pages of a history that are read: customers have few payouts.
    static let mostPages = 50

    /// Tells DollarPe which transfer carried the crypto.
    ///
    /// The answer only echoes it: that it is linked, a read of the payout shows. Repeating the same pair is assumed to
    /// be harmless.
    public func link(order: String, transfer: String) async -> ProviderOutcome<Linked> {
        await ProviderOutcome { () async throws(CallFailure) in
            let _: WireLink = try await write(
                .patch, "/pos/api/v1/payout/update-transfer-id",
                WireLink(exchange_order_id: order, exchange_transfer_id: transfer))
            return Linked()
        }
    }

    /// Sets the address to which all webhooks of the account's mode are posted.
    public func setWebhook(url: String) async -> ProviderOutcome<Linked> {
        await ProviderOutcome { () async throws(CallFailure) in
            let _: String = try await write(
                .post, "/org/api/v1/organizations/api-webhooks", WireWebhook(webhook_url: url))
            return Linked()
        }
    }
}

private struct WireQuotationRequest: Encodable {
    struct Risk: Encodable {
        let device_id: String?
        let ip_address: String?
        let law_enforcement_agency_report: Bool?
        let suspicious_activity_report: Bool?
    }

    let asset: String
    let fiat: String
    let sending_amount: String
    let customer_id: String
    let bank_id: String
    let risk_parameters: Risk?

    init(_ request: DollarPeClient.QuotationRequest) {
        asset = request.asset
        fiat = request.fiat
        sending_amount = request.amount
        customer_id = request.customer
        bank_id = request.bank
        risk_parameters = request.risk.map { risk in
            Risk(
                device_id: risk.deviceID, ip_address: risk.ipAddress,
                law_enforcement_agency_report: risk.isReportedByPolice,
                suspicious_activity_report: risk.isReportedAsSuspicious)
        }
    }
}

private struct WireInitiation: Encodable {
    let quotation_id: String
    let customer_id: String
    let exchange_order_id: String
    let client_reference_id: String

    init(_ order: DollarPeClient.Initiation) {
        quotation_id = order.quotation
        customer_id = order.customer
        exchange_order_id = order.exchangeOrder
        client_reference_id = order.reference
    }
}

private struct WireLink: Codable {
    let exchange_order_id: String
    let exchange_transfer_id: String
}

private struct WireWebhook: Encodable { let webhook_url: String }
private struct Rate: Decodable { let rate: LooseAmount }
private struct History: Decodable {
    let next: String?
    let results: [DollarPeClient.Payout]
}
