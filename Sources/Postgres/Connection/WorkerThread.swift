import Glibc

extension Mailbox {
    /// Starts the thread that takes this mailbox's requests; when the system refuses, all requests fail.
    func startWorker(_ configuration: PostgresConfiguration, listening: Listening? = nil) {
        let isStarted =
            bell >= 0
            && startThread { [self] in
                Worker(configuration: configuration, mailbox: self, listening: listening).run()
            }
        guard !isStarted else { return }
        listening?.events.finish()
        end(
            with: PostgresError(
                kind: .connectionLost(.beforeSend), message: "the system has no more threads or file descriptors"))
    }
}

/// Starts a thread of its own for `body`; answers false when the system refuses.
///
/// A thread and not a task, because libpq and poll(2) block, and Swift's cooperative threads are as many as the cores.
private func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Start: Sendable {
        let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    let start = Unmanaged.passRetained(Start(body: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    let status = pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument else { return nil }
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
            start.body()
            return nil
        }, start.toOpaque())
    if status != 0 { start.release() }
    return status == 0
}
