/*
 * spoil — what a session's encrypted records can be made into, and the library would not make.
 *
 * Knows: records around, in place of and after those that carry text, under the session's keys.
 * Refuses to know: what the text is, what a peer ought to make of it.
 * For the files of this room; what can be asked for is in options.h (enum tls_spoil).
 */
#ifndef SMTPVET_TLS_SPOIL_H
#define SMTPVET_TLS_SPOIL_H

#include "harness/tls/session.h"

#define TLS_SPOIL_FLOOD 64 /* records of a kind in a row; OpenSSL puts up with 32 and with 5 */

/* Appends the records of one piece of text to the session's output, spoilt as it was asked for.
 * False when it cannot: the suite is one that only the library can use, or it failed. */
bool tls_spoil_write(struct tls_session *session, struct span piece);

#endif
