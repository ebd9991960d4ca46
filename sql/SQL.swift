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
        Migration(name: "0001_tables", text: EmbeddedText._0001_tables_sql),
        Migration(name: "0002_basics", text: EmbeddedText._0002_basics_sql),
        Migration(name: "0003_enqueue", text: EmbeddedText._0003_enqueue_sql),
        Migration(name: "0004_signals", text: EmbeddedText._0004_signals_sql),
        Migration(name: "0005_views", text: EmbeddedText._0005_views_sql),
        Migration(name: "0006_why", text: EmbeddedText._0006_why_sql),
        Migration(name: "0007_webhooks", text: EmbeddedText._0007_webhooks_sql),
        Migration(name: "0008_clock", text: EmbeddedText._0008_clock_sql),
        Migration(name: "0009_roles", text: EmbeddedText._0009_roles_sql),
        Migration(name: "0010_commits", text: EmbeddedText._0010_commits_sql),
        Migration(name: "0011_sharing", text: EmbeddedText._0011_sharing_sql),
        Migration(name: "0012_accounts", text: EmbeddedText._0012_accounts_sql),
        Migration(name: "0013_fairness", text: EmbeddedText._0013_fairness_sql),
        Migration(name: "0015_deploys", text: EmbeddedText._0015_deploys_sql),
        Migration(name: "0016_many_jobs", text: EmbeddedText._0016_many_jobs_sql),
        Migration(name: "0017_bulk", text: EmbeddedText._0017_bulk_sql),
        Migration(name: "0018_matching", text: EmbeddedText._0018_matching_sql),
        Migration(name: "0019_unmatched", text: EmbeddedText._0019_unmatched_sql),
        Migration(name: "0020_watch", text: EmbeddedText._0020_watch_sql),
        Migration(name: "0021_schedules", text: EmbeddedText._0021_schedules_sql),
        Migration(name: "0022_sensitive", text: EmbeddedText._0022_sensitive_sql),
        Migration(name: "0023_faster_enqueue", text: EmbeddedText._0023_faster_enqueue_sql),
        Migration(name: "0024_long_transactions", text: EmbeddedText._0024_long_transactions_sql),
        Migration(name: "0026_children", text: EmbeddedText._0026_children_sql),
        Migration(name: "0027_schedule_inputs", text: EmbeddedText._0027_schedule_inputs_sql),
        Migration(name: "0028_reasons", text: EmbeddedText._0028_reasons_sql),
        Migration(name: "0029_schedules_in_clear", text: EmbeddedText._0029_schedules_in_clear_sql),
        Migration(name: "0030_webhook_bodies", text: EmbeddedText._0030_webhook_bodies_sql),
        Migration(name: "0031_schedule_answers", text: EmbeddedText._0031_schedule_answers_sql),
    ]

    /// Takes due jobs of one bucket.
    public static let claim = EmbeddedText.claim_sql
    /// Takes due jobs of one bucket from tenant to tenant, a few of each.
    public static let claimTurns = EmbeddedText.claim_turns_sql
    /// Takes jobs of one bucket that were told something.
    public static let claimSignaled = EmbeddedText.claim_signaled_sql
    /// Ends the leases of jobs that a daemon was given and doesn't know of.
    public static let reclaim = EmbeddedText.reclaim_sql
    /// Prolongs leases.
    public static let renew = EmbeddedText.renew_sql
    /// Gives leases back without a change.
    public static let release = EmbeddedText.release_sql
    /// Commits finished work of many jobs of one bucket.
    public static let commit = EmbeddedText.commit_sql
    /// Looks up what became of commits whose answer was lost.
    public static let findCommit = EmbeddedText.find_commit_sql
    /// When the next job of one bucket is due.
    public static let nextDue = EmbeddedText.next_due_sql

    /// How the accounts at providers stand.
    public static let readAccounts = EmbeddedText.read_accounts_sql
    /// Opens an account's breaker for all daemons.
    public static let openBreaker = EmbeddedText.open_breaker_sql
    /// Gives a daemon leave to try an account whose breaker is open.
    public static let probeAccount = EmbeddedText.probe_account_sql
    /// Says what came of a probe.
    public static let endProbe = EmbeddedText.end_probe_sql
    /// Says that a provider asked to be left alone.
    public static let holdAccount = EmbeddedText.hold_account_sql
    /// Takes permits for calls to an account with a rate.
    public static let takePermits = EmbeddedText.take_permits_sql
    /// Makes jobs due that are held because of an account.
    public static let releaseHeld = EmbeddedText.release_held_sql
    /// Says that an account is configured.
    public static let publishAccount = EmbeddedText.publish_account_sql

    /// Publishes what a daemon knows about one version of a flow.
    public static let publishWorkflow = EmbeddedText.publish_workflow_sql
    /// What rests where, counted.
    public static let liveStates = EmbeddedText.live_states_sql
    /// A page of the unfinished jobs of some flows and versions.
    public static let unfinishedJobs = EmbeddedText.unfinished_jobs_sql
    /// The flows and versions of which there are unfinished jobs.
    public static let liveVersions = EmbeddedText.live_versions_sql
    /// Takes jobs of one bucket to states of a newer version of their flow.
    public static let migrateJobs = EmbeddedText.migrate_jobs_sql
    /// Wakes the daemons that sleep.
    public static let ring = EmbeddedText.ring_sql
    /// What the daemons published of each version of each flow.
    public static let publishedWorkflows = EmbeddedText.published_workflows_sql
    /// Says that a daemon is alive.
    public static let heartbeat = EmbeddedText.heartbeat_sql
    /// Hangs up the bell of a daemon that is about to sleep.
    public static let fallAsleep = EmbeddedText.fall_asleep_sql
    /// Takes a daemon off the list.
    public static let forgetNode = EmbeddedText.forget_node_sql
    /// Partitions, statistics, and webhooks that nobody asked for: once a minute.
    public static let housekeeping = EmbeddedText.housekeeping_sql
    /// Enqueues the recurring jobs that are due.
    public static let runSchedules = EmbeddedText.run_schedules_sql

    /// Stores a verified webhook.
    public static let receiveWebhook = EmbeddedText.receive_webhook_sql
    /// Wakes the jobs that parked webhooks belong to.
    public static let matchWebhooks = EmbeddedText.match_webhooks_sql

    /// What the clock shows, and how it goes.
    public static let readClock = EmbeddedText.read_clock_sql
    /// Takes a step of the virtual clock, if all is quiet.
    public static let clockStep = EmbeddedText.clock_step_sql
    /// Says when a participant's next timer on the virtual clock is due.
    public static let joinClock = EmbeddedText.join_clock_sql
    /// Chooses the clock.
    public static let setClock = EmbeddedText.set_clock_sql
    /// Moves a virtual clock through everything that falls due.
    public static let advanceClock = EmbeddedText.advance_clock_sql

    /// Into how many buckets jobs are divided.
    public static let buckets = EmbeddedText.buckets_sql
    /// The flows and versions with unfinished jobs that no living daemon can run.
    public static let stranded = EmbeddedText.stranded_sql
    /// The transactions that are open for more than a minute.
    public static let longTransactions = EmbeddedText.long_transactions_sql
    /// Enqueues a job from the command line.
    public static let enqueue = EmbeddedText.enqueue_sql
    /// Tells a job something from the command line.
    public static let tell = EmbeddedText.tell_sql
    /// Asks a job to stop, from the command line.
    public static let cancel = EmbeddedText.cancel_sql
    /// Pauses something as a whole, from the command line.
    public static let pauseWhole = EmbeddedText.pause_whole_sql
    /// Ends such a pause.
    public static let resumeWhole = EmbeddedText.resume_whole_sql
    /// Writes a recurring job, from the command line.
    public static let schedule = EmbeddedText.schedule_sql
    /// Takes a recurring job away, from the command line.
    public static let unschedule = EmbeddedText.unschedule_sql
    /// All recurring jobs by name, for people.
    public static let listSchedules = EmbeddedText.list_schedules_sql
    /// Takes a job up again, from the command line.
    public static let retry = EmbeddedText.retry_sql
    /// Holds a job where it rests, from the command line.
    public static let pause = EmbeddedText.pause_sql
    /// Lets a paused job go on, from the command line.
    public static let resume = EmbeddedText.resume_sql
    /// What a request to many jobs would ask.
    public static let previewRequest = EmbeddedText.preview_request_sql
    /// Makes a request of one batch of jobs.
    public static let requestBatch = EmbeddedText.request_batch_sql
    /// Enqueues a job for each line of a file.
    public static let enqueueLines = EmbeddedText.enqueue_lines_sql

    /// The newest jobs that a filter lets through.
    public static let listJobs = EmbeddedText.list_jobs_sql
    /// The transitions of a job.
    public static let jobHistory = EmbeddedText.job_history_sql
    /// What a job was told.
    public static let jobSignals = EmbeddedText.job_signals_sql
    /// What providers were asked for a job.
    public static let jobCalls = EmbeddedText.job_calls_sql
    /// The jobs that a job runs as its children.
    public static let jobChildren = EmbeddedText.job_children_sql
    /// What a job waits for, in one sentence.
    public static let why = EmbeddedText.why_sql
}
