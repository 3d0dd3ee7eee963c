/*
 * fake_sasl — SASL from the server's side, written for the fake server alone.
 *
 * Knows: the table of mechanisms, one exchange of one of them, the users and tokens of a plan. The
 * mechanisms stand in files by family: fake_sasl.c (PLAIN, LOGIN, …), fake_digest.c, fake_scram.c,
 * fake_oauth.c, fake_ntlm.c; fake_mechanism.h is what they share.
 * Refuses to know: base64 of responses, SMTP replies, sessions. The client's SASL is another
 * implementation. Passwords are compared octet by octet, nothing is prepared (RFC 4013).
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_SASL_H
#define SMTPVET_FAKE_SERVER_FAKE_SASL_H

#include "fake-server/fake_hash.h"
#include "harness/base/random.h"
#include "harness/plan/server.h"
#include "harness/tls/tls.h"

#define FAKE_SASL_VALUE_MAX                                               \
    ((size_t)64 * 1024) /* of a name or password: a whole line may be one \
                         */

enum fake_sasl_result {
    FAKE_SASL_CHALLENGE, /* go on: `challenge` is for the client */
    FAKE_SASL_ACCEPTED,  /* `challenge`, where it is not empty, goes with the success */
    FAKE_SASL_REFUSED,   /* the credentials are wrong */
    FAKE_SASL_MALFORMED, /* the response is not what the mechanism allows */
};

struct fake_mechanism;

/* What an exchange takes place in; all of it must outlive the exchange. */
struct fake_sasl_setting {
    const struct plan_auth *auth;
    const char *host;
    plan_fault_set faults;
    const struct tls_session *tls; /* NULL: in clear text */
    bool offers_binding;           /* some mechanism with channel binding is offered there */
    struct fake_salted *salted;    /* NULL: nothing is kept */
    uint64_t seed;                 /* of the nonces */
};

struct fake_sasl {
    const struct fake_mechanism *mechanism; /* NULL: unknown here, can only be scripted */
    struct fake_sasl_setting setting;
    struct random_source random;
    unsigned round;
    /* as far as they came; wiped by fake_sasl_done */
    struct buf user, password, authorization;
    struct buf
        binding; /* the channel binding that the client speaks of: "n", "y", "p=tls-unique" */
    /* between two rounds: the nonce or challenge, the header of RFC 5801 §4, what is signed */
    struct buf nonce, header, message;
};

/* fake_sasl_knows: is there code for it? Names are compared caseless. */
bool fake_sasl_knows(struct span name);
/* Is it one with channel binding? */
bool fake_sasl_binds(struct span name);

void fake_sasl_init(
    struct fake_sasl *sasl, const struct fake_sasl_setting *setting, struct span name);
void fake_sasl_done(struct fake_sasl *sasl); /* a zeroed struct is fine */

/* fake_sasl_step takes one decoded response. `given` false: AUTH came without an initial response,
 * which is not the same as an empty one (RFC 4954 §4). Appends the challenge to `challenge`. */
enum fake_sasl_result fake_sasl_step(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge);

#endif
