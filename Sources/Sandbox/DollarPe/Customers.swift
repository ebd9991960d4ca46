internal import SandboxCore
internal import Time

/// Customers, their checks and their bank accounts (DollarPe documentation, “Customer”, “KYC” and “Bank”).
extension DollarPeSimulator {
    /// The most bank accounts of one customer.
    private static let mostBanks = 3

    /// A customer of the account.
    func customer(_ id: String, _ account: Int) throws(DollarPeError) -> DollarPeWorld.Customer {
        guard let customer = customers[id], customer.account == account else { throw .unknownCustomer }
        return customer
    }

    /// A bank account of a customer of the account.
    func bank(_ id: String, of customer: String, _ account: Int) throws(DollarPeError) -> DollarPeWorld.Bank {
        _ = try self.customer(customer, account)
        guard let bank = banks[id], bank.customer == customer else {
            throw DollarPeError(404, "NOT_FOUND", field: "bank_id", "Bank account not found")
        }
        return bank
    }

    func json(of customer: DollarPeWorld.Customer) -> JSON {
        .fields([
            "id": .string(customer.id), "client_reference_id": .string(""), "full_name": .string(customer.name),
            "country": .string("IND"), "type": .string("INDIVIDUAL"), "status": .string(customer.status.rawValue),
            "failure_reason": customer.status == .failed ? .string("KYC_FAILED") : .null,
            "is_edd_verified": .bool(diligence[customer.id] == .verified),
        ])
    }

    func json(of bank: DollarPeWorld.Bank) -> JSON {
        let common: [JSON.Member] = [
            .init("id", .string(bank.id)), .init("customer_id", .string(bank.customer)),
            .init("bank_account_type", .string(bank.vpa == nil ? "ACCOUNT_DETAILS" : "UPI")),
            .init("bank_account_status", .string(bank.status.rawValue)),
            .init("failure_reason", bank.status == .failed ? .string("NAME_MISMATCH") : .null),
        ]
        let number: JSON = bank.accountNumber.map { .string($0) } ?? .null
        let ifsc: JSON = bank.ifsc.map { .string($0) } ?? .null
        guard options.era == .september2026 else {
            return .object(
                common + [
                    .init("account_number", number), .init("ifsc_code", ifsc),
                    .init("vpa", bank.vpa.map { .string($0) } ?? .null),
                ])
        }
        return .object(common + [.init("identifiers", .fields(["account_number": number, "ifsc": ifsc]))])
    }

    mutating func createCustomer(_ body: JSONReader, _ account: Int) throws(DollarPeError) -> JSON {
        let name = try checking { () throws(InvalidField) in
            _ = try body.string("email")
            _ = try body.string("phone")
            return try body.string("full_name", length: 1...140)
        }
        var customer = DollarPeWorld.Customer(id: makeID(), name: name, account: account)
        customer.status = .unverified
        customers[customer.id] = customer
        return json(of: customer)
    }

    mutating func addKYC(_ body: JSONReader, _ account: Int, at now: Timestamp) throws(DollarPeError) -> JSON {
        let customer = try customer(try text("customer_id", in: body), account)
        guard customer.status == .unverified || customer.status == .failed else {
            throw DollarPeError(400, "KYC_IN_USE", field: "customer_id", "KYC is already submitted")
        }
        set(.processing, ofCustomer: customer.id, at: now)
        timers.add(
            .customer(customer.id, .verified, changes: changes[customer.id] ?? 0),
            at: now + options.delays.verification)
        return .fields(["customer_id": .string(customer.id), "status": .string("PROCESSING")])
    }

    mutating func resetKYC(_ body: JSONReader, _ account: Int) throws(DollarPeError) -> JSON {
        let customer = try customer(try text("customer_id", in: body), account)
        changes[customer.id, default: 0] += 1
        customers[customer.id]?.status = .unverified
        return .fields(["customer_id": .string(customer.id), "status": .string("UNVERIFIED")])
    }

