/*
 * fake_hash — the digests that the server's mechanisms are made of.
 *
 * Knows: digests and HMAC by name (OpenSSL's: "MD5", "SHA1", "SHA256", "SHA512"), salted passwords
 * (RFC 5802 §2.2) and a store of those that were made before: 4096 rounds cost a dozen handshakes.
 * Refuses to know: mechanisms, users.
 *
 * Where the library has no such digest the result is empty, and an empty one equals nothing: a
 * login that needs it is refused.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_HASH_H
#define SMTPVET_FAKE_SERVER_FAKE_HASH_H

#include "harness/base/buf.h"

#define FAKE_HASH_MAX 64 /* octets of SHA-512 */
/* More rounds than this a server refuses to compute: a client is to refuse them long before. */
#define FAKE_HASH_ITERATIONS_MAX 100000
#define FAKE_HASH_SALTED_MAX 256 /* kept; the oldest goes first */

struct fake_hash {
    uint8_t octets[FAKE_HASH_MAX];
    size_t len;
};

struct span fake_hash_span(const struct fake_hash *hash);
bool fake_hash_equal(const struct fake_hash *a, struct span b);

struct fake_hash fake_hash_of(const char *digest, struct span bytes);
struct fake_hash fake_hash_keyed(const char *digest, struct span key, struct span bytes);

/* Salted passwords of one thread, kept with the digest of what they were made from. */
struct fake_salted {
    struct {
        struct fake_hash of, salted;
    } kept[FAKE_HASH_SALTED_MAX];
    size_t len, next;
};

struct fake_salting {
    const char *digest;
    struct span password, salt;
    unsigned iterations;
};

/* fake_hash_salted is Hi() of RFC 5802 §2.2. `store` may be NULL: then it is computed. */
struct fake_hash fake_hash_salted(struct fake_salted *store, const struct fake_salting *salting);

#endif
