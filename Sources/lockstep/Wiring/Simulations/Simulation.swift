import Configuration
import HTTPTypes
import SandboxCore
import Time

/// A provider that `lockstep sandbox` stands in for: a row of the table below, in a file of its own.
struct Simulation: Sendable {
    /// The provider, as configuration, SQL and webhook addresses write it.
    let provider: String
    /// Its name, for people.
    let title: String
    /// What is simulated, in a line.
    let simulates: String
    /// How to make each thing happen, in a line.
    let howTo: String
    /// The secrets of the account that `dev` and `demo` make up.
    let secrets: [ThrowAwaySecret]
    /// That account's entry in the configuration, without mode and address.
    let entry: String
    /// A simulator for each of these accounts that is there.
    let simulators: @Sendable (Accounts, Stage) throws -> [(account: any ConfiguredAccount, simulator: any Simulator)]
    /// A simulator that is only asked what it can do.
    let example: @Sendable () throws -> any Simulator

    /// All of them.
    static let all: [Simulation] = [dfns, pontis, dollarPe, borderlessPayments, borderlessXYZ]

    /// What simulators are set up with.
    struct Stage: Sendable {
        /// What ids and rates are drawn from.
        let seed: UInt64
        /// Payouts take an so-manieth of their time.
        let faster: Int
        /// Where the daemon takes the webhooks of an account.
        let webhookAddress: @Sendable (AccountName) -> String
    }

    /// The option that prints the simulator's own help.
    var helpOption: String { "help-" + provider.replacing("_", with: "-") }

    /// All that the simulator can do, and how to make it happen, in its own words.
    func help() throws -> String {
        var simulator = try example()
        let answer = simulator.handle(HTTPRequest(.get, "/__sandbox/help"), at: Timestamp(seconds: 0))
        return String(decoding: answer.response?.body ?? [], as: UTF8.self)
    }
}

/// A secret that `dev` and `demo` make up.
struct ThrowAwaySecret: Sendable {
    /// What it has to look like.
    enum Form: Sendable {
        /// A private key, as PEM.
        case privateKey
        /// Letters and digits, behind a prefix.
        case word(prefix: String)
        /// 32 bytes in base64url.
        case key
    }

    /// The file's name.
    let file: String
    /// What it has to look like.
    let form: Form

    init(_ file: String, _ form: Form = .word(prefix: "")) {
        self.file = file
        self.form = form
    }
}