    /// Which decision may follow which, and that a customer's webhook is posted: DollarPe documentation, “Sandbox”.
    mutating func mockKYC(_ body: JSONReader, _ account: Int, at now: Timestamp) throws(DollarPeError) -> JSON {
        let customer = try customer(try text("customer_id", in: body), account)
        let word = try text("kyc_status", in: body)
        let next: DollarPeWorld.Verification? =
            switch (customer.status, word) {
            case (.failed, "UNVERIFIED"), (.verified, "UNVERIFIED"), (.processing, "UNVERIFIED"): .unverified
            case (.processing, "VERIFIED"): .verified
            case (.processing, "TAX_VERIFICATION_FAILED"), (.processing, "DOCUMENT_VERIFICATION_FAILED"): .failed
            default: nil
            }
        guard let next else {
            throw DollarPeError(
                field: "kyc_status", "can't go from \(customer.status.rawValue) to \(word)")
        }
        set(next, ofCustomer: customer.id, at: now)
        return .fields(["customer_id": .string(customer.id), "kyc_status": .string(word)])
    }

    /// Changes a customer's check, and tells the account.
    mutating func set(_ status: DollarPeWorld.Verification, ofCustomer id: String, at now: Timestamp) {
        changes[id, default: 0] += 1
        customers[id]?.status = status
        guard let account = customers[id]?.account, status == .verified || status == .failed else { return }
        tell(.init(account: account, type: "CUSTOMER", id: id, event: status.rawValue, happened: now), at: now)
    }

    /// Changes a bank account's check; nobody is told.
    mutating func set(_ status: DollarPeWorld.Verification, ofBank id: String) {
        changes[id, default: 0] += 1
        banks[id]?.status = status
    }

    mutating func createBank(_ body: JSONReader, _ account: Int, at now: Timestamp) throws(DollarPeError) -> JSON {
        let customer = try customer(try text("customer_id", in: body), account)
        guard banks.values.count(where: { $0.customer == customer.id }) < Self.mostBanks else {
            throw DollarPeError(field: "customer_id", "Maximum of 3 bank accounts reached")
        }
        var bank = DollarPeWorld.Bank(id: makeID(), customer: customer.id)
        bank.status = .processing
        try checking { () throws(InvalidField) in
            bank.vpa = try body.optionalString("vpa")
            bank.accountNumber = try bank.vpa == nil ? body.string("account_number") : nil
            bank.ifsc = try bank.vpa == nil ? body.string("ifsc") : nil
        }
        banks[bank.id] = bank
        timers.add(.bank(bank.id, .verified, changes: 0), at: now + options.delays.verification)
        return json(of: bank)
    }

    func listBanks(_ id: String, _ account: Int) throws(DollarPeError) -> JSON {
        let customer = try customer(id, account)
        let found = banks.values.filter { $0.customer == customer.id }.sorted { $0.id < $1.id }
        return .fields([
            "count": .int(found.count), "next": .null, "previous": .null, "results": .array(found.map(json(of:))),
        ])
    }

    mutating func mockBank(_ body: JSONReader, _ account: Int) throws(DollarPeError) -> JSON {
        let customer = try customer(try text("customer_id", in: body), account)
        let word = try text("bank_status", in: body)
        guard let status = DollarPeWorld.Verification(rawValue: word), status != .unverified else {
            throw DollarPeError(field: "bank_status", "must be PROCESSING, VERIFIED or FAILED")
        }
        let named = try checking { () throws(InvalidField) in try body.optionalString("bank_id") }
        let chosen = banks.values.filter { $0.customer == customer.id && (named ?? $0.id) == $0.id }
        guard !chosen.isEmpty else {
            throw DollarPeError(404, "NOT_FOUND", field: "bank_id", "Bank account not found")
        }
        for bank in chosen { set(status, ofBank: bank.id) }
        return .fields(["customer_id": .string(customer.id), "bank_status": .string(word)])
    }

    /// A member that must be a text.
    func text(_ name: String, in body: JSONReader) throws(DollarPeError) -> String {
        try checking { () throws(InvalidField) in try body.string(name, length: 1...200) }
    }
}
