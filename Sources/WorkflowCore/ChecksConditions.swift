/// What tells two values of one enum case apart, in words: `acceptable`, `not acceptable`, `completed`, `no transfer`.
///
/// Pictures and tables name events by their case. Where two events of one case have different effects, the part of
/// the payload that decides is found here by looking at samples.
struct Trait: Hashable {
    /// How good a reason it makes: flags and cases before numbers and texts, which may differ by accident.
    enum Rank: Int {
        case flag
        case content
    }

    /// Where in the value it was found; equal for equal places in two values of a type.
    var path: String
    /// The label that it stands under, `transferID` for example; empty without one.
    let name: String
    /// What was found, in words.
    var text: String
    let rank: Rank
    /// What was found, where it is a whole number.
    var number: Int?

    /// Whether it is a name of one thing: which one it is can't decide anything, only whether it is the same.
    var isName: Bool { rank == .content && (name == "id" || name.hasSuffix("ID") || name == "url") }

    /// Whether its words show a value of a sample, as if only that value decided; a refusal's code does decide.
    var isLiteral: Bool { rank == .content && name != "code" }

    /// The traits of an enum value's payload.
    static func all(of value: Any) -> [Trait] {
        guard let payload = Mirror(reflecting: value).children.first else { return [] }
        return found(in: payload.value, name: "", path: "", depth: 0)
    }

    private static func found(in value: Any, name: String, path: String, depth: Int) -> [Trait] {
        func trait(_ text: String, _ rank: Rank = .flag) -> Trait {
            Trait(path: path, name: name, text: text, rank: rank)
        }
        func named(_ text: String) -> String { name.isEmpty ? text : "\(name) \(text)" }
        if let flag = value as? Bool { return [trait(flag ? name : "not \(name)")] }
        let mirror = Mirror(reflecting: value)
        // Text, a number, an instant, an id: what can be written down and read back.
        if mirror.displayStyle != .optional, value is any LosslessStringConvertible {
            var content = trait(named(shortened("\(value)")), .content)
            content.number = (value as? any BinaryInteger).flatMap { Int(exactly: $0) }
            return [content]
        }
        switch mirror.displayStyle {
        case .optional:
            guard let content = mirror.children.first else { return [trait("no \(name)")] }
            return [trait("with \(name)")]
                + found(in: content.value, name: name, path: path + "?", depth: depth + 1)
        case .enum:
            // `ending: Ending` needs no label, `accept: Answer` does.
            let isNamedByType = "\(type(of: value))".lowercased() == name.lowercased()
            return [trait(isNamedByType ? caseName(of: value) : named(caseName(of: value)))]
                + parts(of: mirror, name: "", path: path, depth: depth)
        case .struct, .tuple:
            return parts(of: mirror, name: name, path: path, depth: depth)
        case .collection, .set, .dictionary:
            return [trait(mirror.children.isEmpty ? "no \(name)" : "with \(name)")]
        case .class, .foreignReference, nil:
            return [trait(named(shortened("\(value)")), .content)]
        @unknown default:
            return []
        }
    }

    private static func parts(of mirror: Mirror, name: String, path: String, depth: Int) -> [Trait] {
        // Deep enough for an event's payload and its members' members; a value that refers to itself ends here.
        guard depth < 5 else { return [] }
        return mirror.children.enumerated().flatMap { index, child in
            let label = child.label.flatMap { $0.hasPrefix(".") ? nil : $0 }
            // A code or an amount that wraps one value goes by the name of its place, not by `rawValue`.
            let part = mirror.children.count == 1 && !name.isEmpty ? name : label ?? name
            return found(in: child.value, name: part, path: "\(path)/\(child.label ?? "\(index)")", depth: depth + 1)
        }
    }

    private static func shortened(_ text: String) -> String {
        text.count > 32 ? text.prefix(8) + "…" + text.suffix(6) : text
    }

    /// Whether event and state hold the same under the same label: `same address`, `another address`.
    static func relations(of event: [Trait], with state: [Trait]) -> [Trait] {
        event.filter { $0.rank == .content && !$0.name.isEmpty }.compactMap { own in
            guard let other = state.first(where: { $0.rank == .content && $0.name == own.name }) else { return nil }
            let text = own.text == other.text ? "same \(own.name)" : "another \(own.name)"
            return Trait(path: "=" + own.path, name: own.name, text: text, rank: .flag)
        }
    }
}

/// The effects of one event case in one state case, each with the condition under which it is the one.
///
/// The conditions are the branches of a small decision tree over the samples: at each fork the trait that leaves the
/// least open decides, the event's own before the state's.
struct Decision<Outcome: Hashable> {
    /// One pair of samples and what came of it.
    struct Sample {
        let traits: [Trait]
        let outcome: Outcome

        /// What the flow itself says that decides comes first.
        init(
            conditions: [(name: String, holds: Bool)] = [], state: [Trait], event: [Trait], outcome: Outcome
        ) {
            let told = conditions.map { name, holds in
                Trait(path: "!" + name, name: name, text: holds ? name : "not \(name)", rank: .flag)
            }
            let when = state.map { own in
                Trait(
                    path: "@" + own.path, name: own.name, text: "when " + own.text, rank: own.rank, number: own.number)
            }
            let all = event + Trait.relations(of: event, with: state) + when
            traits = told + all.filter { $0.rank == .flag } + all.filter { $0.rank == .content && !$0.isName }
            self.outcome = outcome
        }

