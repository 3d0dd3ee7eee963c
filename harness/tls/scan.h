/*
 * scan — where TLS records begin and end in what arrives, told apart from OpenSSL's own reading.
 *
 * Knows: record headers (RFC 8446 §5.1) and that of an SSL 2 hello. Refuses to know: what is in a
 * record. A zeroed struct is a fresh scan; it owns nothing.
 */
#ifndef SMTPVET_TLS_SCAN_H
#define SMTPVET_TLS_SCAN_H

#include "harness/base/span.h"

#define TLS_SCAN_HEADER 5 /* octets of a record's header */

struct tls_scan {
    uint8_t header[TLS_SCAN_HEADER];
    size_t header_len; /* octets of the header that have come */
    size_t left;       /* octets of the record's content still to come */
    uint64_t records;  /* begun */
    bool not_tls;      /* something that is no record came where one had to begin */
    uint8_t stray;     /* … and this was its first octet */
};

/* tls_scan_bytes goes over what arrived and returns how many of its octets belong to records: fewer
 * than there are once something came that is none, and nothing from then on. */
size_t tls_scan_bytes(struct tls_scan *scan, struct span bytes);
/* True in the middle of a header or of a record. */
bool tls_scan_inside_record(const struct tls_scan *scan);

#endif
