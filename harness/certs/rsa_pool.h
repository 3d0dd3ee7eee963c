/*
 * certs/rsa_pool — RSA keys that were made when smtpvet was built.
 *
 * Knows: that an RSA key takes hundreds of times as long to find as any other, and that nothing
 * here has to be secret: the keys come from a fixed seed, so that two builds are alike.
 * Refuses to know: who takes which. harness/certs/pool/rsa_pool.c writes the definitions.
 */
#ifndef SMTPVET_CERTS_RSA_POOL_H
#define SMTPVET_CERTS_RSA_POOL_H

#include "harness/base/span.h"

#define CERTS_RSA_POOL_LEAF_2048 4 /* several, so that two servers seldom have one key */
#define CERTS_RSA_POOL_LEAF_1024 2
/* The trusted CA's and the untrusted one's: never a leaf's, or a key would not tell which
 * certificate of a chain it belongs to. */
#define CERTS_RSA_POOL_AUTHORITY 2

/* Private keys, PKCS #8 in DER. */
extern const struct span certs_rsa_pool_leaf_2048[CERTS_RSA_POOL_LEAF_2048];
extern const struct span certs_rsa_pool_leaf_1024[CERTS_RSA_POOL_LEAF_1024];
extern const struct span certs_rsa_pool_authority[CERTS_RSA_POOL_AUTHORITY];

#endif
