import Engine
import LockstepTesting
import Time
import WorkflowCore

/// What an app does.
enum AppStep {
    /// It enqueues a payout with this input.
    case enqueue(String)
    /// It looks at a job, says yes where it is asked, and looks again so often.
    case look(JobID, more: Int)
    /// It tells a job something, with a key or without.
    case tell(JobID, String, key: String?)
}

/// Apps, their customers, and the operator.
extension World {
    func prepareJob(_ number: Int) {
        toEnqueue += 1
        let digits = people.chance(0.4) ? 0 : people.whole(1...17)
        let amount = "1000000\(number)" + (digits < 10 ? "0\(digits)" : "\(digits)")
        let currency = people.chance(0.03) ? "XTS" : "USD"
        let accept = people.chance(0.3) ? "ask" : "auto"
        let confirm = people.chance(0.4) ? "ask" : "auto"
        let minimum = people.chance(0.05) ? #""min_fiat_amount":"99999999","# : ""
        let input = """
            {"wallet_id":"wa-polyg-usdc0-sandboxwallet01","asset":{"kind":"Erc20","amount":"\(amount)",\
            "contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"},"fiat_currency":"\(currency)","country":"US",\
            "borderless_account_id":"acc-\(number)","payment_instructions_id":"ins-\(number)",\(minimum)\
            "payment_purpose":"salary payment","accept":"\(accept)","confirm":"\(confirm)"}
            """
        schedule(.app(.enqueue(input)), after: people.spread(.milliseconds(1), .minutes(1)))
    }

    func app(_ step: AppStep) {
        switch step {
        case .enqueue(let input): enqueue(input)
        case .look(let job, let more): look(at: job, more: more)
        case .tell(let job, let name, let key): tell(job, name, key: key, actor: "app")
        }
    }

    private func enqueue(_ input: String) {
        guard !isDown else { return schedule(.app(.enqueue(input)), after: .seconds(1)) }
        let job = database.memory.enqueue("dfns_payout", input: input)
        toEnqueue -= 1
        jobs.append(job)
        watch.enqueued(job, mayMoveMoney: input.contains(#""confirm":"auto""#))
        note("app", "enqueues", job, input)
        ring()
        let looks = people.chance(0.15) ? 0 : people.whole(1...6)
        schedule(.app(.look(job, more: looks)), after: people.spread(.seconds(1), .minutes(30)))
        wish(of: job)
    }

    /// Now and then somebody wants a job stopped, held, or tried again, at whatever moment.
    private func wish(of job: JobID) {
        func sometime(_ name: String, _ key: String? = nil) {
            let after = people.spread(.milliseconds(50), profile.calm)
            schedule(.app(.tell(job, name, key: key)), after: after)
        }
        if people.chance(0.15) { sometime("cancel") }
        if people.chance(0.05) { sometime("$cancel", "cancel-1") }
        if people.chance(0.1) {
            sometime("$pause")
            if people.chance(0.7) { sometime("$resume") }
        }
        if people.chance(0.1) { sometime("$retry") }
        if people.chance(0.1) {
            sometime("confirm", "yes-1")
            sometime("confirm", "yes-1")
        }
        // Yes to the price, once more or at the wrong time: a repeated request of an app's.
        for _ in 0..<(people.chance(0.1) ? 3 : 0) { sometime("accept") }
        if people.chance(0.03) { sometime("nonsense") }
    }

    private func look(at job: JobID, more: Int) {
        guard more > 0, let row = database.memory[job]?.row else { return }
        switch row.state {
        case "awaitingAcceptance": tell(job, "accept", key: nil, actor: "app")
        case "awaitingConfirmation": tell(job, "confirm", key: people.chance(0.3) ? "yes-2" : nil, actor: "app")
        default: break
        }
        schedule(.app(.look(job, more: more - 1)), after: people.spread(.seconds(1), .hours(2)))
    }

    private func tell(_ job: JobID, _ name: String, key: String?, actor: String) {
        guard !isDown else { return }
        watch.told(job, name)
        let receipt = database.memory.signal(job, name, key: key, actor: actor)
        note(actor, "tells", job, "\(name): \(receipt.rawValue)")
        ring()
    }

    /// Retries what is parked and resumes what is paused: sometimes, and always once nothing goes wrong any more.
    func operatorLooks() {
        for job in jobs {
            guard let row = database.memory[job]?.row, isCalm || people.chance(0.5) else { continue }
            if row.status == .parked { tell(job, "$retry", key: nil, actor: "operator") }
            if row.status == .paused { tell(job, "$resume", key: nil, actor: "operator") }
        }
        schedule(.operatorLooks, after: people.between(.minutes(20), .hours(1)))
    }
}
