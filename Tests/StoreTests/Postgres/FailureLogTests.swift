import PostgresStore
import Synchronization
import Testing
import Time

@Suite("The log of failures")
struct FailureLogTests {
    @Test("A line a second at most, with how many were left out")
    func limit() {
        let host = HandHost(sleepPasses: true)
        let lines = Mutex<[String]>([])
        let failures = FailureLog(host: host.time) { line in lines.withLock { $0.append(line) } }
        failures.log("a")
        for _ in 0..<40 { failures.log("b") }
        host.pass(.milliseconds(999))
        failures.log("c")
        host.pass(.milliseconds(1))
        failures.log("d")
        failures.log("e")
        host.pass(.hours(1))
        failures.log("f")
        failures.log("g")
        host.pass(.seconds(1))
        failures.log("h")
        #expect(
            lines.withLock { $0 } == [
                "a", "d (41 more since the last such line)", "f (1 more since the last such line)",
                "h (1 more since the last such line)",
            ])
    }
}
