/// All SQL of Lockstep, as text: it stands in `migrations/` and `queries/`, and is embedded in the binary.
public enum SQL {
    /// One step of the schema.
    public struct Migration: Sendable {
        /// The file's name without `.sql`, such as `0001_tables`.
        public let name: String
        /// The statements, for one transaction.
        public let text: String

        /// A step.
        public init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// The steps that lead from an empty database to today's schema, in order.
    public static let migrations = [
        Migration(name: "0001_tables", bytes: PackageResources._001_tables_sql),
        Migration(name: "0002_basics", bytes: PackageResources._002_basics_sql),
        Migration(name: "0003_enqueue", bytes: PackageResources._003_enqueue_sql),
        Migration(name: "0004_signals", bytes: PackageResources._004_signals_sql),
        Migration(name: "0005_views", bytes: PackageResources._005_views_sql),
        Migration(name: "0006_why", bytes: PackageResources._006_why_sql),
        Migration(name: "0007_webhooks", bytes: PackageResources._007_webhooks_sql),
        Migration(name: "0008_clock", bytes: PackageResources._008_clock_sql),
        Migration(name: "0009_roles", bytes: PackageResources._009_roles_sql),
        Migration(name: "0010_commits", bytes: PackageResources._010_commits_sql),
        Migration(name: "0011_sharing", bytes: PackageResources._011_sharing_sql),
        Migration(name: "0012_accounts", bytes: PackageResources._012_accounts_sql),
        Migration(name: "0013_fairness", bytes: PackageResources._013_fairness_sql),
        Migration(name: "0015_deploys", bytes: PackageResources._015_deploys_sql),
        Migration(name: "0016_many_jobs", bytes: PackageResources._016_many_jobs_sql),
        Migration(name: "0017_bulk", bytes: PackageResources._017_bulk_sql),
        Migration(name: "0018_matching", bytes: PackageResources._018_matching_sql),
        Migration(name: "0019_unmatched", bytes: PackageResources._019_unmatched_sql),
        Migration(name: "0020_watch", bytes: PackageResources._020_watch_sql),
        Migration(name: "0021_schedules", bytes: PackageResources._021_schedules_sql),
        Migration(name: "0022_sensitive", bytes: PackageResources._022_sensitive_sql),
        Migration(name: "0023_faster_enqueue", bytes: PackageResources._023_faster_enqueue_sql),
        Migration(name: "0024_long_transactions", bytes: PackageResources._024_long_transactions_sql),
        Migration(name: "0026_children", bytes: PackageResources._026_children_sql),
        Migration(name: "0027_schedule_inputs", bytes: PackageResources._027_schedule_inputs_sql),
        Migration(name: "0028_reasons", bytes: PackageResources._028_reasons_sql),
        Migration(name: "0029_schedules_in_clear", bytes: PackageResources._029_schedules_in_clear_sql),
    ]

    /// Takes due jobs of one bucket.
    public static let claim = String(PackageResources.claim_sql)
    /// Takes due jobs of one bucket from tenant to tenant, a few of each.
    public static let claimTurns = String(PackageResources.claim_turns_sql)
    /// Takes jobs of one bucket that were told something.
    public static let claimSignaled = String(PackageResources.claim_signaled_sql)
    /// Ends the leases of jobs that a daemon was given and doesn't know of.
    public static let reclaim = String(PackageResources.reclaim_sql)
    /// Prolongs leases.
    public static let renew = String(PackageResources.renew_sql)
    /// Gives leases back without a change.
    public static let release = String(PackageResources.release_sql)
    /// Commits finished work of many jobs of one bucket.
    public static let commit = String(PackageResources.commit_sql)
    /// Looks up what became of commits whose answer was lost.
    public static let findCommit = String(PackageResources.find_commit_sql)
    /// When the next job of one bucket is due.
    public static let nextDue = String(PackageResources.next_due_sql)

    /// How the accounts at providers stand.
    public static let readAccounts = String(PackageResources.read_accounts_sql)
    /// Opens an account's breaker for all daemons.
    public static let openBreaker = String(PackageResources.open_breaker_sql)
    /// Gives a daemon leave to try an account whose breaker is open.
    public static let probeAccount = String(PackageResources.probe_account_sql)
    /// Says what came of a probe.
    public static let endProbe = String(PackageResources.end_probe_sql)
    /// Says that a provider asked to be left alone.
    public static let holdAccount = String(PackageResources.hold_account_sql)
    /// Takes permits for calls to an account with a rate.
    public static let takePermits = String(PackageResources.take_permits_sql)
    /// Makes jobs due that are held because of an account.
    public static let releaseHeld = String(PackageResources.release_held_sql)
    /// Says that an account is configured.
    public static let publishAccount = String(PackageResources.publish_account_sql)

