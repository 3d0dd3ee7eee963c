/*
 * client_mail — MAIL, RCPT, DATA and the message (RFC 5321 §3.3), one command at a time.
 *
 * Knows: envelopes, what became of a message. Refuses to know: how a message looks
 * (client_message). Functions `_enter` and `_reply` stand in the table of states (client_state.c).
 */
#ifndef SMTPVET_CLIENT_CLIENT_MAIL_H
#define SMTPVET_CLIENT_CLIENT_MAIL_H

#include "harness/client/client_machine.h"

/* The next message, or a good end where none is left. */
void client_mail_begin(struct client *client);
/* The commands, without the end of the line. `at`: of the recipients. */
void client_mail_put(struct client *client, struct buf *line);
void client_rcpt_put(struct client *client, size_t at, struct buf *line);
/* A transaction without recipients is over, and all that was owed for it has come. */
void client_mail_given_up(struct client *client);
bool client_mail_is_positive(const struct client_reply *reply);
void client_mail_enter(struct client *client);
void client_mail_reply(struct client *client, const struct client_reply *reply);
void client_rcpt_enter(struct client *client);
void client_rcpt_reply(struct client *client, const struct client_reply *reply);
/* The steps `rcpt` and `data`, which may stand where no MAIL did: RCPT for every recipient of the
 * present message, and DATA with it. */
void client_rcpt_begin(struct client *client);
void client_data_begin(struct client *client);
void client_data_enter(struct client *client);
void client_data_reply(struct client *client, const struct client_reply *reply);
void client_body_enter(struct client *client);
void client_body_flushed(struct client *client);
void client_body_reply(struct client *client, const struct client_reply *reply);
void client_message_reply(struct client *client, const struct client_reply *reply);
/* A new connection where this one was used and the server takes no other message on it, as often as
 * that was told; else false. MAIL was said and answered so, or the line was lost at it; or it was
 * not said, because a goodbye came first. */
bool client_renew(struct client *client, bool said);
void client_rset_enter(struct client *client);
void client_rset_reply(struct client *client, const struct client_reply *reply);

#endif
