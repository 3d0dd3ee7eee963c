/*
 * fake_transaction — a mail transaction as the server keeps it, and what a connection has used up.
 *
 * Knows: plain values (RFC 5321 §3.3, RFC 9422). Refuses to know: who changes them. Lists live in
 * the server's arena.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_TRANSACTION_H
#define SMTPVET_FAKE_SERVER_FAKE_TRANSACTION_H

#include "harness/base/span.h"

struct fake_transaction {
    bool open;
    bool utf8;          /* MAIL said SMTPUTF8 */
    int64_t recipients; /* RCPT commands, whatever became of them */
    struct span from;
    struct span *to;
    size_t to_len;
};

struct fake_usage {
    int64_t mails;        /* MAIL commands of this connection */
    struct span *domains; /* of recipients of this connection, each once */
    size_t domains_len;
};

#endif
