/*
 * client_sasl — SASL from the client's side (RFC 4422), through libgsasl.
 *
 * Knows: the table of mechanisms (which of them show the password, which are preferred), how one is
 * chosen, and one exchange. Refuses to know: base64, SMTP replies, whether TLS is on.
 *
 * The responses are secret as a whole; who sends them masks them.
 */
#ifndef SMTPVET_CLIENT_CLIENT_SASL_H
#define SMTPVET_CLIENT_CLIENT_SASL_H

#include "harness/client/client.h"
#include "harness/client/client_capabilities.h"

#define CLIENT_SASL_RESPONSE_MAX ((size_t)48 * 1024) /* octets; base64 of it fits into a line */
#define CLIENT_SASL_ROUNDS_MAX 16 /* challenges of one exchange; no mechanism has more than 4 */

struct client_mechanism {
    const char *name;
    unsigned strength;       /* the larger, the sooner it is chosen by order `strong` */
    bool shows_password;     /* whoever reads the line has it: needs TLS */
    bool initial_by_default; /* its first response goes with AUTH unless told otherwise */
};

/* NULL when there is no such mechanism here; caseless. */
const struct client_mechanism *client_sasl_find(const char *name);
/* Is there a mechanism that does not show the password? */
bool client_sasl_keeps_password(void);

/* client_sasl_choose picks the next mechanism for a login: among those offered (all when the login
 * says try_unlisted), restricted to those wanted, in the order asked for, those of the bit set
 * `tried` left out, and with `in_clear` only those that may be used outside TLS. NULL: none. */
const struct client_mechanism *client_sasl_choose(const struct plan_login *login,
    const struct client_capabilities *offered, unsigned tried, enum plan_in_clear in_clear);
/* The bit of a mechanism in such a set. */
unsigned client_sasl_bit(const struct client_mechanism *mechanism);
/* The bits of all mechanisms that are no stronger than this one. */
unsigned client_sasl_bits_up_to(const struct client_mechanism *mechanism);

struct client_sasl;

/* client_sasl_new begins an exchange. NULL and FAIL_INTERNAL when the library cannot. `login` must
 * outlive it. */
struct client_sasl *client_sasl_new(struct client_worker *worker,
    const struct client_mechanism *mechanism, const struct plan_login *login, struct fail *fail);
void client_sasl_free(struct client_sasl *sasl); /* NULL is fine */

enum client_sasl_result {
    CLIENT_SASL_RESPONSE, /* `response` is to be sent */
    CLIENT_SASL_REFUSED,  /* the challenge is none of this mechanism, or there is nothing to say */
};

/* client_sasl_step answers a challenge (empty for the initial response). `*ret_shows` tells whether
 * the password, or what is as good as it, is in the response. */
enum client_sasl_result client_sasl_step(
    struct client_sasl *sasl, struct span challenge, struct buf *response, bool *ret_shows);
/* True once the exchange has come to its end on this side: success may be believed. */
bool client_sasl_is_complete(const struct client_sasl *sasl);

#endif
