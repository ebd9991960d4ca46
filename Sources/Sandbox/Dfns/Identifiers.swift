internal import Domain
internal import SandboxCore

/// Draws ids, addresses and hashes in the forms that the documentation shows.
struct Identifiers: Sendable {
    private static let lower = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let hexadecimal = Array("0123456789abcdef".utf8)
    private static let base58 = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    var generator: SplitMix64
    private var errors: UInt64 = 2_038_837_570_328_299_000

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// An id such as `pyt-4ihii-9lonb-tmhjo9bor4odmb5h`.
    mutating func make(_ prefix: String) -> String {
        let letters = generator.text(26, from: Self.lower)
        return "\(prefix)-\(letters.prefix(5))-\(letters.dropFirst(5).prefix(5))-\(letters.suffix(16))"
    }

    /// The reference of an error, for support.
    mutating func makeErrorID() -> String {
        errors += 1
        return String(errors)
    }

    /// An address to which an asset can be sent.
    mutating func makeAddress(for asset: Asset) -> String {
        switch asset {
        case .erc20: "0x" + generator.text(40, from: Self.hexadecimal)
        case .spl, .spl2022: generator.text(43, from: Self.base58)
        }
    }

    /// The hash of a transaction with an asset.
    mutating func makeHash(for asset: Asset) -> String {
        switch asset {
        case .erc20: "0x" + generator.text(64, from: Self.hexadecimal)
        case .spl, .spl2022: generator.text(87, from: Self.base58)
        }
    }

    /// A secret that nobody guesses who does not know the seed.
    mutating func makeSecret() -> String { generator.text(48, from: Self.lower) }
}
