import Configuration
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import Synchronization
import Time

/// Asks providers about accounts.
struct AccountDesk: Sendable {
    let accounts: Accounts
    let http: LockstepConfiguration.HTTP
    let transport: any Transport
    /// What signatures are dated with.
    let now: @Sendable () -> Timestamp
    /// Writes a secret to a file that only its owner can read.
    let store: @Sendable (_ secret: Secret, _ file: String) throws -> Void

    /// Proves an account's credentials by reading something.
    func check(_ id: AccountName) async -> AccountFinding {
        let dates = DatedTransport(transport, now: now)
        let clients = Clients(accounts, transport: dates, now: now)
        guard let probe = probe(id, clients) else { return unknown(id) }
        let outcome = await probe.ask()
        return finding(
            of: outcome.map { "the credentials are good: \($0)" }, id,
            RefusalEvidence(clockAhead: dates.ahead, credentials: probe.credentials, mode: mode(of: id)), good: .good)
    }

    /// What an outcome says about an account.
    func finding(
        of outcome: ProviderOutcome<String>, _ id: AccountName, _ evidence: RefusalEvidence,
        good: AccountFinding.Kind
    ) -> AccountFinding {
        switch outcome {
        case .answered(let words): return AccountFinding(account: id, kind: good, says: words)
        case .notApplied(_, let message), .unknown(let message):
            return AccountFinding(account: id, kind: .unreachable, says: "it can't be reached now: \(message)")
        case .refused(let refusal):
            let (kind, advice) = evidence.judge(refusal)
            let says = advice.isEmpty ? refusal.message : "\(advice). \(refusal.message)"
            return AccountFinding(account: id, kind: kind, says: says)
        }
    }

    func unknown(_ id: AccountName) -> AccountFinding {
        AccountFinding(account: id, kind: .refused, says: "this build has no client for it")
    }

    func mode(of id: AccountName) -> Mode { accounts.all.first { $0.id == id }?.mode ?? .test }
}

/// Remembers how far our clock is ahead of the one that answers are dated by.
final class DatedTransport: Transport {
    private let transport: any Transport
    private let now: @Sendable () -> Timestamp
    private let measured = Latest()

    init(_ transport: any Transport, now: @escaping @Sendable () -> Timestamp) {
        self.transport = transport
        self.now = now
    }

    /// As of the last answer that was dated; seconds at best.
    var ahead: Duration? { measured.value }

    func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        let result = await transport.send(request, to: origin, timeout: timeout)
        if case .response(let response) = result,
            let date = response.headers["Date"].flatMap({ Timestamp(httpDate: $0) })
        {
            measured.value = now() - date
        }
        return result
    }
}

/// The last value that somebody found out.
private final class Latest: Sendable {
    private let found = Mutex<Duration?>(nil)

    var value: Duration? {
        get { found.withLock { $0 } }
        set { found.withLock { $0 = newValue } }
    }
}
