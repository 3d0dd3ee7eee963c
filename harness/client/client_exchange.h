/*
 * client_exchange — one exchange of SASL from the client's side (RFC 4422), through libgsasl.
 *
 * Knows: what each mechanism is given, what it may be asked, when it has come to its end, and
 * whether the server has proved itself. Refuses to know: which mechanism to use, base64, SMTP
 * replies.
 *
 * The responses are secret as a whole; who sends them masks them.
 */
#ifndef SMTPVET_CLIENT_CLIENT_EXCHANGE_H
#define SMTPVET_CLIENT_CLIENT_EXCHANGE_H

#include "harness/client/client_sasl.h"

#define CLIENT_EXCHANGE_RESPONSE_MAX                             \
    ((size_t)48 * 1024) /* octets; base64 of it fits into a line \
                         */
#define CLIENT_EXCHANGE_ROUNDS_MAX                                 \
    16 /* challenges of one exchange; no mechanism has more than 4 \
        */
#define CLIENT_EXCHANGE_ERROR_MAX \
    ((size_t)1024) /* of what a server says of a failure: longer ones tell no more */

/* What an exchange is made of. */
struct client_exchange_setting {
    const struct plan_login *login;
    const char *host;
    uint16_t port;
    struct span binding;      /* octets; empty: none */
    const char *binding_name; /* "tls-exporter", "tls-unique" */
};

struct client_exchange;

/* Has this libgsasl got the mechanism? */
bool client_exchange_has(const struct client_mechanism *mechanism);

/* client_exchange_new begins one. NULL and FAIL_INTERNAL when the library cannot. What the setting
 * points to must live as long, but for the binding, which is copied. */
struct client_exchange *client_exchange_new(struct client_worker *worker,
    const struct client_mechanism *mechanism, const struct client_exchange_setting *setting,
    struct fail *fail);
void client_exchange_free(struct client_exchange *exchange); /* NULL is fine */

enum client_exchange_result {
    CLIENT_EXCHANGE_RESPONSE, /* `response` is to be sent */
    CLIENT_EXCHANGE_REFUSED,  /* the challenge is none of this mechanism, or comes behind its end */
    CLIENT_EXCHANGE_STOPPED,  /* it is one, and this client will not go on with it */
};

/* client_exchange_step answers a challenge (empty for the initial response; `decoded` false: it is
 * no base64, and nothing of it is known). `*ret_shows` tells whether the password, or what is as
 * good as it, is in the response. */
enum client_exchange_result client_exchange_step(struct client_exchange *exchange, bool decoded,
    struct span challenge, struct buf *response, bool *ret_shows);
/* Why the last step was refused or stopped, for people. */
const char *client_exchange_why(const struct client_exchange *exchange);

/* client_exchange_succeed takes the server's word for a success, and the data that came with it
 * (decoded; empty: none). REFUSED: the mechanism has not come that far. STOPPED: the server has not
 * proved that it knows the password. RESPONSE: the success may be believed. */
enum client_exchange_result client_exchange_succeed(
    struct client_exchange *exchange, struct span data);

/* What was seen: iterations (0: none were told), whether the server has proved itself, what it
 * says of a failure (empty: nothing), and what the login is bound to (NULL: nothing). */
struct client_exchange_seen {
    int64_t iterations;
    bool server_verified;
    bool server_unproven; /* it had to and has not */
    bool server_failed;   /* it says in the mechanism's own words that the login has failed */
    struct span error;
    const char *binding;
};
struct client_exchange_seen client_exchange_seen(const struct client_exchange *exchange);

/* What is said in it has something drawn anew in each run: this in clear, or nothing in it. */
struct span client_exchange_nonce(const struct client_exchange *exchange);

#endif
