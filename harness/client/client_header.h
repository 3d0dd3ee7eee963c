/*
 * client_header — the text of a header field as it may go over the line.
 *
 * Knows: encoded words (RFC 2047), the fields that hold addresses (RFC 5322 §3.6), and what in them
 * is one. Refuses to know: which fields a message has, what the server offers.
 */
#ifndef SMTPVET_CLIENT_CLIENT_HEADER_H
#define SMTPVET_CLIENT_CLIENT_HEADER_H

#include "harness/base/buf.h"

/* From, To, Reply-To and the like. */
bool client_header_has_addresses(const char *name);
/* An address in it is beyond ASCII before its `@`: there is no other form of it (RFC 6532 §3.2). */
bool client_header_needs_utf8(const char *name, const char *value);
/* client_header_put appends the value: as it is with `utf8`, else in ASCII: addresses with
 * A-labels, other text beyond ASCII as encoded words. False where that cannot be: an address
 * needs UTF-8, or its domain is no name. */
bool client_header_put(const char *name, const char *value, bool utf8, struct buf *out);

#endif
