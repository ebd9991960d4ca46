import Foundation
import Testing
import WorkflowCore

@Suite struct DiagramTests {
    private let diagram = Diagram(of: Courier<Sound>.self)

    @Test("Mermaid shows states, events, forks, deadlines and ends")
    func mermaid() {
        let expected = """
            stateDiagram-v2
                direction TB
                classDef perform fill:#e3effc,stroke:#4a7fb5,color:#1f2933
                classDef poll fill:#efe8fa,stroke:#7d62b3,color:#1f2933
                classDef wait fill:#fdf3d3,stroke:#b3891f,color:#1f2933
                classDef run fill:#e0f3f3,stroke:#3b8686,color:#1f2933
                classDef completed fill:#cfeed6,stroke:#2f855a,color:#1f2933
                classDef failed fill:#fad4d4,stroke:#c53030,color:#1f2933
                classDef refunded fill:#d3ecf7,stroke:#2b6f93,color:#1f2933
                classDef canceled fill:#e4e7eb,stroke:#7b8794,color:#1f2933
                state "packing<br/>perform pack" as packing
                state "shipping<br/>perform ship" as shipping
                state "traveling<br/>poll track<br/>every 10 min to 2 h<br/>overdue after 4 d (parcel desk)" as traveling
                state "atDoor<br/>wait" as atDoor
                state "claiming<br/>run claim<br/>overdue after 30 d (claims)" as claiming
                state "delivered<br/>completed" as delivered
                state "lost<br/>failed" as lost
                state "compensated<br/>refunded" as compensated
                state "canceled" as canceled
                state reported_1 <<choice>>
                [*] --> packing
                packing --> shipping: packed
                packing --> canceled: cancelRequested<br/>refused
                shipping --> traveling: shipped
                shipping --> canceled: cancelRequested (when not fragile)<br/>refused
                atDoor --> delivered: reported (delivered)<br/>opened
                atDoor --> traveling: nobodyHome after 10 min
                claiming --> compensated: claimed (completed)
                claiming --> lost: claimed (failed)
                lost --> delivered: found
                shipping --> reported_1: reported
                traveling --> reported_1: reported
                reported_1 --> atDoor: arrived
                reported_1 --> delivered
                reported_1 --> claiming: lost
                delivered --> [*]
                lost --> [*]
                compensated --> [*]
                canceled --> [*]
                class packing perform
                class shipping perform
                class traveling poll
                class atDoor wait
                class claiming run
                class delivered completed
                class lost failed
                class compensated refunded
                class canceled canceled

            """
        #expect(diagram.mermaid == expected)
    }

    @Test("The same flow gives the same picture every time")
    func deterministic() {
        for _ in 0..<20 {
            #expect(Diagram(of: Courier<Sound>.self).graphviz == diagram.graphviz)
        }
    }

    @Test("The main way leads from the start through the states in order to the completed end")
    func mainWay() {
        #expect(
            diagram.edges.filter(\.isMain).map { "\($0.from) \($0.to)" } == [
                "packing shipping", "shipping traveling", "atDoor delivered", "traveling reported_1",
                "reported_1 atDoor",
            ])
    }

    @Test("What is ignored, refused or unexpected is no arrow")
    func onlyMoves() {
        let labels = diagram.edges.filter { $0.from == "traveling" }.flatMap(\.labels)
        #expect(labels == ["reported"])
    }

    @Test("Graphviz draws it, and the drawing shows every state and arrow")
    func drawing() throws {
        let svg = try draw(diagram.graphviz)
        #expect(diagram.faults(inSVG: svg) == [])
    }

    @Test("A drawing of an older flow is found out")
    func staleDrawing() throws {
        enum Planted: Plant { static let fault: Fault? = .unreachable }
        let svg = try draw(diagram.graphviz)
        #expect(
            Diagram(of: Courier<Planted>.self).faults(inSVG: svg) == [
                "courier: the picture lacks “attic”", "courier: the picture lacks “expired”",
            ])
        let other = svg.replacing("after 10 min", with: "after 20 min")
        #expect(
            diagram.faults(inSVG: other) == [
                "courier: the picture lacks “nobodyHome after 10 min”",
                "courier: the picture shows “nobodyHome after 20 min”, which the flow lacks",
            ])
    }

    private func draw(_ dot: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["dot", "-Tsvg"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(dot.utf8))
        try input.fileHandleForWriting.close()
        let drawn = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: drawn, as: UTF8.self)
    }
}
