/*
 * client_ntlm — whether a challenge of NTLM can be given to a library that believes it.
 *
 * Knows: where the fields of a CHALLENGE_MESSAGE lie (MS-NLMP §2.2.1.2). Refuses to know: hashes.
 */
#ifndef SMTPVET_CLIENT_CLIENT_NTLM_H
#define SMTPVET_CLIENT_CLIENT_NTLM_H

#include "harness/base/span.h"

#define CLIENT_NTLM_NAME_MAX ((size_t)512) /* octets of UTF-16; names of domains end at 255 */

/* NULL, or what is wrong with it. */
const char *client_ntlm_check(struct span challenge);

#endif
