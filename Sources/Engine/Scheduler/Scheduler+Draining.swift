import Time
import WorkflowCore

/// Coming to an end.
extension Scheduler {
    /// Stops taking jobs, and gives back those that wait for their turn.
    ///
    /// Calls under way may finish.
    mutating func drain(at now: Timestamp) {
        guard !isDraining else { return }
        isDraining = true
        for account in accounts(where: { !$0.isEmpty }) {
            let writes = accounts[account]?.writes.removeAll() ?? []
            let reads = accounts[account]?.reads.removeAll() ?? []
            for lease in writes + reads where held[lease.job]?.lease == lease {
                step(lease.job, at: now, withRun(lease.job) { $0.withdraw(at: now) })
            }
        }
    }

    /// Gives back also those whose calls are under way, as they stand in the store.
    ///
    /// Their attempts are stored as started, so that the next owner takes their outcome for unknown. Nothing more is
    /// sent for them. What is being committed, or is to be, brings its own end.
    mutating func giveBack(at now: Timestamp) {
        guard !givesBack else { return }
        drain(at: now)
        givesBack = true
        let calling = held.values.filter { $0.stage == .calling }.map(\.lease)
        for (bucket, leases) in Dictionary(grouping: calling, by: \.job.bucket).sorted(by: { $0.key < $1.key }) {
            let leases = leases.sorted { $0.job < $1.job }
            for lease in leases {
                actions.append(.permit(lease, until: now))
                drop(lease.job)
            }
            let number = nextGroup
            nextGroup += 1
            releases[number] = ReleaseGroup(bucket: bucket, leases: leases)
            actions.append(.release(number, bucket: bucket, leases))
        }
        // Nobody waits for their answers.
        calls = [:]
    }

    mutating func retryReleases(at now: Timestamp) {
        for number in releases.keys.sorted() {
            guard let group = releases[number], let retry = group.retryAt, retry <= now else { continue }
            releases[number]?.retryAt = nil
            actions.append(.release(number, bucket: group.bucket, group.leases))
        }
    }
}
