/*
 * host — how a host is written.
 *
 * Knows: DNS names in text (RFC 1035 §2.3.4, underscores allowed as they are in use), addresses
 * (RFC 4291 §2.2). Refuses to know: names in other scripts (scenario_checks), whether it is there.
 */
#ifndef SMTPVET_SCENARIO_HOST_H
#define SMTPVET_SCENARIO_HOST_H

#include "harness/base/span.h"

#define HOST_NAME_MAX 253 /* octets of a name in text */
#define HOST_LABEL_MAX 63 /* between its dots */

/* Why the text is neither a name nor an address: "it has an empty part between its dots"; NULL
 * where it is one. A dot at the end is fine. `star`: a first label `*` is fine too. */
const char *host_problem(struct span text, bool star);
/* An IPv4 or IPv6 address, without brackets. */
bool host_is_address(struct span text);

#endif
