internal import HTTPTypes
internal import SandboxCore

/// The operations of DollarPe's API, by the name under which faults address them.
public enum DollarPeOperation: String, CaseIterable, Hashable, Sendable {
    /// What may be paid out.
    case configuration
    /// What one coin brings.
    case rate
    /// Locks a rate.
    case quote
    /// Reads a quotation.
    case readQuotation = "read_quotation"
    /// Orders a payout.
    case initiate
    /// Lists payouts.
    case history
    /// Names the transfer that carried the crypto.
    case link
    /// Moves a payout, in the sandbox.
    case mockPayout = "mock_payout"
    /// Reads a payout.
    case read
    /// Creates a customer.
    case createCustomer = "create_customer"
    /// Reads a customer.
    case customer
    /// Hands in the papers of a customer.
    case addKYC = "add_kyc"
    /// Begins the check of a customer anew.
    case resetKYC = "reset_kyc"
    /// Decides the check of a customer, in the sandbox.
    case mockKYC = "mock_kyc"
    /// Creates a bank account.
    case createBank = "create_bank"
    /// Lists the bank accounts of a customer.
    case banks
    /// Decides the check of a bank account, in the sandbox.
    case mockBank = "mock_bank"
    /// Reads a bank account.
    case bank
    /// Reads what a customer may still be paid.
    case limits
    /// Hands in what due diligence asks for.
    case saveEDD = "save_edd"
    /// Sets the address of webhooks.
    case webhook

    static let router = Router<DollarPeOperation>([
        .init(.configuration, .get, "/pos/api/v1/payout/configuration"),
        .init(.rate, .get, "/pos/api/v1/payout/fetch-rate"),
        .init(.rate, .post, "/pos/api/v1/payout/fetch-rate"),
        .init(.quote, .post, "/pos/api/v1/payout/quotation"),
        .init(.readQuotation, .get, "/pos/api/v1/payout/quotation/{quotation_id}"),
        .init(.initiate, .post, "/pos/api/v1/payout/initiate"),
        .init(.history, .get, "/pos/api/v1/payout/history"),
        .init(.link, .patch, "/pos/api/v1/payout/update-transfer-id"),
        .init(.mockPayout, .patch, "/pos/api/v1/payout/mock-payout-status"),
        .init(.read, .get, "/pos/api/v1/payout/{payout_id}"),
        .init(.createCustomer, .post, "/cms/api/v1/customer/create"),
        .init(.customer, .get, "/cms/api/v1/customer/{customer_id}"),
        .init(.addKYC, .post, "/cms/api/v1/kyc/add-kyc-data"),
        .init(.resetKYC, .post, "/cms/api/v1/kyc/reset-kyc"),
        .init(.mockKYC, .patch, "/cms/api/v1/kyc/mock-kyc-status"),
        .init(.createBank, .post, "/cms/api/v1/bank/create"),
        .init(.banks, .get, "/cms/api/v1/bank/list/{customer_id}"),
        .init(.mockBank, .post, "/cms/api/v1/bank/mock-bank-verification"),
        .init(.bank, .get, "/cms/api/v1/bank/{customer_id}/{bank_id}"),
        .init(.limits, .get, "/ren/api/v1/payout/limits/{customer_id}"),
        .init(.saveEDD, .post, "/ren/api/v1/payout/edd/save"),
        .init(.webhook, .post, "/org/api/v1/organizations/api-webhooks"),
    ])
}
