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
/* Of CAs: never a leaf's, or a key would not tell which certificate of a chain it belongs to. Those
 * of the trusted and the untrusted CA; an intermediate, a root and an older root with recipes of
 * their own; somebody who signs in another's name. */
#define CERTS_RSA_POOL_AUTHORITY 6
/* Of every size that is asked for seldom: a leaf's, and a CA's. */
#define CERTS_RSA_POOL_PAIR 2

/* Private keys, PKCS #8 in DER. */
extern const struct span certs_rsa_pool_leaf_2048[CERTS_RSA_POOL_LEAF_2048];
extern const struct span certs_rsa_pool_leaf_1024[CERTS_RSA_POOL_LEAF_1024];
extern const struct span certs_rsa_pool_authority[CERTS_RSA_POOL_AUTHORITY];
extern const struct span certs_rsa_pool_authority_1024[CERTS_RSA_POOL_PAIR];
extern const struct span certs_rsa_pool_512[CERTS_RSA_POOL_PAIR];
extern const struct span certs_rsa_pool_768[CERTS_RSA_POOL_PAIR];
extern const struct span certs_rsa_pool_2047[CERTS_RSA_POOL_PAIR];
extern const struct span certs_rsa_pool_3072[CERTS_RSA_POOL_PAIR];
extern const struct span certs_rsa_pool_4096[CERTS_RSA_POOL_PAIR];
extern const struct span certs_rsa_pool_pss[CERTS_RSA_POOL_PAIR]; /* RFC 4055 §1.2 */

#endif
