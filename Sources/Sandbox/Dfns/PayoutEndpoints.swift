internal import Domain
internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Quotes, and payouts as the API creates, reads, lists and changes them.
extension DfnsSimulator {
    // MARK: - Quotes

    /// What a payout would bring now; nothing is kept, and no rate is promised.
    mutating func quote(_ request: HTTPRequest, at now: Timestamp) throws(DfnsError) -> HTTPResponse {
        let body = try checking { () throws(InvalidField) in try JSONReader(body: request.body) }
        let corridor = try corridor(body)
        let offer = rates.offer(
            for: corridor.asset.amount, decimals: corridor.token.decimals, in: corridor.fiatCurrency, at: now)
        var quotes: [JSON] = []
        if let offer {
            let id = options.quotesHaveIDs ? identifiers.make("quote") : nil
            quotes = [
                .fields([
                    "quoteId": .text(id),
                    "offer": .fields([
                        "fiatCurrency": .string(corridor.fiatCurrency), "amount": .number(offer.net),
                        "fees": .number(offer.fees),
                    ]),
                ])
            ]
        }
        return ok(
            .fields([
                "provider": .string("Borderless"), "asset": corridor.asset.json(of: corridor.token),
                "timestamp": .string(now.milliseconds), "quotes": .array(quotes),
            ]))
    }

    // MARK: - Creating

    mutating func createPayout(
        _ request: HTTPRequest, user: DfnsWorld.User, at now: Timestamp
    ) throws(DfnsError) -> SandboxAnswer {
        let body = try checking { () throws(InvalidField) in try JSONReader(body: request.body) }
        let corridor = try corridor(body)
        let (order, externalID) = try checking { () throws(InvalidField) in try Self.order(body, corridor) }
        if let externalID, let existing = payoutsByExternalID[self.externalID(externalID, order)] {
            return .respond(try replay(existing, order: order))
        }
        let index = store(order, externalID: externalID, token: corridor.token, user: user, at: now)
        enter(.initializing, index, at: now)
        return payouts[index].script.losesCreateResponse ? .drop : .respond(ok(bytes: render(index)))
    }

    private static func order(
        _ body: JSONReader, _ corridor: Corridor
    ) throws(InvalidField) -> (PayoutOrder, externalID: String?) {
        guard let purpose: PaymentPurpose = try body.optionalChoice("paymentPurpose") else {
            throw InvalidField("paymentPurpose", "is required")
        }
        let order = PayoutOrder(
            walletID: corridor.wallet.id, asset: corridor.asset, fiatCurrency: corridor.fiatCurrency,
            country: corridor.country, accountID: try body.string("borderlessAccountId", length: 1...200),
            instructionsID: try body.string("paymentInstructionsId", length: 1...200), purpose: purpose.rawValue)
        return (order, try body.optionalString("externalId", length: 1...100))
    }

    private func externalID(_ text: String, _ order: PayoutOrder) -> ExternalID {
        ExternalID(text: text, walletID: options.externalIDScope == .wallet ? order.walletID : nil)
    }

    /// The same id again: the payout that is there, in whatever state, or a conflict.
    private mutating func replay(_ index: Int, order: PayoutOrder) throws(DfnsError) -> HTTPResponse {
        let payout = payouts[index]
        if payout.order != order, options.conflict == .conflict {
            throw DfnsError(
                409, "externalId was already used with other parameters",
                details: .fields([
                    "duplicate": .fields(["id": .string(payout.id), "externalId": .text(payout.externalID)])
                ]))
        }
        return ok(bytes: render(index))
    }

    private mutating func store(
        _ order: PayoutOrder, externalID: String?, token: DfnsWorld.Token, user: DfnsWorld.User, at now: Timestamp
    ) -> Int {
        var script = rules.script(amount: order.asset.amount.text, externalID: externalID, walletID: order.walletID)
        if !Rates.supported.contains(order.fiatCurrency) {
            script.add(
                .fail, at: .initializing, text: "the corridor \(order.country)/\(order.fiatCurrency) is not served")
        }
        let payout = Payout(
            id: identifiers.make("pyt"), externalID: externalID, order: order, token: token, userID: user.id,
            tokenID: user.tokenID, created: now, script: script)
        let index = payouts.count
        payouts.append(payout)
        payoutsByID[payout.id] = index
        if let externalID { payoutsByExternalID[self.externalID(externalID, order)] = index }
        ledger.record(.created, of: payout.id, key: externalID, at: now, amount: payout.amount)
        return index
    }

    // MARK: - Reading

    func payoutIndex(_ id: String) throws(DfnsError) -> Int {
        guard let index = payoutsByID[id] else { throw .notFound("payout", "payoutId", id) }
        return index
    }

    /// The payout as JSON text, made anew only after it has changed.
    mutating func render(_ index: Int) -> [UInt8] {
        if let bytes = payouts[index].rendered { return bytes }
        let bytes = payoutJSON(index).bytes
        payouts[index].rendered = bytes
        return bytes
    }

    func payoutJSON(_ index: Int) -> JSON {
        let payout = payouts[index]
        return payout.json(
            transfer: payout.transfer.map { transfers[$0] }, showsTransferEarly: options.showsTransferEarly)
    }

    /// Newest first; the token of a page names the last payout that was shown.
    func listPayouts(_ request: HTTPRequest) throws(DfnsError) -> HTTPResponse {
        let query = QueryItems(request.query)
        let statuses = query.list("status")
        if let unknown = statuses.first(where: { PayoutStatus(rawValue: $0) == nil }) {
            throw DfnsError(InvalidField("status", "is not a status: “\(unknown)”"))
        }
        let wanted = Set(statuses)
        let page = try page(of: payouts.indices.reversed(), query) { index in
            let payout = payouts[index]
            return (wanted.isEmpty || wanted.contains(payout.stage.status.rawValue))
                && (query["walletId"] ?? payout.order.walletID) == payout.order.walletID
                && ["Borderless", nil].contains(query["provider"])
        } json: {
            payoutJSON($0)
        }
        return ok(page)
    }

    /// A page of items that are chosen by a filter: `limit` of them, behind the one that `paginationToken` names.
    func page(
        of indices: ReversedCollection<Range<Int>>, _ query: QueryItems, where isWanted: (Int) -> Bool,
        json: (Int) -> JSON
    ) throws(DfnsError) -> JSON {
        guard let limit = Int(query["limit"] ?? "100"), 1...100 ~= limit else {
            throw DfnsError(InvalidField("limit", "must be a whole number from 1 to 100"))
        }
        var start = indices.startIndex
        if let token = query["paginationToken"] {
            guard token.hasPrefix("page-"), let last = Int(token.dropFirst("page-".count)), last >= 0 else {
                throw DfnsError(InvalidField("paginationToken", "is not a token of this list"))
            }
            start = indices.index(indices.startIndex, offsetBy: max(0, indices.count - last))
        }
        var items: [JSON] = []
        var lastShown = 0
        for index in indices[start...] where isWanted(index) {
            if items.count == limit {
                let next = JSON.string("page-\(lastShown)")
                return .fields(["items": .array(items), "nextPageToken": next])
            }
            items.append(json(index))
            lastShown = index
        }
        return .fields(["items": .array(items)])
    }
}
