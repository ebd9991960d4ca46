public import Domain
public import HTTPClient

/// One account at DollarPe: where its API is, and with what it proves who it is.
///
/// Printing an account shows its name, mode and host, and none of its secrets.
public struct DollarPeAccount: Sendable, CustomStringConvertible, CustomReflectable {
    /// Our own name of the account, such as `main`.
    public let name: String
    /// Whether it moves real money.
    public let mode: Mode
    /// Where its API is.
    public let origin: Origin
    /// What stands in `X-API-KEY`, and at the beginning of what is signed.
    public let apiKey: Secret
    /// The key of signatures, ours and those of webhooks.
    public let apiSecret: Secret

    /// An account whose host fits its mode, or an error that says why it doesn't.
    public init(
        name: String, mode: Mode, origin: Origin, apiKey: Secret, apiSecret: Secret
    ) throws(InvalidValue) {
        try Self.check(mode: mode, origin: origin)
        self.name = name
        self.mode = mode
        self.origin = origin
        self.apiKey = apiKey
        self.apiSecret = apiSecret
    }

    /// The hosts of production: DollarPe's, and the one under its new name, Zapyd (DollarPe documentation,
    /// “Introduction”).
    public static let productionHosts = ["https://production.dollarpe.xyz", "https://api.zapyd.com"]

    /// Checks that real money goes to a production host, and test money anywhere else.
    public static func check(mode: Mode, origin: Origin) throws(InvalidValue) {
        let isProduction = productionHosts.contains(origin.description)
        let list = productionHosts.joined(separator: " or ")
        if mode == .live, !isProduction {
            throw InvalidValue("a live account of DollarPe must be at \(list), and not at \(origin)")
        }
        if mode == .test, isProduction {
            throw InvalidValue("a test account of DollarPe must not be at \(origin): money would move")
        }
    }

    /// Name, mode and host.
    public var description: String { "dollarpe/\(name) (\(mode), \(origin))" }

    /// What `description` shows, and no more.
    public var customMirror: Mirror {
        Mirror(self, children: ["name": name, "mode": mode.text, "origin": "\(origin)"])
    }
}
