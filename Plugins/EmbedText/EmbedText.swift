import Foundation
import PackagePlugin

/// Embeds the SQL and the pictures in a target's folders as texts, `EmbeddedText.<file>`.
///
/// SwiftPM's own `.embedInCode` writes an array literal of bytes, which takes the compiler a tenth of a millisecond for
/// each byte, minutes in all; a string literal takes it nothing.
@main
struct EmbedText: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let files = try texts(in: target.directoryURL)
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedText.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(files.count) texts in \(target.name)",
                executable: try context.tool(named: "embed-text").url,
                arguments: [output.path] + files.map(\.path), inputFiles: files, outputFiles: [output])
        ]
    }

    /// What lies in the folders of this one, in one order on every machine.
    private func texts(in directory: URL) throws -> [URL] {
        let manager = FileManager.default
        let folders = try manager.contentsOfDirectory(at: directory, includingPropertiesForKeys: [.isDirectoryKey])
            .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
        return try folders.flatMap { try manager.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil) }
            .filter { ["sql", "svg"].contains($0.pathExtension) }
            .sorted { $0.path < $1.path }
    }
}
