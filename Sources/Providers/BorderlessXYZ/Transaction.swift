import Foundation
public import ProviderCore
public import Time

extension BorderlessXYZClient {
    /// A transaction as Borderless.xyz reports it (Borderless.xyz documentation, “Get a transaction by id”).
    ///
    /// Nearly every member may be null, so that all but id and status are read leniently.
    public struct Transaction: Hashable, Sendable {
        /// Borderless.xyz's id: 25 letters and digits.
        public let id: String
        /// How far it is.
        public let status: Reported<TransactionStatus>
        /// Which partner carries it out, such as `Bridge`; chosen when it is created.
        public let partner: String?
        /// The country of the recipient's bank.
        public let country: String?
        /// What leaves, such as `USDC_POLYGON`.
        public let asset: String?
        /// How much of it, in units of the asset.
        public let amount: String?
        /// The account at Borderless.xyz.
        public let accountID: String?
        /// What arrives.
        public let fiat: String?
        /// How much arrives.
        public let fiatAmount: String?
        /// The recipient's bank account, as Borderless.xyz knows it.
        public let paymentInstructionID: String?
        /// Our reference, where it is shown.
        public let reference: String?
        /// The bank's own names of the payment: the proof that it was sent.
        public let traces: [String]
        /// What the payer has to send, and where to; nil until it is known.
        public let instructions: Instructions?
        /// When it was created.
        public let createdAt: Timestamp?
        /// The transactions on chain that belong to it.
        public let hashes: [String]
        /// The fee.
        public let fee: String?
        /// Why it failed.
        public let failureReason: String?
        /// Its refund plan, should the transaction show it: no page says that it does.
        public let refund: RefundResolution?
    }

    /// Where the crypto is to be sent, and how much (Borderless.xyz documentation, “Withdrawal webhooks”; the members'
    /// exact names are assumed).
    public struct Instructions: Hashable, Sendable {
        /// From which address, where that matters.
        public let from: String?
        /// To which address.
        public let to: String
        /// What.
        public let asset: String?
        /// How much, in units of the asset.
        public let amount: String?
    }

    /// How far a transaction is (Borderless.xyz documentation, “Transactions”, “Sandbox testing” and “Refunds”).
    public enum TransactionStatus: String, Hashable, Sendable, CaseIterable {
        /// Taken.
        case submitted = "Submitted"
        /// Being checked.
        case verifying = "Verifying"
        /// Only “Sandbox testing” names it, and not where it stands.
        case preparing = "Preparing"
        /// Being arranged with the partner.
        case orchestrating = "Orchestrating"
        /// Waiting for the payer.
        case pending = "Pending"
        /// Paid, and being carried out.
        case processing = "Processing"
        /// Carried out.
        case completed = "Completed"
        /// Not carried out; a refund may follow.
        case failed = "Failed"
        /// Called off; a refund may follow where money had moved.
        case cancelled = "Cancelled"
        /// The money has come back.
        case refunded = "Refunded"
    }
}

extension BorderlessXYZClient.Transaction: Decodable {
    /// Reads what is there.
    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        id = try root.decode(String.self, forKey: .id)
        status = try root.decode(Reported<BorderlessXYZClient.TransactionStatus>.self, forKey: .status)
        partner = root.tolerant(.pfiName)
        country = root.tolerant(.country)
        let source: Side? = root.tolerant(.source)
        let destination: Side? = root.tolerant(.destination)
        asset = source?.asset
        amount = source?.amount?.text
        accountID = source?.accountId
        fiat = destination?.fiatCurrency
        fiatAmount = destination?.amount?.text
        paymentInstructionID = destination?.paymentInstructionId
        reference = destination?.reference ?? root.tolerant(.reference)
        traces = [destination?.imad, destination?.omad, destination?.traceNumber, destination?.uetr].compactMap(\.self)
        instructions = root.tolerant(.instructions)
        createdAt = root.tolerant(.createdAt)
        let hashes: [String]? = root.tolerant(.txHash)
        let hash: String? = root.tolerant(.txHash)
        self.hashes = hashes ?? hash.map { [$0] } ?? []
        fee = (root.tolerant(.feeAmount) as LooseText?)?.text
        failureReason = (root.tolerant(.failureReason) as FailureReason?)?.text
        refund = root.tolerant(.refund)
    }

    private enum Key: String, CodingKey {
        case id, status, pfiName, country, source, destination, reference, instructions, createdAt, txHash, feeAmount
        case failureReason, refund
    }

    private struct Side: Decodable {
        let asset: String?
        let amount: LooseText?
        let fiatCurrency: String?
        let accountId: String?
        let paymentInstructionId: String?
        let reference: String?
        let imad: String?
        let omad: String?
        let traceNumber: String?
        let uetr: String?
    }
}

extension BorderlessXYZClient.Instructions: Decodable {
    /// Reads what is there; without an address there are no instructions.
    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        to = try root.decode(String.self, forKey: .toAddress)
        from = root.tolerant(.fromAddress)
        asset = root.tolerant(.asset)
        amount = (root.tolerant(.amount) as LooseText?)?.text
    }

    private enum Key: String, CodingKey { case fromAddress, toAddress, asset, amount }
}

/// Text, or a number by its digits: amounts are documented as text, and never read through a binary float.
struct LooseText: Decodable, Hashable {
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.text = text
        } else {
            text = try container.decode(Decimal.self).description
        }
    }
}

/// Why a transaction failed: an object with a message and details, an older one of free form, or a text.
private struct FailureReason: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            self.text = text
            return
        }
        let root = try decoder.container(keyedBy: Key.self)
        let message: String? = root.tolerant(.message)
        let details: [Detail]? = root.tolerant(.details)
        let parts = [message] + (details ?? []).map(\.text)
        let line = parts.compactMap(\.self).joined(separator: "; ")
        text = line.isEmpty ? nil : line
    }

    private enum Key: String, CodingKey { case message, details }

    private struct Detail: Decodable {
        let path: String?
        let pfiErrorMessage: String?

        var text: String? {
            pfiErrorMessage.map { message in path.map { "\($0): \(message)" } ?? message }
        }
    }
}
