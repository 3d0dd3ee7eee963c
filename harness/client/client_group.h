/*
 * client_group — MAIL, RCPT and DATA in one segment (RFC 2920 §3.1), and what is owed then.
 *
 * Knows: which commands may go together, how many replies are still to come, and that all of them
 * are read in order before anything else is said. Refuses to know: what the commands are made of.
 *
 * A DATA that went out with recipients who were all refused may still be granted: the lone dot that
 * follows then sends nothing. Where somebody might get an empty message by it the connection is
 * closed instead.
 */
#ifndef SMTPVET_CLIENT_CLIENT_GROUP_H
#define SMTPVET_CLIENT_CLIENT_GROUP_H

#include "harness/client/client_machine.h"

#define CLIENT_GROUP_MAX                                                                         \
    ((size_t)32 * 1024) /* octets: less than any send buffer, so that nobody waits for the other \
                         */

/* Says MAIL, and what may go with it. */
void client_group_say(struct client *client);
/* True where the command of `state` has gone out already; it counts as answered next. */
bool client_group_said(struct client *client, enum client_state state);
/* Replies are owed that nobody waits for. */
bool client_group_owes(const struct client *client);
void client_group_forget(struct client *client); /* a new connection owes nothing */

/* State DRAIN. */
void client_group_drain_enter(struct client *client);
void client_group_drained(struct client *client, const struct client_reply *reply);

#endif
