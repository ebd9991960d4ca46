public import Domain
public import ProviderCore
public import Time

extension DfnsClient {
    /// A payout as Dfns reports it (Dfns documentation, “Get payout”).
    ///
    /// It names no fiat amount, fee or bank reference: those are the provider's to tell. Members that may be missing
    /// are optional, and new words and members are tolerated.
    public struct Payout: Hashable, Sendable {
        /// Dfns's id, such as `pyt-…`.
        public let id: String
        /// The wallet that pays, such as `wa-…`.
        public let walletID: String
        /// What is paid out.
        public let asset: ReportedAsset
        /// The currency that arrives.
        public let fiatCurrency: String
        /// Our own id, by which Dfns deduplicates.
        public let externalID: String?
        /// How far it is, roughly.
        public let status: Reported<Status>
        /// Who created it; nobody else may confirm or cancel it.
        public let requester: Requester?
        /// When it was created.
        public let dateCreated: Timestamp?
        /// When it ended.
        public let dateFinalized: Timestamp?
        /// Who disburses the money.
        public let provider: Reported<Provider>
        /// What only this provider knows; with another provider than Borderless most of it is nil.
        public let data: Details

        /// How far it is in detail; a payout without one counts as an unknown word.
        public var executionStatus: Reported<ExecutionStatus> { data.executionStatus ?? .unknown("") }
    }

    /// How far a payout is, roughly; all but the first are final.
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// Under way.
        case processing = "Processing"
        /// The money is in the bank account.
        case completed = "Completed"
        /// It can't go on; whether crypto has left the wallet stands in `transferID` and `transactionHash`.
        case failed = "Failed"
        /// A policy on the wallet said no.
        case rejected = "Rejected"
        /// 24 h without a confirmation, or 4 h without a transfer.
        case expired = "Expired"
        /// Taken back.
        case canceled = "Canceled"
    }

    /// How far a payout is, in detail.
    public enum ExecutionStatus: String, Hashable, Sendable, CaseIterable {
        /// Just created.
        case initializing = "Initializing"
        /// Waiting for the provider's deposit address.
        case awaitingPayoutInstructions = "AwaitingPayoutInstructions"
        /// Waiting for us to confirm amount and address.
        case awaitingPayoutConfirmation = "AwaitingPayoutConfirmation"
        /// Confirmed; the transfer is being submitted.
        case submittingPayoutTransfer = "SubmittingPayoutTransfer"
        /// A policy on the wallet wants somebody's approval.
        case pendingPolicyApproval = "PendingPolicyApproval"
        /// The transfer is on its way on the chain.
        case depositProcessing = "DepositProcessing"
        /// The deposit has arrived; the provider pays out.
        case disbursementPending = "DisbursementPending"
        /// The money is in the bank account.
        case completed = "Completed"
        /// A policy on the wallet said no.
        case rejected = "Rejected"
        /// It can't go on.
        case failed = "Failed"
        /// A term ran out.
        case expired = "Expired"
        /// Taken back.
        case canceled = "Canceled"
    }

    /// Who disburses a payout's money.
    public enum Provider: String, Hashable, Sendable, CaseIterable {
        /// Borderless.
        case borderless = "Borderless"
        /// Circle Mint, which this client doesn't create payouts for.
        case circleMint = "CircleMint"
    }

    /// Who created something.
    public struct Requester: Hashable, Sendable {
        /// The user or service account, such as `us-…`.
        public let userID: String
        /// The token that was used, such as `to-…`.
        public let tokenID: String?
    }

    /// What a payout through Borderless says beside the common members; see `Payout.data`.
    public struct Details: Hashable, Sendable {
        /// Echo of the order.
        public let borderlessAccountID: String?
        /// Echo of the order: the destination's bank account.
        public let paymentInstructionsID: String?
        /// Echo of the order.
        public let paymentPurpose: String?
        /// Echo of the order.
        public let country: String?
        /// How far it is, in detail.
        public let executionStatus: Reported<ExecutionStatus>?
        /// Why, mainly where it failed.
        public let statusReason: String?
        /// Borderless's id of its transaction: the key to refunds there.
        public let borderlessPayoutID: String?
        /// Where the crypto must go; there from `awaitingPayoutConfirmation` on.
        public let depositAddress: String?
        /// The transfer out of the wallet, such as `xfr-…`; there once it was submitted.
        public let transferID: String?
        /// The transfer's transaction; there once it was confirmed on the chain.
        public let transactionHash: String?
        /// When it was confirmed by us.
        public let dateConfirmed: Timestamp?
        /// When it was canceled by us.
        public let dateCanceled: Timestamp?
        /// When the chain's part was done.
        public let dateDepositConfirmed: Timestamp?
        /// When the bank's part was done.
        public let datePayoutConfirmed: Timestamp?
    }

    /// An asset as Dfns reports it, of whatever kind.
    public struct ReportedAsset: Hashable, Sendable {
        /// `Erc20`, `Spl`, `Spl2022` or a new kind.
        public let kind: String
        /// The asset where it is one of the kinds that we know; nil otherwise.
        public let known: Asset?
        /// The network, such as `Polygon`.
        public let network: String?
        /// The token's ticker, such as `USDC`.
        public let symbol: String?
        /// How many decimals the token has.
        public let decimals: Int?
    }
}

