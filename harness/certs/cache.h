/*
 * certs/cache — the inside of a cache, for the files of this room only.
 *
 * Knows: what a cache is made of, and what is above a leaf. certs.c makes leaves and hands out,
 * authority.c makes what signs them, file.c takes what was made elsewhere.
 * Refuses to know: all that certs.h refuses to know.
 */
#ifndef SMTPVET_CERTS_CACHE_H
#define SMTPVET_CERTS_CACHE_H

#include "harness/certs/key.h"
#include "harness/certs/mint.h"
#include "harness/certs/table.h"

struct certs_cache {
    struct certs_seeding seeding;
    struct arena *arena;   /* of what is handed out */
    struct arena *scratch; /* of one call */
    struct certs_table table;
};

/* What is above a leaf; NULL what there is not. */
struct certs_above {
    const struct certs_entry *root;
    const struct certs_entry *older_root, *cross; /* the root as the older one signed it */
    const struct certs_entry **intermediates;     /* the leaf's issuer first */
    size_t intermediates_len;
    const struct certs_entry *other;  /* an intermediate of another CA */
    const struct certs_entry *issuer; /* of the leaf; NULL: it signs itself */
};

/* The root or an intermediate of a clock: the same whatever it is wanted for. */
enum status certs_authority_of_clock(struct certs_cache *cache, enum certs_role role, bool trusted,
    int64_t clock_s, const struct certs_entry **ret, struct fail *fail);
/* All that is above a recipe's leaf, the lists in the scratch arena. */
enum status certs_authority_above(struct certs_cache *cache, const struct certs_recipe *recipe,
    struct certs_above *ret, struct fail *fail);

/* certs_sign mints `body` for `key` under `issuer` (NULL: itself), or in its name where the body
 * says so. NULL when OpenSSL cannot. The caller has entered the seed. */
X509 *certs_sign(const struct certs_body *body, EVP_PKEY *key, const struct certs_entry *issuer);

void certs_enter(const struct certs_cache *cache, uint64_t seed);
void certs_leave(const struct certs_cache *cache);
enum status certs_cannot(struct fail *fail); /* with the library's reason */
enum status certs_room(const struct certs_cache *cache, struct fail *fail);

/* certs_file_read reads a chain and its key, PEM, into the arena; `ret` has no number. Fails with
 * FAIL_USAGE. */
enum status certs_file_read(const char *file, const char *key_file, struct arena *arena,
    struct certs_minted *ret, struct fail *fail);

#endif
