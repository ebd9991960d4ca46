import Foundation
import Testing
import WorkflowCore

@Suite struct SensitiveTests {
    struct Account: Codable, Hashable {
        let holder: Sensitive<String>
        let lines: Sensitive<[String]>
    }

    private let account = Account(holder: Sensitive("Ada"), lines: Sensitive(["1 Main Street", "Town"]))

    @Test("It prints, dumps and interpolates as redacted")
    func printing() {
        var dumped = ""
        dump(account, to: &dumped)
        #expect("\(account.holder)" == "‹redacted›")
        #expect(String(reflecting: account.holder) == "‹redacted›")
        #expect(!dumped.contains("Ada"))
        #expect(!"\(account)".contains("Ada"))
        #expect(account.holder.exposed == "Ada")
    }

    @Test("An encoder that was told nothing redacts, and nobody can read that back")
    func redacting() throws {
        let data = try JSONEncoder().encode(account.holder)
        #expect(String(decoding: data, as: UTF8.self) == #""‹redacted›""#)
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Sensitive<String>.self, from: data)
        }
        #expect("\(String(describing: error))".contains("the value was redacted: it can't be read back"))
    }

    @Test("Sealed with a coding, the text hides the value, and reading it gives the value")
    func sealing() throws {
        let text = try encoded(account, with: reversing)
        #expect(text == #"{"holder":"sealed:\"adA\"","lines":"sealed:]\"nwoT\",\"teertS niaM 1\"["}"#)
        #expect(try decoded(text, with: reversing) == account)
    }

    @Test("An app's plain input is read with and without a coding")
    func plain() throws {
        let text = #"{"holder":"Ada","lines":["1 Main Street","Town"]}"#
        #expect(try decoded(text, with: reversing) == account)
        #expect(try decoded(text, with: nil) == account)
    }

    @Test("Without keys nothing sensitive is stored, rather than lost")
    func missingKeys() throws {
        let error = #expect(throws: EncodingError.self) { try encoded(account, with: .missing) }
        #expect("\(String(describing: error))".contains("a sensitive field can't be stored without a key to seal it"))
        #expect(try decoded(#"{"holder":"Ada","lines":["1 Main Street","Town"]}"#, with: .missing) == account)
    }

    @Test("What can't be opened is an error, not a value")
    func tampered() {
        struct Changed: Error {}
        let strict = SensitiveCoding(seal: { _ in "" }, open: { _, _ in throw Changed() })
        #expect(throws: Changed.self) { try decoded(#"{"holder":"sealed:?","lines":"sealed:?"}"#, with: strict) }
    }

    /// Hides nothing from a cryptographer: the JSON text backwards, behind a mark.
    private var reversing: SensitiveCoding {
        SensitiveCoding { value in
            "sealed:" + String(String(decoding: try JSONEncoder().encode(value), as: UTF8.self).reversed())
        } open: { text, type in
            guard text.hasPrefix("sealed:") else { return nil }
            return try JSONDecoder().decode(type, from: Data(String(text.dropFirst(7).reversed()).utf8))
        }
    }

    private func encoded(_ account: Account, with coding: SensitiveCoding?) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.userInfo[try #require(SensitiveCoding.key)] = coding
        return String(decoding: try encoder.encode(account), as: UTF8.self)
    }

    private func decoded(_ text: String, with coding: SensitiveCoding?) throws -> Account {
        let decoder = JSONDecoder()
        decoder.userInfo[try #require(SensitiveCoding.key)] = coding
        return try decoder.decode(Account.self, from: Data(text.utf8))
    }
}
