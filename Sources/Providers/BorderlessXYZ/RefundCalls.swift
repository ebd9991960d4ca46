public import Domain

public import HTTPTypes
public import ProviderCore

/// Refunds: what is possible, what is set, and sending one off (Borderless.xyz documentation, “Refunds”).
extension BorderlessXYZClient {
    /// What each partner can do in a corridor; none means that no partner that is enabled serves it.
    public func refundCapabilities(
        country: CountryCode, fiat: CurrencyCode
    ) async -> ProviderOutcome<[RefundCapability]> {
        await ProviderOutcome { () async throws(CallFailure) in
            let page: Page<RefundCapability> = try await read(
                "/corridors/\(country)/\(fiat)/off-ramp/refund-capabilities")
            return page.items
        }
    }

    /// Sends a refund off, to the destination that is stored or to this one, which replaces it.
    ///
    /// The answer says that it was begun, not that it is done. Only plans in `Created` or `Eligible` are taken: sent
    /// twice, the second is refused.
    public func dispatchRefund(
        of transaction: String, to destination: RefundDestination?, key: String
    ) async -> ProviderOutcome<RefundResolution> {
        await ProviderOutcome { () async throws(CallFailure) in
            let body =
                destination == nil ? [] : try ProviderAPI.body(WireDispatch(refundDestination: destination))
            return try await write(
                .post, "/transactions/\(try Self.segment(transaction))/refund", body, key: key)
        }
    }

    /// The organisation's default destination; nil where none is set.
    public func refundDefault() async -> ProviderOutcome<RefundDefault?> {
        await ProviderOutcome { () async throws(CallFailure) in
            let response = try await call(.get, "/organizations/refunds/config", leg: .read)
            let text = String(decoding: response.body, as: UTF8.self)
            if text.allSatisfy(\.isWhitespace) || text == "null" { return nil }
            let shown: ShownDefault = try api.decode(response, leg: .read)
            return shown.value
        }
    }

    /// Sets the default destination, an address for each network.
    ///
    /// - Parameter method: `PUT` is assumed: no page names it.
    public func setRefundDefault(
        addresses: [String: String], autoRefund: Bool, key: String, method: HTTPMethod = .put
    ) async -> ProviderOutcome<RefundDefault> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await write(
                method, "/organizations/refunds/config",
                try ProviderAPI.body(WireDefault(addresses: addresses, autoRefund: autoRefund)), key: key)
        }
    }

    /// Says that the default is still right: it counts as fresh from now on. A person should have looked at it.
    ///
    /// The documentation promises no more than 200: how the default stands then, a read shows.
    public func reconfirmRefundDefault(key: String) async -> ProviderOutcome<Confirmed> {
        await ProviderOutcome { () async throws(CallFailure) in
            _ = try await call(.post, "/organizations/refunds/config/reconfirm", key: key, leg: .write)
            return Confirmed()
        }
    }

    /// It counts as confirmed.
    public struct Confirmed: Hashable, Sendable {
        /// The only value.
        public init() {}
    }
}

/// The organisation's default, or none: with a destination of `null`, or without one.
private struct ShownDefault: Decodable {
    let value: BorderlessXYZClient.RefundDefault?

    init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        let isNone = root.contains(.destination) ? try root.decodeNil(forKey: .destination) : true
        value = isNone ? nil : try BorderlessXYZClient.RefundDefault(from: decoder)
    }

    private enum Key: String, CodingKey { case destination }
}

private struct WireDispatch: Encodable { let refundDestination: BorderlessXYZClient.RefundDestination? }

private struct WireDefault: Encodable {
    struct Address: Encodable {
        let network: String
        let address: String
    }

    let type = "Address"
    let addresses: [Address]
    let autoRefund: Bool

    init(addresses: [String: String], autoRefund: Bool) {
        self.addresses = addresses.sorted { $0.key < $1.key }.map { Address(network: $0.key, address: $0.value) }
        self.autoRefund = autoRefund
    }
}
