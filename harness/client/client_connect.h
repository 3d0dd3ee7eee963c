/*
 * client_connect — from the connection to the last hello: what each ssl_mode decides.
 *
 * Knows: TLS on connect, greeting, EHLO and HELO, STARTTLS, falling back. Refuses to know: logging
 * in, mail. Functions `_enter` and `_reply` stand in the table of states (client_state.c).
 */
#ifndef SMTPVET_CLIENT_CLIENT_CONNECT_H
#define SMTPVET_CLIENT_CLIENT_CONNECT_H

#include "harness/client/client_machine.h"

/* How long and how much is listened to where TLS was due: a greeting comes at once. Octets. */
#define CLIENT_LISTEN_US (INT64_C(5) * 1000 * 1000)
#define CLIENT_LISTEN_MAX ((size_t)512)

void client_connect_enter(struct client *client);
void client_pause_enter(struct client *client);
/* Hangs up, and connects anew, after a pause where one was told. */
void client_connect_again(struct client *client);
void client_connect_opened(struct client *client);
void client_handshake_enter(struct client *client);
/* Goes on with what became of the handshake; false when it is still under way. */
bool client_handshake_step(struct client *client);
/* Ends the session when a whole line has come in clear text; false while it has not. */
bool client_listen_step(struct client *client);
void client_greeting_reply(struct client *client, const struct client_reply *reply);
void client_ehlo_enter(struct client *client);
void client_ehlo_reply(struct client *client, const struct client_reply *reply);
void client_helo_enter(struct client *client);
void client_helo_reply(struct client *client, const struct client_reply *reply);
void client_starttls_enter(struct client *client);
void client_starttls_reply(struct client *client, const struct client_reply *reply);
/* A new connection in clear text where the mode allows that; false where it does not. */
bool client_fall_back(struct client *client);
/* A new connection without ALPN where `alert` (may be NULL) says that the server speaks none of the
 * protocols offered, once; else false. */
bool client_drop_alpn(struct client *client, const char *alert);

#endif
