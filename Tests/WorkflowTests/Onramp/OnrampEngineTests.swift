import Domain
import Engine
import LockstepTesting
import Onramp
import Testing
import Time
import WorkflowCore

/// What only shows itself where the engine retries, and time passes.
@Suite("An on-ramp in the engine")
struct OnrampEngineTests {
    typealias F = OnrampFixture

    /// A job whose provider fails at one activity for good, and knows of no order.
    private func harness(failing name: String, _ failure: ActivityAnswer) throws -> (Harness, JobID) {
        let harness = try Harness(RegisteredWorkflow(Onramp.self))
        harness.provider.respond { call in
            switch call.activity.name {
            case name: failure
            case "requestQuote": .event(Onramp.Event.quoted(quote: F.quote(at: call.startedAt)))
            case "readUser": .event(Onramp.Event.userRead(user: F.user()))
            case "findOrder": .event(Onramp.Event.noOrderFound)
            default: nil
            }
        }
        return (harness, try harness.enqueue(Onramp.self, F.purchase()))
    }

    @Test("POST /orders answers 502 for good: the rounds of searching, pricing and ordering anew lie on a desk")
    func permanentFailure() throws {
        let (harness, job) = try harness(failing: "createOrder", .unknown(message: "502"))
        var rounds = 0
        while rounds < 8 {
            harness.advance(by: .minutes(1))
            let row = try #require(harness.store[job]?.row)
            #expect(row.finishedAt == nil)
            let quotes = harness.provider.names.count { $0 == "requestQuote" }
            guard quotes > rounds else { continue }
            rounds = quotes
            #expect(
                (row.desk == "payments operations" && row.overdueAt.map { $0 <= harness.clock.now() } == true)
                    == (rounds > 5))
        }
        #expect(Set(harness.provider.names) == ["requestQuote", "readUser", "createOrder", "findOrder"])
    }

    @Test("Reads of the user fail for good: the rounds of pricing anew lie on a desk too")
    func unreadableUser() throws {
        let (harness, job) = try harness(failing: "readUser", .notApplied(retryAfter: nil, message: "502"))
        harness.advance(by: .minutes(45))
        #expect(harness.store[job]?.row.desk == nil)
        harness.advance(by: .minutes(10))
        #expect(harness.store[job]?.row.desk == "payments operations")
        #expect(harness.store[job]?.row.finishedAt == nil)
    }
}
