@testable import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("Jobs of older versions")
struct MigrationTests {
    private static let noon = Timestamp(seconds: 1_772_366_400)

    /// A job that rests in a state of an older version since an hour and a half, in its fifth transition.
    private func job(
        _ version: Int, _ data: String?, plan: String = "wait", isLeased: Bool = false,
        change: (inout JobRow) -> Void = { _ in }
    ) -> RestingJob {
        var row = JobRow()
        row.status = data == nil ? .queued : .waiting
        row.state = data.map { String($0.dropFirst(2).prefix { $0 != "\"" }) }
        row.data = data
        row.plan = data == nil ? nil : plan
        row.enteredSeq = data == nil ? 0 : 5
        row.enteredAt = Self.noon - .minutes(90)
        change(&row)
        return RestingJob(
            id: JobID(at: Self.noon, bucket: 0, random: 1), workflow: "wire", version: version, seq: 5, commits: 9,
            lease: 2, isLeased: isLeased, input: data == nil ? #"{"amount":7,"currency":"EUR"}"# : nil, row: row,
            now: Self.noon)
    }

    private func migrate(
        _ job: RestingJob, includingUnknown: Bool = false, in registry: Registry? = nil
    ) throws -> MigrationVerdict {
        try (registry ?? Registry([RegisteredWorkflow(Wire.self)], coding: JSONCoding(sensitive: .plain)))
            .migrate(job, includingUnknown: includingUnknown)
    }

    private func migrated(_ job: RestingJob, includingUnknown: Bool = false) throws -> MigratedJob {
        guard case .migrates(let migrated) = try migrate(job, includingUnknown: includingUnknown) else {
            throw TestFailure("it does not migrate: \(try migrate(job, includingUnknown: includingUnknown))")
        }
        return migrated
    }

    private func reason(_ job: RestingJob, includingUnknown: Bool = false) throws -> String {
        switch try migrate(job, includingUnknown: includingUnknown) {
        case .migrates(let migrated): "migrates to \(migrated.row.state ?? "no state")"
        case .later(because: let reason): "later: \(reason)"
        case .stays(because: let reason, _): "stays: \(reason)"
        }
    }

