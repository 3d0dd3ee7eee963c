/*
 * client_digest — what the client reads of a challenge of DIGEST-MD5 (RFC 2831) beside libgsasl.
 *
 * Knows: directives, and whether the server goes on without a security layer. Refuses to know:
 * digests.
 */
#ifndef SMTPVET_CLIENT_CLIENT_DIGEST_H
#define SMTPVET_CLIENT_CLIENT_DIGEST_H

#include "harness/base/span.h"

/* client_digest_goes_bare: RFC 2831 §2.1.1: `auth` stands among the layers, or none are named. */
bool client_digest_goes_bare(struct span challenge);

#endif
