/*
 * names — names of TLS's code points, as IANA's registries spell them.
 *
 * Knows: versions, groups, signature schemes, handshake messages; the library's numbers for groups
 * and signatures. Refuses to know: sessions. Suites are named by the library itself, alerts in
 * tls.h. Every name is a literal; NULL for what is unknown.
 */
#ifndef SMTPVET_TLS_NAMES_H
#define SMTPVET_TLS_NAMES_H

#include <stdbool.h>

const char *tls_name_version(unsigned code); /* "TLSv1.3" */
const char *tls_name_group(unsigned code);   /* "x25519" */
const char *tls_name_group_of_nid(int nid);
const char *tls_name_signature(unsigned code); /* "ecdsa_secp256r1_sha256" */
/* The scheme of a signature by its parts, as the library tells them. */
const char *tls_name_signature_of(int type_nid, int digest_nid, bool pss_key);
const char *tls_name_message(unsigned type); /* "ServerHello" */

#endif
