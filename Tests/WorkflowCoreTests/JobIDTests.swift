import Foundation
import Testing
import Time
import WorkflowCore

@Suite struct JobIDTests {
    private let id = JobID(at: Timestamp(microseconds: 1_772_366_405_250_999), bucket: 4095, random: .max)

    @Test("An id is a UUID of version 7 with the time, the bucket and chance")
    func text() {
        #expect(id.description == "019ca945-1e82-7fff-bfff-ffffffffffff")
        #expect(UUID(uuidString: id.description) != nil)
        #expect(id.bucket == 4095)
        #expect(id.createdAt == Timestamp(microseconds: 1_772_366_405_250_000))
        #expect(
            JobID(at: Timestamp(seconds: 0), bucket: 7, random: 0).description == "00000000-0000-7007-8000-000000000000"
        )
    }

    @Test("Text is read with or without hyphens, in either case")
    func reading() {
        #expect(JobID("019ca945-1e82-7fff-bfff-ffffffffffff") == id)
        #expect(JobID("019CA9451E827FFFBFFFFFFFFFFFFFFF") == id)
    }

    @Test(
        "What is no id is not read as one",
        arguments: [
            "", "payout-42", "019ca945-1e82-7fff-bfff-fffffffffff", "019ca945-1e82-7fff-bfff-ffffffffffff0",
            "g19ca92e-2dc2-7fff-bfff-ffffffffffff", "+19ca92e-2dc2-7fff-bfff-ffffffffffff",
            "019ca945-1e82-7fff-+fff-ffffffffffff", "019ca945-1e82-7fff-bfff-fffffffffff é",
        ])
    func bad(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test("Ids sort by time, whatever their chance")
    func order() {
        let early = JobID(at: Timestamp(seconds: 1), bucket: 4095, random: .max)
        let late = JobID(at: Timestamp(seconds: 1) + .milliseconds(1), bucket: 0, random: 0)
        #expect(early < late)
        #expect(!(late < early))
        #expect(early.description < late.description)
    }

    @Test("A child's id is the same each time, another for each transition, and in the parent's bucket")
    func child() {
        let parent = JobID(at: Timestamp(seconds: 1_772_366_405), bucket: 12, random: 99)
        #expect(parent.child(seq: 3) == parent.child(seq: 3))
        let family = [parent] + (0..<1000).map { parent.child(seq: $0) } + [parent.child(seq: 3).child(seq: 3)]
        #expect(Set(family).count == family.count)
        #expect(family.allSatisfy { $0.bucket == 12 && $0.description.dropFirst(14).first == "7" })
        #expect(family.allSatisfy { "89ab".contains($0.description.dropFirst(19).prefix(1)) })
    }

    @Test("JSON holds the text, and bad text says what it was")
    func json() throws {
        let data = try JSONEncoder().encode([id])
        #expect(String(decoding: data, as: UTF8.self) == #"["019ca945-1e82-7fff-bfff-ffffffffffff"]"#)
        #expect(try JSONDecoder().decode([JobID].self, from: data) == [id])
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([JobID].self, from: Data(#"["42"]"#.utf8))
        }
        #expect("\(String(describing: error))".contains("“42” is not a job's id"))
    }

    @Test("A key is the same for every attempt of one state, and fits into every provider's field")
    func keys() {
        let key = IdempotencyKey(job: id, enteredSeq: 3)
        #expect(key.description == "019ca945-1e82-7fff-bfff-ffffffffffff-3")
        #expect(key == IdempotencyKey(job: id, enteredSeq: 3))
        #expect(key != IdempotencyKey(job: id, enteredSeq: 4))
        #expect(IdempotencyKey(job: id, enteredSeq: Int(Int32.max)).description.utf8.count <= 48)
    }
}
