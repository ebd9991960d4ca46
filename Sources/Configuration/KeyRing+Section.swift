import Crypto
import Domain

extension KeyRing {
    /// The keys of `sensitive_keys: {current: "k2", keys: {k1: {env: …}, k2: {file: …}}}`, or nil without any.
    init?(_ section: Section?) throws(ConfigurationError) {
        guard let section else { return nil }
        try section.allow(["current", "keys"])
        let example = "{k1: {env: \"LOCKSTEP_KEY_1\"}}"
        let current = try section.text("current", "\"k1\"")
        let members = try Section(
            section.required("keys", example), path: section.path(of: "keys"), in: section.surroundings)
        var keys: [String: [UInt8]] = [:]
        for member in members.members {
            let secret = try members.secret(member.name)
            let text = secret.secret.reveal()
            guard let key = Base64.decode(text) ?? Base64URL.decode(text), key.count == AESGCM.keyLength else {
                throw section.surroundings.error(
                    secret.line,
                    "\(members.path(of: member.name)): \(secret.source) does not hold \(AESGCM.keyLength) bytes in "
                        + "base64; make a key with: openssl rand -base64 \(AESGCM.keyLength)")
            }
            keys[member.name] = key
        }
        do throws(CryptoError) {
            try self.init(keys: keys, current: current.text)
        } catch {
            throw section.surroundings.error(current.line, "\(section.path): \(error)")
        }
    }
}
