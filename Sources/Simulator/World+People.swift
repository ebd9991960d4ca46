import Engine
import LockstepTesting
import Time
import WorkflowCore

/// What an app does.
enum AppStep {
    /// It enqueues a job with this input.
    case enqueue(String)
    /// It looks at a job, says yes where it is asked, and looks again so often.
    case look(JobID, more: Int)
    /// It tells a job something, with a key or without.
    case tell(JobID, String, payload: String = "{}", key: String?)
}

/// Apps, their customers, and the operator.
extension World {
    func prepareJob(_ number: Int) {
        toEnqueue += 1
        let input = rail.input(of: number, isPlain: setting.isPlain, &people)
        let arrival =
            profile.arrivals.map { people.between(.zero, $0) } ?? people.spread(.milliseconds(1), .minutes(1))
        schedule(.app(.enqueue(input)), after: arrival)
    }

    func app(_ step: AppStep) {
        switch step {
        case .enqueue(let input): enqueue(input)
        case .look(let job, let more): look(at: job, more: more)
        case .tell(let job, let name, let payload, let key): tell(job, name, payload, key: key, actor: "app")
        }
    }

    private func enqueue(_ input: String) {
        guard !isDown else { return schedule(.app(.enqueue(input)), after: .seconds(1)) }
        let flow = rail.flows[0]
        let job = database.memory.enqueue(flow.name, version: flow.version, input: input)
        toEnqueue -= 1
        jobs.append(job)
        watch.enqueued(job, input: input)
        note("app", "enqueues", job, input)
        ring()
        let looks = !setting.isPlain && people.chance(0.15) ? 0 : people.whole(1...6)
        schedule(.app(.look(job, more: looks)), after: people.spread(.seconds(1), .minutes(30)))
        if !setting.isPlain { wish(of: job) }
    }

    /// Now and then somebody wants a job stopped, held, or tried again, at whatever moment.
    private func wish(of job: JobID) {
        func sometime(_ name: String, _ payload: String = "{}", key: String? = nil) {
            let after = people.spread(.milliseconds(50), profile.calm)
            schedule(.app(.tell(job, name, payload: payload, key: key)), after: after)
        }
        if people.chance(0.15) { sometime("cancel") }
        if people.chance(0.05) { sometime("$cancel", key: "cancel-1") }
        if people.chance(0.1) {
            sometime("$pause")
            if people.chance(0.7) { sometime("$resume") }
        }
        if people.chance(0.1) { sometime("$retry") }
        for wish in rail.wishes where people.chance(wish.share) {
            for _ in 0..<wish.times { sometime(wish.name, wish.payload, key: wish.key) }
        }
        if people.chance(0.03) { sometime("nonsense") }
    }

    private func look(at job: JobID, more: Int) {
        guard more > 0, let stored = database.memory[job] else { return }
        carryOut(rail.look(at: stored, &people), about: job)
        // On a good day they look for as long as there is something to see.
        if setting.isPlain, stored.row.finishedAt != nil { return }
        schedule(
            .app(.look(job, more: setting.isPlain ? more : more - 1)), after: people.spread(.seconds(1), .hours(2)))
    }

    /// Tells a job something, or does something at a provider.
    func carryOut(_ deeds: [Deed], about job: JobID?) {
        var moved: Set<Int> = []
        for deed in deeds {
            switch deed {
            case .tell(let name, let payload, let key, let person):
                if let job { tell(job, name, payload, key: key, actor: person) }
            case .act(let body, let number):
                note(sites[number].name, "is told", job, body)
                sites[number].act(body, at: now)
                moved.insert(number)
            }
        }
        for number in moved.sorted() { sandboxMoved(number) }
    }

    private func tell(_ job: JobID, _ name: String, _ payload: String = "{}", key: String?, actor: String) {
        guard !isDown else { return }
        watch.told(job, name)
        let receipt = database.memory.signal(job, name, payload: payload, key: key, actor: actor)
        note(actor, "tells", job, "\(name): \(receipt.rawValue)")
        ring()
    }

    /// Retries what is parked and resumes what is paused: sometimes, and always once nothing goes wrong any more.
    func operatorLooks() {
        for job in jobs {
            guard let stored = database.memory[job], isCalm || people.chance(0.5) else { continue }
            let row = stored.row
            if isCalm, rail.looksInTheCalm, row.finishedAt == nil {
                carryOut(rail.look(at: stored, &people), about: job)
            }
            if row.status == .parked { tell(job, "$retry", key: nil, actor: "operator") }
            if row.status == .paused { tell(job, "$resume", key: nil, actor: "operator") }
        }
        schedule(.operatorLooks, after: people.between(.minutes(20), .hours(1)))
    }
}
