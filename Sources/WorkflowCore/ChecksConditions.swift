/// What tells two values of one enum case apart, in words: `acceptable`, `not acceptable`, `completed`, `no transfer`.
///
/// Pictures and tables name events by their case. Where two events of one case have different outcomes, the part of
/// the payload that decides is found here by looking at samples.
struct Trait {
    /// How good a reason it makes: a flag or a case before a number or a text, which may differ by accident.
    enum Rank: Int {
        case flag
        case content
    }

    /// Where in the value it was found; equal for equal places in two values of a type.
    let path: String
    /// What was found, in words.
    let text: String
    let rank: Rank

    /// The traits of an enum value's payload.
    static func all(of value: Any) -> [Trait] {
        guard let payload = Mirror(reflecting: value).children.first else { return [] }
        return found(in: payload.value, name: "", path: "", depth: 0)
    }

    private static func found(in value: Any, name: String, path: String, depth: Int) -> [Trait] {
        if let flag = value as? Bool {
            return [Trait(path: path, text: flag ? name : "not \(name)", rank: .flag)]
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            guard let content = mirror.children.first else {
                return [Trait(path: path, text: "no \(name)", rank: .flag)]
            }
            return [Trait(path: path, text: "with \(name)", rank: .flag)]
                + found(in: content.value, name: name, path: path + "?", depth: depth + 1)
        case .enum:
            let own = Trait(path: path, text: caseName(of: value), rank: .flag)
            return [own] + parts(of: mirror, path: path, depth: depth)
        case .struct, .tuple:
            return parts(of: mirror, name: name, path: path, depth: depth)
        case .collection, .set, .dictionary:
            return [Trait(path: path, text: "\(mirror.children.count) \(name)", rank: .content)]
        case .class, .foreignReference, nil:
            return [Trait(path: path, text: name.isEmpty ? short(value) : "\(name) \(short(value))", rank: .content)]
        @unknown default:
            return []
        }
    }

    /// A long text by its two ends.
    private static func short(_ value: Any) -> String {
        let text = "\(value)"
        return text.count > 16 ? "\(text.prefix(6))…\(text.suffix(4))" : text
    }

    private static func parts(of mirror: Mirror, name: String = "", path: String, depth: Int) -> [Trait] {
        // Deep enough for an event's payload and its members' members; a value that refers to itself ends here.
        guard depth < 4 else { return [] }
        return mirror.children.enumerated().flatMap { index, child in
            // A wrapper's own member says less than the name under which the wrapper is used.
            let label = child.label.flatMap { $0.hasPrefix(".") || ["rawValue", "text"].contains($0) ? nil : $0 }
            return found(
                in: child.value, name: label ?? name, path: "\(path)/\(child.label ?? String(index))", depth: depth + 1)
        }
    }
}

/// Outcomes of one event case in one state case, each with the condition under which it is the one.
struct Decision<Outcome: Hashable> {
    /// One pair of samples and what came of it.
    struct Sample {
        let state: [Trait]
        let event: [Trait]
        let outcome: Outcome
    }

    /// An outcome, and when it is the one; nil where it always is.
    struct Branch {
        let outcome: Outcome
        let condition: String?
    }

    /// The branches, in the samples' order.
    let branches: [Branch]

    init(from samples: [Sample]) {
        let outcomes = samples.map(\.outcome).unique()
        guard outcomes.count > 1 else {
            branches = outcomes.map { Branch(outcome: $0, condition: nil) }
            return
        }
        let byEvent = Self.explanation(of: samples, by: \.event, naming: { $0 })
        let byState = Self.explanation(of: samples, by: \.state, naming: { "when \($0)" })
        let texts = byEvent ?? byState ?? Self.explanationByPair(of: samples)
        branches = outcomes.map { outcome in
            let words = zip(samples, texts).filter { $0.0.outcome == outcome }.map(\.1).unique()
            return Branch(outcome: outcome, condition: words.joined(separator: " or "))
        }
    }

    /// Each sample's value of the one trait that decides the outcome; nil where no single trait does.
    private static func explanation(
        of samples: [Sample], by part: (Sample) -> [Trait], naming: (String) -> String
    ) -> [String]? {
        for path in paths(of: samples, in: part) {
            let values = samples.map { sample in part(sample).first { $0.path == path }?.text ?? "otherwise" }
            let decided = Dictionary(grouping: zip(values, samples), by: \.0)
                .values.allSatisfy { Set($0.map(\.1.outcome)).count == 1 }
            if decided { return values.map(naming) }
        }
        return nil
    }

    /// Where one trait alone doesn't decide: the fewest that do together, of those in which the samples differ.
    private static func explanationByPair(of samples: [Sample]) -> [String] {
        let candidates =
            varying(samples, \.event).map { (isState: false, path: $0) }
            + varying(samples, \.state).map { (isState: true, path: $0) }
        let chosen =
            (2...4).lazy.compactMap { size in
                combinations(of: candidates.count, size).first { picked in
                    let keys = samples.map { sample in picked.map { text(of: candidates[$0], in: sample) } }
                    return Dictionary(grouping: zip(keys, samples), by: \.0)
                        .values.allSatisfy { Set($0.map(\.1.outcome)).count == 1 }
                }
            }.first ?? []
        return samples.map { sample in
            let words = chosen.map { (candidates[$0].isState ? "when " : "") + text(of: candidates[$0], in: sample) }
            return words.isEmpty ? "at times" : words.joined(separator: ", ")
        }
    }

    private static func text(of candidate: (isState: Bool, path: String), in sample: Sample) -> String {
        (candidate.isState ? sample.state : sample.event).first { $0.path == candidate.path }?.text ?? "otherwise"
    }

    /// The places in which the samples are not all alike.
    private static func varying(_ samples: [Sample], _ part: (Sample) -> [Trait]) -> [String] {
        paths(of: samples, in: part).filter { path in
            Set(samples.map { sample in part(sample).first { $0.path == path }?.text }).count > 1
        }
    }

    /// All ways to pick so many of the first numbers, in order.
    private static func combinations(of count: Int, _ size: Int) -> [[Int]] {
        guard size > 0 else { return [[]] }
        return combinations(of: count, size - 1).flatMap { picked in
            ((picked.last ?? -1) + 1..<max(count, (picked.last ?? -1) + 1)).map { picked + [$0] }
        }
    }

    private static func paths(of samples: [Sample], in part: (Sample) -> [Trait]) -> [String] {
        let traits = samples.flatMap(part)
        return (traits.filter { $0.rank == .flag } + traits.filter { $0.rank == .content }).map(\.path).unique()
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, where it came first.
    func unique() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
