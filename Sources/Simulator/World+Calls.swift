import Engine
import HTTPClient
import HTTPTypes
import LockstepTesting
import SandboxCore
import Time
import Webhooks
import WorkflowCore

/// A call of an activity that a node has under way.
struct Call {
    let node: Int
    let invocation: Invocation
    let permit: SendPermit
    let handlers: ActivityHandlers
    /// The number of its request under way.
    var leg = 0
    var waiting: CheckedContinuation<TransportResult, Never>?

    var lease: Lease { Lease(job: invocation.job, token: invocation.lease) }
}

/// Activities: the flow's real handler, over the real client, over a network that fails.
extension World {
    func handOut(_ invocation: Invocation, by number: Int) {
        watch.handedOut(invocation, by: Self.id(of: number), stored: view(of: invocation.job), at: now)
        note(
            Self.name(of: number), "calls", invocation.job,
            "\(invocation.activity.name) (\(invocation.purpose), attempt \(invocation.attempt))")
        lastCall += 1
        let permit = SendPermit(until: invocation.sendBefore, clock: clock)
        calls[lastCall] = Call(
            node: number, invocation: invocation, permit: permit, handlers: idleHandlers.popLast() ?? newHandlers())
        schedule(.callStarts(lastCall), after: latency.between(.zero, .milliseconds(20)))
    }

    private func newHandlers() -> ActivityHandlers {
        var desk = Desk(
            transport: SimulatedTransport(rendezvous: rendezvous), now: { [clock] in clock.now() }, defect: defect)
        rail.addHandlers(to: &desk)
        return desk.handlers
    }

    private func view(of job: JobID) -> StoredJobView? { database.memory[job].map(StoredJobView.init) }

    /// Whether a call has to wait, since its node stands still; then the event comes again.
    private func stands(_ id: Int, _ event: Event) -> Bool {
        guard let call = calls[id], let until = nodes[call.node]?.stoppedUntil, until > now else { return false }
        schedule(event, after: until - now + latency.between(.zero, .milliseconds(50)))
        return true
    }

    func start(call id: Int) async {
        guard let call = calls[id], !stands(id, .callStarts(id)) else { return }
        let rendezvous = rendezvous
        Task { rendezvous.post(.finished(await call.handlers.perform(call.invocation, permit: call.permit))) }
        await proceed(id)
    }

    /// Lets the call's activity go on until it asks for something or is over.
    private func proceed(_ id: Int) async {
        switch await rendezvous.take() {
        case .request(let request, let origin, let timeout, let continuation):
            guard let site = sites.firstIndex(where: { $0.origin == origin }) else {
                preconditionFailure("a client sends to \(origin), where nobody is")
            }
            calls[id]?.leg += 1
            calls[id]?.waiting = continuation
            send(request, to: site, of: id, timeout: timeout)
        case .finished(let answer):
            guard let call = calls.removeValue(forKey: id) else { return }
            idleHandlers.append(call.handlers)
            watch.answered(call.invocation, answer)
            if call.permit.isOver, case .notApplied = answer { watch.count("held back") }
            note(Self.name(of: call.node), "hears", call.invocation.job, "\(call.invocation.activity.name): \(answer)")
            let happening = Scheduler.Happening.answered(call.invocation.job, lease: call.invocation.lease, answer)
            schedule(.nodeHears(call.node, happening), after: latency.between(.zero, .milliseconds(5)))
        }
    }

    private func send(_ request: HTTPRequest, to site: Int, of id: Int, timeout: Duration) {
        guard let call = calls[id] else { return }
        let network = isCalm ? Profile.NetworkFaults() : profile.network
        let expires = now + timeout
        let soon = latency.spread(.milliseconds(5), .seconds(5))
        if faults.chance(network.notSent) || providersDownUntil.map({ $0 > now }) ?? false {
            watch.count("not sent")
            return schedule(.legEnds(call: id, leg: call.leg, .notSent(reason: "connection refused")), after: soon)
        }
        if faults.chance(network.lost) {
            watch.count("requests lost")
            let interval = faults.chance(0.5) ? soon : timeout
            return schedule(.legEnds(call: id, leg: call.leg, .unknown(reason: "connection broken")), after: interval)
        }
        let isSlow = faults.chance(network.slow)
        let transit =
            isSlow
            ? latency.spread(.seconds(1), .seconds(50)) : latency.between(.milliseconds(1), .milliseconds(60))
        let isLost = faults.chance(network.answerLost)
        watch.sent(id, call.invocation)
        schedule(
            .requestArrives(call: id, leg: call.leg, request, at: site, expires: expires, answerIsLost: isLost),
            after: transit)
        if transit >= timeout {
            schedule(.legEnds(call: id, leg: call.leg, .unknown(reason: "timed out")), after: timeout)
        }
    }

