#include "harness/certs/table.h"

#include "harness/base/text.h"
#include "harness/tests/unit.h"

START_TEST(test_an_entry_is_found_by_its_text)
{
    struct arena *arena = arena_new();
    static struct certs_table table;
    certs_table_init(&table, 10);
    struct span text = SPAN_LITERAL("a recipe");
    ck_assert_ptr_null(certs_table_find(&table, text, text_hash(text)));
    struct certs_entry *entry = certs_table_add(&table, arena, text, text_hash(text));
    ck_assert_ptr_eq(certs_table_find(&table, text, text_hash(text)), entry);
    ck_assert_uint_eq(entry->number, text_hash(text));
    ck_assert(span_equal(entry->canon, text));
    ck_assert_ptr_ne(entry->canon.data, text.data);
    certs_table_done(&table);
    ck_assert_ptr_null(certs_table_find(&table, text, text_hash(text)));
    arena_free(arena);
}
END_TEST

/* Three texts with one hash, and a fourth whose hash is the number that the second was given. */
START_TEST(test_texts_with_one_hash_are_kept_apart)
{
    const struct span texts[] = {
        SPAN_LITERAL("one"), SPAN_LITERAL("two"), SPAN_LITERAL("three"), SPAN_LITERAL("four")};
    const uint64_t hashes[] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, 0};
    struct certs_entry *entries[ARRAY_LEN(texts)];
    struct arena *arena = arena_new();
    static struct certs_table table;
    certs_table_init(&table, 10);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        ck_assert_ptr_null(certs_table_find(&table, texts[i], hashes[i]));
        entries[i] = certs_table_add(&table, arena, texts[i], hashes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        ck_assert_ptr_eq(certs_table_find(&table, texts[i], hashes[i]), entries[i]);
        for (size_t j = 0; j < i; j++) {
            ck_assert_uint_ne(entries[i]->number, entries[j]->number);
        }
    }
    ck_assert_uint_eq(entries[0]->number, UINT64_MAX);
    ck_assert_uint_eq(entries[1]->number, 0);
    certs_table_done(&table);
    arena_free(arena);
}
END_TEST

START_TEST(test_a_table_fills_up)
{
    struct arena *arena = arena_new();
    static struct certs_table table;
    certs_table_init(&table, 3000); /* more than there are buckets */
    for (uint64_t i = 0; i < 3000; i++) {
        ck_assert(!certs_table_is_full(&table));
        certs_table_add(&table, arena, span_of(&i, sizeof i), text_hash(span_of(&i, sizeof i)));
    }
    ck_assert(certs_table_is_full(&table));
    for (uint64_t i = 0; i < 3000; i++) {
        struct span text = span_of(&i, sizeof i);
        ck_assert_ptr_nonnull(certs_table_find(&table, text, text_hash(text)));
    }
    certs_table_done(&table);
    arena_free(arena);
}
END_TEST

UNIT_MAIN(test_an_entry_is_found_by_its_text, test_texts_with_one_hash_are_kept_apart,
    test_a_table_fills_up)
