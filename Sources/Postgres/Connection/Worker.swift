import CLibPQ
import Glibc
import Time

/// The thread of one connection: takes requests from the mailbox, keeps the link, sends, reads, answers.
///
/// It is the only user of the link, so that nothing here needs a lock. It blocks in poll(2) alone.
final class Worker {
    private let configuration: PostgresConfiguration
    private let mailbox: Mailbox
    private let clock = ContinuousClock()

    private var link: Link?
    /// Requests to send, in the order in which they came.
    private var waiting = Queue<Request>()
    /// Requests that were sent and have no answer yet, in the order in which the server answers.
    private var flights = Queue<Flight>()
    private var inFlight = 0
    /// The session that has the connection for itself.
    private var holder: Holder?

    /// Set on a listener's connection.
    private var listening: Listening?

    private struct Holder {
        let session: Session
        var waiting = Queue<Request>()
        /// Its connection was lost: a transaction can't go on over another one.
        var isBroken = false
    }

    /// How many requests may be in flight.
    ///
    /// More would only make the queue in the socket longer, where requests can't be cancelled any more and their
    /// outcome is unknown when the connection breaks.
    private static let window = 128

    /// How much a held connection counts in the pool's choice.
    static let sessionLoad = 1000

    init(configuration: PostgresConfiguration, mailbox: Mailbox, listening: Listening?) {
        self.configuration = configuration
        self.listening = listening
        self.mailbox = mailbox
    }

    /// The thread's whole life.
    func run() {
        while true {
            let mail = mailbox.take()
            for request in mail.requests { enqueue(request) }
            if mail.isClosing { return close() }
            if mail.hasCancellations { dropCancelled() }
            connectIfNeeded()
            sendWaiting()
            poll()
        }
    }

    private func close() {
        let message = "the connection was closed"
        while let flight = flights.popFirst() {
            flight.request.fail(PostgresError(kind: .closed(.outcomeUnknown), message: message))
        }
        let error = PostgresError(kind: .closed(.beforeSend), message: message)
        link = nil
        failWaiting(error)
        listening?.events.finish()
        mailbox.end(with: error)
    }

    // MARK: - Requests

    private func enqueue(_ request: Request) {
        // Cancelled before it was posted: its notice came too early to find it.
        if request.cancellation.isRequested { return request.fail(.cancelled) }
        guard let session = request.session, !request.opensSession else { return waiting.append(request) }
        guard holder?.session === session else {
            return request.fail(
                PostgresError(kind: .unusableRequest, message: "the session or transaction has ended already"))
        }
        holder?.waiting.append(request)
    }

    private func dropCancelled() {
        for request in waiting.removeAll(where: \.cancellation.isRequested) { request.fail(.cancelled) }
        for request in holder?.waiting.removeAll(where: \.cancellation.isRequested) ?? [] { request.fail(.cancelled) }
    }

    private func failWaiting(_ error: PostgresError) {
        for request in holder?.waiting.removeAll() ?? [] { request.fail(error) }
        for request in waiting.removeAll() { request.fail(error) }
    }

    private func nextRequest() -> Request? {
        holder == nil ? waiting.popFirst() : holder?.waiting.popFirst()
    }

    // MARK: - Connecting

    private func connectIfNeeded() {
        failBrokenSession()
        let isWanted = !waiting.isEmpty || listening?.isDue(at: clock.now) == true
        guard link == nil, holder == nil, isWanted else { return }
        guard let started = Link(configuration: configuration, now: clock.now) else {
            return failWaiting(PostgresError(kind: .connectionLost(.beforeSend), message: "out of memory"))
        }
        link = started
        judgeProgress(of: started)
    }

    private func judgeProgress(of link: Link) {
        switch link.progress {
        case .failed(let error): giveUpConnecting(error)
        case .waiting where clock.now >= link.deadline:
            giveUpConnecting(
                PostgresError(
                    kind: .connectionLost(.beforeSend),
                    message: "no connection to \(configuration) within \(configuration.connectTimeout)"))
        case .waiting: break
        case .ready: subscribe()
        }
    }

