/// What the bench needs of the machine: the executable hands it in.
public struct Machine: Sendable {
    /// Time since some fixed moment; never goes back.
    let elapsed: @Sendable () -> Duration
    /// Returns after this long of real time.
    let sleep: @Sendable (Duration) async -> Void
    /// A new UUID.
    let uuid: @Sendable () -> String
    /// The processor time that this process has used so far.
    let ownTime: @Sendable () -> Duration
    /// The processor time that a process and its children have used so far.
    let time: @Sendable (_ process: Int32) throws -> Duration
    /// The memory that a process has resident, in bytes.
    let residentBytes: @Sendable (_ process: Int32) throws -> Int
    /// Starts `lockstep` with these arguments, waits until it says that it is ready, and returns its process.
    let start: @Sendable (_ arguments: [String]) async throws -> Running
    /// Starts a daemon and the simulated providers on a virtual clock, with this database.
    let startWorld: @Sendable (_ database: String) async throws -> Running
    /// Tells the person who waits how it goes.
    let say: @Sendable (String) -> Void

    /// Another process, until it is stopped.
    public struct Running: Sendable {
        /// Its id.
        let process: Int32
        /// Ends it.
        let stop: @Sendable () async -> Void

        /// A process with this id.
        public init(process: Int32, stop: @escaping @Sendable () async -> Void) {
            self.process = process
            self.stop = stop
        }
    }

    /// A machine by these functions.
    public init(
        elapsed: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async -> Void,
        uuid: @escaping @Sendable () -> String, ownTime: @escaping @Sendable () -> Duration,
        time: @escaping @Sendable (Int32) throws -> Duration,
        residentBytes: @escaping @Sendable (Int32) throws -> Int,
        start: @escaping @Sendable ([String]) async throws -> Running,
        startWorld: @escaping @Sendable (String) async throws -> Running, say: @escaping @Sendable (String) -> Void
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
        self.uuid = uuid
        self.ownTime = ownTime
        self.time = time
        self.residentBytes = residentBytes
        self.start = start
        self.startWorld = startWorld
        self.say = say
    }
}
