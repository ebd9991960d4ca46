internal import Crypto
internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Who asks: key, timestamp and signature of each request, reads included.
extension DollarPeSimulator {
    /// How far a request's timestamp may be from now (DollarPe documentation, “Authentication”).
    private static let tolerance: Duration = .seconds(300)

    /// The account whose key and signature the request carries.
    func authenticate(_ request: HTTPRequest, at now: Timestamp) throws(DollarPeError) -> Int {
        guard let key = request.headers["X-API-KEY"], let timestamp = request.headers["X-TIMESTAMP"],
            let signature = request.headers["X-SIGNATURE"]
        else { throw .missingHeaders }
        guard let index = accounts.firstIndex(where: { $0.apiKey == key }) else { throw .unauthorized }
        guard let seconds = Int64(timestamp), 0..<4_102_444_800 ~= seconds,
            case let age = now - Timestamp(seconds: seconds), age >= .zero - Self.tolerance, age <= Self.tolerance
        else { throw .badSignature }
        guard let body = JSON(parsing: request.body.isEmpty ? Array("{}".utf8) : request.body) else {
            throw DollarPeError(field: "body", "JSON parse error")
        }
        let isSigned = forms(of: body).contains { form in
            ConstantTime.equal(
                Array(Canonical.sign(form, timestamp: timestamp, as: accounts[index]).utf8), Array(signature.utf8))
        }
        guard isSigned else { throw .badSignature }
        return index
    }

    /// The writings of a body of which one has to be signed.
    private func forms(of body: JSON) -> [String] {
        switch options.canonical {
        case .compact: [Canonical.text(body)]
        case .spaced: [Canonical.text(body, spaced: true)]
        case .either: [Canonical.text(body), Canonical.text(body, spaced: true)]
        }
    }
}
