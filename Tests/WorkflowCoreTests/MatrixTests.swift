import Testing
import WorkflowCore

@Suite struct MatrixTests {
    @Test("The matrix says what each event does in each state, and under which condition")
    func text() {
        let expected = """
            courier, version 3: what each event does in each state

            packing            perform pack
                → shipping     packed
                → canceled     cancelRequested, refused
                unexpected     shipped, reported, opened, nobodyHome, claimed, found

            shipping           perform ship
                → traveling    shipped
                → atDoor       reported (arrived)
                → delivered    reported (delivered)
                → claiming     reported (lost)
                → canceled     cancelRequested (when not fragile), refused
                stay           reported (moved)
                refuse         cancelRequested (when fragile)
                               “glass is not unpacked again”
                unexpected     packed, opened, nobodyHome, claimed, found

            traveling          poll track every 10 min to 2 h; overdue after 4 d (parcel desk)
                → atDoor       reported (arrived)
                → delivered    reported (delivered)
                → claiming     reported (lost)
                stay           reported (moved)
                refuse         cancelRequested
                               “the parcel is on its way”
                unexpected     packed, shipped, opened, nobodyHome, claimed, found, refused

            atDoor             wait; nobodyHome after 10 min
                → delivered    reported (delivered), opened
                → traveling    nobodyHome
                refuse         cancelRequested
                               “the parcel is on its way”
                ignore         shipped, reported (arrived or lost or moved)
                unexpected     packed, claimed, found, refused

            claiming           run claim; overdue after 30 d (claims)
                → compensated  claimed (completed)
                → lost         claimed (failed)
                refuse         cancelRequested
                               “the parcel is on its way”
                ignore         reported
                unexpected     packed, shipped, opened, nobodyHome, found, refused

            delivered          end: completed
                ignore         packed, shipped, reported, opened, nobodyHome, claimed, found, cancelRequested, refused

            lost               end: failed
                → delivered    found
                ignore         packed, shipped, reported, opened, nobodyHome, claimed, cancelRequested, refused

            compensated        end: refunded
                ignore         packed, shipped, reported, opened, nobodyHome, claimed, found, cancelRequested, refused

            canceled           end
                ignore         packed, shipped, reported, opened, nobodyHome, claimed, found, cancelRequested, refused

            """
        #expect(Matrix(of: Courier<Sound>.self).description == expected)
    }

    @Test("An update is told from a move")
    func update() {
        enum Planted: Plant { static let fault: Fault? = .deadlineUpdates }
        let row = Matrix(of: Courier<Planted>.self).rows.first { $0.state == "atDoor" }
        #expect(row?.cells.first { $0.event == "nobodyHome" }?.effect == .update)
        #expect(row?.deadline?.effect == .update)
    }

    @Test("Long lists of events wrap, and no line ends in a space")
    func wrapping() {
        let lines = Matrix(of: Courier<Sound>.self).description.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 120 && $0.last != " " })
    }
}
