extension Timestamp {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

    /// As the header field `Date` has it, in whole seconds: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    public var httpDate: String {
        let text = description
        let (days, _) = Self.divide(seconds, 86_400)
        let weekday = Self.weekdays[Int(Self.divide(days, 7).1)]
        let month = Self.months[(Int(text.dropFirst(5).prefix(2)) ?? 1) - 1]
        return
            "\(weekday), \(text.dropFirst(8).prefix(2)) \(month) \(text.prefix(4)) \(text.dropFirst(11).prefix(8)) GMT"
    }

    /// Reads the header field `Date`; nil for anything else, the two obsolete forms among it.
    public init?(httpDate text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = Self.months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        self.init("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
