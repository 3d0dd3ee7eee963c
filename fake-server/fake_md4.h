/*
 * fake_md4 — MD4 (RFC 1320), which NTLM is built on and libraries have given up.
 *
 * Knows: the digest of bytes. Refuses to know: any use but in NTLM. MD4 protects nothing.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_MD4_H
#define SMTPVET_FAKE_SERVER_FAKE_MD4_H

#include "fake-server/fake_hash.h"

struct fake_hash fake_md4_of(struct span bytes);

#endif
