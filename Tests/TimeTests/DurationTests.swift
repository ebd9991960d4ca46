import Testing
import Time

@Suite struct DurationTests {
    @Test("Units are what they say")
    func units() {
        #expect(Duration.minutes(2) == .seconds(120))
        #expect(Duration.hours(2) == .seconds(7200))
        #expect(Duration.days(2) == .seconds(172_800))
        #expect(Duration.nanoseconds(1_999).microseconds == 1)
        #expect(Duration.seconds(-1).microseconds == -1_000_000)
    }

    @Test(
        "Durations are said as a person says them",
        arguments: [
            (.zero, "0 ms"), (.microseconds(1), "1 µs"), (.microseconds(1500), "1500 µs"),
            (.milliseconds(250), "250 ms"),
            (.seconds(1), "1 s"), (.seconds(30), "30 s"), (.seconds(60), "1 min"), (.seconds(90), "1 min 30 s"),
            (.minutes(90), "1 h 30 min"), (.hours(1), "1 h"), (.hours(24), "24 h"), (.hours(25), "25 h"),
            (.hours(48), "48 h"), (.days(3), "3 d"), (.seconds(90_061), "1 d 1 h"), (.days(10), "10 d"),
            (.seconds(-30), "-30 s"),
        ] as [(Duration, String)])
    func words(duration: Duration, words: String) {
        #expect(duration.inWords == words)
    }

    @Test("What is beyond every calendar is cut off, not trapped on")
    func limits() {
        #expect(Duration.seconds(Int64.max).microseconds == .max)
        #expect(Duration.seconds(Int64.min).microseconds == -Int64.max)
        #expect(Duration.seconds(Int64.min).inWords == "-106751991 d 4 h")
    }
}
