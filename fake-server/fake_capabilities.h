/*
 * fake_capabilities — what the server says of itself in reply to EHLO.
 *
 * Knows: which list is in force (before TLS, after TLS, after login), where STARTTLS and AUTH are
 * added, which parameters a list allows. Refuses to know: sessions.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_CAPABILITIES_H
#define SMTPVET_FAKE_SERVER_FAKE_CAPABILITIES_H

#include "harness/base/buf.h"
#include "harness/plan/server.h"

/* Where a session stands, as far as its capabilities go. */
struct fake_capabilities {
    const struct plan_server *plan;
    bool tls, logged_in;
};

/* The mechanisms that are advertised and accepted there. */
struct plan_text_list fake_capabilities_mechanisms(const struct fake_capabilities *at);

/* True when the plain list has `keyword`; `ret_value` (may be NULL) is what follows it. STARTTLS
 * and AUTH, which come from keys of their own, are not looked for. */
bool fake_capabilities_have(
    const struct fake_capabilities *at, const char *keyword, struct span *ret_value);

enum fake_parameter_of { FAKE_PARAMETER_OF_MAIL, FAKE_PARAMETER_OF_RCPT };

/* True when a parameter of that command belongs to an advertised extension (RFC 5321 §4.1.1.11). */
bool fake_capabilities_allow_parameter(
    const struct fake_capabilities *at, enum fake_parameter_of of, struct span name);

/* The largest message, 0: no limit was declared (RFC 1870 §4). */
int64_t fake_capabilities_size_limit(const struct fake_capabilities *at);

/* The value of one of LIMITS ("RCPTMAX"), 0: none was declared (RFC 9422 §4). */
int64_t fake_capabilities_limit(const struct fake_capabilities *at, const char *name);

/* fake_capabilities_write appends the whole reply to EHLO (RFC 5321 §4.1.1.1). */
void fake_capabilities_write(const struct fake_capabilities *at, struct buf *out);

#endif