    /// A request is at the provider. Whoever sent it may be gone by now: it acts all the same.
    func arrive(
        _ request: HTTPRequest, at number: Int, of id: Int, leg: Int, expires: Timestamp, answerIsLost: Bool
    ) {
        let answer = sites[number].sandbox.handle(request, at: now)
        let site = sites[number]
        let sender = watch.sender(of: id)
        watch.arrived(
            request, of: id, ledger: site.sandbox.ledger, from: site.seenEffects,
            stored: sender.flatMap { view(of: $0.job) }, at: now)
        note(site.name, "answers", sender?.job, "\(request.method.rawValue) \(request.target): \(answer.words)")
        sandboxMoved(number)
        guard expires > now else { return }
        var back = latency.between(.milliseconds(1), .milliseconds(60))
        var result = TransportResult.unknown(reason: "connection broken")
        switch answer {
        case .respond(let response): result = .response(response)
        case .respondSlowly(let response, let delay, let drip):
            result = .response(response)
            back += delay + drip
        case .drop, .respondAfterDelivery: break
        }
        if answerIsLost {
            watch.count("answers lost")
            result = .unknown(reason: "connection broken")
            if faults.chance(0.5) { back = expires - now }
        }
        if now + back >= expires { (back, result) = (expires - now, .unknown(reason: "timed out")) }
        schedule(.legEnds(call: id, leg: leg, result), after: back)
    }

    func end(_ leg: Int, of id: Int, _ result: TransportResult) async {
        guard calls[id]?.leg == leg, !stands(id, .legEnds(call: id, leg: leg, result)),
            let continuation = calls[id]?.waiting
        else { return }
        calls[id]?.waiting = nil
        continuation.resume(returning: result)
        await proceed(id)
    }

    /// Ends a call whose node is gone: it sends nothing more, and nobody hears its answer.
    func bury(_ id: Int) async {
        guard let call = calls.removeValue(forKey: id), let waiting = call.waiting else { return }
        waiting.resume(returning: .unknown(reason: "the node is gone"))
        while case .request(_, _, _, let continuation) = await rendezvous.take() {
            continuation.resume(returning: .notSent(reason: "the node is gone"))
        }
    }

    func buryCalls() async {
        for id in calls.keys.sorted() { await bury(id) }
    }

    // MARK: The providers' own time

    /// After anything that moved a sandbox: takes note of what it did, and of when it is due next.
    func sandboxMoved(_ number: Int) {
        let site = sites[number]
        let effects = site.sandbox.ledger.effects
        for effect in effects[site.seenEffects...] {
            note(site.name, effect.kind.rawValue, watch.job(of: effect), effect.detail ?? "")
            watch.happened(effect, at: now)
        }
        sites[number].seenEffects = effects.count
        guard let due = site.sandbox.nextDue, site.alarm.map({ $0 > due || $0 <= now }) ?? true else { return }
        sites[number].alarm = due
        schedule(.sandboxIsDue(number), after: due - now)
    }

    func sandboxIsDue(_ number: Int) {
        sites[number].alarm = nil
        for delivery in sites[number].sandbox.advance(to: now) {
            schedule(
                .webhookArrives(delivery, from: number), after: latency.between(.milliseconds(1), .milliseconds(500)))
        }
        sandboxMoved(number)
    }

    func webhookArrives(_ delivery: WebhookDelivery, from site: Int) async {
        database.inbox.fail(isDown || (!isCalm && faults.chance(profile.webhooksRefused)))
        let response = await endpoint.respond(to: delivery.request)
        watch.count("webhooks answered \(response.status)")
        note(sites[site].name, "tells", nil, "webhook \(delivery.id.rawValue): answered \(response.status)")
        ring()
        let isLost = !isCalm && faults.chance(profile.network.answerLost)
        schedule(
            .webhookAnswered(delivery.id, from: site, status: isLost ? nil : response.status),
            after: latency.between(.milliseconds(1), .milliseconds(100)))
    }
}

extension SandboxAnswer {
    fileprivate var words: String {
        guard let response else { return "nothing, connection broken" }
        return response.status < 300 ? "\(response.status)" : String(decoding: response.body.prefix(300), as: UTF8.self)
    }
}
