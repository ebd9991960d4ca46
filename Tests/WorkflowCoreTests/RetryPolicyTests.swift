import Testing
import Time
import WorkflowCore

@Suite struct RetryPolicyTests {
    @Test("The documented waits, before jitter")
    func table() {
        let waits = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
        for (attempt, wait) in zip(1..., waits) {
            let delays = (0..<2000).map { RetryPolicy.standard.delay(after: attempt, seed: $0) }
            let full = Duration.seconds(wait)
            #expect(delays.allSatisfy { $0 <= full && $0 > full * 0.8 })
            // The jitter uses its whole range, so that retries of many jobs spread.
            #expect(delays.max().map { $0 > full * 0.999 } == true)
            #expect(delays.min().map { $0 < full * 0.801 } == true)
        }
    }

    @Test("The jitter depends on the seed alone")
    func jitter() {
        #expect(RetryPolicy.standard.delay(after: 3, seed: 7) == RetryPolicy.standard.delay(after: 3, seed: 7))
        #expect(RetryPolicy.standard.delay(after: 3, seed: 7) != RetryPolicy.standard.delay(after: 3, seed: 8))
    }

    @Test("The standard policy gives up after 24 hours")
    func elapsed() {
        #expect(RetryPolicy.standard.allows(attemptAfter: 1, elapsed: .zero))
        #expect(RetryPolicy.standard.allows(attemptAfter: 1000, elapsed: .hours(24) - .microseconds(1)))
        #expect(!RetryPolicy.standard.allows(attemptAfter: 2, elapsed: .hours(24)))
    }

    @Test("A number of attempts ends the retries, whichever limit comes first")
    func attempts() {
        let three = RetryPolicy.exponential(from: .seconds(1), upTo: .seconds(9), attempts: 3)
        #expect(three.maximumElapsed == nil)
        #expect(three.allows(attemptAfter: 2, elapsed: .days(9)))
        #expect(!three.allows(attemptAfter: 3, elapsed: .zero))
        let both = RetryPolicy.exponential(from: .seconds(1), upTo: .seconds(9), attempts: 3, elapsed: .minutes(1))
        #expect(!both.allows(attemptAfter: 1, elapsed: .minutes(1)))
        #expect(!both.allows(attemptAfter: 3, elapsed: .zero))
    }

    @Test("Retries without a limit would never end, so they have one")
    func limit() {
        #expect(RetryPolicy.exponential(from: .seconds(1), upTo: .minutes(1)).maximumElapsed == .hours(24))
    }

    @Test("Absurd numbers don't trap")
    func absurd() {
        let policy = RetryPolicy.exponential(
            from: .seconds(1), upTo: .seconds(Int64.max), coefficient: 1e300, attempts: .max)
        #expect(policy.delay(after: .max, seed: .max) > .days(36_500))
        let steady = RetryPolicy.exponential(from: .seconds(1), upTo: .hours(1), coefficient: 1, attempts: .max)
        #expect(steady.delay(after: .max, seed: 0) <= .seconds(1))
        #expect(policy.delay(after: 0, seed: 0) <= .seconds(1))
        #expect(policy.delay(after: -5, seed: 0) <= .seconds(1))
    }

    @Test("A poll starts often and gets rarer up to its limit")
    func cadence() throws {
        let plan = Plan<Courier<Sound>>.poll(.track(parcel: "p1"), every: .seconds(30), upTo: .minutes(15))
        guard case .poll(_, let cadence) = plan.step else {
            Issue.record("not a poll")
            return
        }
        #expect(
            (1...8).map { cadence.delay(before: $0) } == [30, 60, 120, 240, 480, 900, 900, 900].map { .seconds($0) })
        guard case .poll(_, let steady) = Plan<Courier<Sound>>.poll(.track(parcel: "p1"), every: .seconds(30)).step
        else {
            Issue.record("not a poll")
            return
        }
        #expect((1...3).map { steady.delay(before: $0) } == [.seconds(30), .seconds(30), .seconds(30)])
    }

    @Test("Equal seeds give equal sequences: SplitMix64's published numbers for the seed 1234567")
    func generator() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }
}
