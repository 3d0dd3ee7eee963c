/*
 * detect — whether a server speaks SSL 2 or SSL 3, which the library cannot.
 *
 * Knows: a ClientHello of SSL 2 and one of SSL 3 (RFC 6101 §5.6.1.2), and which answer proves that
 * it was understood: only a ServerHello of that version. An alert of SSL 3 is no proof: those who
 * have TLS only answer so, too. Refuses to know: how to go on; a session ends with the answer.
 * For the files of this room; what has come is kept in the session's `detected`.
 */
#ifndef SMTPVET_TLS_DETECT_H
#define SMTPVET_TLS_DETECT_H

#include "harness/tls/session.h"

/* The hello goes to the session's output, once; then what arrives is looked at until it says
 * something: the session fails then, whatever it was. */
void tls_detect_feed(struct tls_session *session, struct span wire);

#endif
