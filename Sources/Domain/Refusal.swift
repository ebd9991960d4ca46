/// Why somebody said no: a value that a flow stores and an operator reads.
public struct Refusal: Error, Hashable, Codable, Sendable, CustomStringConvertible {
    /// A word that programs can compare.
    ///
    /// The list is open: a provider's own words are kept as they are.
    public struct Code: RawRepresentable, Hashable, Codable, Sendable, ExpressibleByStringLiteral,
        CustomStringConvertible
    {
        /// The word, in lower case with underscores where it is ours.
        public let rawValue: String

        /// A code of this word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A code of this word.
        public init(stringLiteral value: String) { rawValue = value }

        /// The word.
        public var description: String { rawValue }
    }

    /// What kind of no it is.
    public let code: Code

    /// The reason, in the words of whoever refused, for people.
    public let message: String

    /// A refusal of this kind for this reason.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and reason on one line.
    public var description: String { "\(code): \(message)" }

    /// Whether it says something about our account at the provider, and nothing about what the job asked for: such a
    /// job waits for a person who mends the account.
    public var concernsAccount: Bool { [.unauthorized, .forbidden, .plan].contains(code) }
}

extension Refusal.Code {
    /// The request is not well formed, or breaks a rule of the provider's.
    public static let invalid: Self = "invalid"
    /// The credentials are missing, wrong or out of date.
    public static let unauthorized: Self = "unauthorized"
    /// The credentials are good, but may not do this.
    public static let forbidden: Self = "forbidden"
    /// The provider's contract with the organisation doesn't contain this.
    public static let plan: Self = "plan"
    /// What is asked for doesn't exist, or belongs to somebody else.
    public static let notFound: Self = "not_found"
    /// Our key is already used for something else.
    public static let duplicate: Self = "duplicate"
    /// No route for this currency and country right now.
    public static let noCorridor: Self = "no_corridor"
    /// A policy, or a person who approves, said no.
    public static let policy: Self = "policy"
    /// What the provider reports is not what was asked for: a person has to look.
    public static let mismatch: Self = "mismatch"
    /// The provider gave up on it for a reason of its own.
    public static let provider: Self = "provider"
    /// A term of the provider's ran out.
    public static let expired: Self = "expired"
    /// Somebody on our side took it back.
    public static let canceled: Self = "canceled"
}
