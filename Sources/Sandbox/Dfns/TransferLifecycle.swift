internal import HTTPTypes
internal import SandboxCore
internal import Time

/// The transfer under a payout, and what a wallet's policy makes of it.
extension DfnsSimulator {
    /// Hands the transfer to the wallet: blocked, kept for approval, or sent.
    mutating func submit(_ index: Int, at now: Timestamp) {
        if payouts[index].isApproved { return broadcast(index, at: now) }
        switch payouts[index].script.policy {
        case nil:
            makeTransfer(index, .executing, at: now)
            broadcast(index, at: now)
        case .block:
            makeTransfer(index, .rejected, at: now)
            settleTransfer(of: index, as: .rejected, reason: "blocked by policy", at: now)
            emitPolicyTriggered(index, at: now)
            end(index, .rejected, "blocked by policy", at: now)
        case .approve, .deny, .undecided:
            makeTransfer(index, .pending, at: now)
            requestApproval(index, at: now)
        }
    }

    private mutating func makeTransfer(_ index: Int, _ status: Transfer.Status, at now: Timestamp) {
        let payout = payouts[index]
        let transfer = Transfer(
            id: identifiers.make("xfr"), payout: index, walletID: payout.order.walletID, asset: payout.order.asset,
            token: payout.token, to: payout.depositAddress ?? "", userID: payout.userID, tokenID: payout.tokenID,
            requested: now, status: status)
        transfersByID[transfer.id] = transfers.count
        payouts[index].transfer = transfers.count
        transfers.append(transfer)
        emitTransfer("wallet.transfer.requested", transfer, at: now)
    }

    /// Signs and sends the transfer: from here on, crypto is on its way.
    private mutating func broadcast(_ index: Int, at now: Timestamp) {
        guard let position = payouts[index].transfer else { return }
        transfers[position].status = .broadcasted
        transfers[position].broadcast = now
        transfers[position].hash = identifiers.makeHash(for: payouts[index].order.asset)
        let payout = payouts[index]
        ledger.record(
            .transfer, of: payout.id, key: payout.externalID, at: now, amount: payout.amount,
            detail: "\(transfers[position].id) to \(transfers[position].to)")
        emitTransfer("wallet.transfer.broadcasted", transfers[position], at: now)
        enter(.depositProcessing, index, at: now)
    }

    /// Ends the transfer, if there is one, with its webhook.
    mutating func settleTransfer(
        of index: Int, as status: Transfer.Status, reason: String?, at now: Timestamp
    ) {
        guard let position = payouts[index].transfer else { return }
        transfers[position].status = status
        transfers[position].reason = reason
        if status == .confirmed { transfers[position].confirmed = now }
        if status == .rejected { transfers[position].policyResolved = now }
        payouts[index].rendered = nil
        emitTransfer("wallet.transfer.\(status.rawValue.lowercased())", transfers[position], at: now)
    }

    /// The transfer fails on chain: what it would have moved is where it was.
    mutating func revertTransfer(of index: Int, _ reason: String, at now: Timestamp) {
        let payout = payouts[index]
        ledger.record(.reverted, of: payout.id, key: payout.externalID, at: now, amount: payout.amount)
        settleTransfer(of: index, as: .failed, reason: reason, at: now)
    }

    /// Ends a transfer that was approved, and not sent when its payout ended: it never will be.
    mutating func abandonTransfer(of index: Int, at now: Timestamp) {
        guard let position = payouts[index].transfer else { return }
        switch transfers[position].status {
        case .pending, .executing:
            settleTransfer(of: index, as: .rejected, reason: "the payout has ended", at: now)
        case .broadcasted, .confirmed, .failed, .rejected: break
        }
    }

    private mutating func emitTransfer(_ kind: String, _ transfer: Transfer, at now: Timestamp) {
        emit(kind, data: .fields(["transferRequest": transfer.json]), at: now)
    }

    // MARK: - Approvals

    private mutating func requestApproval(_ index: Int, at now: Timestamp) {
        let approval = Approval(
            id: identifiers.make("ap"), payout: index, initiatorID: payouts[index].userID, created: now)
        let position = approvals.count
        approvalsByID[approval.id] = position
        approvals.append(approval)
        payouts[index].approval = position
        if let transfer = payouts[index].transfer { transfers[transfer].approvalID = approval.id }
        emitPolicyTriggered(index, at: now)
        emit("policy.approval.pending", data: .fields(["approval": approvalJSON(position)]), at: now)
        enter(.pendingApproval, index, at: now)
    }

