internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Checks of identity, and what the venue does with who passed (Borderless Payments documentation, “KYC”).
extension PartnerSimulator {
    mutating func performOnChecks(
        _ call: Call<PartnerOperation>, _ mode: PartnerMode, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        if call.operation == .listLevels {
            return json(200, .fields(["items": .array([.fields(["name": .string("standard-eu")])])]))
        }
        let index = try user(call.parameters, mode)
        switch call.operation {
        case .startKYC: return try startKYC(index, at: now)
        case .refreshKYC: return refreshKYC(index, at: now)
        case .onboard: return try onboard(index, at: now)
        case .declarePurpose: return try declarePurpose(index, call.request, at: now)
        case _: return json(200, users[index].check)
        }
    }

    /// Opens a session; after one that ran out or was failed, a new one (assumed).
    private mutating func startKYC(_ index: Int, at now: Timestamp) throws(PartnerFailure) -> HTTPResponse {
        guard users[index].disabledAt == nil else { throw .conflict("User is disabled") }
        switch users[index].kyc {
        case .submitted, .pending, .approved: throw .conflict("KYC is \(users[index].kyc.rawValue)")
        case .notStarted, .initiated, .rejected, .expired: break
        }
        let session = makeID()
        users[index].session = session
        enter(index, .initiated, at: now)
        return json(
            200,
            .fields([
                "session_id": .string(session),
                "verify_url": .string("https://verify.kyc-provider.example/session/\(session)"),
                "kyc_workflow_id": .string(users[index].level),
            ]))
    }

    /// Asks the vendor of the check for what may have been missed.
    private mutating func refreshKYC(_ index: Int, at now: Timestamp) -> HTTPResponse {
        let before = users[index].kyc
        if let missed = users[index].missed { enter(index, missed, at: now) }
        return json(
            200,
            .fields([
                "user_id": .string(users[index].id), "previous_status": .string(before.rawValue),
                "current_status": .string(users[index].kyc.rawValue), "changed": .bool(users[index].kyc != before),
            ]))
    }

    private mutating func onboard(_ index: Int, at now: Timestamp) throws(PartnerFailure) -> HTTPResponse {
        let user = users[index]
        guard user.kyc == .approved, user.vetoedAt == nil else { throw .conflict("User can't be registered") }
        if user.registeredAt == nil {
            switch user.script.venue {
            case .registers, .forgets: users[index].registeredAt = now
            case .vetoes: veto(index, at: now)
            case .asksPurpose where user.purposes.isEmpty:
                throw PartnerFailure(409, options.purposeCode, "The venue asks for the purpose of usage")
            case .asksPurpose: users[index].registeredAt = now
            }
        }
        let registered = users[index].registeredAt
        return json(
            200,
            .fields(["onboarded": .bool(registered != nil), "onboarded_at": .orNull(registered?.offsetText)]))
    }

    private mutating func declarePurpose(
        _ index: Int, _ request: HTTPRequest, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        let purposes = try checking { () throws(InvalidField) in
            let body = try JSONReader(body: request.body)
            try body.refuseOthers(than: ["purposes"])
            guard let purposes = body.value("purposes")?.array?.compactMap(\.string), !purposes.isEmpty else {
                throw InvalidField("purposes", "must be a list of texts")
            }
            return purposes
        }
        users[index].purposes = purposes
        return json(
            200, .fields(["submitted": .bool(true), "purposes": .array(purposes.map(JSON.string))]))
    }

    // MARK: By themselves

    /// A user's status changes: forward only, but for a new session.
    mutating func enter(_ index: Int, _ status: KYCStatus, at now: Timestamp) {
        let before = users[index].kyc
        users[index].kyc = status
        users[index].missed = nil
        users[index].updatedAt = now
        users[index].moves += 1
        users[index].events.append((now, before, status))
        switch status {
        case .submitted: emit("user.kyc.submitted", of: index, at: now)
        case .rejected: emit("user.kyc.rejected", of: index, at: now)
        case .expired: emit("user.kyc.expired", of: index, at: now)
        case .approved:
            users[index].country = users[index].country ?? "ES"
            users[index].birthday = users[index].birthday ?? "1992-04-17"
            emit("user.kyc.approved", of: index, at: now)
        case .notStarted, .initiated, .pending: break
        }
        startUserTimer(index, at: now)
    }

    /// Waits for the next move, from now on.
    mutating func startUserTimer(_ index: Int, at now: Timestamp) {
        users[index].moves += 1
        let user = users[index]
        let delay: Duration? =
            switch user.kyc {
            case .initiated:
                user.script.submits ? options.delays.submission ?? options.delays.session : options.delays.session
            case .submitted: options.delays.pending
            case .pending: options.delays.review
            case .approved where user.registeredAt == nil && user.vetoedAt == nil: options.delays.registration
            case .approved, .notStarted, .rejected, .expired: nil
            }
        guard let delay else { return }
        timers.add(PartnerTimer(subject: .user(index), moves: user.moves), at: now + delay)
    }

    mutating func moveUser(_ index: Int, at now: Timestamp) {
        let user = users[index]
        switch user.kyc {
        case .initiated where user.script.submits && options.delays.submission != nil:
            enter(index, .submitted, at: now)
        case .initiated: enter(index, .expired, at: now)
        case .submitted: enter(index, .pending, at: now)
        case .pending where user.script.isMissed: users[index].missed = user.script.decision
        case .pending: enter(index, user.script.decision, at: now)
        case .approved:
            switch user.script.venue {
            case .registers: users[index].registeredAt = now
            case .vetoes: veto(index, at: now)
            case .forgets, .asksPurpose: break
            }
        case .notStarted, .rejected, .expired: break
        }
    }

    mutating func veto(_ index: Int, at now: Timestamp) {
        users[index].vetoedAt = now
        users[index].moves += 1
        emit("user.kyc.order_provider_rejected", of: index, at: now)
    }

    private mutating func emit(_ type: String, of index: Int, at now: Timestamp) {
        emit(type, resource: "user", users[index].id, users[index].mode, data: users[index].summary, at: now)
    }
}

extension UserRecord {
    /// The object that tells how far the check is.
    var check: JSON {
        .fields([
            "user_id": .string(id), "kyc_status": .string(kyc.rawValue), "kyc_applicant_id": .orNull(session),
            "kyc_level_name": .string(level), "provider_registered_at": .orNull(registeredAt?.offsetText),
            "last_event_at": .orNull(events.last?.at.offsetText),
            "recent_events": .array(
                events.suffix(10).map { event in
                    .fields([
                        "source": .string("kyc_provider"), "event_type": .string("status.updated"),
                        "from_status": .string(event.from.rawValue), "to_status": .string(event.to.rawValue),
                        "created_at": .string(event.at.offsetText),
                    ])
                }),
        ])
    }
}
