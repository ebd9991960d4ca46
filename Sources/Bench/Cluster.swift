public import PrivateCluster

extension PrivateCluster.Options {
    /// The cluster of a run: as durable as PostgreSQL comes, with the settings that a server of its own would have.
    ///
    /// The reference runs on the same cluster.
    public static func bench(searchPath: String, binaries: String?) -> PrivateCluster.Options {
        var options = PrivateCluster.Options()
        options.searchPath = searchPath
        options.binaries = binaries
        options.isDurable = true
        options.lifetime = .withProcessAndDirectory
        options.settings = benchSettings
        return options
    }

    /// What is set in it; all else is as PostgreSQL comes.
    public static let benchSettings = [
        "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "1GB",
        "max_wal_size": "8GB", "checkpoint_timeout": "15min", "jit": "off",
    ]
}
