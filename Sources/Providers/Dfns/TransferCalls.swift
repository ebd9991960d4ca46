import HTTPTypes
public import ProviderCore
public import Time

extension DfnsClient {
    /// A transfer out of a wallet, as Dfns reports it (Dfns documentation, “Get transfer”).
    public struct Transfer: Hashable, Sendable {
        /// Dfns's id, such as `xfr-…`.
        public let id: String
        /// The wallet that pays, such as `wa-…`.
        public let walletID: String
        /// The network, such as `Polygon`.
        public let network: String?
        /// How far it is.
        public let status: Reported<TransferStatus>
        /// The approval that it waits for, or waited for.
        public let approvalID: String?
        /// Its transaction on the chain.
        public let transactionHash: String?
        /// Why, where it failed or was rejected.
        public let reason: String?
        /// When the policies on the wallet were done with it.
        public let datePolicyResolved: Timestamp?
    }

    /// How far a transfer is.
    public enum TransferStatus: String, Hashable, Sendable, CaseIterable {
        /// Waits for an approval.
        case pending = "Pending"
        /// Is being signed.
        case executing = "Executing"
        /// Is on its way on the chain: crypto may have left the wallet.
        case broadcasted = "Broadcasted"
        /// Is on the chain.
        case confirmed = "Confirmed"
        /// Failed.
        case failed = "Failed"
        /// A policy on the wallet said no.
        case rejected = "Rejected"
    }

    /// Reads a transfer (`GET /wallets/{walletId}/transfers/{transferId}`).
    public func transfer(_ id: String, from walletID: String) async -> ProviderOutcome<Transfer> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await read(.get, "/wallets/\(try Self.segment(walletID))/transfers/\(try Self.segment(id))")
        }
    }
}

extension DfnsClient.Transfer: Decodable {
    private enum Key: String, CodingKey {
        case id, walletId, network, status, approvalId, txHash, reason, datePolicyResolved
    }

    /// Reads Dfns's JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: .id)
        walletID = try container.decode(String.self, forKey: .walletId)
        network = container.tolerant(.network)
        status = try container.decode(Reported<DfnsClient.TransferStatus>.self, forKey: .status)
        approvalID = container.tolerant(.approvalId)
        transactionHash = container.tolerant(.txHash)
        reason = container.tolerant(.reason)
        datePolicyResolved = container.tolerant(.datePolicyResolved)
    }
}
