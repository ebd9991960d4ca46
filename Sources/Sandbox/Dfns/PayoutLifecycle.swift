internal import Domain
internal import SandboxCore
public import Time

/// Something that will happen to a payout.
struct PayoutTimer: Sendable {
    /// Which payout.
    let payout: Int
    /// Void once the payout's epoch is another one; nil where it holds across stages.
    let epoch: Int?
    /// What happens.
    let step: Step

    enum Step: Sendable {
        /// Borderless opens a withdrawal.
        case openWithdrawal
        /// The deposit address arrives.
        case giveInstructions
        /// The transfer is handed to the wallet, and to its policy.
        case submit
        /// A policy's approval is decided.
        case decide(isApproved: Bool)
        /// The transfer is final on chain.
        case confirmDeposit
        /// The fiat arrives.
        case disburse
        /// The scripted failure.
        case fail
        /// It was not confirmed in time.
        case expireConfirmation
        /// It was not submitted in time.
        case expireSubmission
        /// The crypto comes back.
        case refund
        /// The bank returns the fiat.
        case returnFiat
    }
}

/// The way of a payout through its execution statuses, on the clock.
extension DfnsSimulator {
    /// When a timer is next due.
    public var nextTimer: Timestamp? { timers.nextDue }

    /// Runs every timer due at or before this instant, in order, each at its own instant.
    public mutating func runTimers(to now: Timestamp) {
        while let (at, timer) = timers.takeNext(dueAt: now) {
            if !isVoid(timer) { run(timer.step, timer.payout, at: at) }
        }
        dropVoidTimers()
    }

    mutating func dropVoidTimers() {
        while let timer = timers.first, isVoid(timer) { timers.dropFirst() }
    }

    private func isVoid(_ timer: PayoutTimer) -> Bool {
        let payout = payouts[timer.payout]
        if let epoch = timer.epoch, epoch != payout.epoch { return true }
        switch timer.step {
        case .expireConfirmation: return !payout.stage.canBeCanceled
        case .expireSubmission: return payout.stage != .submittingTransfer && payout.stage != .pendingApproval
        default: return false
        }
    }

    private mutating func run(_ step: PayoutTimer.Step, _ index: Int, at now: Timestamp) {
        switch step {
        case .openWithdrawal:
            payouts[index].borderlessPayoutID = identifiers.make("bpo")
            enter(.awaitingInstructions, index, at: now)
        case .giveInstructions: giveInstructions(index, at: now)
        case .submit: submit(index, at: now)
        case .decide(let isApproved):
            guard let approval = payouts[index].approval else { return }
            resolve(approval, as: isApproved ? .approved : .denied, at: now)
        case .confirmDeposit: confirmDeposit(index, at: now)
        case .disburse: disburse(index, at: now)
        case .fail: fail(index, at: now)
        case .expireConfirmation: expire(index, "not confirmed in time", at: now)
        case .expireSubmission: expireSubmission(index, at: now)
        case .refund: refund(index, at: now)
        case .returnFiat: returnFiat(index, at: now)
        }
    }

    // MARK: - Entering a stage

    /// Takes a payout to an execution status, and starts what happens next there.
    mutating func enter(_ stage: ExecutionStatus, _ index: Int, at now: Timestamp) {
        payouts[index].stage = stage
        payouts[index].rendered = nil
        if stage.isFinal { payouts[index].finalized = now }
        startTimers(index, at: now)
        if stage == .awaitingConfirmation { askForConfirmation(index, at: now) }
    }

    /// Starts what happens next where a payout stands; what was started before is void.
    mutating func startTimers(_ index: Int, at now: Timestamp) {
        payouts[index].epoch += 1
        let script = payouts[index].script
        let stage = payouts[index].stage
        if stage.isFinal || script.stuckAt == stage { return startExpiry(index, at: now) }
        if script.failAt == stage { return start(.fail, index, after: options.delays.duration(of: stage), at: now) }
        switch stage {
        case .initializing: start(.openWithdrawal, index, after: options.delays.opening, at: now)
        case .awaitingInstructions: start(.giveInstructions, index, after: options.delays.instructions, at: now)
        case .submittingTransfer where script.expireAt == .submittingTransfer: break
        case .submittingTransfer: start(.submit, index, after: options.delays.submission, at: now)
        case .pendingApproval: startDecision(index, script.policy, at: now)
        case .depositProcessing: start(.confirmDeposit, index, after: options.delays.deposit, at: now)
        case .disbursementPending: start(.disburse, index, after: options.delays.disbursement, at: now)
        case .awaitingConfirmation, .completed, .rejected, .failed, .expired, .canceled: break
        }
        startExpiry(index, at: now)
    }

    private mutating func startExpiry(_ index: Int, at now: Timestamp) {
        let payout = payouts[index]
        let begins: ExecutionStatus =
            options.confirmationWindow == .fromCreation ? .initializing : .awaitingConfirmation
        if payout.script.expireAt == .awaitingConfirmation, payout.stage == .awaitingConfirmation {
            start(.expireConfirmation, index, after: .seconds(1), at: now)
        } else if payout.stage == begins {
            let timer = PayoutTimer(payout: index, epoch: nil, step: .expireConfirmation)
            timers.add(timer, at: now + options.confirmationTimeout)
        }
    }

    private mutating func startDecision(_ index: Int, _ policy: PayoutScript.Policy?, at now: Timestamp) {
        switch policy {
        case .approve(let delay):
            start(.decide(isApproved: true), index, after: delay ?? options.delays.policyDecision, at: now)
        case .deny(let delay):
            start(.decide(isApproved: false), index, after: delay ?? options.delays.policyDecision, at: now)
        case .block, .undecided, nil: break
        }
    }

