/*
 * fake_records — where TLS records begin and end in what a client sends.
 *
 * Knows: record headers and SSL 2's first one (RFC 8446 §5.1, RFC 5246 §E.2), so that input can be
 * worked off a record at a time, however it was cut into segments, and so that clear text where a
 * record had to begin is told from TLS.
 * Refuses to know: what is in a record.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_RECORDS_H
#define SMTPVET_FAKE_SERVER_FAKE_RECORDS_H

#include "harness/base/span.h"

#define FAKE_RECORDS_HEADER 5

/* Zeroed at the beginning of a TLS stream. */
struct fake_records {
    uint8_t header[FAKE_RECORDS_HEADER];
    size_t header_len; /* octets of the present header that have come */
    size_t left;       /* octets of the present record's content still to come */
    bool begun;        /* a first record came */
    bool over;         /* no record came where one had to begin: no more are looked for */
};

/* fake_records_take returns how many octets of `bytes` (one at least) belong to the present record.
 * 0: they are no TLS, and nothing behind them is. */
size_t fake_records_take(struct fake_records *records, struct span bytes);

#endif