    /// A new connection of a listener knows nothing of its channels.
    private func subscribe() {
        guard let sql = listening?.sql else { return }
        waiting.prepend(
            Request(work: .listen(sql), session: nil, cancellation: Cancellation(), respond: { _ in }))
    }

    private func subscribed(_ outcome: Result<Rows, PostgresError>) {
        switch outcome {
        case .success: listening?.succeeded()
        case .failure:
            link = nil
            listening?.failed(at: clock.now)
        }
    }

    /// Fails what waits, rather than trying for ever: the askers know how long they can wait.
    private func giveUpConnecting(_ error: PostgresError) {
        link = nil
        listening?.failed(at: clock.now)
        failWaiting(error)
    }

    /// Answers the requests of a session whose connection was lost, until it ends.
    private func failBrokenSession() {
        while holder?.isBroken == true, let request = nextRequest() {
            if case .closeSession = request.work {
                closeSession(request)
            } else {
                request.fail(
                    PostgresError(
                        kind: .connectionLost(.beforeSend), message: "the session's connection was lost before"))
            }
        }
    }

    /// The link broke: nobody knows what became of the requests in flight; what was not sent waits for the next link.
    private func lose(_ cause: PostgresError) {
        link = nil
        listening?.failed(at: clock.now)
        holder?.isBroken = true
        while let flight = flights.popFirst() {
            // A server that says goodbye says it to the first; it may have committed all the same.
            let error = flight.error ?? cause
            let isOurs = error.kind == .unusableRequest
            flight.request.fail(error, kind: isOurs ? nil : .connectionLost(.outcomeUnknown))
        }
        inFlight = 0
        failBrokenSession()
    }

    // MARK: - Sending

    private func sendWaiting() {
        while canSend, let link, let request = nextRequest() {
            if request.cancellation.isRequested {
                request.fail(.cancelled)
                continue
            }
            switch request.work {
            case .query(let statement, let parameters, let timeout):
                guard let steps = link.send(statement, parameters, timeout: timeout) else {
                    return loseUnsent(request)
                }
                depart(request, steps)
            case .script(let sql), .listen(let sql):
                guard flights.isEmpty else {
                    putBack(request)
                    return flush()
                }
                guard link.send(script: sql) else { return loseUnsent(request) }
                depart(request, [.script])
            case .openSession: openSession(request)
            case .closeSession: closeSession(request)
            }
        }
        flush()
    }

    /// Until a script has come to its end, nothing can join it in the pipeline.
    private var canSend: Bool { link?.isReady == true && inFlight < Self.window && flights.first?.isScript != true }

    private func putBack(_ request: Request) {
        if holder == nil { waiting.prepend(request) } else { holder?.waiting.prepend(request) }
    }

    private func flush() {
        if let link, link.isReady, !link.flush() { lose(link.failure()) }
    }

    private func depart(_ request: Request, _ steps: [Flight.Step]) {
        var flight = Flight(request: request, steps: steps)
        if flights.isEmpty { flight.deadline = deadline(of: request) }
        flights.append(flight)
        inFlight += 1
    }

    private func loseUnsent(_ request: Request) {
        guard let link else { return }
        let error = link.failure()
        request.fail(error)
        lose(error)
    }

    private func openSession(_ request: Request) {
        guard let session = request.session else { return }
        holder = Holder(session: session)
        mailbox.addLoad(Self.sessionLoad)
        request.respond(.success(.none))
    }

    private func closeSession(_ request: Request) {
        holder = nil
        mailbox.addLoad(-Self.sessionLoad)
        request.respond(.success(.none))
        dropIfInTransaction()
    }

    // MARK: - Receiving

