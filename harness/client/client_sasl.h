/*
 * client_sasl — the mechanisms of SASL that the client speaks (RFC 4422), and which one is used.
 *
 * Knows: the table of mechanisms (what they take, what they show, which are preferred) and how one
 * is chosen. Refuses to know: how an exchange goes (client_exchange), base64, SMTP.
 */
#ifndef SMTPVET_CLIENT_CLIENT_SASL_H
#define SMTPVET_CLIENT_CLIENT_SASL_H

#include "harness/client/client.h"
#include "harness/client/client_capabilities.h"

/* What is proved by a login, and with what. */
enum client_proof {
    CLIENT_PROOF_NOTHING,
    CLIENT_PROOF_CERTIFICATE, /* which TLS has shown */
    CLIENT_PROOF_PASSWORD,
    CLIENT_PROOF_TOKEN,
};

struct client_mechanism {
    const char *name;
    unsigned strength; /* the larger, the sooner it is chosen by order `strong` */
    enum client_proof proof;
    bool shows_password;     /* or the token: whoever reads the line has it, it needs TLS */
    bool initial_by_default; /* its first response goes with AUTH unless told otherwise */
    bool server_first;       /* it has nothing to say before the server has */
    bool proves_server;      /* the server must know the password too, and show that it does */
    bool binds;              /* to the TLS session (RFC 5056) */
    bool weak;               /* what is seen of it can be tried against a list of passwords fast */
    bool maybe;              /* not every libgsasl has it */
    bool only_named;         /* never used but where a login names it */
};

/* NULL when there is no such mechanism here; caseless. */
const struct client_mechanism *client_sasl_find(const char *name);
/* Can it be used here? Where not, `*ret_why` is a sentence, or NULL. */
bool client_sasl_speaks(const char *name, const char **ret_why);

/* What a connection allows. */
struct client_sasl_setting {
    enum plan_in_clear in_clear; /* any inside TLS */
    bool certificate;            /* the client's own went out */
    bool binding;                /* there is something to bind to */
    bool no_simple;              /* none that shows the password: a better one has failed */
};

/* client_sasl_choose picks the next mechanism for a login: among those offered (all when the login
 * says try_unlisted), restricted to those wanted and possible, in the order asked for, those of the
 * bit set `tried` left out. NULL: none. */
const struct client_mechanism *client_sasl_choose(const struct plan_login *login,
    const struct client_capabilities *offered, unsigned tried,
    const struct client_sasl_setting *setting);
/* The bit of a mechanism in such a set. */
unsigned client_sasl_bit(const struct client_mechanism *mechanism);
/* The bits of all mechanisms that are no stronger than this one. */
unsigned client_sasl_bits_up_to(const struct client_mechanism *mechanism);

#endif
