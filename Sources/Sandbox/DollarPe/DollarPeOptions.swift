internal import Time

/// How the simulator behaves where DollarPe's documents leave a choice, and how long things take.
///
/// Each choice is a reading that a client must survive; the first one is the default.
public struct DollarPeOptions: Sendable, Hashable {
    /// Which of DollarPe's documents the answers look like: they differ in the forms of amounts, errors and fees.
    public enum Era: String, Sendable, Hashable, CaseIterable {
        /// The API reference of 2025: numbers, `AUTH_…` codes, the misspelt `receiveing_amount`, 10-minute quotations.
        case december2025 = "2025-12"
        /// The first guides: `success` instead of `status` on a 500, 400 for a wrong signature, 5-minute quotations.
        case may2025 = "2025-05"
        /// Under the name Zapyd: amounts as text, an `err_code` on each error, `rfi_link` on a review.
        case september2026 = "2026-09"
    }

    /// The shapes in which the limits of coins are documented.
    public enum ConfigurationShape: String, Sendable, Hashable, CaseIterable {
        /// By currency, with the limits of each rail: `inr.coin_limits.usdt.imps`.
        case current
        /// The guide of 2025: `coin_limits.usdt`, with no rails.
        case guide
        /// The reference of 2025: `coin_limits.inr.usdt.bank_transfer`.
        case reference
    }

    /// Over which writing of a body the signature has to be.
    public enum CanonicalReading: String, Sendable, Hashable, CaseIterable {
        /// Sorted, no white space, ASCII only: the published vectors.
        case compact
        /// Sorted, with a space behind commas and colons, as a sample on the authentication page.
        case spaced
        /// Either.
        case either
    }

    /// Which of an order's repetitions is noticed first.
    public enum DuplicateReading: String, Sendable, Hashable, CaseIterable {
        /// Its client reference.
        case clientReference = "client_reference"
        /// Its quotation.
        case quotation
        /// Its exchange order.
        case exchangeOrder = "exchange_order"
    }

    /// When a transfer may be linked to a payout.
    public enum LinkReading: String, Sendable, Hashable, CaseIterable {
        /// From the order on.
        case afterInitiate = "after_initiate"
        /// Only once it has arrived: before, it is a 400.
        case afterSuccess = "after_success"
    }

    /// What a quotation's status shows once it is used.
    public enum LinkedReading: String, Sendable, Hashable, CaseIterable {
        /// `LINKED`.
        case linked
        /// The payout's own status.
        case payout
    }

    /// How long things take.
    public struct Delays: Sendable, Hashable {
        /// From the order until it arrives. DollarPe's own sandbox never moves a payout by itself: that is `nil`.
        public var payout: Duration?
        /// From the order until it fails, is held or reviewed, where an outcome asks for that and `payout` is nil.
        public var scripted: Duration = .minutes(40)
        /// From a failure until the money is back, where an outcome asks for it.
        public var refund: Duration = .hours(1)
        /// From the arrival until it is reversed, where an outcome asks for it.
        public var reversal: Duration = .days(2)
        /// How long a review takes.
        public var review: Duration = .hours(2)
        /// How long the checks of customers, banks and due diligence take.
        public var verification: Duration = .minutes(10)

        /// DollarPe's sandbox, in which nothing is paid out unless it is asked for.
        public init() {}

        /// The same, but payouts arrive by themselves.
        public static var moving: Delays {
            var delays = Delays()
            delays.payout = delays.scripted
            return delays
        }
    }

    /// Which documents the answers look like.
    public var era = Era.december2025
    /// The shape of the configuration.
    public var configuration = ConfigurationShape.current
    /// Over which writing the signature has to be.
    public var canonical = CanonicalReading.compact
    /// Which repetition is noticed first.
    public var duplicate = DuplicateReading.clientReference
    /// When a transfer may be linked.
    public var link = LinkReading.afterInitiate
    /// What a used quotation shows.
    public var linkedQuotation = LinkedReading.linked
    /// How long things take.
    public var delays = Delays()
    /// How long a quotation is good; nil: as the era says.
    public var quotationLifetime: Duration?
    /// The price of one coin, in paise.
    public var rate = 8250
    /// The least of one payout, in millionths of a coin.
    public var least = 28_000_000
    /// The most of one payout, in millionths of a coin.
    public var most = 5_563_000_000
    /// The names under which risk parameters are asked for.
    public var requiredRisk: [String] = []
    /// The pauses between attempts to post a webhook (assumed; DollarPe documents none).
    public var webhookPauses: [Duration] = [.minutes(1), .minutes(5), .minutes(30), .hours(2), .hours(12)]

    /// The defaults.
    public init() {}

    /// How long a quotation is good.
    var lifetime: Duration { quotationLifetime ?? (era == .may2025 ? .minutes(5) : .minutes(10)) }
}
