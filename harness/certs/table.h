/*
 * certs/table — what has been minted, by the text that describes it.
 *
 * Knows: entries by canonical text; a number for each, which is the text's hash wherever that is
 * still free: two texts with one hash have two numbers.
 * Refuses to know: what the text says, how an entry is made.
 *
 * The table lives in its owner's arena but for what its entries hold of OpenSSL's, which
 * certs_table_done frees.
 */
#ifndef SMTPVET_CERTS_TABLE_H
#define SMTPVET_CERTS_TABLE_H

#include <openssl/x509.h>

#include "harness/certs/certs.h"

#define CERTS_TABLE_BUCKETS 1024 /* 8 KiB; with CERTS_CACHE_MAX entries 8 steps to each */

struct certs_entry {
    struct certs_entry *next; /* of the bucket */
    struct span canon;
    uint64_t number;
    struct certs_minted minted; /* a leaf's */
    X509 *certificate;          /* a CA's: to sign with; NULL for a leaf */
    EVP_PKEY *key;
    struct span der;
};

struct certs_table {
    struct certs_entry *buckets[CERTS_TABLE_BUCKETS];
    size_t len, max;
};

void certs_table_init(struct certs_table *table, size_t max);
void certs_table_done(struct certs_table *table);

/* certs_table_find returns the entry of `canon`, or NULL. `hash` is text_hash(canon); it is an
 * argument so that a test can make two texts collide. */
struct certs_entry *certs_table_find(
    const struct certs_table *table, struct span canon, uint64_t hash);
bool certs_table_is_full(const struct certs_table *table);
/* certs_table_add puts a zeroed entry with its number there; `canon` (copied) must not be in the
 * table, and the table not full. It stays where it is. */
struct certs_entry *certs_table_add(
    struct certs_table *table, struct arena *arena, struct span canon, uint64_t hash);

#endif
