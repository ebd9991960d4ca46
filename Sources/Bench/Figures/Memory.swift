extension Figure {
    /// What a daemon takes of the machine's memory when it is busy and much more waits.
    static let memory = Figure(
        name: "memory", summary: "memory: 1,000 activities in flight, 20,000 jobs queued, a daemon process of its own"
    ) { bench in
        try await bench.stage("memory") { stage in
            bench.machine.say("memory: 1,000 calls in flight, 20,000 jobs queued …")
            try await stage.enqueue(21_000, of: SlowCall.name, input: #"{"user": "abc"}"#)
            // It is ready when so many calls are in flight.
            let daemon = try await stage.machine.start([
                "bench", "--as-daemon", "--database", stage.url, "--calls", "1000",
            ])
            await stage.machine.sleep(.seconds(2))
            let bytes = try stage.machine.residentBytes(daemon.process)
            await daemon.stop()
            let note = "the calls wait inside the daemon, without a connection each"
            return [Line("resident memory", Double(bytes) / 1e6, " MB", bar: .under(150), note: note)]
        }
    }
}
