import Time

/// One job that the demo runs from its beginning to its end: a row of its table.
struct Journey: Sendable {
    /// The flow.
    let flow: String
    /// What happens, for the reader.
    let story: String
    /// What the app asks for, as JSON.
    let input: String
    /// What is scripted at the simulated provider before, where the input can't say it.
    var script: Script?
    /// What the app's customer does, and how long after the start.
    var deeds: [Deed] = []
    /// Until when the job is looked at, after its start: for what happens after an ending.
    var watchedFor: Duration = .zero
    /// The status that it should end with.
    let ending: String

    /// A body for a simulator's `/__sandbox/outcome`.
    struct Script: Sendable {
        /// Whose simulator, as in the configuration.
        let provider: String
        /// The body.
        let outcome: String
    }

    /// A signal that the app sends.
    struct Deed: Sendable {
        /// How long after the start.
        let after: Duration
        /// Its name, such as `confirm`.
        let signal: String
        /// What comes with it, as JSON.
        var payload = "{}"
    }

    /// All of them: one job of each flow that goes through, and its most interesting failure.
    static let all: [Journey] = dfns + pontis + dollarPe + onramp + borderlessXYZ
}
