/// An enum with text raw values is a text value whose list is closed.
extension TextValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    /// One of the raw values, or an error that lists them.
    public init(text: String) throws(InvalidValue) {
        guard let value = Self(rawValue: text) else {
            let list = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidValue("“\(text.prefix(80))” is not in the list: write one of \(list)")
        }
        self = value
    }

    /// The raw value.
    public var text: String { rawValue }

    /// All raw values, in the order of the cases.
    public static var allowedValues: [String]? { allCases.map(\.rawValue) }

    /// Reads a JSON string; the error lists what is allowed.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes a JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// Whether money is real: an account is one or the other for ever, and so is each job that runs against it.
public enum Mode: String, CaseIterable, TextValue {
    /// Sandboxes and test networks.
    case test
    /// Real money.
    case live

    /// The harmless one.
    public static var sample: Mode { .test }
}

/// What a payment is for; the closed list of Dfns and Borderless (Dfns documentation, guide “Payouts”).
public enum PaymentPurpose: String, CaseIterable, TextValue {
    case salaryPayment = "salary payment"
    case personalRemittance = "personal remittance"
    case rentPayment = "rent payment"
    case propertyPurchase = "property purchase"
    case ownedAccountAbroad = "owned account abroad"
    case advertisingExpenses = "advertising expenses"
    case advisoryFees = "advisory fees"
    case businessInsurance = "business insurance"
    case construction
    case deliveryFees = "delivery fees"
    case education
    case exports
    case donation
    case hotel
    case loanPayment = "loan payment"
    case maintenanceExpenses = "maintenance expenses"
    case medicalExpense = "medical expense"
    case officeExpenses = "office expenses"
    case royaltyFees = "royalty fees"
    case serviceCharge = "service charge"
    case sharesInvestment = "shares investment"
    case taxPayment = "tax payment"
    case transportationFees = "transportation fees"
    case travel
    case utilityBills = "utility bills"
    case other

    /// The first of the list.
    public static var sample: PaymentPurpose { .salaryPayment }
}
