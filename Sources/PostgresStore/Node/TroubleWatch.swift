public import Time

/// Looks now and then for a trouble that no retry mends, and has somebody hear of it as long as it lasts.
public protocol TroubleWatch: Sendable {
    /// Looks once; returns whether it is there.
    ///
    /// - Parameter wasThere: whether it was there when this was last called: its end is worth a line, too.
    func look(wasThere: Bool) async -> Bool
}

extension TroubleWatch {
    /// Looks every so often, until the task is cancelled.
    public func run(host: HostTime, every interval: Duration = .minutes(1)) async {
        var wasThere = false
        while !Task.isCancelled {
            await host.sleep(interval)
            if Task.isCancelled { return }
            wasThere = await look(wasThere: wasThere)
        }
    }
}
