internal import SandboxCore
internal import Time

/// How far a refund plan is (Borderless.xyz documentation, “Manually dispatch a refund”).
public enum RefundStatus: String, Sendable, Hashable, CaseIterable {
    case created = "Created"
    case eligible = "Eligible"
    case inProgress = "InProgress"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case blocked = "Blocked"
    case manualRequired = "ManualRequired"
    case unsupported = "Unsupported"
    case notNeeded = "NotNeeded"
    case cancelled = "Cancelled"
}

/// Where returned money goes.
struct RefundDestination: Sendable, Hashable {
    let type: String
    let address: String?
    let refundsItself: Bool

    init(type: String, address: String?, refundsItself: Bool) {
        self.type = type
        self.address = address
        self.refundsItself = refundsItself
    }

    init(_ body: JSONReader) throws(InvalidField) {
        try body.refuseOthers(than: ["type", "address", "autoRefund"])
        type = try body.string("type")
        address = try body.optionalString("address", length: 1...128)
        switch body.value("autoRefund") {
        case nil: refundsItself = true
        case .bool(let value)?: refundsItself = value
        case .some: throw InvalidField(body.name(of: "autoRefund"), "must be true or false")
        }
        guard ["Address", "Source", "ProviderBalance"].contains(type) else {
            throw InvalidField(body.name(of: "type"), "must be one of Address, Source, ProviderBalance, not “\(type)”")
        }
        guard (type == "Address") == (address != nil) else {
            throw InvalidField(body.name(of: "address"), "goes with the type Address, and is required there")
        }
    }
}

/// A refund plan; it tells no amount.
struct RefundPlan: Sendable {
    var status: RefundStatus
    var path: RefundPath
    var dispatchMode: String
    var source: String
    var destination: RefundDestination?
    var refundsItself: Bool
    var reason: String?
    var completed: Timestamp?
    var failed: Timestamp?

    var needsPerson: Bool { status == .manualRequired || path == .manualRequired }

    var json: JSON {
        let shown = destination.map { destination in
            JSON.fields(["type": .string(destination.type), "address": .text(destination.address)])
        }
        return .fields([
            "supported": .bool(path != .unsupported), "requiresManualAction": .bool(needsPerson),
            "path": .string(path.rawValue), "status": .string(status.rawValue), "dispatchMode": .string(dispatchMode),
            "destinationSource": .string(source), "destination": shown ?? .null, "reason": .orNull(reason),
            "completedAt": .orNull(completed?.milliseconds), "failedAt": .orNull(failed?.milliseconds),
        ])
    }
}
