/*
 * fake_transaction — a mail transaction as the server keeps it, and what a connection has used up.
 *
 * Knows: plain values (RFC 5321 §3.3, RFC 9422). Refuses to know: who changes them. Lists live in
 * the session's arena.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_TRANSACTION_H
#define SMTPVET_FAKE_SERVER_FAKE_TRANSACTION_H

#include "harness/base/span.h"

struct fake_transaction {
    bool open;
    bool utf8;          /* MAIL said SMTPUTF8 */
    bool binary;        /* MAIL said BODY=BINARYMIME */
    bool chunked;       /* a BDAT came */
    bool chunk_last;    /* the present chunk, or the latest, is the last one */
    int64_t chunk_left; /* octets of it that are still to come */
    int64_t recipients; /* RCPT commands, whatever became of them */
    struct span from;
    struct span *to;
    size_t to_len;
};

/* A sender and a recipient, and the connection on which they first came together. */
struct fake_pair {
    struct span from, to;
    unsigned connection;
};

struct fake_pairs {
    struct fake_pair *items;
    size_t len;
};

struct fake_usage {
    int64_t mails;        /* MAIL commands of this connection */
    struct span *domains; /* of recipients of this connection, each once */
    size_t domains_len;
};

#endif
