/*
 * fake_mechanism — what the files of the server's mechanisms share.
 *
 * Knows: how a mechanism looks in the table, how it asks for users, faults and nonces.
 * Refuses to know: the exchange around it. For fake_sasl.c and the families only.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_MECHANISM_H
#define SMTPVET_FAKE_SERVER_FAKE_MECHANISM_H

#include "fake-server/fake_sasl.h"

typedef enum fake_sasl_result fake_mechanism_step(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge);

struct fake_mechanism {
    const char *name;
    fake_mechanism_step *step;
    const char *digest; /* as fake_hash names it; NULL: none, or always the same */
    bool binds;
};

fake_mechanism_step fake_digest_step_cram, fake_digest_step, fake_scram_step,
    fake_oauth_step_xoauth2, fake_oauth_step_bearer, fake_ntlm_step;

bool fake_mechanism_has(const struct fake_sasl *sasl, enum plan_fault fault);
/* The password of `user`, the name as far as it came; NULL: there is no such user. */
const char *fake_mechanism_password(const struct fake_sasl *sasl);
/* The newest value counts: a script may have asked twice. */
void fake_mechanism_keep(struct buf *value, struct span bytes);
/* Nobody may act as somebody else here. */
bool fake_mechanism_may_act(const struct fake_sasl *sasl);
/* Appends a nonce: 24 characters of base64. */
void fake_mechanism_nonce(struct fake_sasl *sasl, struct buf *out);

/* Takes what stands before `separator` off `rest`, which then begins behind it. */
struct span fake_mechanism_take(struct span *rest, uint8_t separator);
/* `text` begins with `prefix`: *ret is what stands behind it. */
bool fake_mechanism_behind(struct span text, const char *prefix, struct span *ret);

/* RFC 5801 §4: "=2C" and "=3D" stand for a comma and an equals sign, no other "=" may come. */
bool fake_mechanism_unescape(struct span name, struct buf *ret);
/* The header of RFC 5801 §4, "n,a=joe,": taken off `rest`, kept in `sasl` with its flag and the
 * name to act as. False where it is none. */
bool fake_mechanism_header(struct fake_sasl *sasl, struct span *rest);

#endif
