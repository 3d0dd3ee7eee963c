/*
 * client_name — host names as they go on the wire.
 *
 * Knows: IDNA 2008: a name in another script has a form in ASCII, which is what is looked up, sent
 * as the server name and compared with certificates (RFC 5890 §2.3.2.1, RFC 9525 §6.3). Refuses to
 * know: whether there is such a host.
 */
#ifndef SMTPVET_CLIENT_CLIENT_NAME_H
#define SMTPVET_CLIENT_CLIENT_NAME_H

#include "harness/base/buf.h"
#include "harness/base/status.h"

/* client_name_ascii appends the ASCII form of `name` (UTF-8): "xn--mller-kva.test". A first label
 * `*` stays. Fails with FAIL_USAGE, and why, where the name has none; `out` is untouched then. */
enum status client_name_ascii(const char *name, struct buf *out, struct fail *fail);

#endif
