/// The form of amounts that are more than nothing: a form that lets 0 through would let a job begin that can't go on.
public enum PositivePattern {
    /// A regular expression for up to so many digits, without leading zeros, and up to so many decimals, each at least
    /// 1.
    public static func of(digits: Int, decimals: Int) -> String {
        let belowOne = (0..<decimals).map { zeros in
            String(repeating: "0", count: zeros) + "[1-9][0-9]{0,\(decimals - 1 - zeros)}"
        }
        return "^([1-9][0-9]{0,\(digits - 1)}(\\.[0-9]{1,\(decimals)})?|0\\.(\(belowOne.joined(separator: "|"))))$"
    }
}
