internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Capabilities, sending refunds off, and the organisation's default.
extension BorderlessXYZSimulator {
    /// One entry for each partner of the corridor.
    func capabilities(country: String, fiat: String) -> HTTPResponse {
        let entries = partners(country: country, fiat: fiat).map { partner in
            JSON.fields([
                "pfiName": .string(partner.name),
                "supportedPaths": .array(partner.paths.map { .string($0.rawValue) }),
                "acceptedRequestTypes": .array(partner.acceptedTypes.map(JSON.string)),
                "destinationModes": .array(partner.destinationModes.map(JSON.string)),
                "dispatchModes": .array(partner.dispatchModes.map(JSON.string)),
                "chainsSupported": .array((partner.assets ?? Self.commonAssets).map(JSON.string)),
                "estimatedTimingRange": .fields([
                    "minSeconds": .int(60), "maxSeconds": .int(partner.longestSeconds),
                    "businessDays": .bool(partner.isInBusinessDays),
                ]),
                "autoRefundOverrideSupported": .bool(false),
                "prerequisites": .array(partner.prerequisites.map(JSON.string)),
            ])
        }
        return ok(200, .array(entries))
    }

    /// What a partner that refunds everything is shown with.
    private static let commonAssets = [
        "USDC_POLYGON", "USDC_ETHEREUM", "USDC_BASE", "USDC_SOLANA", "USDT_TRON", "USDT_ETHEREUM", "PYUSD_ETHEREUM",
    ]

    /// Refuses a destination that the partner doesn't take, or that is none on the asset's network.
    func check(
        _ destination: RefundDestination?, of order: WithdrawalOrder, given partner: BorderlessXYZWorld.Partner
    ) throws(BorderlessXYZError) {
        guard let destination else { return }
        guard partner.acceptedTypes.contains(destination.type) || options.acceptsUnlistedTypes else {
            throw BorderlessXYZError(
                400, "\(partner.name) does not accept refund destinations of type \(destination.type)")
        }
        if let assets = partner.assets, !assets.contains(order.asset) {
            throw BorderlessXYZError(400, "\(partner.name) does not refund \(order.asset)")
        }
        guard let address = destination.address else { return }
        let isSolana = order.network == "SOLANA" || order.network == "SOL"
        let isEVM = address.hasPrefix("0x") && address.utf8.count == 42
        guard order.network == "TRON" ? address.hasPrefix("T") : isSolana ? !address.hasPrefix("0x") : isEVM else {
            throw BorderlessXYZError(400, "refundDestination.address is not an address on \(order.network)")
        }
    }

    /// Sends a refund off: 202 says that it was begun.
    mutating func dispatch(
        _ id: String, _ body: [UInt8], _ visitor: Visitor, at now: Timestamp
    ) throws(BorderlessXYZError) -> HTTPResponse {
        let index = try find(id, visitor)
        let override = try checking { () throws(InvalidField) -> RefundDestination? in
            if body.isEmpty { return nil }
            let reader = try JSONReader(body: body)
            try reader.refuseOthers(than: ["refundDestination"])
            return reader.value("refundDestination") == nil
                ? nil : try RefundDestination(reader.object("refundDestination"))
        }
        let transaction = transactions[index]
        guard transaction.status == .failed || transaction.status == .cancelled else {
            throw refusal("The transaction is \(transaction.status.rawValue), and neither failed nor cancelled")
        }
        guard transaction.plan.status == .created || transaction.plan.status == .eligible else {
            throw refusal("The refund plan is \(transaction.plan.status.rawValue), and neither Created nor Eligible")
        }
        if let override, let partner = partners.first(where: { $0.name == transaction.partner }) {
            try check(override, of: transaction.order, given: partner)
            transactions[index].plan.destination = override
            transactions[index].plan.source = "Manual"
            if override.type == "ProviderBalance" { transactions[index].plan.path = .providerBalance }
        }
        let before = transactions[index].plan
        if transaction.plan.path == .manualRequired {
            stop(index, .manualRequired, nil, at: now)
        } else {
            sendOff(index, at: now)
        }
        return ok(202, options.answersEligible ? before.json : transactions[index].plan.json)
    }