    /// Publishes what a daemon knows about one version of a flow.
    public static let publishWorkflow = String(PackageResources.publish_workflow_sql)
    /// What rests where, counted.
    public static let liveStates = String(PackageResources.live_states_sql)
    /// A page of the unfinished jobs of some flows and versions.
    public static let unfinishedJobs = String(PackageResources.unfinished_jobs_sql)
    /// The flows and versions of which there are unfinished jobs.
    public static let liveVersions = String(PackageResources.live_versions_sql)
    /// Takes jobs of one bucket to states of a newer version of their flow.
    public static let migrateJobs = String(PackageResources.migrate_jobs_sql)
    /// Wakes the daemons that sleep.
    public static let ring = String(PackageResources.ring_sql)
    /// What the daemons published of each version of each flow.
    public static let publishedWorkflows = String(PackageResources.published_workflows_sql)
    /// Says that a daemon is alive.
    public static let heartbeat = String(PackageResources.heartbeat_sql)
    /// Hangs up the bell of a daemon that is about to sleep.
    public static let fallAsleep = String(PackageResources.fall_asleep_sql)
    /// Takes a daemon off the list.
    public static let forgetNode = String(PackageResources.forget_node_sql)
    /// Partitions, statistics, and webhooks that nobody asked for: once a minute.
    public static let housekeeping = String(PackageResources.housekeeping_sql)
    /// Enqueues the recurring jobs that are due.
    public static let runSchedules = String(PackageResources.run_schedules_sql)

    /// Stores a verified webhook.
    public static let receiveWebhook = String(PackageResources.receive_webhook_sql)
    /// Wakes the jobs that parked webhooks belong to.
    public static let matchWebhooks = String(PackageResources.match_webhooks_sql)

    /// What the clock shows, and how it goes.
    public static let readClock = String(PackageResources.read_clock_sql)
    /// Takes a step of the virtual clock, if all is quiet.
    public static let clockStep = String(PackageResources.clock_step_sql)
    /// Says when a participant's next timer on the virtual clock is due.
    public static let joinClock = String(PackageResources.join_clock_sql)
    /// Chooses the clock.
    public static let setClock = String(PackageResources.set_clock_sql)
    /// Moves a virtual clock through everything that falls due.
    public static let advanceClock = String(PackageResources.advance_clock_sql)

    /// Into how many buckets jobs are divided.
    public static let buckets = String(PackageResources.buckets_sql)
    /// The flows and versions with unfinished jobs that no living daemon can run.
    public static let stranded = String(PackageResources.stranded_sql)
    /// The transactions that are open for more than a minute.
    public static let longTransactions = String(PackageResources.long_transactions_sql)
    /// Enqueues a job from the command line.
    public static let enqueue = String(PackageResources.enqueue_sql)
    /// Tells a job something from the command line.
    public static let tell = String(PackageResources.tell_sql)
    /// Asks a job to stop, from the command line.
    public static let cancel = String(PackageResources.cancel_sql)
    /// Pauses something as a whole, from the command line.
    public static let pauseWhole = String(PackageResources.pause_whole_sql)
    /// Ends such a pause.
    public static let resumeWhole = String(PackageResources.resume_whole_sql)
    /// Writes a recurring job, from the command line.
    public static let schedule = String(PackageResources.schedule_sql)
    /// Takes a recurring job away, from the command line.
    public static let unschedule = String(PackageResources.unschedule_sql)
    /// All recurring jobs by name, for people.
    public static let listSchedules = String(PackageResources.list_schedules_sql)
    /// Takes a job up again, from the command line.
    public static let retry = String(PackageResources.retry_sql)
    /// Holds a job where it rests, from the command line.
    public static let pause = String(PackageResources.pause_sql)
    /// Lets a paused job go on, from the command line.
    public static let resume = String(PackageResources.resume_sql)
    /// What a request to many jobs would ask.
    public static let previewRequest = String(PackageResources.preview_request_sql)
    /// Makes a request of one batch of jobs.
    public static let requestBatch = String(PackageResources.request_batch_sql)
    /// Enqueues a job for each line of a file.
    public static let enqueueLines = String(PackageResources.enqueue_lines_sql)

    /// The newest jobs that a filter lets through.
    public static let listJobs = String(PackageResources.list_jobs_sql)
    /// The transitions of a job.
    public static let jobHistory = String(PackageResources.job_history_sql)
    /// What a job was told.
    public static let jobSignals = String(PackageResources.job_signals_sql)
    /// What providers were asked for a job.
    public static let jobCalls = String(PackageResources.job_calls_sql)
    /// The jobs that a job runs as its children.
    public static let jobChildren = String(PackageResources.job_children_sql)
    /// What a job waits for, in one sentence.
    public static let why = String(PackageResources.why_sql)
}

extension SQL.Migration {
    fileprivate init(name: String, bytes: [UInt8]) {
        self.init(name: name, text: String(bytes))
    }
}

extension String {
    /// The text of an embedded file.
    fileprivate init(_ bytes: [UInt8]) {
        self.init(decoding: bytes, as: UTF8.self)
    }
}
