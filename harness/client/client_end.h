/*
 * client_end — how a session ends, and what is said of it.
 *
 * Knows: the outcomes by their definitions, which of them leave with QUIT, which close at once.
 * Refuses to know: what was being done. The first cause decides; everything here may be called
 * again once the outcome stands, and then only helps to leave.
 */
#ifndef SMTPVET_CLIENT_CLIENT_END_H
#define SMTPVET_CLIENT_CLIENT_END_H

#include "harness/client/client_machine.h"

/* All that was asked is done: QUIT. */
void client_end_well(struct client *client);
/* A reply ended it: 4yz and 5yz are a refusal, everything else is no answer that SMTP allows
 * there. */
void client_end_reply(
    struct client *client, const struct client_reply *reply, enum plan_stage stage);
/* The client's own policy; `because` is a word of the fact stopped_because. `quits`: the connection
 * can still be used to say goodbye. */
void client_end_stopped(struct client *client, const char *because, enum plan_stage stage,
    bool quits, const char *format, ...) PRINTF_LIKE(5, 6);
/* What was read is not SMTP. */
void client_end_protocol(struct client *client, enum plan_stage stage, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* TLS failed, in the handshake or later: a certificate, an alert, a lost line. */
void client_end_tls(struct client *client);
/* Bytes that are not TLS followed the 220 to STARTTLS. */
void client_end_leftover(struct client *client);
/* The server's end is closed while something was owed. */
void client_end_lost(struct client *client);
void client_end_time(struct client *client);
void client_end_unreachable(struct client *client, enum wire_problem problem, const char *text);
/* smtpvet itself cannot go on. */
void client_end_fail(struct client *client);

/* States QUIT, CLOSING, DONE. */
void client_quit_enter(struct client *client);
void client_quit_reply(struct client *client, const struct client_reply *reply);
void client_closing_enter(struct client *client);
/* The server has closed too. */
void client_closing_over(struct client *client);
void client_done_enter(struct client *client);
/* Records what TLS was on this connection, as far as it is known. */
void client_record_tls(struct client *client);
/* client_hang_up closes the connection at once and records what TLS was; the client is not done by
 * that: another connection may follow. */
void client_hang_up(struct client *client);

#endif
