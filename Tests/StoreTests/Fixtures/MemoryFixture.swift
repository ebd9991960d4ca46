import Engine
import LockstepTesting
import Time
import WorkflowCore

/// `MemoryStore` on a clock that is set by hand.
struct MemoryFixture: StoreFixture {
    let memory: MemoryStore
    let clock: VirtualClock
    var store: any Store { memory }
    var buckets: Int { memory.buckets }

    init(buckets: Int) {
        clock = VirtualClock()
        memory = MemoryStore(clock: clock, buckets: buckets)
    }

    func enqueue(_ order: Order) async throws -> JobID {
        memory.enqueue(
            order.workflow, version: order.version, input: order.input, tenant: order.tenant,
            priority: order.priority, runAt: order.runAt)
    }

    func tell(_ job: JobID, _ name: String, payload: String, key: String?) async throws {
        memory.signal(job, name, payload: payload, key: key)
    }

    func publish(_ limits: AccountLimits) async throws { memory.publish(limits) }

    func setClock(_ instant: Timestamp) async throws { clock.advance(to: instant) }

    func job(_ id: JobID) async throws -> JobSnapshot {
        guard let job = memory[id] else { throw FixtureError(description: "no job \(id)") }
        var row = job.row
        row.data = try row.data.map(normal)
        row.output = try row.output.map(normal)
        return JobSnapshot(
            workflow: job.workflow, version: job.version, tenant: job.tenant, priority: job.priority,
            input: try normal(job.input), parent: job.parent, row: row, seq: job.seq,
            commits: job.commits, lease: job.lease, owner: job.owner, history: job.history, attempts: job.attempts,
            references: job.references,
            inbox: job.inbox.map(\.name), answers: job.answers.sorted { $0.key < $1.key }.map(\.value))
    }

    func children(of id: JobID) async throws -> [JobID] {
        memory.jobs.filter { $0.job.parent == id }.map(\.id)
    }
}
