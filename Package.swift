// swift-tools-version: 6.2
import PackageDescription

/// Rules for every target: Swift 6, no warnings, imports that say what they expose.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The same for what a simulated run spends its time in, days of virtual time over and over: optimised in debug builds,
/// too, where the Makefile asks for it. Not always, since a package with such flags can't be depended upon.
let busy = strict + (Context.environment["LOCKSTEP_OPTIMIZED"] == nil ? [] : [.unsafeFlags(["-O"])])

let simulated: Set = ["Time", "JSONSchema", "WorkflowCore", "Engine", "LockstepTesting", "SandboxCore", "Simulator"]

/// A library target of this package; `ARCHITECTURE.md` has the table of who may know what.
func library(_ name: String, at path: String? = nil, knows dependencies: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, path: path ?? "Sources/\(name)",
        swiftSettings: simulated.contains(name) ? busy : strict)
}

/// A flow: pure, so that it may know the core and the domain's values, and nothing else.
func workflow(_ name: String) -> Target {
    .target(
        name: name, dependencies: ["WorkflowCore", "Domain", "JSONSchema", "Time"], path: "workflows/\(name)",
        exclude: ["diagram"], swiftSettings: strict, plugins: [.plugin(name: "EmbedText")])
}

/// The tests of one or more targets, in a folder that mirrors theirs.
func tests(_ name: String, of dependencies: [String], beside data: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, path: "Tests/\(name)",
        exclude: data, swiftSettings: strict)
}

/// The text of migrations, queries and the schema, embedded in the binary.
let sql = Target.target(
    name: "SQL", path: "sql", exclude: ["schema.sql", "migrations", "queries"], swiftSettings: strict,
    plugins: [.plugin(name: "EmbedText")])

/// What runs `embed-text` over a target.
let embedText = Target.plugin(name: "EmbedText", capability: .buildTool(), dependencies: ["embed-text"])

