import Domain
import HTTPClient

/// An account as its entry in the configuration describes it: one small file for each provider says how to read one.
protocol ReadableAccount: ConfiguredAccount {
    /// What an entry may hold beside `mode`, `base_url` and `limits`.
    static var members: [String] { get }
    /// An address of the API, for whoever has to write one.
    static var exampleURL: String { get }

    /// The account that an entry describes.
    init(_ entry: AccountEntry) throws(ConfigurationError)
}

/// One entry under `accounts`.
struct AccountEntry {
    let id: AccountName
    let section: Section

    var name: String { id.name }

    /// The account, once all that every entry has is known to be there.
    func read<Account: ReadableAccount>() throws(ConfigurationError) -> Account {
        try section.allow(["mode", "base_url"] + Account.members + ["limits"])
        return try Account(self)
    }

    /// Whether it moves real money.
    func mode() throws(ConfigurationError) -> Mode {
        let mode = try section.text("mode", "\"test\" or \"live\"")
        guard let known = Mode(rawValue: mode.text) else {
            throw section.surroundings.error(
                mode.line, "\(section.path(of: "mode")) is “\(mode.text)”; write \"test\" or \"live\"")
        }
        return known
    }

    /// Where its API is.
    func origin(_ example: String) throws(ConfigurationError) -> Origin {
        let example = "\"\(example)\""
        let url = try section.text("base_url", example)
        guard let origin = Origin(url.text) else {
            throw section.surroundings.error(
                url.line, "\(section.path(of: "base_url")) is “\(url.text)”; write scheme and host, such as \(example)")
        }
        return origin
    }

    /// Makes something of what stands at a member; why it can't be made is said of that member.
    func checking<Value>(
        _ member: String, _ make: () throws(InvalidValue) -> Value
    ) throws(ConfigurationError) -> Value {
        do throws(InvalidValue) {
            return try make()
        } catch {
            throw section.surroundings.error(
                section.value(member)?.line ?? section.line, "\(section.path(of: member)): \(error)")
        }
    }
}

/// All entries under `accounts`, by provider.
struct AccountEntries {
    /// All of them, those of a provider sorted by name.
    let all: [AccountEntry]

    private static let providers = [
        "dfns", PontisEntry.provider, "dollarpe", "borderless_payments", BorderlessXYZEntry.provider,
    ]

    init(_ accounts: Section?) throws(ConfigurationError) {
        try accounts?.allow(Self.providers)
        var entries: [AccountEntry] = []
        for provider in Self.providers {
            guard let section = try accounts?.section(provider) else { continue }
            for member in section.members.sorted(by: { $0.name < $1.name }) {
                entries.append(
                    AccountEntry(
                        id: AccountName(provider: provider, name: member.name),
                        section: try Section(
                            member.value, path: section.path(of: member.name), in: section.surroundings)))
            }
        }
        all = entries
    }

    /// The accounts of one provider.
    func read<Account: ReadableAccount>() throws(ConfigurationError) -> [Account] {
        var accounts: [Account] = []
        for entry in all where entry.id.provider == Account.provider { accounts.append(try entry.read()) }
        return accounts
    }
}