    private func receive(_ link: Link) {
        let isOpen = link.receive()
        while !flights.isEmpty, !link.isBusy, self.link != nil {
            let result = link.nextResult()
            let isAtEnd =
                flights.first?.isScript == true ? result == nil : PQresultStatus(result) == PGRES_PIPELINE_SYNC
            if isAtEnd {
                PQclear(result)
                land(link)
            } else if let result {
                flights.updateFirst { $0.received(result) }
                if flights.first?.isFatal == true { return lose(link.failure()) }
            } else {
                flights.updateFirst { $0.stepEnded() }
                if flights.first?.isOutOfStep == true { return lose(link.failure()) }
            }
        }
        while let (channel, payload) = link.nextNotification() {
            listening?.events.yield(.notified(channel: channel, payload: payload))
        }
        if !isOpen, self.link != nil { lose(link.failure()) }
    }

    /// The first flight is over: its transaction has ended, one way or the other.
    private func land(_ link: Link) {
        guard let flight = flights.popFirst() else { return }
        inFlight -= 1
        if let next = flights.first { flights.updateFirst { $0.deadline = deadline(of: next.request) } }
        if flight.isScript, !link.resumePipeline() { lose(link.failure()) }
        if let (statement, succeeded) = flight.preparation {
            if succeeded { link.confirm(statement) } else { link.forget(statement) }
        }
        if let statement = flight.staleStatement {
            link.forget(statement)
            if flight.request.session == nil, !flight.request.isRepeated { return sendAgain(flight.request) }
        }
        flight.request.respond(flight.outcome)
        if case .listen = flight.request.work { subscribed(flight.outcome) }
        dropIfInTransaction()
    }

    /// Nothing of it ran, since the server did not even get to its parameters.
    ///
    /// Inside a session this would not help: the error has aborted the transaction.
    private func sendAgain(_ request: Request) {
        var request = request
        request.isRepeated = true
        waiting.prepend(request)
    }

    /// A connection at rest must be outside of any transaction.
    ///
    /// One that someone left open would swallow the statements of others, so the link goes, and the transaction with
    /// it.
    private func dropIfInTransaction() {
        guard let link, holder == nil, flights.isEmpty, link.isReady, !link.isBusy else { return }
        if !link.isOutsideTransaction { self.link = nil }
    }

    // MARK: - Waiting

    /// A request's own limit plus some time for the answer's way; without a limit only the keepalives end it.
    private func deadline(of request: Request) -> ContinuousClock.Instant? {
        guard case .query(_, _, let timeout?) = request.work else { return nil }
        return clock.now + timeout + configuration.answerGrace
    }

    private func poll() {
        var sources = [pollfd(fd: mailbox.bell, events: Int16(POLLIN), revents: 0)]
        if let link {
            let isIdleWriter = !link.isReady && link.wantsToWrite
            let events = (link.wantsToWrite ? POLLOUT : 0) | (isIdleWriter ? 0 : POLLIN)
            sources.append(pollfd(fd: link.socket, events: Int16(events), revents: 0))
        }
        let count = Glibc.poll(&sources, nfds_t(sources.count), pollTimeout())
        if count > 0, sources[0].revents != 0 { mailbox.hush() }
        guard let link else { return }
        let isTouched = count > 0 && sources.count > 1 && sources[1].revents != 0
        if !link.isReady {
            if isTouched { link.continueConnecting() }
            judgeProgress(of: link)
        } else if isTouched {
            receive(link)
        } else if let deadline = flights.first?.deadline, clock.now >= deadline {
            lose(
                PostgresError(
                    kind: .connectionLost(.outcomeUnknown), message: "no answer from \(configuration) in time"))
        }
    }

    /// Milliseconds until the next deadline, rounded up; -1: none.
    private func pollTimeout() -> Int32 {
        if link == nil, holder == nil, !waiting.isEmpty { return 0 }
        if link == nil, listening?.isDue(at: clock.now) == true { return 0 }
        let next = link.map { $0.isReady ? flights.first?.deadline : $0.deadline } ?? listening?.retryAt
        guard let next else { return -1 }
        let milliseconds = (next - clock.now).microseconds / 1000 + 1
        return Int32(clamping: max(0, milliseconds))
    }
}