        func trait(at path: String) -> Trait? { traits.first { $0.path == path } }
        func text(at path: String) -> String? { trait(at: path)?.text }
    }

    /// An outcome, and when it is the one; nil where it always is.
    struct Branch {
        let outcome: Outcome
        let condition: String?
        /// The values of samples that the condition shows: a reader would take them for what decides.
        let literals: [String]
    }

    /// The branches, in the samples' order.
    let branches: [Branch]

    init(from samples: [Sample]) {
        let leaves = Self.leaves(of: samples, under: [])
        branches = samples.map(\.outcome).unique().map { outcome in
            let own = leaves.filter { $0.outcome == outcome }.map(\.conditions)
            let words = own.map { Self.words($0.map(\.words)) }.unique()
            let isAlways = leaves.count == 1 || words.allSatisfy(\.isEmpty)
            let literals = own.flatMap { $0.filter(\.isLiteral).map(\.words) }.unique()
            return Branch(
                outcome: outcome, condition: isAlways ? nil : words.joined(separator: " or "),
                literals: isAlways ? [] : literals)
        }
    }

    private struct Condition {
        let words: String
        var isLiteral = false
    }

    private struct Leaf {
        let outcome: Outcome
        let conditions: [Condition]
    }

    private static func leaves(of samples: [Sample], under conditions: [Condition]) -> [Leaf] {
        let outcomes = samples.map(\.outcome).unique()
        guard outcomes.count > 1 else { return outcomes.map { Leaf(outcome: $0, conditions: conditions) } }
        guard let path = bestPath(in: samples) else {
            return outcomes.map { Leaf(outcome: $0, conditions: conditions + [Condition(words: "at times")]) }
        }
        return groups(of: samples, at: path).flatMap { condition, group in
            leaves(of: group, under: conditions + [condition])
        }
    }

    /// The trait that leaves the fewest samples in doubt, then the one that settles most; among equals the first.
    private static func bestPath(in samples: [Sample]) -> String? {
        var best: (path: String, doubt: (wrong: Int, open: Int))?
        for path in samples.flatMap({ $0.traits.map(\.path) }).unique() {
            let groups = Dictionary(grouping: samples) { $0.text(at: path) }
            // Where each group leaves the same open, nothing is told apart: they would count as one group again.
            guard Set(groups.values.map { Set($0.map(\.outcome)) }).count > 1 else { continue }
            let doubt = groups.values.reduce(into: (wrong: 0, open: 0)) { doubt, group in
                let most = Dictionary(grouping: group, by: \.outcome).values.map(\.count).max() ?? 0
                doubt.wrong += group.count - most
                doubt.open += group.count == most ? 0 : group.count
            }
            if best.map({ doubt < $0.doubt }) ?? true { best = (path, doubt) }
        }
        return best?.path
    }

    /// Samples by their trait at a place; values after which the same is possible count as one.
    private static func groups(of samples: [Sample], at path: String) -> [(condition: Condition, group: [Sample])] {
        func possible(after text: String?) -> Set<Outcome> {
            Set(samples.filter { $0.text(at: path) == text }.map(\.outcome))
        }
        let texts = samples.map { $0.text(at: path) }.unique()
        let kinds = texts.map(possible).unique().map { kind in texts.filter { possible(after: $0) == kind } }
        let traits = samples.compactMap { $0.trait(at: path) }
        let isContent = traits.contains { $0.rank == .content }
        let bounds = bounds(of: kinds.map { kind in kind.map { text in traits.first { $0.text == text } } })
        return kinds.enumerated().map { index, kind in
            let group = samples.filter { kind.contains($0.text(at: path)) }
            if let bounds { return (Condition(words: bounds[index]), group) }
            // A number or text out of many says nothing; that it is none of those named does.
            let isRest = isContent && kind.count > 1 && kinds.count > 1
            let words = isRest ? "otherwise" : kind.map { $0 ?? "otherwise" }.joined(separator: " or ")
            let isLiteral = !isRest && traits.contains { kind.contains($0.text) && $0.isLiteral }
            return (Condition(words: words, isLiteral: isLiteral), group)
        }
    }

    /// Where numbers decide by how large they are: `sessions < 3` and `sessions ≥ 3`; nil where they don't.
    private static func bounds(of kinds: [[Trait?]]) -> [String]? {
        let numbers = kinds.map { $0.compactMap { $0?.number } }
        guard kinds.count > 1, zip(kinds, numbers).allSatisfy({ $0.count == $1.count }),
            let first = kinds[0][0], let number = first.number
        else { return nil }
        let ranges = numbers.map { ($0.min() ?? 0)...($0.max() ?? 0) }
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0.upperBound < $1.lowerBound }) else { return nil }
        let stem = first.text.dropLast(String(number).count)
        return ranges.map { range in
            let above = sorted.first { $0.lowerBound > range.upperBound }.map { "< \($0.lowerBound)" }
            let own = range == sorted[0] ? nil : "≥ \(range.lowerBound)"
            return stem + [own, above].compactMap(\.self).joined(separator: " and ")
        }
    }

    /// Conditions on the event first, then those on the state.
    private static func words(_ conditions: [String]) -> String {
        let state = conditions.filter { $0.hasPrefix("when ") }.map { $0.replacing("when ", with: "") }
        let event = conditions.filter { !$0.hasPrefix("when ") }
        return (event + (state.isEmpty ? [] : ["when " + state.joined(separator: ", ")])).joined(separator: ", ")
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, where it came first.
    func unique() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
