import BorderlessWithdrawal
import Domain
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

/// How a withdrawal is opened, paid and called off, and what is known to go wrong with that, as a script.
@Suite("What a withdrawal through Borderless.xyz survives")
struct WithdrawalTests {
    typealias Fixture = WithdrawalFixture

    @Test("The straight way: quote, create, instructions, funded, processing, completed")
    func straight() {
        var withdrawal = Fixture.quoting()
        withdrawal.receive(.quoted(quote: Fixture.quote()))
        #expect(withdrawal.activity == .create(order: Fixture.order(), quote: Fixture.quote()))
        withdrawal.receive(.opened(report: .init(id: .sample, stage: .submitted)))
        withdrawal.receive(Fixture.report(.verifying))
        withdrawal.receive(Fixture.report(.preparing))
        withdrawal.receive(Fixture.report(.pending, instructions: Fixture.instructions))
        let shown = BorderlessWithdrawal.output(of: withdrawal.state)
        #expect(shown["deposit_address"] == "0x00000000000000000000000000000000000000d0")
        #expect(shown["amount"] == "100.00")
        #expect(shown["asset"] == "USDC_POLYGON")
        withdrawal.receive(signal: Signal(name: "funded"))
        withdrawal.receive(Fixture.report(.processing, hashes: ["0xab"]))
        withdrawal.receive(Fixture.report(.completed))
        #expect(withdrawal.outcome == .completed)
    }

