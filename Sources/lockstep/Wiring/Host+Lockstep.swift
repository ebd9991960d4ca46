import Configuration
import Crypto

/// What several commands ask of the machine.
extension Host {
    /// The configuration, or a sentence about what is wrong with it.
    ///
    /// `mayLackWebhookSecrets`: as for commands that come before the webhooks are registered.
    func configuration(_ path: String?, mayLackWebhookSecrets: Bool = false) throws -> LockstepConfiguration {
        let file = path ?? "lockstep.json5"
        do {
            return try LockstepConfiguration.load(
                text: try read(file), file: file, environment: environment, random: { SecureRandom.bytes($0) },
                mayLackWebhookSecrets: mayLackWebhookSecrets, readFile: { try read($0) })
        } catch let error as ConfigurationError {
            throw CommandFailure(error.description, code: .usage)
        }
    }

    /// The keys of the configuration that was named, or of lockstep.json5 where there is one.
    ///
    /// Nothing else of it is read.
    func sensitiveKeys(_ path: String?) throws -> KeyRing? {
        let file = path ?? "lockstep.json5"
        guard path != nil || (try? read(file)) != nil else { return nil }
        do {
            return try LockstepConfiguration.sensitiveKeys(
                text: try read(file), file: file, environment: environment, readFile: { try read($0) })
        } catch let error as ConfigurationError {
            throw CommandFailure(error.description, code: .usage)
        }
    }

    /// The database that was named, or a sentence about how to name one.
    func database(_ arguments: Arguments) throws -> String {
        guard let url = arguments["database"] ?? environment["LOCKSTEP_DATABASE_URL"] else {
            throw CommandFailure("name a database with --database URL or LOCKSTEP_DATABASE_URL", code: .usage)
        }
        return url
    }

    /// Waits until somebody asks this process to stop, or, on request, until its parent is gone.
    func untilStopped(withParent: Bool) async {
        let stop = StopRequests(withParent: withParent)
        await stop.first()
    }
}
