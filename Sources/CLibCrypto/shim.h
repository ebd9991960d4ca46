// What Crypto needs of OpenSSL 3, and plain functions for the macros and variadic calls that Swift can't see.
#ifndef LOCKSTEP_CLIBCRYPTO_H
#define LOCKSTEP_CLIBCRYPTO_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

static inline EVP_PKEY *shim_generate_ed25519(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

static inline EVP_PKEY *shim_generate_p256(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

static inline EVP_PKEY *shim_generate_rsa(size_t bits) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}

// Without a callback of ours OpenSSL would ask the terminal for the passphrase of an encrypted key, and wait.
static inline int shim_no_passphrase(char *buffer, int size, int writing, void *context) {
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

static inline EVP_PKEY *shim_read_private_key(BIO *bio) {
    return PEM_read_bio_PrivateKey(bio, NULL, shim_no_passphrase, NULL);
}

static inline EVP_PKEY *shim_read_public_key(BIO *bio) {
    return PEM_read_bio_PUBKEY(bio, NULL, shim_no_passphrase, NULL);
}

static inline int shim_write_private_key(BIO *bio, const EVP_PKEY *key) {
    return PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
}

static inline long shim_memory(BIO *bio, char **bytes) {
    return BIO_get_mem_data(bio, bytes);
}

#endif
