/*
 * fake_command — the commands that the server has: one table.
 *
 * Knows: each verb's normal reply and what an answer to it changes, whoever gave the answer: normal
 * behaviour and scripted replies go the same way (2yz, 354 and 334 advance the state, nothing
 * else); what it asks of the transaction, which a rule may grant or not on its own.
 * Refuses to know: rules, segments, TLS.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_COMMAND_H
#define SMTPVET_FAKE_SERVER_FAKE_COMMAND_H

#include "fake-server/fake_session.h"

struct fake_command {
    const char *verb; /* in capitals */
    bool before_tls;  /* allowed where STARTTLS is required (RFC 3207 §4) */
    void (*perform)(struct fake_session *session); /* puts the normal reply into the piece */
    void (*advance)(struct fake_session *session, unsigned code); /* NULL: changes nothing */
    void (*grant)(
        struct fake_session *session); /* what it asks of the transaction; NULL: nothing */
    unsigned granted_by;               /* the code that grants it; 0: any 2yz */
};

/* The row of a verb in capitals, NULL when the server has no such command. */
const struct fake_command *fake_command_find(struct span verb);

/* Normal behaviour for the session's present line; `command` NULL for an unknown one. */
void fake_command_perform(struct fake_session *session, const struct fake_command *command);
void fake_command_advance(
    struct fake_session *session, const struct fake_command *command, unsigned code);
/* Whether an answer grants what the command asks of the transaction. */
bool fake_command_is_granted(const struct fake_command *command, unsigned code);

/* --- AUTH (fake_auth.c) --- */
void fake_auth_perform(struct fake_session *session);
void fake_auth_advance(struct fake_session *session, unsigned code);
/* The same for a response within an exchange. */
void fake_auth_perform_response(struct fake_session *session);
void fake_auth_advance_response(struct fake_session *session, unsigned code);
/* Ends the exchange, however it went. */
void fake_auth_end(struct fake_session *session);

#endif
