import CLibPQ

/// Where a database is and how to talk to it.
public struct PostgresConfiguration: Sendable, CustomStringConvertible {
    /// What operators see in `pg_stat_activity`; a name in the connection string wins.
    public var applicationName = "lockstep"

    /// Whether connections prepare named statements.
    ///
    /// Set it to false behind PgBouncer before 1.21 in transaction mode, where the next statement may find another
    /// server process, which knows nothing of them.
    public var usesPreparedStatements = true

    /// How long connecting may take, all hosts and the authentication included.
    public var connectTimeout = Duration.seconds(10)

    /// How long an answer may stay out beyond a request's own timeout before the connection counts as lost.
    public var answerGrace = Duration.seconds(5)

    /// The database, host, port and user, as far as they were given; for messages.
    ///
    /// Never contains the password.
    public let description: String

    let connectionString: String
    private let password: String?

    /// Reads a connection URI (`postgresql://user@host:5432/database`) or keywords (`host=… dbname=…`).
    ///
    /// What is missing comes from libpq's own environment variables, `PGHOST` for example (PostgreSQL documentation,
    /// section 34.15).
    ///
    /// - Throws: `PostgresError` of kind `unusableRequest` when the text is neither.
    public init(_ connectionString: String) throws(PostgresError) {
        guard let options = PQconninfoParse(connectionString, nil) else {
            // libpq's own message quotes the text, and so perhaps a part of the password.
            throw PostgresError(
                kind: .unusableRequest,
                message: "The connection string can't be read. It looks like "
                    + "postgresql://user@host:5432/database or host=… dbname=… user=….")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.connectionString = connectionString
        password = values["password"].flatMap { $0.isEmpty ? nil : $0 }
        let host = (values["host"] ?? values["hostaddr"]).map { " at \($0)" } ?? ""
        description =
            "database \(values["dbname"] ?? "(default)")\(host)"
            + (values["port"].map { ":\($0)" } ?? "") + (values["user"].map { " as \($0)" } ?? "")
    }

    /// libpq's keywords in order: defaults, the user's text, which overrides them, then what this library relies on.
    ///
    /// The keepalives notice a dead network within a minute. They are no settings of the session, so that PgBouncer
    /// has nothing against them.
    var parameters: [(keyword: String, value: String)] {
        [
            ("keepalives_idle", "20"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"), ("application_name", applicationName),
            ("dbname", connectionString),
            ("client_encoding", "UTF8"),
        ]
    }

    /// The text without the password, should a library or server have quoted it.
    func redacted(_ text: String) -> String {
        guard let password else { return text }
        return text.replacing(password, with: "…")
    }
}