extension DfnsClient.Payout: Decodable {
    private enum Key: String, CodingKey {
        case id, walletId, asset, fiatCurrency, externalId, status, requester, dateCreated, dateFinalized, provider,
            data
    }

    /// Reads Dfns's JSON; only what a payout can't be without has to be there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: .id)
        walletID = try container.decode(String.self, forKey: .walletId)
        asset = try container.decode(DfnsClient.ReportedAsset.self, forKey: .asset)
        fiatCurrency = try container.decode(String.self, forKey: .fiatCurrency)
        externalID = container.tolerant(.externalId)
        status = try container.decode(Reported<DfnsClient.Status>.self, forKey: .status)
        requester = container.tolerant(.requester)
        dateCreated = container.tolerant(.dateCreated)
        dateFinalized = container.tolerant(.dateFinalized)
        provider = try container.decode(Reported<DfnsClient.Provider>.self, forKey: .provider)
        data = try container.decode(DfnsClient.Details.self, forKey: .data)
    }
}

extension DfnsClient.Requester: Decodable {
    private enum CodingKeys: String, CodingKey {
        case userID = "userId"
        case tokenID = "tokenId"
    }
}

extension DfnsClient.Details: Decodable {
    private enum Key: String, CodingKey {
        case borderlessAccountId, paymentInstructionsId, paymentPurpose, country, executionStatus, statusReason
        case borderlessPayoutId, depositAddress, transferId, transactionHash
        case dateConfirmed, dateCanceled, dateDepositConfirmed, datePayoutConfirmed
    }

    /// Reads Dfns's JSON; anything may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        borderlessAccountID = container.tolerant(.borderlessAccountId)
        paymentInstructionsID = container.tolerant(.paymentInstructionsId)
        paymentPurpose = container.tolerant(.paymentPurpose)
        country = container.tolerant(.country)
        executionStatus = container.tolerant(.executionStatus)
        statusReason = container.tolerant(.statusReason)
        borderlessPayoutID = container.tolerant(.borderlessPayoutId)
        depositAddress = container.tolerant(.depositAddress)
        transferID = container.tolerant(.transferId)
        transactionHash = container.tolerant(.transactionHash)
        dateConfirmed = container.tolerant(.dateConfirmed)
        dateCanceled = container.tolerant(.dateCanceled)
        dateDepositConfirmed = container.tolerant(.dateDepositConfirmed)
        datePayoutConfirmed = container.tolerant(.datePayoutConfirmed)
    }
}

extension DfnsClient.ReportedAsset: Decodable {
    private enum Key: String, CodingKey { case kind, network, metadata }

    private struct Metadata: Decodable {
        let symbol: String?
        let decimals: Int?
    }

    /// Reads Dfns's JSON; a new kind of asset is kept by its name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        kind = try container.decode(String.self, forKey: .kind)
        known = Asset.Kind(rawValue: kind) == nil ? nil : try Asset(from: decoder)
        network = container.tolerant(.network)
        let metadata: Metadata? = container.tolerant(.metadata)
        symbol = metadata?.symbol
        decimals = metadata?.decimals
    }
}
