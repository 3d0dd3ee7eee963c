/*
 * client_check — what must hold before the client says anything, and before it sends a message.
 *
 * Knows: input that may not go over any line (RFC 5321 §4.1.2, §4.5.3.1.6; RFC 5322 §2.3), what a
 * message needs of a server's offer (RFC 6531, RFC 6152, RFC 3461, RFC 1870). Refuses to know: how
 * it is sent. Both functions end the session where something does not hold.
 */
#ifndef SMTPVET_CLIENT_CLIENT_CHECK_H
#define SMTPVET_CLIENT_CLIENT_CHECK_H

#include "harness/client/client_machine.h"

/* Before the first connection: false, with the session ended, where what the client was told to
 * say may be said to no server. */
bool client_check_input(struct client *client);
/* Before MAIL, with the present message made: false, with the session ended, where it needs what
 * the latest hello does not offer. */
bool client_check_offer(struct client *client);

/* An address of it, in envelope or header, has no form in ASCII: it goes with SMTPUTF8 or not at
 * all. */
bool client_check_needs_utf8(const struct plan_message *message);
/* The row of an extension that is offered and not to be left alone, or NULL. */
const struct client_keyword *client_check_extension(
    const struct client *client, enum plan_extension extension);

#endif