    @Test("Over two versions a job keeps entry and key; deadline and desk count from the entry that it had")
    func chain() throws {
        let found = job(1, #"{"approving":{"amount":"7","iban":"DE00"}}"#)
        let made = try migrated(found)
        #expect(made.version == 3)
        #expect(made.seq == 6)
        #expect(made.row.state == "approving")
        #expect(made.row.data == #"{"approving":{"amount":7,"currency":"EUR","iban":"sealed:DE00"}}"#)
        #expect(made.row.enteredSeq == 5)
        #expect(made.row.enteredAt == Self.noon - .minutes(90))
        #expect(made.row.deadlineAt == Self.noon + .minutes(30))
        #expect(made.row.deadlineEvent == "timedOut")
        #expect(made.row.dueAt == Self.noon + .minutes(30))
        #expect(made.row.overdueAt == Self.noon - .minutes(30))
        #expect(made.row.desk == "treasury")
        // What is personal is shown nowhere.
        #expect(made.old == #"{"approving":{"amount":"7","iban":"‹redacted›"}}"#)
        #expect(made.new == #"{"approving":{"amount":7,"currency":"EUR","iban":"‹redacted›"}}"#)
        #expect(made.detail == #"{"from_version":1,"to_version":3,"old_state":\#(made.old ?? "")}"#)
    }

    @Test("A new state that makes the same call goes on with it: key, attempts and the next one's time stay")
    func sameCall() throws {
        let due = Self.noon + .seconds(40)
        let made = try migrated(
            job(2, #"{"sending":{"amount":7}}"#, plan: "perform send") { row in
                row.attempt = 2
                row.firstAttemptAt = Self.noon - .seconds(60)
                row.lastError = "503"
                row.dueAt = due
            })
        #expect(made.row.enteredSeq == 5)
        #expect(made.row.attempt == 2)
        #expect(made.row.firstAttemptAt == Self.noon - .seconds(60))
        #expect(made.row.lastError == "503")
        #expect(made.row.dueAt == due)
    }

    @Test("A new state that makes another call has another key, and begins anew")
    func otherCall() throws {
        let made = try migrated(
            job(2, #"{"charging":{"amount":7}}"#, plan: "perform charge") { row in
                row.attempt = 2
                row.lastError = "503"
                row.dueAt = Self.noon + .seconds(40)
            })
        #expect(made.row.plan == "perform send")
        #expect(made.row.enteredSeq == 6)
        #expect(made.row.attempt == 0)
        #expect(made.row.lastError == nil)
        #expect(made.row.dueAt == Self.noon)
        #expect(made.detail.hasSuffix(#""key":"new"}"#))
    }

    @Test("What is owned, under way or unknown is left for later")
    func later() throws {
        let sending = #"{"sending":{"amount":7}}"#
        #expect(try reason(job(2, sending, plan: "perform send", isLeased: true)) == "later: a daemon owns it")
        let started = job(2, sending, plan: "perform send") { $0.attemptStatus = .started }
        #expect(try reason(started, includingUnknown: true) == "later: send may be under way")
        let unknown = job(2, sending, plan: "perform send") { $0.attemptStatus = .unknown }
        #expect(try reason(unknown) == "later: it is not known whether send happened")
    }

    @Test("A job whose call may have happened is migrated only if asked, and only to the same call under the same key")
    func unknown() throws {
        let unknown: (inout JobRow) -> Void = { row in
            row.attempt = 1
            row.attemptStatus = .unknown
            row.attemptAt = Self.noon - .seconds(5)
            row.dueAt = Self.noon + .seconds(25)
        }
        let made = try migrated(
            job(2, #"{"sending":{"amount":7}}"#, plan: "perform send", change: unknown), includingUnknown: true)
        #expect(made.row.attemptStatus == .unknown)
        #expect(made.row.attempt == 1)
        #expect(made.row.enteredSeq == 5)
        #expect(made.row.dueAt == Self.noon + .seconds(25))
        let other = job(2, #"{"charging":{"amount":7}}"#, plan: "perform charge", change: unknown)
        #expect(
            try reason(other, includingUnknown: true)
                == "stays: it is not known whether charge happened, and the new state would not look: "
                + "its plan is perform send")
    }

    @Test("A poll begins at once, with the state's output and the names by which webhooks find it")
    func poll() throws {
        let made = try migrated(
            job(2, #"{"following":{"id":"w-9"}}"#, plan: "poll follow") { $0.dueAt = Self.noon + .hours(1) })
        #expect(made.row.state == "tracking")
        #expect(made.row.plan == "poll track")
        #expect(made.row.dueAt == Self.noon)
        #expect(made.row.output == #"{"id":"w-9"}"#)
        #expect(made.references == [Reference(provider: "bank", value: "w-9")])
    }

    @Test("What the flow leaves where it is, what can't be read, and what nobody migrates stays, each with its reason")
    func stays() throws {
        #expect(try reason(job(1, #"{"lost":{}}"#)) == "stays: nobody knows where the money is")
        #expect(
            try reason(job(1, #"{"sending":{"amount":7}}"#, plan: "perform send")).hasPrefix(
                "stays: its state can't be read or stored: “sending.amount”: Expected to decode String"))
        #expect(
            try reason(job(0, #"{"sending":{}}"#))
                == "stays: no migration leads from version 0 to version 3 in this build")
        #expect(try reason(job(3, #"{"done":{}}"#)) == "stays: version 3 is the newest that this build knows")
    }

    @Test("A migration starts no child, and leaves none behind")
    func children() throws {
        #expect(
            try reason(job(2, #"{"covering":{}}"#))
                == "stays: a migration starts no child, and the new state waits for one: insurance")
        #expect(
            try reason(job(2, #"{"sending":{"amount":7}}"#, plan: "run insurance"))
                == "stays: it waits for its child insurance, whose ending would not be heard")
        #expect(try migrated(job(2, #"{"covering":{}}"#, plan: "run insurance")).row.enteredSeq == 5)
    }

    @Test("A parked or paused job stays parked or paused, with what is wrong and nothing due")
    func parked() throws {
        for status in [JobStatus.parked, .paused] {
            let made = try migrated(
                job(2, #"{"charging":{"amount":7}}"#, plan: "perform charge") { row in
                    row.status = status
                    row.lastError = "401"
                })
            #expect(made.row.status == status)
            #expect(made.row.lastError == "401")
            #expect(made.row.dueAt == nil)
        }
    }

    @Test("A job that has not started is started as the newest version, if what it was asked fits")
    func unstarted() throws {
        let found = job(1, nil) { $0.dueAt = Self.noon }
        let made = try migrated(found)
        #expect(made.row == found.row)
        #expect(made.seq == 6)
        #expect(made.detail == #"{"from_version":1,"to_version":3}"#)
        let old = RestingJob(
            id: found.id, workflow: "wire", version: 1, seq: 0, commits: 0, lease: 0, isLeased: false,
            input: #"{"amount":7}"#, row: found.row, now: Self.noon)
        #expect(try reason(old) == "stays: its input does not fit version 3: “currency” is missing")
    }

    @Test("Each version that is kept may bring its own migration: the way leads over all of them")
    func overRegistered() throws {
        let registry = try Registry([
            RegisteredWorkflow(Hop<One>.self), RegisteredWorkflow(Hop<Two>.self), RegisteredWorkflow(Hop<Three>.self),
        ])
        #expect(registry.migrates("hop", from: 1))
        #expect(!registry.migrates("hop", from: 3))
        let found = RestingJob(
            id: JobID(at: Self.noon, bucket: 0, random: 1), workflow: "hop", version: 1, seq: 1, commits: 1, lease: 1,
            isLeased: false, input: nil, row: job(1, #"{"at":{"version":1}}"#).row, now: Self.noon)
        guard case .migrates(let made) = try migrate(found, in: registry) else {
            throw TestFailure("it does not migrate")
        }
        #expect(made.version == 3)
        #expect(made.old == #"{"at":{"version":1}}"#)
        #expect(made.row.data == #"{"at":{"version":3}}"#)
    }

    @Test("Migrations that lead nowhere, or two ways, are refused when the flow is registered")
    func faults() {
        func fault<Flow: Workflow>(_ flow: Flow.Type) -> String {
            do {
                _ = try RegisteredWorkflow(flow)
                return "none"
            } catch {
                return String(describing: error)
            }
        }
        #expect(fault(Hop<Short>.self) == "the migrations of hop version 4 lead from version 1 to 2, and no further")
        #expect(fault(Hop<Forked>.self) == "the migrations of hop version 4 have two ways from version 3")
        #expect(fault(Hop<Backward>.self) == "the migrations of hop version 4 lead from version 3 to 3")
        #expect(
            fault(Hop<Gap>.self) == "the migrations of hop version 4 make a V1 of version 3, and read a V2")
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension SensitiveCoding {
    /// A seal that tests can read.
    static let plain = SensitiveCoding { value in
        "sealed:\(value)"
    } open: { _, _ in
        nil
    }
}
