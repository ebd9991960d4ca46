import HTTPClient
import Testing

struct OriginTests {
    @Test(
        "An origin is read and written in one form",
        arguments: [
            ("https://api.dfns.io", "https://api.dfns.io", 443),
            ("HTTPS://API.Dfns.io/", "https://api.dfns.io", 443),
            ("https://api.dfns.io:443", "https://api.dfns.io", 443),
            ("http://api.dfns.io:443", "http://api.dfns.io:443", 443),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", 8080),
            ("http://[::1]:8080", "http://[::1]:8080", 8080),
            ("http://[2001:DB8::1]", "http://[2001:db8::1]", 80),
            ("http://my_service", "http://my_service", 80),
        ] as [(String, String, UInt16)])
    func reading(text: String, description: String, port: UInt16) {
        let origin = Origin(text)
        #expect(origin?.description == description)
        #expect(origin?.port == port)
        #expect(origin == Origin(description))
    }

    @Test(
        "What is no origin is refused",
        arguments: [
            "", "api.dfns.io", "ftp://api.dfns.io", "https://", "https://:443", "https://a:0", "https://a:65536",
            "https://a:+80", "https://a:", "https://a b", "https://a/path", "https://a//", "https://a?q", "https://u@a",
            "https://u:p@a", "https://a..b", "https://-a", "https://é.com", "https://[::1", "https://[]",
            "https://[a]", "https://::1", "https://a\r\nX: 1", "https:/a", "http://[::1]x:80",
        ])
    func refused(text: String) {
        #expect(Origin(text) == nil)
    }

    @Test(
        "Loopback is this machine and nothing that only looks like it",
        arguments: [
            ("http://localhost:1", true), ("http://127.0.0.1", true), ("http://127.9.8.7", true),
            ("http://[::1]", true),
            ("http://127.0.0.1.evil.com", false), ("http://localhost.evil.com", false), ("http://127.evil.com", false),
            ("http://10.0.0.1", false), ("http://128.0.0.1", false), ("http://[::2]", false),
        ])
    func loopback(text: String, isLoopback: Bool) {
        #expect(Origin(text)?.isLoopback == isLoopback)
    }

    @Test("Only https is secure")
    func secure() {
        #expect(Origin("https://a")?.isSecure == true)
        #expect(Origin("http://a")?.isSecure == false)
    }
}
