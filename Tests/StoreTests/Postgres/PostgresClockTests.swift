@testable import Engine
import PostgresStore
import Testing
import Time

@Suite("PostgresClock")
struct PostgresClockTests {
    private let host = HandHost(sleepPasses: true)

    private func clock(_ mode: ClockReading.Mode) -> PostgresClock {
        PostgresClock(ClockReading(mode: mode, now: .start), host: host.time)
    }

    @Test("A real clock goes with the host's time")
    func real() {
        let clock = clock(.real)
        #expect(clock.now() == .start)
        host.pass(.milliseconds(1500))
        #expect(clock.now() == .start + .milliseconds(1500))
    }

    @Test("A reading that took long does not set it back, a quick one sets it right")
    func readings() {
        let clock = clock(.real)
        host.pass(.seconds(2))
        clock.observe(.start + .seconds(1))
        #expect(clock.now() == .start + .seconds(2))
        clock.observe(.start + .seconds(3))
        #expect(clock.now() == .start + .seconds(3))
        host.pass(.seconds(1))
        #expect(clock.now() == .start + .seconds(4))
    }

    @Test("When the database's clock runs slower it is followed after a minute, without going back")
    func drift() {
        let clock = clock(.real)
        for second in 1...90 {
            host.pass(.seconds(1))
            let before = clock.now()
            clock.observe(.start + .milliseconds(999 * second))
            #expect(clock.now() >= before)
        }
        // 90 ms behind by now: at most what has come together in two windows of 30 s is still missing.
        let lead = clock.now() - (.start + .milliseconds(999 * 90))
        #expect(lead <= .milliseconds(62))
    }

    @Test("A virtual clock stands still, and moves when it is read, forward only")
    func virtual() {
        let clock = clock(.virtual)
        host.pass(.hours(1))
        #expect(clock.now() == .start)
        clock.observe(.start + .hours(24))
        clock.observe(.start + .hours(23))
        #expect(clock.now() == .start + .hours(24))
    }

    @Test("Whether an instant may have passed is told rightly by a clock that stood still with its process")
    func stoodStill() {
        let real = clock(.real)
        #expect(!real.mayHavePassed(.start + .seconds(60)))
        host.pass(.seconds(60))
        #expect(real.mayHavePassed(.start + .seconds(60)))
        #expect(!real.mayHavePassed(.start + .seconds(61)))

        let virtual = clock(.virtual)
        #expect(!virtual.mayHavePassed(.start + .seconds(60)))
        #expect(virtual.mayHavePassed(.start))
        host.pass(.seconds(2))
        #expect(!virtual.mayHavePassed(.start + .seconds(60)))
        // Somebody may have moved it since it was read.
        host.pass(.seconds(2))
        #expect(virtual.mayHavePassed(.start + .seconds(60)))
        virtual.observe(.start + .seconds(30))
        #expect(!virtual.mayHavePassed(.start + .seconds(60)))
        virtual.observe(.start + .seconds(60))
        #expect(virtual.mayHavePassed(.start + .seconds(60)))
    }

    @Test("A clock that becomes virtual shows the virtual instant, also an earlier one")
    func modes() {
        let clock = clock(.real)
        host.pass(.seconds(5))
        #expect(clock.now() == .start + .seconds(5))
        clock.observe(ClockReading(mode: .virtual, now: .start))
        #expect(clock.now() == .start)
        #expect(clock.mode == .virtual)
    }

    @Test("A real sleep lasts until the instant")
    func realSleep() async {
        let clock = clock(.real)
        await clock.sleep(from: .start, until: .start + .milliseconds(2500))
        #expect(clock.now() == .start + .milliseconds(2500))
        #expect(host.slept == [.seconds(1), .seconds(1), .milliseconds(500)])
        await clock.sleep(from: .start, until: .start)
        #expect(host.slept.count == 3)
    }

    @Test("A virtual sleep ends after a short while of real time, without the clock having moved")
    func virtualNap() async {
        let clock = clock(.virtual)
        await clock.sleep(from: .start, until: .start + .hours(1))
        #expect(host.slept == [.milliseconds(20)])
        #expect(clock.now() == .start)
    }

    @Test("A virtual sleep ends when the clock moves, or when it is cancelled")
    func virtualWaking() async {
        let host = HandHost(sleepPasses: false)
        let clock = PostgresClock(ClockReading(mode: .virtual, now: .start), host: host.time)
        let sleeper = Task { await clock.sleep(from: .start, until: .start + .hours(1)) }
        while host.slept.isEmpty { await Task.yield() }
        clock.observe(.start + .minutes(1))
        await sleeper.value
        let other = Task { await clock.sleep(from: .start + .minutes(1), until: .start + .hours(1)) }
        other.cancel()
        await other.value
        #expect(clock.now() == .start + .minutes(1))
    }
}
