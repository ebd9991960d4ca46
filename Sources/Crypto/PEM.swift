import CLibCrypto

/// Keys as text between `-----BEGIN …-----` and `-----END …-----`.
enum PEM {
    static func privateKey(_ pem: String) throws(CryptoError) -> KeyHandle {
        guard !pem.contains("ENCRYPTED") else {
            throw CryptoError("the private key is encrypted with a passphrase; give it unencrypted, in PEM (PKCS#8)")
        }
        return try read(pem, what: "private key", label: "PRIVATE KEY", with: shim_read_private_key)
    }

    static func publicKey(_ pem: String) throws(CryptoError) -> KeyHandle {
        guard !pem.contains("PRIVATE KEY-----") else {
            throw CryptoError("this is a private key, and a public key belongs here")
        }
        return try read(pem, what: "public key", label: "PUBLIC KEY", with: shim_read_public_key)
    }

    static func text(private handle: KeyHandle) throws(CryptoError) -> String {
        try write("private key") { shim_write_private_key($0, handle.key) }
    }

    static func text(public handle: KeyHandle) throws(CryptoError) -> String {
        try write("public key") { PEM_write_bio_PUBKEY($0, handle.key) }
    }

    private static func read(
        _ pem: String, what: String, label: String, with reader: (OpaquePointer?) -> OpaquePointer?
    ) throws(CryptoError) -> KeyHandle {
        let bytes = Array(pem.utf8)
        guard !bytes.isEmpty, bytes.count <= 1 << 16 else {
            throw CryptoError("the \(what) is \(bytes.isEmpty ? "empty" : "longer than 64 KiB"); expected PEM text")
        }
        ERR_clear_error()
        let key = bytes.withUnsafeBytes { buffer -> OpaquePointer? in
            let input = BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count))
            defer { BIO_free(input) }
            return reader(input)
        }
        guard let key else {
            let advice = "expected PEM text that begins with -----BEGIN \(label)-----"
            throw CryptoError.ofOpenSSL("the \(what) can't be read; \(advice)")
        }
        return try KeyHandle(owning: key)
    }

    private static func write(_ what: String, with writer: (OpaquePointer) -> Int32) throws(CryptoError) -> String {
        ERR_clear_error()
        guard let output = BIO_new(BIO_s_mem()) else { throw CryptoError.ofOpenSSL("no memory for the \(what)") }
        defer { BIO_free(output) }
        var start: UnsafeMutablePointer<CChar>?
        guard writer(output) == 1, case let length = shim_memory(output, &start), let start else {
            throw CryptoError.ofOpenSSL("the \(what) can't be written as PEM")
        }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }
}
