/*
 * fake_sasl — SASL from the server's side, written for the fake server alone.
 *
 * Knows: PLAIN (RFC 4616), LOGIN (draft-murchison-sasl-login), the users of a plan.
 * Refuses to know: base64, SMTP replies, sessions. The client's SASL is another implementation.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_SASL_H
#define SMTPVET_FAKE_SERVER_FAKE_SASL_H

#include "harness/base/buf.h"
#include "harness/plan/server.h"

#define FAKE_SASL_VALUE_MAX                                               \
    ((size_t)64 * 1024) /* of a name or password: a whole line may be one \
                         */

enum fake_sasl_result {
    FAKE_SASL_CHALLENGE, /* go on: `challenge` is for the client */
    FAKE_SASL_ACCEPTED,
    FAKE_SASL_REFUSED,   /* the credentials are wrong */
    FAKE_SASL_MALFORMED, /* the response is not what the mechanism allows */
};

struct fake_sasl_mechanism;

struct fake_sasl {
    const struct fake_sasl_mechanism *mechanism; /* NULL: unknown here, can only be scripted */
    const struct plan_auth *auth;
    unsigned round;
    struct buf user, password; /* as far as they came; wiped by fake_sasl_done */
};

/* fake_sasl_knows: is there code for it? Names are compared caseless. */
bool fake_sasl_knows(struct span name);

void fake_sasl_init(struct fake_sasl *sasl, const struct plan_auth *auth, struct span name);
void fake_sasl_done(struct fake_sasl *sasl); /* a zeroed struct is fine */

/* fake_sasl_step takes one decoded response. `given` false: AUTH came without an initial response,
 * which is not the same as an empty one (RFC 4954 §4). Appends the challenge to `challenge`. */
enum fake_sasl_result fake_sasl_step(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge);

#endif