    private mutating func emitPolicyTriggered(_ index: Int, at now: Timestamp) {
        let transfer = payouts[index].transfer.map { transfers[$0].json }
        emit(
            "policy.triggered",
            data: .fields(["activity": .fields(["kind": .string("Wallets:Sign"), "transferRequest": transfer])]),
            at: now)
    }

    /// Ends an approval; what follows for its payout follows at once.
    mutating func resolve(_ position: Int, as status: Approval.Status, at now: Timestamp) {
        guard approvals[position].status == .pending else { return }
        approvals[position].status = status
        approvals[position].resolved = now
        let index = approvals[position].payout
        if let transfer = payouts[index].transfer { transfers[transfer].policyResolved = now }
        emit("policy.approval.resolved", data: .fields(["approval": approvalJSON(position)]), at: now)
        switch status {
        case .approved:
            payouts[index].isApproved = true
            giveWaitingTimeBack(index, since: approvals[position].created, at: now)
            enter(.submittingTransfer, index, at: now)
        case .denied:
            settleTransfer(of: index, as: .rejected, reason: "denied by policy approval", at: now)
            end(index, .rejected, "denied by policy approval", at: now)
        case .expired: settleTransfer(of: index, as: .rejected, reason: "the payout has ended", at: now)
        case .pending: break
        }
    }

    /// Where waiting for an approval does not count, the deadline for the submission moves by as long as it took.
    private mutating func giveWaitingTimeBack(_ index: Int, since start: Timestamp, at now: Timestamp) {
        guard !options.policyWaitCounts, let deadline = payouts[index].submissionDeadline else { return }
        let moved = deadline + (now - start)
        payouts[index].submissionDeadline = moved
        timers.add(PayoutTimer(payout: index, epoch: nil, step: .expireSubmission), at: moved)
    }

    func approvalIndex(_ id: String) throws(DfnsError) -> Int {
        guard let index = approvalsByID[id] else { throw .notFound("approval", "approvalId", id) }
        return index
    }

    func approvalJSON(_ index: Int) -> JSON {
        let approval = approvals[index]
        return approval.json(transfer: payouts[approval.payout].transfer.map { transfers[$0] })
    }

    func listApprovals(_ request: HTTPRequest) throws(DfnsError) -> HTTPResponse {
        let query = QueryItems(request.query)
        let wanted = Set(query.list("status"))
        let page = try page(of: approvals.indices.reversed(), query) { index in
            wanted.isEmpty || wanted.contains(approvals[index].status.rawValue)
        } json: {
            approvalJSON($0)
        }
        return ok(page)
    }

    private enum DecisionValue: String, CaseIterable {
        case approved = "Approved"
        case denied = "Denied"
    }

    /// Somebody's decision; one is enough, and by default not the initiator's own (guide to policies).
    mutating func decide(
        _ index: Int, _ request: HTTPRequest, user: DfnsWorld.User, at now: Timestamp
    ) throws(DfnsError) -> HTTPResponse {
        let (value, reason) = try checking { () throws(InvalidField) in
            let body = try JSONReader(body: request.body)
            guard let value: DecisionValue = try body.optionalChoice("value") else {
                throw InvalidField("value", "is required")
            }
            return (value, try body.optionalString("reason", length: 0...1000))
        }
        guard approvals[index].status == .pending else {
            throw DfnsError(400, "approval is already \(approvals[index].status.rawValue)")
        }
        guard options.initiatorMayApprove || approvals[index].initiatorID != user.id else {
            throw DfnsError(403, "The initiator of an activity can't decide about its approval.")
        }
        let status: Approval.Status = value == .approved ? .approved : .denied
        approvals[index].decisions.append(
            Approval.Decision(userID: user.id, value: status, reason: reason, at: now))
        resolve(index, as: status, at: now)
        return ok(approvalJSON(index))
    }

    // MARK: - Reading

    func readTransfer(_ parameters: [String]) throws(DfnsError) -> HTTPResponse {
        guard let index = transfersByID[parameters[1]], transfers[index].walletID == parameters[0] else {
            throw .notFound("transfer", "transferId", parameters[1])
        }
        return ok(transfers[index].json)
    }

    /// What came into a wallet: refunds.
    func readHistory(of walletID: String) throws(DfnsError) -> HTTPResponse {
        guard wallets[walletID] != nil else { throw .notFound("wallet", "walletId", walletID) }
        let items = deposits.reversed().filter { $0.walletID == walletID }.map(\.json)
        return ok(.fields(["walletId": .string(walletID), "items": .array(items)]))
    }
}
