import Foundation

// Writes a Swift file that holds texts: `embed-text OUTPUT FILE…`. Run by the build, see Plugins/EmbedText.

let paths = Array(CommandLine.arguments.dropFirst())
guard let output = paths.first else {
    FileHandle.standardError.write(Data("usage: embed-text OUTPUT FILE…\n".utf8))
    exit(2)
}
var code = "/// Texts of files beside the code, embedded by the build.\nenum EmbeddedText {\n"
for path in paths.dropFirst() {
    let file = URL(fileURLWithPath: path)
    code += declaration(of: try String(contentsOf: file, encoding: .utf8), named: file.lastPathComponent)
}
code += "}\n"
try code.write(toFile: output, atomically: true, encoding: .utf8)

/// `static let claim_sql = …` for `claim.sql`; a name that begins with a digit gets an underscore before it.
func declaration(of text: String, named file: String) -> String {
    let words = file.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    let name = (words.first?.isNumber == true ? "_" : "") + String(words)
    // As many signs as no text has behind three quotes: so nothing in it ends the literal or is read as an escape.
    var fence = "#"
    while text.contains("\"\"\"" + fence) || text.contains("\\" + fence) { fence += "#" }
    // The last line's end belongs to the literal, not to the text.
    return "static let \(name) = \(fence)\"\"\"\n\(text)\n\"\"\"\(fence)\n"
}
