/// Where an event takes a job that rests in some state.
public enum Transition<Flow: Workflow>: Hashable, Sendable {
    /// To another state; to the same case, it is an update that keeps entry time, deadline, cadence and key.
    case move(to: Flow.State)
    /// Taken note of in the history: the state stays, and whatever it does goes on.
    case stay
    /// A late or repeated fact: logged, nothing changes.
    case ignore
    /// A request that can't be granted now; the asker is told why.
    case refuse(String)
    /// Nobody thought of this: the job is parked for a person.
    case unexpected
}
