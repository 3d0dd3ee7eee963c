/*
 * client_login — AUTH (RFC 4954): whether to log in at all, by which mechanism, and the exchange.
 *
 * Knows: when a password may be shown. Refuses to know: what mechanisms say (client_sasl).
 * Functions `_enter` and `_reply` stand in the table of states (client_state.c).
 */
#ifndef SMTPVET_CLIENT_CLIENT_LOGIN_H
#define SMTPVET_CLIENT_CLIENT_LOGIN_H

#include "harness/client/client_machine.h"

/* What follows the last hello: a login, mail where none is wanted, or an end. */
void client_login_begin(struct client *client);
void client_auth_enter(struct client *client);
void client_auth_response_enter(struct client *client);
void client_auth_cancel_enter(struct client *client);
void client_auth_reply(struct client *client, const struct client_reply *reply);
void client_auth_cancel_reply(struct client *client, const struct client_reply *reply);

#endif
