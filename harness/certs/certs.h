/*
 * certs — certificates minted from a recipe.
 *
 * Knows: OpenSSL's X.509 side; that one recipe under one clock gives the same certificate, byte for
 * byte, whoever asks first; a cache by recipe.
 * Refuses to know: sessions, who presents or checks a certificate. What it hands out is DER.
 *
 * Everything handed out belongs to the cache and lives as long as it. One cache per worker.
 */
#ifndef SMTPVET_CERTS_CERTS_H
#define SMTPVET_CERTS_CERTS_H

#include "harness/base/mem.h"
#include "harness/plan/certificate.h"

#define CERTS_CACHE_MAX 8192 /* certificates of one cache, CAs too; some 2 KiB each: 16 MiB */
#define CERTS_NAMES_MAX 100  /* of one certificate: as many as public CAs put into one */
#define CERTS_NAME_MAX 253   /* octets of a DNS name in text (RFC 1035 §3.1: 255 on the wire) */
#define CERTS_COMMON_NAME_MAX 64        /* octets; RFC 5280 appendix A.1, ub-common-name */
#define CERTS_DOMAINS_MAX 32            /* of name constraints, on each side */
#define CERTS_EXTENSIONS_MAX 16         /* further ones of a certificate */
#define CERTS_EXTENSION_MAX 32768       /* octets of one: enough for a chain that no client takes */
#define CERTS_FILE_MAX 4096             /* octets of a file's name */
#define CERTS_FILE_CHAIN_MAX 16         /* certificates of a file */
#define CERTS_FILE_OCTETS_MAX (1 << 20) /* of a file; a hundred times what anybody keeps there */
#define CERTS_ANCHORS_MAX 16 /* that one case's client trusts: one for each certificate */

/* Around each minting the cache calls enter(seed) and leave(), so that OpenSSL's randomness comes
 * from the recipe: harness/tls/random.h is what stands behind it. Both NULL: real randomness. The
 * calls are never nested. */
struct certs_seeding {
    void (*enter)(void *context, uint64_t seed);
    void (*leave)(void *context);
    void *context;
};

struct certs_minted {
    const struct span *chain; /* DER, in the order in which the server sends it */
    size_t chain_len;
    struct span key;    /* PKCS #8, DER, of the leaf */
    struct span root;   /* DER of the root above it; the leaf itself where it signed itself */
    struct span anchor; /* what of it the scenario's client trusts; empty: nothing */
    struct span leaf;   /* DER, wherever it stands in the chain */
    struct span ocsp;   /* the answer to be stapled; empty: none */
    struct span spki;   /* SHA-256 of the leaf's public key (RFC 5280 §4.1.2.7) */
    uint64_t recipe;    /* the same recipe has the same number: a key for other caches */
};

struct certs_cache;

/* `seeding` is copied and may be NULL; its context must live as long as the cache. */
struct certs_cache *certs_cache_new(const struct certs_seeding *seeding);
void certs_cache_free(struct certs_cache *cache); /* NULL is fine */

/* certs_mint makes (or finds) what `recipe` describes, for a server named `host`, seen from the
 * moment `clock_s` (unix seconds). Where the recipe has no names, `host` is the name: as iPAddress
 * when it is an address, else as dNSName. No common name: the first name, or none when that is
 * longer than CERTS_COMMON_NAME_MAX; "" is none. What signs itself is its own chain, whatever
 * `chain` says. Extensions are those of a public CA (RFC 5280 §4.2). Of the recipe and `host`
 * nothing is kept. Fails with FAIL_USAGE when the recipe makes no sense (a name that is empty, too
 * long or no ASCII, a bad address, too many names, a moment outside the years 1 to 9999, MD5 with a
 * key that has no such signature), FAIL_LIMIT beyond CERTS_CACHE_MAX, FAIL_INTERNAL when OpenSSL
 * cannot. OpenSSL's error queue is empty before and after. */
enum status certs_mint(struct certs_cache *cache, const struct plan_certificate *recipe,
    const char *host, int64_t clock_s, const struct certs_minted **ret, struct fail *fail);

/* The lists of what its issuers took back, DER: those of everybody above the leaf. */
#define CERTS_LISTS_MAX (PLAN_INTERMEDIATES_MAX + 2) /* the root and an older one */
struct certs_lists {
    struct span items[CERTS_LISTS_MAX];
    size_t len; /* 0: it signed itself, or nobody is to have them */
};
/* certs_lists makes them for a certificate as certs_mint takes it, into `arena`. They are not kept:
 * few cases ask. Fails as certs_mint does. */
enum status certs_lists(struct certs_cache *cache, const struct plan_certificate *recipe,
    const char *host, int64_t clock_s, struct arena *arena, struct certs_lists *ret,
    struct fail *fail);

/* Whether certs_mint could do it, as far as the recipe goes: fails with FAIL_USAGE as it does. */
enum status certs_check(
    const struct plan_certificate *recipe, const char *host, int64_t clock_s, struct fail *fail);

/* The root that a case's client trusts under trust `scenario`, where no certificate of its server
 * has another anchor: DER, the same for every case of one clock. Fails as certs_mint does. */
enum status certs_trusted_root(
    struct certs_cache *cache, int64_t clock_s, struct span *ret, struct fail *fail);

/* All that a case's client trusts under trust `scenario`: the anchors of its server's certificates,
 * each once, or where there are none the root above. Fails as certs_mint does. */
enum status certs_anchors(struct certs_cache *cache, const struct plan_certificate *certificates,
    size_t certificates_len, const char *host, int64_t clock_s, struct span ret[CERTS_ANCHORS_MAX],
    size_t *ret_len, struct fail *fail);

#endif