let package = Package(
    name: "lockstep",
    products: [
        .executable(name: "lockstep", targets: ["lockstep"]),
        .library(name: "LockstepTesting", targets: ["LockstepTesting"]),
    ],
    targets: [
        // Level 0: values, and one module map for each C library
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        // Swift's toolchain brings libcurl, but not its headers: the module map declares what is used.
        .systemLibrary(name: "CLibCurl"),
        library("Time"),
        library("JSONSchema"),
        library("WorkflowCore", knows: ["Time", "JSONSchema"]),
        library("Domain", knows: ["JSONSchema"]),
        library("HTTPTypes"),
        sql,
        // It runs while the package is built.
        .executableTarget(name: "embed-text", swiftSettings: strict),
        embedText,

        // Level 1: flows, the engine, and one wrapper for each outside thing
        workflow("DfnsPayout"),
        workflow("PontisPayout"),
        workflow("DollarPePayout"),
        workflow("Onramp"),
        workflow("BorderlessWithdrawal"),
        workflow("Refund"),
        workflow("RefundDefaultCheck"),
        library("Engine", knows: ["WorkflowCore", "JSONSchema", "Time"]),
        library("Postgres", knows: ["CLibPQ", "Time"]),
        library("Crypto", knows: ["CLibCrypto"]),
        library("HTTPServer", knows: ["CMicroHTTPD", "HTTPTypes"]),
        library("HTTPClient", knows: ["CLibCurl", "HTTPTypes"]),

        // Level 2: adapters
        library("ProviderCore", at: "Sources/Providers/Core", knows: ["Domain", "Time", "HTTPTypes", "HTTPClient"]),
        library(
            "PontisGlobe", at: "Sources/Providers/PontisGlobe",
            knows: ["ProviderCore", "Domain", "Time", "HTTPTypes", "HTTPClient", "Crypto"]),
        library(
            "BorderlessPayments", at: "Sources/Providers/BorderlessPayments",
            knows: ["ProviderCore", "Domain", "Time", "HTTPTypes", "HTTPClient", "Crypto"]),
        library(
            "DollarPe", at: "Sources/Providers/DollarPe",
            knows: ["ProviderCore", "Domain", "Time", "HTTPTypes", "HTTPClient", "Crypto"]),
        library(
            "BorderlessXYZ", at: "Sources/Providers/BorderlessXYZ",
            knows: ["ProviderCore", "Domain", "Time", "HTTPTypes", "HTTPClient", "Crypto"]),
        library(
            "Dfns", at: "Sources/Providers/Dfns",
            knows: ["ProviderCore", "Domain", "Time", "HTTPTypes", "HTTPClient", "Crypto"]),
        library("PostgresStore", knows: ["Engine", "WorkflowCore", "Time", "Postgres", "SQL"]),
        library("Webhooks", knows: ["Engine", "Time", "HTTPTypes"]),
        library("SandboxCore", at: "Sources/Sandbox/Core", knows: ["Time", "HTTPTypes", "Crypto"]),
        library(
            "DfnsSandbox", at: "Sources/Sandbox/Dfns",
            knows: ["SandboxCore", "Domain", "Time", "HTTPTypes", "Crypto"]),
        library(
            "PontisSandbox", at: "Sources/Sandbox/PontisGlobe", knows: ["SandboxCore", "Time", "HTTPTypes", "Crypto"]),
        library(
            "DollarPeSandbox", at: "Sources/Sandbox/DollarPe", knows: ["SandboxCore", "Time", "HTTPTypes", "Crypto"]),
        library(
            "BorderlessPaymentsSandbox", at: "Sources/Sandbox/BorderlessPayments",
            knows: ["SandboxCore", "Time", "HTTPTypes", "Crypto"]),
        library(
            "BorderlessXYZSandbox", at: "Sources/Sandbox/BorderlessXYZ",
            knows: ["SandboxCore", "Time", "HTTPTypes", "Crypto"]),
        library(
            "SandboxHost", at: "Sources/Sandbox/Host",
            knows: ["SandboxCore", "Time", "HTTPTypes", "HTTPServer", "HTTPClient"]),

        // Level 3: what ties flows to providers, and what is shipped for tests
        library(
            "Activities",
            knows: [
                "Engine", "WorkflowCore", "Domain", "Time", "Crypto", "HTTPTypes", "Webhooks", "ProviderCore",
                "DfnsPayout", "Dfns", "PontisPayout", "PontisGlobe", "DollarPePayout", "DollarPe", "Onramp",
                "BorderlessPayments", "BorderlessWithdrawal", "Refund", "RefundDefaultCheck", "BorderlessXYZ",
            ]),
        library("LockstepTesting", knows: ["Engine", "WorkflowCore", "JSONSchema", "Time"]),
        library(
            "Configuration",
            knows: [
                "Dfns", "PontisGlobe", "DollarPe", "BorderlessPayments", "BorderlessXYZ", "Domain", "Crypto",
                "HTTPClient",
            ]),
        library("PrivateCluster", knows: ["Postgres"]),

        // Level 4: the whole daemon: on virtual time, and against real time
        library(
            "Simulator",
            knows: [
                "Engine", "WorkflowCore", "Domain", "Time", "LockstepTesting", "Activities", "ProviderCore",
                "SandboxCore",
                "HTTPTypes", "HTTPClient", "Crypto", "Webhooks", "DfnsPayout", "Dfns", "DfnsSandbox", "PontisPayout",
                "PontisGlobe", "PontisSandbox", "DollarPePayout", "DollarPe", "DollarPeSandbox", "Onramp",
                "BorderlessPayments", "BorderlessPaymentsSandbox", "BorderlessWithdrawal", "Refund", "BorderlessXYZ",
                "BorderlessXYZSandbox",
            ]),

        library(
            "Bench",
            knows: ["Engine", "WorkflowCore", "JSONSchema", "Time", "Postgres", "PostgresStore", "PrivateCluster"]),

        // Level 5: wiring only
        .executableTarget(
            name: "lockstep",
            dependencies: [
                "Engine", "WorkflowCore", "Domain", "Time", "Postgres", "PostgresStore", "SQL", "HTTPTypes",
                "HTTPServer", "HTTPClient", "Crypto", "ProviderCore", "Dfns", "DfnsPayout", "PontisGlobe",
                "PontisPayout", "DollarPe", "DollarPePayout", "BorderlessPayments", "Onramp", "BorderlessXYZ",
                "BorderlessWithdrawal", "Refund", "RefundDefaultCheck", "Activities", "Webhooks", "Configuration",
                "SandboxCore",
                "SandboxHost", "DfnsSandbox", "PontisSandbox", "DollarPeSandbox", "BorderlessPaymentsSandbox",
                "BorderlessXYZSandbox", "PrivateCluster", "JSONSchema", "Bench",
            ],
            swiftSettings: strict),

        // Tests

        // What several of them share
        library("RecordedHTTP", at: "Tests/RecordedHTTP", knows: ["HTTPTypes", "HTTPClient"]),
        tests(
            "DollarPeTests",
            of: ["DollarPe", "ProviderCore", "RecordedHTTP", "Domain", "Time", "HTTPTypes", "HTTPClient"]),
        tests(
            "PontisSandboxTests",
            of: [
                "PontisSandbox", "SandboxCore", "PontisGlobe", "PontisPayout", "Activities", "Engine", "Webhooks",
                "WorkflowCore", "ProviderCore", "Domain", "Time", "HTTPTypes", "HTTPClient",
            ]),
        tests(
            "PontisGlobeTests",
            of: ["PontisGlobe", "ProviderCore", "RecordedHTTP", "Domain", "Time", "HTTPTypes", "HTTPClient", "Crypto"]),
        tests(
            "DollarPeSandboxTests",
            of: [
                "DollarPeSandbox", "SandboxCore", "DollarPe", "DollarPePayout", "Activities", "Engine", "Webhooks",
                "WorkflowCore", "ProviderCore", "Domain", "Time", "HTTPTypes", "HTTPClient",
            ]),
        tests(
            "BorderlessPaymentsTests",
            of: [
                "BorderlessPayments", "ProviderCore", "RecordedHTTP", "Domain", "Time", "HTTPTypes", "HTTPClient",
                "Crypto",
            ]),
        tests(
            "BorderlessPaymentsSandboxTests",
            of: [
                "BorderlessPaymentsSandbox", "SandboxCore", "BorderlessPayments", "Onramp", "Activities", "Engine",
                "LockstepTesting", "WorkflowCore", "JSONSchema", "ProviderCore", "Domain", "Time", "HTTPTypes",
                "HTTPClient",
            ]),
        tests(
            "BorderlessXYZTests",
            of: [
                "BorderlessXYZ", "ProviderCore", "RecordedHTTP", "Domain", "Time", "HTTPTypes", "HTTPClient", "Crypto",
            ]),
        tests(
            "BorderlessXYZSandboxTests",
            of: [
                "BorderlessXYZSandbox", "SandboxCore", "BorderlessXYZ", "BorderlessWithdrawal", "Refund",
                "RefundDefaultCheck", "Activities", "Engine", "Webhooks", "WorkflowCore", "ProviderCore", "Domain",
                "Time", "HTTPTypes", "HTTPClient", "Crypto",
            ]),
        tests("TimeTests", of: ["Time"]),
        tests("DomainTests", of: ["Domain", "JSONSchema"]),
        tests("CryptoTests", of: ["Crypto"]),
        tests("HTTPTests", of: ["HTTPTypes", "HTTPServer", "HTTPClient"]),
        tests("PostgresTests", of: ["Postgres", "PrivateCluster", "Time"]),
        tests(
            "SQLTests",
            of: [
                "Postgres", "PostgresStore", "PrivateCluster", "SQL", "Time", "Activities", "Engine", "WorkflowCore",
            ]),
        tests("WorkflowCoreTests", of: ["WorkflowCore", "JSONSchema", "Time"]),
        tests(
            "WorkflowTests",
            of: [
                "WorkflowCore", "Domain", "Time", "DfnsPayout", "PontisPayout", "DollarPePayout", "Onramp",
                "BorderlessWithdrawal", "Refund", "RefundDefaultCheck", "LockstepTesting", "Activities", "Engine",
                "JSONSchema",
            ],
            beside: [
                "DfnsPayout/v1", "PontisPayout/v1", "DollarPePayout/v1", "Onramp/v1", "BorderlessWithdrawal/v1",
                "Refund/v1", "RefundDefaultCheck/v1",
            ]),
        tests("EngineTests", of: ["Engine", "WorkflowCore", "JSONSchema", "Time", "LockstepTesting"]),
        tests(
            "StoreTests",
            of: [
                "Engine", "WorkflowCore", "JSONSchema", "Time", "LockstepTesting", "Postgres", "PostgresStore", "SQL",
                "PrivateCluster",
            ]),
        tests("DfnsTests", of: ["Dfns", "ProviderCore", "Domain", "Time", "HTTPTypes", "HTTPClient", "Crypto"]),
        tests(
            "DfnsSandboxTests",
            of: [
                "DfnsSandbox", "SandboxCore", "Dfns", "ProviderCore", "Domain", "Time", "HTTPTypes", "HTTPClient",
                "Crypto",
            ]),
        tests(
            "ConfigurationTests",
            of: [
                "Configuration", "Dfns", "PontisGlobe", "DollarPe", "BorderlessPayments", "BorderlessXYZ", "Domain",
                "Crypto", "HTTPClient",
            ]),
        tests(
            "WebhooksTests",
            of: [
                "Webhooks", "Activities", "Engine", "WorkflowCore", "Time", "HTTPTypes", "LockstepTesting", "Crypto",
                "Dfns", "BorderlessPayments", "DollarPe", "DollarPePayout", "Domain", "HTTPClient",
            ]),
        tests("SimulatorTests", of: ["Simulator"]),
        tests("BenchTests", of: ["Bench", "JSONSchema"]),
        tests(
            "ProcessTests",
            of: [
                "Postgres", "PrivateCluster", "HTTPTypes", "HTTPClient", "Time", "Crypto", "Configuration",
                "SandboxCore",
            ]),
        tests("TidyTests", of: []),
    ],
    swiftLanguageModes: [.v6]
)
