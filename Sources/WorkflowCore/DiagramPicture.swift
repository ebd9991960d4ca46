extension Diagram {
    /// What an SVG lacks, or has too much, of this picture: sentences, none when it was drawn from `graphviz`.
    ///
    /// Where things are placed is Graphviz's affair and may differ between its versions; what is shown may not.
    public func faults(inSVG svg: String) -> [String] {
        let ways = nodes.filter(\.isStart).map { ("start", $0.name) } + edges.map { ($0.from, $0.to) }
        let titles = [flow, "start"] + nodes.map(\.name) + forks.map(\.name) + ways.map { "\($0.0)->\($0.1)" }
        let texts = ["\(flow), version \(version)"] + nodes.flatMap { [$0.name] + $0.notes } + edges.flatMap(\.labels)
        let faults =
            difference(titles, contents(of: "title", in: svg)) + difference(texts, contents(of: "text", in: svg))
        return faults.unique()
    }

    private func difference(_ expected: [String], _ found: [String]) -> [String] {
        let expected = expected.map(inSVG).unique()
        return expected.filter { !found.contains($0) }.map { "\(flow): the picture lacks “\($0)”" }
            + found.filter { !expected.contains($0) }.map { "\(flow): the picture shows “\($0)”, which the flow lacks" }
    }

    private func contents(of element: String, in svg: String) -> [String] {
        svg.split(separator: "</\(element)>").dropLast().map { piece in
            let content = piece.split(separator: ">", omittingEmptySubsequences: false).last ?? ""
            return String(content.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }.unique()
    }

    /// Text as Graphviz writes it into an SVG.
    private func inSVG(_ text: String) -> String {
        markup(text).map { $0 == "-" ? "&#45;" : String($0) }.joined()
    }
}
