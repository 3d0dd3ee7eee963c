/*
 * client_login — AUTH (RFC 4954): whether to log in at all, by which mechanism, and the exchange.
 *
 * Knows: when a password may be shown. Refuses to know: what is said (client_auth).
 * Functions `_enter` and `_reply` stand in the table of states (client_state.c).
 */
#ifndef SMTPVET_CLIENT_CLIENT_LOGIN_H
#define SMTPVET_CLIENT_CLIENT_LOGIN_H

#include "harness/client/client_machine.h"

/* What follows the last hello: a login, mail where none is wanted, or an end. */
void client_login_begin(struct client *client);
/* The mechanism that would be next where those of `tried` are left out; NULL: none. */
const struct client_mechanism *client_login_choose(const struct client *client, unsigned tried);
/* Tries it, or ends where there is none. */
void client_login_next(struct client *client);
/* The login has succeeded. */
void client_login_done(struct client *client);

#endif
