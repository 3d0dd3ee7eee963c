/*
 * client_capabilities — what a server said of itself in its reply to EHLO (RFC 5321 §4.1.1.1).
 *
 * Knows: keywords and their parameters, the mechanisms of AUTH in either spelling, SIZE.
 * Refuses to know: whether TLS was on, what is done with them. Nothing outlives the next hello:
 * client_capabilities_forget is what RFC 3207 §4.2 asks for.
 *
 * Everything kept lives in the arena given.
 */
#ifndef SMTPVET_CLIENT_CLIENT_CAPABILITIES_H
#define SMTPVET_CLIENT_CLIENT_CAPABILITIES_H

#include "harness/client/client_reply.h"

#define CLIENT_CAPABILITIES_KEYWORD_MAX 64     /* octets; real ones have under 30 */
#define CLIENT_CAPABILITIES_MECHANISMS_MAX 256 /* names under which a server may hide */

struct client_keyword {
    const char *name; /* in capitals */
    struct span parameters;
};

struct client_capabilities {
    bool extended; /* EHLO was answered; false after HELO */
    bool auth;     /* AUTH stood there, with mechanisms or without */
    struct client_keyword *keywords;
    size_t keywords_len;
    const char **mechanisms; /* in capitals, in the server's order, each once */
    size_t mechanisms_len;
};

/* client_capabilities_read replaces `capabilities` by those of a 250 to EHLO. The first line is a
 * greeting, whatever it says. Keywords that are none are passed over. */
void client_capabilities_read(struct client_capabilities *capabilities, struct arena *arena,
    const struct client_reply *reply);
void client_capabilities_forget(struct client_capabilities *capabilities);

/* The first row of that keyword (in capitals), or NULL. */
const struct client_keyword *client_capabilities_find(
    const struct client_capabilities *capabilities, const char *name);
/* client_capabilities_is_mechanism: could this word be the name of one? */
bool client_capabilities_is_mechanism(struct span word);
bool client_capabilities_has_mechanism(
    const struct client_capabilities *capabilities, const char *name);
/* The largest message in octets; 0: none was declared, or none that makes sense (RFC 1870 §4). */
int64_t client_capabilities_size(const struct client_capabilities *capabilities);

#endif
