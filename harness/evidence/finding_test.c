#include "harness/evidence/finding.h"

#include <string.h>

#include "harness/evidence/fact.h"
#include "harness/tests/unit.h"

START_TEST(test_names_are_unique_and_well_spelt)
{
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        const char *name = finding_row(i)->name;
        ck_assert_uint_eq(finding_find(name), i); /* the first of its name */
        ck_assert_str_eq(finding_names()[i], name);
        ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
    }
    ck_assert_ptr_null(finding_names()[FINDING_COUNT]);
    ck_assert_uint_eq(finding_find("no-such-finding"), FINDING_COUNT);
    ck_assert_uint_eq(finding_find(""), FINDING_COUNT);
}
END_TEST

/* People read the sentence and look the source up. */
START_TEST(test_every_row_has_a_sentence_and_a_source)
{
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        const struct finding_row *row = finding_row(i);
        size_t len = strlen(row->sentence);
        ck_assert_msg(len > 20 && row->sentence[len - 1] == '.', "%s: no sentence", row->name);
        ck_assert_msg(row->sentence[0] >= 'A' && row->sentence[0] <= 'Z', "%s", row->name);
        ck_assert_msg(strncmp(row->source, "RFC ", 4) == 0, "%s: no source", row->name);
        ck_assert_ptr_nonnull(finding_severity_name(row->severity));
        for (size_t j = 0; j < i; j++) {
            ck_assert_msg(strcmp(finding_row(j)->sentence, row->sentence) != 0, "%s and %s",
                finding_row(j)->name, row->name);
        }
    }
}
END_TEST

/* "RPL-04 RPL-05": one or more, one space between. */
START_TEST(test_every_row_speaks_of_ids_of_the_catalogue)
{
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        const char *at = finding_row(i)->covers;
        ck_assert_uint_gt(strlen(at), 0);
        for (; at[0] != 0; at += at[6] == 0 ? 6 : 7) {
            ck_assert_msg(strlen(at) >= 6 && strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 &&
                              at[3] == '-' && strspn(at + 4, "0123456789") == 2 &&
                              (at[6] == 0 || (at[6] == ' ' && at[7] != 0)),
                "%s covers '%s'", finding_row(i)->name, finding_row(i)->covers);
        }
    }
}
END_TEST

static void assert_findings(const struct facts *facts, const char *shown)
{
    struct buf text;
    buf_init(&text, 4096);
    value_show(facts_value(facts, FACT_FINDINGS), &text);
    ck_assert_str_eq(buf_text(&text), shown);
    buf_done(&text);
}

/* Whoever finds first: each once, in the table's order. */
START_TEST(test_facts_list_findings_in_the_order_of_the_table)
{
    struct arena *arena = arena_new();
    struct facts *facts = facts_new(arena, NULL);
    ck_assert_ptr_null(facts_value(facts, FACT_FINDINGS));
    facts_empty_list(facts, FACT_FINDINGS);
    assert_findings(facts, "[]");
    facts_finding(facts, FINDING_NO_GOODBYE);
    facts_finding(facts, FINDING_GREETING_MASKED);
    facts_finding(facts, FINDING_NO_GOODBYE);
    facts_finding(facts, FINDING_AUTH_TWICE);
    facts_finding(facts, FINDING_GREETING_MASKED);
    assert_findings(facts, "[greeting-masked, auth-twice, no-goodbye]");
    (void)facts_next_connection(facts);
    facts_finding(facts, FINDING_REPLY_LONG_LINE); /* of the whole case, not of a connection */
    assert_findings(facts, "[greeting-masked, reply-long-line, auth-twice, no-goodbye]");
    arena_free(arena);
}
END_TEST

START_TEST(test_a_finding_needs_no_list_before_it)
{
    struct arena *arena = arena_new();
    struct facts *facts = facts_new(arena, NULL);
    facts_finding(facts, FINDING_EHLO_UNKNOWN);
    assert_findings(facts, "[ehlo-unknown]");
    arena_free(arena);
}
END_TEST

UNIT_MAIN(test_names_are_unique_and_well_spelt, test_every_row_has_a_sentence_and_a_source,
    test_every_row_speaks_of_ids_of_the_catalogue,
    test_facts_list_findings_in_the_order_of_the_table, test_a_finding_needs_no_list_before_it)