    @Test("A price below the limit, or asked for, waits for the app, until it runs out and is asked for anew")
    func price() throws {
        let order = Fixture.order(minimum: try FiatAmount(text: "99"))
        var withdrawal = Fixture.quoting(order)
        withdrawal.receive(.quoted(quote: Fixture.quote("98.99")))
        #expect(caseName(of: withdrawal.state) == "awaitingAcceptance")
        #expect(withdrawal.plan.deadline?.limit == .at(Fixture.noon + .minutes(5) - .seconds(15)))
        #expect(BorderlessWithdrawal.output(of: withdrawal.state)["fiat_amount"] == "98.99", "as “accept” calls it")
        #expect(BorderlessWithdrawal.event(for: Signal(name: "accept", payload: ["net": "98.99"])) == nil)
        withdrawal.passDeadline()
        #expect(withdrawal.activity == .requestQuote(order: order))
        withdrawal.receive(.quoted(quote: Fixture.quote("98.99", after: .minutes(10))))
        #expect(
            withdrawal.receive(signal: Signal(name: "accept", payload: ["fiat_amount": "99"]))
                == .refuse("the price is now 98.99, and the yes was to 99"))
        withdrawal.receive(signal: Signal(name: "accept", payload: ["fiat_amount": "98.99"]))
        #expect(caseName(of: withdrawal.state) == "creating")
        var ignored = Fixture.quoting(Fixture.order(.ask))
        ignored.receive(.quoted(quote: Fixture.quote()))
        ignored.passDeadline()
        ignored.receive(.quoted(quote: Fixture.quote(after: .hours(24) + .minutes(5))))
        #expect(ignored.outcome == .expired)
    }

    @Test("A quote that ran out is never used: not by the clock, not by Borderless.xyz's word; and that ends")
    func expiredQuote() {
        var withdrawal = Fixture.quoting()
        for _ in 0..<20 {
            withdrawal.receive(.quoted(quote: Fixture.quote()))
            #expect(withdrawal.plan.deadline?.limit == .at(Fixture.noon + .minutes(5)))
            withdrawal.receive(refusal: ProviderRefusal(code: "expired", message: "Quote has expired"))
            #expect(caseName(of: withdrawal.state) == "quoting")
        }
        withdrawal.receive(.quoted(quote: Fixture.quote()))
        #expect(withdrawal.outcome == .failed)
        #expect(Fixture.funds(withdrawal.state) == "in_wallet")
    }

    @Test(
        "A refund destination that each partner takes is no obstacle; one that some partner doesn't take ends it first")
    func refundDestination() {
        let order = Fixture.order(to: .sample)
        func checked(_ capabilities: [BorderlessWithdrawal.Capability]) -> Simulation<BorderlessWithdrawal> {
            var withdrawal = Simulation(of: BorderlessWithdrawal.self, input: order)
            withdrawal.receive(.assessed(capabilities: capabilities))
            return withdrawal
        }
        let good = BorderlessWithdrawal.Capability(
            partner: "Bridge", acceptedTypes: ["Address"], assets: ["USDC_POLYGON"])
        #expect(checked([good]).activity == .requestQuote(order: order))
        for bad in [
            BorderlessWithdrawal.Capability(partner: "Other", acceptedTypes: [], assets: ["USDC_POLYGON"]),
            .init(partner: "Other", acceptedTypes: ["Address"], assets: ["USDC_BASE"]),
        ] {
            let refused = checked([good, bad])
            #expect(refused.outcome == .failed)
            #expect(BorderlessWithdrawal.output(of: refused.state)["code"] == "refund_destination")
        }
        #expect(BorderlessWithdrawal.output(of: checked([]).state)["code"] == "no_corridor")
        var plain = Simulation(of: BorderlessWithdrawal.self, input: Fixture.order())
        plain.receive(.refused(refusal: Refusal(.notFound, "no such corridor")))
        #expect(
            plain.activity == .requestQuote(order: Fixture.order()), "without a destination it doesn't depend on it")
    }

    @Test("An address of another network is no destination of a refund: it ends before anything is asked")
    func wrongChain() throws {
        let solana = try ChainAddress(text: "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T")
        let withdrawal = Simulation(of: BorderlessWithdrawal.self, input: Fixture.order(to: .address(solana)))
        #expect(withdrawal.outcome == .failed)
        #expect(
            BorderlessWithdrawal.output(of: withdrawal.state)["reason"]?.string?
                .hasPrefix("refund_destination.address: a refund of USDC_POLYGON can't go there") == true)
    }

    @Test("A create whose outcome is unknown is looked for by our reference before it is repeated")
    func createTimesOut() {
        let create = BorderlessWithdrawal.Activity.create(order: Fixture.order(), quote: Fixture.quote())
        #expect(create.effect == .unguarded(lookup: .find(order: Fixture.order()), settle: .minutes(3)))
        var withdrawal = Fixture.quoting()
        withdrawal.receive(.quoted(quote: Fixture.quote()))
        withdrawal.receive(.found(reports: [.init(id: .sample, stage: .pending)]))
        #expect(caseName(of: withdrawal.state) == "preparing")
    }

    @Test(
        "Two were opened by lost answers: the newest is ours, and the orphan is called off before anybody can fund it")
    func orphan() throws {
        let orphan = try Identifier(text: "id-2")
        var withdrawal = Fixture.quoting()
        withdrawal.receive(.quoted(quote: Fixture.quote()))
        withdrawal.receive(
            .found(reports: [.init(id: orphan, stage: .submitted), .init(id: .sample, stage: .pending)]))
        #expect(withdrawal.activity == .cancel(id: orphan))
        #expect(withdrawal.receive(Fixture.report(.pending, id: orphan)) == .ignore, "a look: not called off yet")
        withdrawal.receive(.retracted)
        withdrawal.receive(Fixture.report(.pending, instructions: Fixture.instructions))
        #expect(caseName(of: withdrawal.state) == "awaitingFunds")
        #expect(BorderlessWithdrawal.references(of: withdrawal.state).map(\.value) == ["id-1"])
    }

    @Test("A repetition that is refused, since its quote was used, has the first looked for by our reference alone")
    func usedQuote() throws {
        func searching() -> Simulation<BorderlessWithdrawal> {
            var withdrawal = Fixture.quoting()
            withdrawal.receive(.quoted(quote: Fixture.quote()))
            withdrawal.receive(refusal: ProviderRefusal(code: "used", message: "Quote was already used"))
            #expect(withdrawal.activity == .search(order: Fixture.order()))
            return withdrawal
        }
        var found = searching()
        found.receive(.found(reports: [.init(id: .sample, stage: .pending)]))
        #expect(caseName(of: found.state) == "preparing")
        var gone = searching()
        gone.receive(.found(reports: []))
        #expect(gone.activity == .requestQuote(order: Fixture.order()), "one that nobody funds does no harm")
    }

    @Test(
        "What was called off, has run out, or was paid by somebody, is not taken up: it is opened anew",
        arguments: [BorderlessWithdrawal.Stage.cancelled, .failed, .processing, .completed])
    func overBefore(stage: BorderlessWithdrawal.Stage) throws {
        let over = BorderlessWithdrawal.Report(id: try Identifier(text: "id-2"), stage: stage)
        var creating = Fixture.quoting()
        creating.receive(.quoted(quote: Fixture.quote()))
        #expect(creating.receive(.found(reports: [over])) == .ignore)
        var searching = creating
        searching.receive(refusal: ProviderRefusal(code: "used", message: "Quote was already used"))
        searching.receive(.found(reports: [over]))
        #expect(searching.activity == .requestQuote(order: Fixture.order()))
        creating.receive(.found(reports: [over, .init(id: .sample, stage: .pending)]))
        #expect(BorderlessWithdrawal.references(of: creating.state).map(\.value) == ["id-1"])
        #expect(caseName(of: creating.state) == "preparing")
    }

    @Test("What no member alone can say is refused before anything is asked: a refund that waits, too many decimals")
    func impossibleOrders() throws {
        func reason(_ order: BorderlessWithdrawal.Order) -> String? {
            let withdrawal = Simulation(of: BorderlessWithdrawal.self, input: order)
            return withdrawal.outcome == .failed
                ? BorderlessWithdrawal.output(of: withdrawal.state)["reason"]?.string : nil
        }
        #expect(
            reason(Fixture.order(autoRefund: false))
                == "auto_refund: it is sent as part of refund_destination, which is not there; name one")
        #expect(reason(Fixture.order(to: .sample, autoRefund: false)) == nil)
        func order(_ amount: String, _ asset: String) throws -> BorderlessWithdrawal.Order {
            BorderlessWithdrawal.Order(
                borderlessAccountID: .sample, asset: try NetworkAsset(text: asset),
                amount: try BorderlessWithdrawal.Amount(text: amount), fiatCurrency: .sample, country: .sample,
                paymentInstructionsID: .sample, paymentPurpose: .sample, accept: .auto)
        }
        #expect(
            reason(try order("1.0000001", "USDC_POLYGON"))
                == "amount: USDC_POLYGON has 6 decimals, and 1.0000001 has more")
        for (amount, asset) in [("1.0000010", "USDC_POLYGON"), ("1.0000001", "USDT_BSC"), ("1.0000001", "ETH")] {
            #expect(reason(try order(amount, asset)) == nil)
        }
    }

    @Test("An orphan that can't be called off is never funded, and keeps nobody waiting")
    func stubbornOrphan() throws {
        let orphan = try Identifier(text: "id-2")
        let opened = BorderlessWithdrawal.Withdrawal(
            id: .sample, order: Fixture.order(), stage: .pending, orphans: [orphan])
        var withdrawal = Simulation(of: BorderlessWithdrawal.self, in: .tidying(withdrawal: opened))
        withdrawal.receive(refusal: ProviderRefusal(code: "conflict", message: "it is being orchestrated"))
        #expect(caseName(of: withdrawal.state) == "preparing")
    }

    @Test("Instructions that are not what was ordered are never shown: it is called off, then failed")
    func wrongInstructions() {
        for instructions in [
            BorderlessWithdrawal.Instructions(address: "nowhere", asset: "USDC_POLYGON", amount: "100.00"),
            .init(address: Fixture.instructions.address, asset: "USDT_TRON", amount: "100.00"),
            .init(address: Fixture.instructions.address, asset: "USDC_POLYGON", amount: "101"),
        ] {
            var withdrawal = Simulation(
                of: BorderlessWithdrawal.self,
                in: .preparing(withdrawal: .init(id: .sample, order: Fixture.order(), stage: .submitted)))
            withdrawal.receive(Fixture.report(.pending, instructions: instructions))
            #expect(caseName(of: withdrawal.state) == "canceling")
            withdrawal.receive(.retracted)
            withdrawal.receive(Fixture.report(.cancelled))
            #expect(withdrawal.outcome == .failed)
            #expect(BorderlessWithdrawal.output(of: withdrawal.state)["code"] == "mismatch")
        }
    }

    @Test("Instructions that change while the app may be sending are not shown in place of the first")
    func changedAddress() {
        let first = Fixture.instructions
        for other in [
            BorderlessWithdrawal.Instructions(
                address: "0x00000000000000000000000000000000000000e1", asset: first.asset, amount: first.amount),
            .init(address: first.address, asset: "USDT_POLYGON", amount: first.amount),
            .init(address: first.address, asset: first.asset, amount: "100.01"),
        ] {
            var withdrawal = Fixture.awaiting()
            withdrawal.receive(Fixture.report(.pending, instructions: other))
            #expect(caseName(of: withdrawal.state) == "canceling")
        }
    }

    @Test(
        "Calling off is possible where Borderless.xyz allows it, and refused elsewhere",
        arguments: [
            (BorderlessWithdrawal.Stage.submitted, true), (.verifying, true), (.preparing, true),
            (.orchestrating, false),
        ])
    func legalCancel(stage: BorderlessWithdrawal.Stage, isLegal: Bool) {
        var withdrawal = Simulation(
            of: BorderlessWithdrawal.self,
            in: .preparing(withdrawal: .init(id: .sample, order: Fixture.order(), stage: stage)))
        let answer = withdrawal.receive(signal: Signal(name: "cancel"))
        #expect(
            isLegal
                ? caseName(of: withdrawal.state) == "canceling"
                : answer == .refuse("Borderless.xyz lets nobody call it off in this status; ask again later"))
        var waiting = Fixture.awaiting()
        waiting.receive(signal: Signal(name: "cancel"))
        #expect(waiting.activity == .cancel(id: .sample))
        var funded = Fixture.funded()
        #expect(
            funded.receive(signal: Signal(name: "cancel"))
                == .refuse("the crypto has been sent: the withdrawal can no longer be stopped"))
    }

    @Test("A call to cancel is looked up before it is repeated, and what it came to is read")
    func cancelTimesOut() {
        #expect(
            BorderlessWithdrawal.Activity.cancel(id: .sample).effect
                == .unguarded(lookup: .read(id: .sample), settle: .minutes(3)))
        var withdrawal = Fixture.awaiting()
        withdrawal.receive(signal: Signal(name: "cancel"))
        #expect(withdrawal.receive(Fixture.report(.pending)) == .ignore)
        withdrawal.receive(Fixture.report(.cancelled))
        #expect(withdrawal.outcome == .canceled)
    }

    @Test("Calling off loses against the money: it is processed, and goes its way")
    func cancelLoses() {
        var withdrawal = Fixture.awaiting()
        withdrawal.receive(signal: Signal(name: "cancel"))
        withdrawal.receive(refusal: ProviderRefusal(code: "conflict", message: "it is processing"))
        withdrawal.receive(Fixture.report(.processing, hashes: ["0xab"]))
        withdrawal.receive(Fixture.report(.completed))
        #expect(withdrawal.outcome == .completed)
    }

    @Test("A cancel that meets Orchestrating is made up for as soon as it is possible; nothing is taken for paid")
    func cancelMeetsOrchestrating() {
        var withdrawal = Simulation(
            of: BorderlessWithdrawal.self,
            in: .preparing(withdrawal: .init(id: .sample, order: Fixture.order(), stage: .verifying)))
        withdrawal.receive(signal: Signal(name: "cancel"))
        #expect(withdrawal.receive(Fixture.report(.orchestrating)) == .ignore, "a look-up: not called off")
        withdrawal.receive(refusal: ProviderRefusal(code: "conflict", message: "it is Orchestrating"))
        var skipped = withdrawal
        for stage in [BorderlessWithdrawal.Stage.orchestrating, .unknown, .orchestrating] {
            withdrawal.receive(Fixture.report(stage))
            #expect(caseName(of: withdrawal.state) == "retracting")
        }
        withdrawal.receive(Fixture.report(.pending))
        #expect(withdrawal.activity == .cancel(id: .sample))
        withdrawal.receive(.retracted)
        #expect(withdrawal.receive(Fixture.report(.pending)) == .ignore, "a call that was taken may show late")
        withdrawal.receive(Fixture.report(.cancelled))
        #expect(withdrawal.outcome == .canceled)
        skipped.receive(Fixture.report(.pending))
        #expect(skipped.activity == .cancel(id: .sample), "nobody has seen it Orchestrating")
    }

    @Test("Nobody sends the crypto: it is called off after a day, and counts as expired")
    func nobodyPays() {
        var withdrawal = Fixture.awaiting()
        #expect(withdrawal.plan.deadline?.limit == .after(.hours(24)))
        withdrawal.passDeadline()
        withdrawal.receive(.retracted)
        withdrawal.receive(Fixture.report(.cancelled))
        #expect(withdrawal.outcome == .expired)
    }

    @Test("A status that is new, such as Preparing was, counts as under way")
    func newStatus() {
        var withdrawal = Simulation(
            of: BorderlessWithdrawal.self,
            in: .preparing(withdrawal: .init(id: .sample, order: Fixture.order(), stage: .submitted)))
        withdrawal.receive(Fixture.report(.unknown))
        #expect(caseName(of: withdrawal.state) == "preparing")
        var funded = Fixture.funded()
        funded.receive(Fixture.report(.unknown))
        #expect(caseName(of: funded.state) == "settling")
    }

    @Test("Credentials that were replaced say nothing about the withdrawal: parked, mended, and it goes on")
    func rotatedSecret() {
        var withdrawal = Fixture.quoting()
        withdrawal.receive(.quoted(quote: Fixture.quote()))
        withdrawal.receive(refusal: ProviderRefusal(code: "unauthorized", message: "the credentials are wrong"))
        #expect(withdrawal.isParked)
        withdrawal.receive(.opened(report: .init(id: .sample, stage: .submitted)))
        #expect(caseName(of: withdrawal.state) == "preparing")
    }

    @Test("Events out of order change nothing that is known: what was seen is kept")
    func outOfOrder() {
        var withdrawal = Fixture.awaiting()
        #expect(withdrawal.receive(Fixture.report(.pending, instructions: Fixture.instructions)) == .ignore)
        withdrawal.receive(Fixture.report(.processing, hashes: ["0xab"]))
        withdrawal.receive(Fixture.report(.pending))
        withdrawal.receive(Fixture.report(.failed, cause: "account closed"))
        #expect(Fixture.funds(withdrawal.state) == "at_provider")
    }
}
