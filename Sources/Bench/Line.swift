public import JSONSchema

/// One line of the table: a figure, and the bar that it has to clear.
public struct Line: Hashable, Sendable {
    /// What was measured.
    public let figure: String
    /// The value.
    public let value: Double
    /// Its unit, such as `/s`.
    public let unit: String
    /// What it has to be; nil: it is only printed.
    public let bar: Bar?
    /// What else there is to know, in a few words.
    public let note: String

    /// A bar to clear.
    public enum Bar: Hashable, Sendable {
        /// The value has to be this, or more.
        case atLeast(Double)
        /// The value has to be less than this.
        case under(Double)
    }

    /// A line.
    public init(_ figure: String, _ value: Double, _ unit: String, bar: Bar? = nil, note: String = "") {
        self.figure = figure
        self.value = value
        self.unit = unit
        self.bar = bar
        self.note = note
    }

    /// Whether the bar is cleared; nil where there is none.
    public var isMet: Bool? {
        switch bar {
        case .atLeast(let least): value >= least
        case .under(let limit): value < limit
        case nil: nil
        }
    }

    /// For scripts.
    public var json: JSONValue {
        var members: [String: JSONValue] = ["figure": .string(figure), "value": .double(value), "unit": .string(unit)]
        if let bar { members["bar"] = .string(bar.text(unit)) }
        if let isMet { members["met"] = .bool(isMet) }
        if !note.isEmpty { members["note"] = .string(note) }
        return .object(members)
    }
}

extension Line.Bar {
    /// Such as `≥ 0.6 ×`.
    func text(_ unit: String) -> String {
        switch self {
        case .atLeast(let least): "≥ \(readable(least))\(unit)"
        case .under(let limit): "< \(readable(limit))\(unit)"
        }
    }
}

/// The lines as a table for people, in Markdown.
public func table(_ lines: [Line]) -> String {
    let head = ["figure", "value", "bar", "met", ""]
    let rows = lines.map { line in
        [
            line.figure, readable(line.value) + line.unit, line.bar?.text(line.unit) ?? "",
            line.isMet.map { $0 ? "yes" : "NO" } ?? "", line.note,
        ]
    }
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    func row(_ cells: [String]) -> String {
        let padded = zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: width - cell.count)
        }
        return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|"
    return ([row(head), rule] + rows.map(row)).joined(separator: "\n")
}

/// A number as people read it: thousands apart, three digits where it is small.
func readable(_ value: Double) -> String {
    guard value.magnitude < 100 else { return grouped(Int(value.rounded())) }
    let digits = value.magnitude < 10 ? 100.0 : 10.0
    let rounded = (value * digits).rounded() / digits
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
}

private func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text += "," }
        text.append(digit)
    }
    return text
}
