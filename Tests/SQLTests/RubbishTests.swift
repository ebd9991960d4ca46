import Activities
import Engine
import Foundation
import Postgres
import PostgresStore
import SQL
import Testing
import WorkflowCore

/// Promise 15 for each flow: what it can't use is refused where it is asked for, by the name of the field, and no job
/// comes into being.
struct RubbishTests {
    @Test("Rubbish is refused at enqueue with the field's name, and nothing is stored", arguments: KnownInput.flows)
    func refused(flow: String) async throws {
        let known = try #require(KnownInput.all[flow], "write an input of \(flow), and what can be wrong with it")
        try await withDatabase { database in
            try await Self.publish(flow, in: database)
            let session = database.connect()
            // However much there is of it, nobody waits for the answer.
            try await session.script("set statement_timeout = '30s'")
            _ = try await session.value("select lockstep.enqueue($1, $2::jsonb)", [.text(flow), .text(known.input)])
            for kind in Rubbish.allCases {
                let spoilt = try #require(known.spoilt[kind], "say what \(kind) is for \(flow)")
                let changed =
                    spoilt.value == nil
                    ? "$2::jsonb #- $3::text[]" : "jsonb_set($2::jsonb, $3::text[], $4::jsonb)"
                let parameters: [Parameter] =
                    [.text(flow), .text(known.input), .texts(spoilt.path)]
                    + (spoilt.value.map { [.text($0)] } ?? [])
                let error = try await failure {
                    try await session.table("select lockstep.enqueue($1, \(changed))", parameters)
                }
                #expect(error?.sqlstate == "LK002", "\(kind)")
                let message = error?.message ?? "it was taken"
                #expect(message.hasPrefix("invalid input for \(flow): \(spoilt.message)"), "\(kind): \(message)")
            }
            #expect(try await session.value("select count(*) from lockstep.job") == "1")
            await session.close()
        }
    }

    @Test("What enqueue takes, the flow can read: no job starts and finds its input wrong", arguments: KnownInput.flows)
    func readable(flow: String) async throws {
        let known = try #require(KnownInput.all[flow])
        try await withDatabase { database in
            try await Self.publish(flow, in: database)
            let input = try JSONSerialization.jsonObject(with: Data(known.input.utf8))
            var taken = 0
            for path in Self.leaves(of: input) {
                // Each leaf, replaced by one odd value after the other: all of a leaf in one statement.
                let rows = try await database.owner.table(
                    """
                    select changed::text
                    from lockstep.workflow w, jsonb_array_elements($4::jsonb) as odd (value),
                        jsonb_set($2::jsonb, $3::text[], odd.value) as changed
                    where w.workflow = $1 and lockstep.violation(w.input_schema, changed) is null
                    """, [.text(flow), .text(known.input), .texts(path), .text(Self.odd)])
                taken += rows.count
                for row in rows {
                    let text = try #require(row[0])
                    #expect(Self.problem(of: flow, reading: text) == nil, "\(path): \(text)")
                }
            }
            #expect(taken > 20, "odd values that are fine after all are among them")
        }
    }

    /// What is put in place of a text, number, flag or null.
    private static let odd: String = {
        let texts = [
            "", " ", "0", "00", "01", "0.0", "0.00", "0.000000", "0.000001", "0.01", "0.10", "1", "1.", ".5", "1.5",
            "1.55", "1.555",
            "1.555555", "1.5555555", "1e5", "+1", "-1", "-0", "999999999999", "9999999999999", "99999999999999999999",
            "1,5", "1 ", " 1", "1\n", "\t", "é", "é\n", "a b", "a\u{7F}", "a\u{85}b", "\u{2028}", "😀", "USD", "usd",
            "US", "us", "EUR", "USDC", "usdt", "polygon", "auto", "ask", "GAAA", "main", "0x", "id-1", "+4912345678",
            "a@b.c", "a@b", "2026-01-01", "null", "true",
        ]
        let repeated = [1, 2, 3, 13, 28, 29, 40, 56, 63, 64, 65, 94, 100, 101, 140, 141, 200].flatMap { count in
            ["a", "1", "A", "é", "."].map { String(repeating: $0, count: count) }
        }
        let values = (texts + repeated).map {
            (try? JSONEncoder().encode($0)).map { String(decoding: $0, as: UTF8.self) }
        }
        return "[" + (values.compactMap { $0 } + ["0", "1", "1.5", "true", "null", "[]", "{}"]).joined(separator: ",")
            + "]"
    }()

    /// The paths of everything in a value that is no object and no list.
    private static func leaves(of value: Any, at path: [String] = []) -> [[String]] {
        switch value {
        case let members as [String: Any]:
            members.keys.sorted().flatMap { name in members[name].map { leaves(of: $0, at: path + [name]) } ?? [] }
        case let items as [Any]:
            items.enumerated().flatMap { leaves(of: $1, at: path + [String($0)]) }
        default: [path]
        }
    }

    /// Why a flow can't read an input; nil where it can.
    private static func problem(of flow: String, reading input: String) -> String? {
        func problem<Flow: Workflow>(_ flow: Flow.Type) -> String? {
            do {
                _ = try JSONCoding().read(Flow.Input.self, from: input)
                return nil
            } catch {
                return "\(error)"
            }
        }
        return KnownFlows.all.first { $0.name == flow }.flatMap { problem($0) }
    }

    /// Publishes a flow as a daemon does.
    private static func publish(_ flow: String, in database: Database) async throws {
        func registered<Flow: Workflow>(_ flow: Flow.Type) throws -> RegisteredWorkflow { try RegisteredWorkflow(flow) }
        let type = try #require(KnownFlows.all.first { $0.name == flow })
        let workflow = try PublishedWorkflow(try registered(type), diagram: nil)
        _ = try await database.owner.query(
            Statement(name: "publish", sql: SQL.publishWorkflow),
            [
                .text(flow), .int(Int64(workflow.version)), .text(workflow.inputSchema), .texts(workflow.signals),
                .text(workflow.states), .null,
            ])
    }
}

/// What apps send that can't be used.
enum Rubbish: CaseIterable {
    case wrongPurpose, lowerCaseCurrency, negativeAmount, tooManyDecimals, floatAmount, unknownNetwork, memoMissing
    case megabyteOfText, wrongType, missingField, unknownField
}
