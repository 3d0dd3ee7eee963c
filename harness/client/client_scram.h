/*
 * client_scram — what the client reads and computes of SCRAM (RFC 5802, RFC 7677) beside libgsasl.
 *
 * Knows: the attributes of the server's messages, how many iterations are too many, and salted
 * passwords, which are kept because they cost more than ten handshakes each.
 * Refuses to know: proofs and signatures, which are the library's.
 */
#ifndef SMTPVET_CLIENT_CLIENT_SCRAM_H
#define SMTPVET_CLIENT_CLIENT_SCRAM_H

#include "harness/base/buf.h"

/* RFC 7677 §4: servers should ask for that many at least. */
#define CLIENT_SCRAM_ITERATIONS_MIN 4096
/* Some hundreds of thousands are what is recommended today. Ten times that would only keep the
 * client busy (RFC 5802 §9), and it takes half a second. */
#define CLIENT_SCRAM_ITERATIONS_MAX 1000000
#define CLIENT_SCRAM_SALT_MAX ((size_t)1024) /* octets; real ones have 8 to 32 */
#define CLIENT_SCRAM_KEPT 16 /* salted passwords of a worker: a suite has few users and salts */

/* The value of an attribute of a message; empty with `data` NULL where it has none. */
struct span client_scram_attribute(struct span message, char name);

struct client_scram_first {
    struct span nonce;
    struct buf salt;
    int64_t iterations;
};
/* client_scram_read_first reads the server's first message; NULL, or what is wrong with it. `nonce`
 * is the client's, which the server's must begin with and pass. Free `ret` with _done either way.
 */
const char *client_scram_read_first(
    struct span message, struct span nonce, struct client_scram_first *ret);
void client_scram_first_done(struct client_scram_first *first);

struct client_scram_kept;
struct client_scram_kept *client_scram_kept_new(void);
void client_scram_kept_free(struct client_scram_kept *kept); /* wipes; NULL is fine */
/* client_scram_salt appends the salted password in hexadecimal, computed or kept. `digest` is
 * "SHA1" or "SHA256"; the password is prepared already (RFC 4013). False when it cannot be. */
bool client_scram_salt(struct client_scram_kept *kept, const char *digest, const char *password,
    const struct client_scram_first *first, struct buf *out);

#endif