    private mutating func start(
        _ step: PayoutTimer.Step, _ index: Int, after delay: Duration, at now: Timestamp
    ) {
        let timer = PayoutTimer(payout: index, epoch: payouts[index].epoch, step: step)
        timers.add(timer, at: now + jittered(delay))
    }

    private mutating func jittered(_ delay: Duration) -> Duration {
        guard options.jitter > 0 else { return delay }
        let factor = 1 + min(options.jitter, 1) * (2 * jitter.share() - 1)
        return .microseconds(Int64(Double(delay.microseconds) * factor))
    }

    // MARK: - Steps before the transfer

    private mutating func giveInstructions(_ index: Int, at now: Timestamp) {
        payouts[index].depositAddress = identifiers.makeAddress(for: payouts[index].order.asset)
        enter(.awaitingConfirmation, index, at: now)
    }

    /// The one webhook about payouts that there is: `payout.action.required`.
    private mutating func askForConfirmation(_ index: Int, at now: Timestamp) {
        let payout = JSON.fields(["payout": payoutJSON(index)])
        emit("payout.action.required", data: payout, copies: payouts[index].script.webhooks, at: now)
        if payouts[index].script.changesDepositAddress {
            payouts[index].depositAddress = identifiers.makeAddress(for: payouts[index].order.asset)
        }
    }

    private mutating func expireSubmission(_ index: Int, at now: Timestamp) {
        let payout = payouts[index]
        // Time spent waiting for an approval may have moved the deadline.
        guard let deadline = payout.submissionDeadline, deadline <= now else { return }
        if payout.stage == .pendingApproval, !options.policyWaitCounts { return }
        expire(index, "transfer not submitted in time", at: now)
        if let approval = payout.approval { resolve(approval, as: .expired, at: now) }
        abandonTransfer(of: index, at: now)
    }

    private mutating func expire(_ index: Int, _ reason: String, at now: Timestamp) {
        end(index, .expired, reason, at: now)
    }

    /// Ends a payout without success.
    mutating func end(_ index: Int, _ stage: ExecutionStatus, _ reason: String, at now: Timestamp) {
        payouts[index].statusReason = reason
        let payout = payouts[index]
        ledger.record(
            .failed, of: payout.id, key: payout.externalID, at: now, amount: payout.amount,
            detail: "\(stage.rawValue): \(reason)")
        enter(stage, index, at: now)
    }

    // MARK: - Steps after the transfer

    private mutating func confirmDeposit(_ index: Int, at now: Timestamp) {
        payouts[index].depositConfirmed = now
        settleTransfer(of: index, as: .confirmed, reason: nil, at: now)
        enter(.disbursementPending, index, at: now)
    }

    private mutating func disburse(_ index: Int, at now: Timestamp) {
        let payout = payouts[index]
        payouts[index].payoutConfirmed = now
        let offer = rates.offer(
            for: payout.order.asset.amount, decimals: payout.token.decimals, in: payout.order.fiatCurrency, at: now)
        ledger.record(
            .disbursed, of: payout.id, key: payout.externalID, at: now,
            amount: offer.map { "\($0.net) \(payout.order.fiatCurrency)" })
        enter(.completed, index, at: now)
        if payout.script.returns {
            start(.returnFiat, index, after: payout.script.returnAfter ?? options.delays.bankReturn, at: now)
        }
    }

    /// The scripted failure; after funding, the crypto comes back later.
    private mutating func fail(_ index: Int, at now: Timestamp) {
        let stage = payouts[index].stage
        let script = payouts[index].script
        let reason = script.failReason ?? "the provider refused the payout in \(stage.rawValue)"
        if stage == .depositProcessing { revertTransfer(of: index, reason, at: now) }
        end(index, .failed, reason, at: now)
        if stage == .pendingApproval, let approval = payouts[index].approval {
            resolve(approval, as: .expired, at: now)
        }
        abandonTransfer(of: index, at: now)
        if stage == .disbursementPending {
            start(.refund, index, after: script.refundAfter ?? options.delays.refund, at: now)
        }
    }

    /// The crypto arrives in the wallet again: a Borderless matter, so the payout does not show it.
    private mutating func refund(_ index: Int, at now: Timestamp) {
        let payout = payouts[index]
        guard let wallet = wallets[payout.order.walletID], let from = payout.depositAddress else { return }
        let deposit = Deposit(
            walletID: wallet.id, asset: payout.order.asset, token: payout.token, from: from, to: wallet.address,
            hash: identifiers.makeHash(for: payout.order.asset), at: now)
        deposits.append(deposit)
        ledger.record(.refunded, of: payout.id, key: payout.externalID, at: now, amount: payout.amount)
        let data = JSON.fields([
            "blockchainEvent": deposit.json,
            "wallet": .fields(["id": .string(wallet.id), "address": .string(wallet.address)]),
        ])
        emit("wallet.blockchainevent.detected", data: data, at: now)
    }

    /// The bank sends the fiat back; Dfns has no state for it, and the crypto follows as a refund.
    private mutating func returnFiat(_ index: Int, at now: Timestamp) {
        let payout = payouts[index]
        ledger.record(.returned, of: payout.id, key: payout.externalID, at: now, amount: payout.amount)
        start(.refund, index, after: payout.script.refundAfter ?? options.delays.refund, at: now)
    }
}

extension DfnsOptions.Delays {
    /// How long a payout stays at an execution status that it leaves by itself.
    func duration(of stage: ExecutionStatus) -> Duration {
        switch stage {
        case .initializing: opening
        case .awaitingInstructions: instructions
        case .awaitingConfirmation, .submittingTransfer: submission
        case .pendingApproval: policyDecision
        case .depositProcessing: deposit
        case .disbursementPending: disbursement
        case .completed, .rejected, .failed, .expired, .canceled: .zero
        }
    }
}
