/*
 * client_auth — the exchange of AUTH (RFC 4954 §4): lines, base64, replies.
 *
 * Knows: when a response goes with the command, when an exchange is cancelled, what a refusal
 * leaves room for. Refuses to know: what mechanisms say (client_exchange), which one is used
 * (client_login).
 */
#ifndef SMTPVET_CLIENT_CLIENT_AUTH_H
#define SMTPVET_CLIENT_CLIENT_AUTH_H

#include "harness/client/client_machine.h"

void client_auth_enter(struct client *client);
void client_auth_response_enter(struct client *client);
void client_auth_cancel_enter(struct client *client);
void client_auth_reply(struct client *client, const struct client_reply *reply);
void client_auth_cancel_reply(struct client *client, const struct client_reply *reply);

/* Is there a TLS session that a login can be bound to? Where no other session can have the same
 * keys (RFC 7627). */
bool client_auth_can_bind(const struct client *client);
/* Appends what of the TLS session a login can be bound to, and names it; NULL where nothing is:
 * tls-unique before TLS 1.3 (RFC 5802 §6), tls-exporter in 1.3 (RFC 9266 §4). As costly as a
 * hundredth of a session: for mechanisms that need it. */
const char *client_auth_binding(const struct client *client, struct buf *out);

/* A line is about to be shown: what in it comes of something that was drawn for this run alone is
 * masked from now on, so that what is shown of two runs is the same. */
void client_auth_shield(struct client *client, struct span line);

#endif
