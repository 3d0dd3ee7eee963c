#include "harness/certs/table.h"

#include <assert.h>

void certs_table_init(struct certs_table *table, size_t max)
{
    *table = (struct certs_table){.max = max};
}

void certs_table_done(struct certs_table *table)
{
    for (size_t i = 0; i < CERTS_TABLE_BUCKETS; i++) {
        for (struct certs_entry *entry = table->buckets[i]; entry != NULL; entry = entry->next) {
            X509_free(entry->certificate);
            EVP_PKEY_free(entry->key);
        }
    }
    *table = (struct certs_table){.max = table->max};
}

static struct certs_entry *certs_table_at(const struct certs_table *table, uint64_t number)
{
    struct certs_entry *entry = table->buckets[number % CERTS_TABLE_BUCKETS];
    while (entry != NULL && entry->number != number) {
        entry = entry->next;
    }
    return entry;
}

/* Nothing ever leaves the table, so a text stands at its hash or behind an unbroken row of numbers
 * that others had taken before it. */
struct certs_entry *certs_table_find(
    const struct certs_table *table, struct span canon, uint64_t hash)
{
    struct certs_entry *entry = certs_table_at(table, hash);
    while (entry != NULL && !span_equal(entry->canon, canon)) {
        entry = certs_table_at(table, ++hash);
    }
    return entry;
}

bool certs_table_is_full(const struct certs_table *table)
{
    return table->len >= table->max;
}

struct certs_entry *certs_table_add(
    struct certs_table *table, struct arena *arena, struct span canon, uint64_t hash)
{
    assert(!certs_table_is_full(table));
    uint64_t number = hash;
    while (certs_table_at(table, number) != NULL) {
        number++;
    }
    struct certs_entry *entry = arena_alloc(arena, sizeof *entry);
    struct certs_entry **bucket = &table->buckets[number % CERTS_TABLE_BUCKETS];
    *entry = (struct certs_entry){
        .next = *bucket, .canon = arena_span(arena, canon), .number = number};
    *bucket = entry;
    table->len++;
    return entry;
}