    private func refusal(_ message: String) -> BorderlessXYZError {
        BorderlessXYZError(options.dispatchRefusal, message)
    }

    /// A default that the world came with counts as confirmed when the organisation first shows up.
    mutating func noteFirstVisit(of organisation: Int, at now: Timestamp) {
        guard organisations[organisation].refundsVerifiedAt == nil, !organisations[organisation].refundAddresses.isEmpty
        else { return }
        organisations[organisation].refundsVerifiedAt = now
    }

    /// Whether what fails goes back to the default by itself.
    func refundsByDefault(_ organisation: BorderlessXYZWorld.Organisation) -> Bool {
        organisation.refundsItself ?? options.defaultRefundsItself
    }

    /// The default as the API shows it; `null` where none is set.
    func defaultJSON(_ index: Int, at now: Timestamp) -> JSON {
        let organisation = organisations[index]
        guard !organisation.refundAddresses.isEmpty, let verified = organisation.refundsVerifiedAt else { return .null }
        let addresses = organisation.refundAddresses.sorted { $0.key < $1.key }.map { network, address in
            JSON.fields(["network": .string(network), "address": .string(address)])
        }
        return .fields([
            "destination": .fields([
                "type": .string("Address"), "addresses": .array(addresses),
                "autoRefund": .bool(refundsByDefault(organisation)),
            ]),
            "verifiedAt": .string(verified.milliseconds), "isStaleWarning": .bool(now - verified > Self.warnAfter),
            "isStaleReject": .bool(now - verified > Self.rejectAfter),
        ])
    }

    /// Replaces the default, which counts as confirmed with that.
    mutating func setDefault(
        _ body: [UInt8], _ visitor: Visitor, at now: Timestamp
    ) throws(BorderlessXYZError) -> HTTPResponse {
        let (addresses, refundsItself) = try checking { () throws(InvalidField) -> ([String: String], Bool) in
            let reader = try JSONReader(body: body)
            try reader.refuseOthers(than: ["type", "addresses", "autoRefund"])
            guard try reader.string("type") == "Address", let items = reader.value("addresses")?.array else {
                throw InvalidField("addresses", "is required, with the type Address")
            }
            var addresses: [String: String] = [:]
            for item in items {
                let entry = try JSONReader(item, path: "addresses")
                addresses[try entry.string("network")] = try entry.string("address", length: 1...128)
            }
            return (addresses, reader.value("autoRefund") != .bool(false))
        }
        organisations[visitor.organisation].refundAddresses = addresses
        organisations[visitor.organisation].refundsItself = refundsItself
        confirmDefault(visitor, at: now)
        return ok(200, defaultJSON(visitor.organisation, at: now))
    }

    /// Somebody says that the default is right; what it had blocked is due again.
    mutating func reconfirmDefault(_ visitor: Visitor, at now: Timestamp) throws(BorderlessXYZError) -> HTTPResponse {
        guard !organisations[visitor.organisation].refundAddresses.isEmpty else { throw .notFound }
        confirmDefault(visitor, at: now)
        return options.answersConfirmation
            ? ok(200, defaultJSON(visitor.organisation, at: now)) : HTTPResponse(status: 200, body: [])
    }

    private mutating func confirmDefault(_ visitor: Visitor, at now: Timestamp) {
        organisations[visitor.organisation].refundsVerifiedAt = now
        for index in transactions.indices where transactions[index].organisation == visitor.organisation {
            guard transactions[index].plan.status == .blocked, transactions[index].plan.reason == Self.staleReason
            else { continue }
            transactions[index].plan.status = .eligible
            transactions[index].plan.reason = nil
        }
    }
}
