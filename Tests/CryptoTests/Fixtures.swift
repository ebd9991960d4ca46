import Crypto

/// Keys that were made for these tests and are used nowhere else.
enum Fixtures {
    /// The text of a PEM block with these contents.
    static func pem(_ label: String, _ contents: [UInt8]) -> String {
        "-----BEGIN \(label)-----\n\(Base64.encode(contents))\n-----END \(label)-----\n"
    }

    /// `openssl genrsa 2048 | openssl pkey -pubout`.
    static let rsaPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwin+L2iAytLm64gh/YD+
        cZ2RMx04ZjDF+E2E3Uf9uLHCTorbjMlmUG2ObOa+qNDmO7fuZ7MOlxwrq97hCB8n
        u1bdLy8mbQGpx/sdUrEm96X7yGzzjwa5V2k9sPhCyJvxymdOs1LCPmoieOxte3Hh
        vDKmDsVHJiGW6+6PxTDk3Ys/ZL6ZFtNkoURZ4YogxZvnI6hfsE00LLeUQ6HOuy6o
        n10TrV/vdlU3Sa9DZ1i/q4GX96CBYlBiFDxc1N2y//AaPLAJ1CT9nwyBQgyVcV+b
        iRWj2C7Cj1PZfd/vVmr80JReI63/vmZ//BWXT/UWcLO8o4DKgASNqnVh+L3UBXmr
        wwIDAQAB
        -----END PUBLIC KEY-----
        """

    /// `printf 'a message signed elsewhere' | openssl dgst -sha256 -sign …`, under the key above.
    static let rsaSignature =
        "ad663ff7a3c9023f019b6fa79846a13db461e9684e129d69f27a828a62a933a5"
        + "b6018c22ffa414e4b25bb8ded266de00bfc9c861368bd5055926614e04ed68cc"
        + "ffe0f4d8ff08c797112d39925467e3a4460641a0670ddfe1f08d677015074ed6"
        + "38af59af693ad650ede648669ae7180ae8c9b932db8dab71c94d9d24106028e5"
        + "de35dd2543e4b045fbb859750abe591f0d2719e2ce122142632f908183161c35"
        + "eb3d2c05ef076e760e4f06e5b968493353614b37dec223cd9c6623584c8b167c"
        + "1d29d6375e3f1cb50edd08e3f1b70290ea060a129e254ef896ba1c08dfeff1e8"
        + "7665825299bbf4cc7a6c925e7cbb632db937e4331e2aca40e9f46190f943c582"

    static let rsa1024PublicKey = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDiCKa/88T6LUoXz1o3y6Dawzm9
        wYu/7jU7IO0n6LF+rLXTUZooPinL1I6Mkm8ENfRRMZjDmSgOPEk0G1gAlG9t666j
        4YvHBYViIXlJ+8PAmkYNDRbsVqBdff4ICf0THBzQzDwGY3dfDQ0Wsc8BpBnMQMDn
        pRG+UscfBFxICjXItQIDAQAB
        -----END PUBLIC KEY-----
        """

    static let p384PublicKey = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEn1T4JXvBfBUf7J+lts037tpmDrBP6ozR
        wI87twOCeyxMOdohoxdORJ+73K2C/yX12PzsejRucgDqAxUDY2IIND6g6pLbermf
        gx9OjcSdVzgEBzUbqYB3kcbeUT68tfSD
        -----END PUBLIC KEY-----
        """

    /// `openssl ecparam -name prime256v1 -genkey -noout`.
    static let sec1PrivateKey = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIGXZ4X+1B0Y1Oe80/wY3YasjlIhl5NLLTagzQr7kzFUDoAoGCCqGSM49
        AwEHoUQDQgAE4XTjWhSJwhsXEhwgXm1zuelSdIbD8jJ4q7dEwygOaywVPjpVe5AS
        gk+Nz0xm3OUaJ3Sq53n1Gmp3hOJtID9Tyg==
        -----END EC PRIVATE KEY-----
        """

    /// `openssl genpkey -algorithm ed25519 -aes256`.
    static let encryptedPrivateKey = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAir4Sxz9s5BJgICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEPycWLhmserww6jXWuQ2B4kEQGLe
        cbl5Ixhmt8zUMLMEqfX5e8QOuhEysXSKEPVL7JBrb6MEfzOmopOPNjCku1BkXfc4
        ixsgnATAe4O0trf9no4=
        -----END ENCRYPTED PRIVATE KEY-----
        """

    /// `openssl genpkey -algorithm X25519`.
    static let x25519PrivateKey = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VuBCIEINheC210yZc2AtHs1zt7DNswXF5WR9fJTDSKOT1aUTNc
        -----END PRIVATE KEY-----
        """
}
