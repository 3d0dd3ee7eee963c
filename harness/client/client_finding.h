/*
 * client_finding — what the client notices besides what decides the session.
 *
 * Knows: where each row of harness/evidence/findings.def shows: in a reply, in capabilities, in how
 * TLS came about, in how a session ends. Refuses to know: what is done about it (nothing), what a
 * case expects.
 *
 * Each function may be called as often as its moment comes: a finding is recorded once. None of
 * them looks at how octets were cut into events.
 */
#ifndef SMTPVET_CLIENT_CLIENT_FINDING_H
#define SMTPVET_CLIENT_CLIENT_FINDING_H

#include "harness/client/client_machine.h"

void client_find(struct client *client, enum finding finding);

/* A whole reply has come, in the state that waited for it; before it is acted on. */
void client_find_in_reply(struct client *client, const struct client_reply *reply);
/* A 250 to EHLO was read into `client->offered`. */
void client_find_in_hello(struct client *client, const struct client_reply *reply);
/* tls.* and certificate.* were recorded. */
void client_find_in_tls(struct client *client);
/* Parts of these two. */
void client_find_in_agreement(struct client *client);
void client_find_in_alerts(struct client *client);
/* The alert that came, as far as it was recorded, is an answer to the client's certificate, or to
 * its lack of one. */
bool client_find_is_about_certificate(const struct client *client);
void client_find_in_limits(struct client *client);
void client_find_cross_protocol(struct client *client);
/* A part of client_find_in_reply: who and what was taken. */
void client_find_in_delivery(struct client *client, const struct client_reply *reply);
/* `came` is an answer to raw octets. */
void client_find_in_probe(struct client *client, struct span came);
void client_find_in_mechanisms(struct client *client);

/* A step of an exchange was made, or its last reply has come. */
void client_find_in_exchange(struct client *client);
void client_find_in_login(struct client *client, const struct client_reply *reply);
void client_find_unanswered(struct client *client);

/* Parts of client_find_at_loss and client_find_at_limit. */
void client_find_at_handshake_loss(struct client *client);
void client_find_at_delivery_limit(struct client *client);

/* The line was lost, or a limit ran out, in the present state; before the outcome is settled. */
void client_find_at_loss(struct client *client);
void client_find_at_limit(struct client *client);
/* The server has closed, or was given up, after both sides were through. */
void client_find_at_closing(struct client *client);
/* Nothing more will happen. */
void client_find_at_end(struct client *client);

#endif
