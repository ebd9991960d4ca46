internal import HTTPTypes
internal import Time

/// The operations of the control plane; its help text is printed from the same table.
enum ControlOperation: String, CaseIterable {
    case help, ledger, state, listFaults, addFault, clearFaults, scriptOutcome, changeOptions

    static let router = Router<ControlOperation>([
        .init(.help, .get, "/__sandbox/help"),
        .init(.ledger, .get, "/__sandbox/ledger"),
        .init(.state, .get, "/__sandbox/state"),
        .init(.listFaults, .get, "/__sandbox/faults"),
        .init(.addFault, .post, "/__sandbox/faults"),
        .init(.clearFaults, .delete, "/__sandbox/faults"),
        .init(.scriptOutcome, .post, "/__sandbox/outcome"),
        .init(.changeOptions, .post, "/__sandbox/options"),
    ])

    var explanation: String {
        switch self {
        case .help: "this text"
        case .ledger: "what really happened; “?of=” an object's id or the client's key; “?from=0&limit=1000” a page"
        case .state: "all that the sandbox keeps"
        case .listFaults: "the faults that are scripted"
        case .addFault: "script a fault of the next requests or webhooks"
        case .clearFaults: "forget all scripted faults, the rate limit and the random faults"
        case .scriptOutcome: "script what happens to an object"
        case .changeOptions: "change how the provider behaves from now on, where the sandbox has options"
        }
    }
}

extension Sandbox {
    mutating func control(_ request: HTTPRequest, at now: Timestamp) -> HTTPResponse {
        guard let (operation, _) = ControlOperation.router.match(request) else {
            return Self.problem(404, "no such operation; GET /__sandbox/help lists them")
        }
        do throws(InvalidField) {
            switch operation {
            case .help: return .text(200, helpText)
            case .ledger: return Self.answer(try ledgerJSON(QueryItems(request.query)))
            case .state: return Self.answer(provider.state)
            case .listFaults: return Self.answer(faults.json)
            case .addFault:
                try faults.add(JSONReader(body: request.body), operations: Provider.Operation.allCases.map(\.rawValue))
                return Self.answer(faults.json)
            case .clearFaults:
                faults = Faults()
                return Self.answer(faults.json)
            case .scriptOutcome: return Self.answer(try provider.script(JSONReader(body: request.body), at: now))
            case .changeOptions: return try changeOptions(JSONReader(body: request.body))
            }
        } catch {
            return Self.problem(400, error.description)
        }
    }

    /// All that are given, or none.
    private mutating func changeOptions(_ given: JSONReader) throws(InvalidField) -> HTTPResponse {
        guard !Provider.changeable.isEmpty else { return Self.problem(404, "this sandbox has no options to change") }
        try given.refuseOthers(than: Provider.changeable.map(\.name))
        var changed = provider
        for option in Provider.changeable { try option.change(&changed, to: given) }
        provider = changed
        return Self.answer(.fields(["changed": .array(given.names.map(JSON.string))]))
    }

    private static func answer(_ value: JSON) -> HTTPResponse {
        HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: value.bytes)
    }

    private static func problem(_ status: Int, _ message: String) -> HTTPResponse {
        .json(status, JSON.fields(["error": .fields(["message": .string(message)])]).text)
    }

    private func ledgerJSON(_ query: QueryItems) throws(InvalidField) -> JSON {
        guard let from = Int(query["from"] ?? "0"), let limit = Int(query["limit"] ?? "\(Int.max)"), from >= 0,
            limit >= 0
        else { throw InvalidField("from, limit", "must be whole numbers") }
        let total = JSON.int(ledger.effects.count)
        return .fields(["effects": ledger.json(of: query["of"], from: from, limit: limit), "total": total])
    }

    private var helpText: String {
        let common = [
            HelpSection(
                "Control plane",
                ControlOperation.router.routes.map { ("\($0.method.rawValue) \($0.path)", $0.operation.explanation) }),
            HelpSection(
                "Faults of requests: POST /__sandbox/faults {\"fault\": …, \"operation\"?, \"method\"?, \"path\"?, "
                    + "\"times\"?: 1, \"seconds\"?: 1, \"retry_after\"?}",
                RequestFault.allCases.map { ($0.rawValue, $0.explanation) }),
            HelpSection(
                "Faults of webhooks: POST /__sandbox/faults {\"fault\": …, \"webhook\": \"*\" or how its kind begins, "
                    + "\"times\"?: 1, \"seconds\"?}",
                WebhookFault.allCases.map { ($0.rawValue, $0.explanation) }),
            HelpSection("More faults", Faults.moreHelp),
            HelpSection(
                "Operations",
                Provider.router.routes.map { ($0.operation.rawValue, "\($0.method.rawValue) \($0.path)") }),
        ]
        let options = HelpSection(
            "Options: POST /__sandbox/options {\"name\": …}", Provider.changeable.map { ($0.name, $0.meaning) })
        let own = options.rows.isEmpty ? Provider.help : Provider.help + [options]
        let sections = (common + own).map { section in
            let width = section.rows.map(\.name.count).max() ?? 0
            let rows = section.rows.map { row in
                "  \(row.name)\(String(repeating: " ", count: width - row.name.count))  \(row.meaning)"
            }
            return ([section.title] + rows).joined(separator: "\n")
        }
        return "Sandbox of \(Provider.title)\n\n" + sections.joined(separator: "\n\n") + "\n"
    }
}
