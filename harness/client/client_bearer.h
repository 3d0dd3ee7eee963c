/*
 * client_bearer — logins by token: OAUTHBEARER (RFC 7628) and XOAUTH2, which was there before it.
 *
 * Knows: what is said, and what a server says of a failure. Refuses to know: where tokens come
 * from. Nothing that a server says leads anywhere else: an address in it is text (RFC 7628 §4).
 */
#ifndef SMTPVET_CLIENT_CLIENT_BEARER_H
#define SMTPVET_CLIENT_CLIENT_BEARER_H

#include "harness/client/client_exchange.h"

/* Appends the first response. */
void client_bearer_begin(const struct client_mechanism *mechanism,
    const struct client_exchange_setting *setting, struct buf *response);
/* Appends what a failure is answered with, so that the server goes on to its reply (§3.2.3). */
void client_bearer_yield(const struct client_mechanism *mechanism, struct buf *response);

#endif
