/*
 * tls/filter — what can be done to TLS on its way out, without touching OpenSSL.
 *
 * Knows: record boundaries (RFC 8446 §5.1). Cuts, corrupts, fragments, repeats and injects.
 * Refuses to know: keys; what it changes in encrypted records cannot be told from line noise.
 *
 * A filter stands between a session's output and the wire of one side. Offsets count the octets of
 * the TLS stream from its first record, before anything is changed.
 */
#ifndef SMTPVET_TLS_FILTER_H
#define SMTPVET_TLS_FILTER_H

#include "harness/base/buf.h"

#define TLS_FILTER_NONE (-1)

enum tls_filter_ccs { TLS_FILTER_CCS_KEPT, TLS_FILTER_CCS_DROPPED, TLS_FILTER_CCS_TWICE };

struct tls_filter_options {
    int64_t cut_at;        /* octets that pass; nothing after; TLS_FILTER_NONE: all pass */
    int64_t corrupt_at;    /* offset of the octet whose lowest bit is flipped */
    int64_t inject_at;     /* offset before which `inject` is put */
    struct span inject;    /* must live as long as the filter */
    int64_t repeat_record; /* number of the record (from 0) that is sent twice */
    enum tls_filter_ccs
        ccs; /* what becomes of each ChangeCipherSpec (RFC 5246 §7.1, RFC 8446 §D.4) */
    struct span between; /* put between the fragments below; must live as long as the filter */
    size_t fragment;     /* clear-text handshake records are re-cut to at most this many octets of
                            content; 0: as they are. Encrypted records cannot be re-cut */
};

struct tls_filter {
    struct tls_filter_options options;
    int64_t offset;  /* octets taken so far */
    int64_t record;  /* records begun so far */
    struct buf held; /* the beginning of a record whose end has not come */
    bool encrypted; /* a ChangeCipherSpec or an application record has passed: re-cutting is over */
    bool cut;
};

void tls_filter_init(struct tls_filter *filter, const struct tls_filter_options *options);
void tls_filter_done(struct tls_filter *filter);
/* Takes `bytes` and appends what goes on the wire. True as long as the line stands: false once
 * `cut_at` was reached. */
bool tls_filter_pass(struct tls_filter *filter, struct span bytes, struct buf *out);

#endif
