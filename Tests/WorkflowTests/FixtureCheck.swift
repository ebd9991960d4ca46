@testable import Engine
import Foundation
import WorkflowCore

/// Stored states of every released version of every flow: kept as files, decoded, and taken to the newest version.
///
/// `<folder>/<Flow>/v<version>/<state>.json` is a state as the database has it; `<state>.2.json` another one. The
/// folder has the name of the newest version's type.
struct FixtureCheck {
    private let flows: [any Workflow.Type]
    private let folder: URL
    private let coding = JSONCoding()

    init(_ flows: [any Workflow.Type], in folder: URL) {
        self.flows = flows
        self.folder = folder
    }

    /// What is missing, what can't be read, and what has no way to the newest version: each with what to do.
    func faults() throws -> [String] {
        let registry = Registry(try flows.map { try Self.registered($0) }, coding: coding)
        return try Set(flows.map { $0.name }).sorted().flatMap { name -> [String] in
            let versions = flows.filter { $0.name == name }.sorted { $0.version < $1.version }
            guard let newest = versions.last else { return [] }
            return try (1...newest.version).flatMap { version -> [String] in
                let kept = try files(of: newest, version)
                let flow = versions.first { $0.version == version }
                if kept.isEmpty, flow == nil {
                    return [
                        "\(place(newest, version)) is missing: states that version \(version) of \(name) stored have "
                            + "to be readable for ever; take them from a database, or from the release that had it"
                    ]
                }
                var faults = try flow.map { try missing(in: kept, of: $0, newest) } ?? []
                for file in kept {
                    if let problem = problem(with: file, version, registry, newest) {
                        faults.append("\(file.path): \(problem)")
                    }
                }
                return faults
            }
        }
    }

    /// Each state of a version needs a file: what is stored today has to be readable for ever.
    private func missing(
        in kept: [File], of flow: any Workflow.Type, _ newest: any Workflow.Type
    ) throws -> [String] {
        let present = Set(kept.map(\.state))
        return try Self.samples(of: flow, coding).filter { !present.contains($0.state) }.map { sample in
            "\(place(newest, flow.version))/\(sample.state).json is missing: write a state as it is stored into it, "
                + "such as \(sample.json)"
        }
    }

    private func problem(
        with file: File, _ version: Int, _ registry: Registry, _ newest: any Workflow.Type
    ) -> String? {
        if let workflow = registry[newest.name, version], let problem = workflow.problem(reading: file.text, coding) {
            return "version \(version) can't read it: \(problem)"
        }
        guard version < newest.version else { return nil }
        guard registry.migrates(newest.name, from: version) else {
            return "no migration leads from version \(version) to version \(newest.version): list it in \(newest)"
        }
        do {
            // Resting and staying for a reason are both answers.
            _ = try registry.state(of: newest.name, from: version, file.text)
            return nil
        } catch {
            return "the migration from version \(version) can't read it: \(explanation(of: error))"
        }
    }

    // MARK: Files

    private struct File {
        let path: String
        let state: String
        let text: String
    }

    private func place(_ newest: any Workflow.Type, _ version: Int) -> String { "\(newest)/v\(version)" }

    private func files(of newest: any Workflow.Type, _ version: Int) throws -> [File] {
        let path = place(newest, version)
        let url = folder.appending(path: path)
        guard FileManager.default.fileExists(atPath: url.path()) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: url.path()).sorted().map { name in
            File(
                path: "\(path)/\(name)", state: String(name.prefix { $0 != "." }),
                text: try String(contentsOf: url.appending(path: name), encoding: .utf8))
        }
    }

    // MARK: Each flow with its types

    private static func registered<Flow: Workflow>(_ flow: Flow.Type) throws -> RegisteredWorkflow {
        try RegisteredWorkflow(flow)
    }

    private static func samples<Flow: Workflow>(
        of flow: Flow.Type, _ coding: JSONCoding
    ) throws -> [(state: String, json: String)] {
        var seen: Set<String> = []
        return try flow.samples.states.filter { seen.insert(caseName(of: $0)).inserted }.map { state in
            (caseName(of: state), try coding.show(state))
        }
    }
}
