/*
 * Every id of the catalogue is covered by a shipped case, or scenarios/NOT-COVERED.md says why not;
 * never both, so that the page cannot grow old.
 */
#include "harness/scenario/catalogue.h"
#include "harness/tests/suite.h"

#define PAGE "scenarios/NOT-COVERED.md"
#define LINE_OCTETS_MAX 2048
#define AREAS_MAX 32
#define IDS_MAX 100         /* of one area */
#define REASON_CHARS_MIN 20 /* "not yet" is no reason */

struct coverage {
    bool covered[AREAS_MAX][IDS_MAX], listed[AREAS_MAX][IDS_MAX];
};

static void find(struct span id, size_t *ret_area, unsigned *ret_number)
{
    ck_assert_msg(
        catalogue_find(id, ret_area, ret_number) && *ret_area < AREAS_MAX && *ret_number < IDS_MAX,
        "%.*s is no id of the catalogue", (int)id.len, (const char *)id.data);
}

static void read_suite(struct coverage *coverage)
{
    struct scenario_suite *suite = suite_load("scenarios");
    const struct plan_suite *plan = scenario_suite_plan(suite);
    for (size_t i = 0; i < plan->len; i++) {
        for (size_t j = 0; j < plan->cases[i].covers.len; j++) {
            size_t area;
            unsigned number;
            find(span_text(plan->cases[i].covers.items[j]), &area, &number);
            coverage->covered[area][number] = true;
        }
    }
    scenario_suite_free(suite);
}

/* A row of the table: | ID | why |. Anything else on the page is for people. */
static void read_row(struct coverage *coverage, const char *line)
{
    const char *id = line + 2;
    size_t len = strcspn(id, " ");
    size_t area;
    unsigned number;
    if (strncmp(line, "| ", 2) != 0 || len < 5 || id[3] != '-' || id[4] == '-') {
        return;
    }
    find(span_of(id, len), &area, &number);
    ck_assert_msg(!coverage->listed[area][number], PAGE ": %.*s stands there twice", (int)len, id);
    coverage->listed[area][number] = true;
    const char *reason = strchr(id, '|');
    ck_assert_msg(reason != NULL && strlen(reason) >= REASON_CHARS_MIN, PAGE ": %.*s has no reason",
        (int)len, id);
}

static void read_page(struct coverage *coverage)
{
    FILE *file = fopen(PAGE, "rb");
    ck_assert_msg(file != NULL, PAGE " cannot be opened");
    char line[LINE_OCTETS_MAX];
    while (fgets(line, sizeof line, file) != NULL) {
        ck_assert_msg(strchr(line, '\n') != NULL, PAGE ": a line is too long");
        read_row(coverage, line);
    }
    fclose(file);
}

START_TEST(test_each_id_is_covered_or_listed)
{
    static struct coverage coverage;
    size_t areas_len, covered = 0, wrong = 0;
    const struct catalogue_area *areas = catalogue_areas(&areas_len);
    read_suite(&coverage);
    read_page(&coverage);
    for (size_t i = 0; i < areas_len; i++) {
        for (unsigned j = 1; j <= areas[i].ids; j++) {
            covered += coverage.covered[i][j];
            if (coverage.covered[i][j] == coverage.listed[i][j]) {
                fprintf(stderr, "%s-%02u %s\n", areas[i].name, j,
                    coverage.covered[i][j] ? "is covered: take it off " PAGE
                                           : "is neither covered nor on " PAGE);
                wrong++;
            }
        }
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_msg(covered >= 350, "only %zu ids are covered", covered);
}
END_TEST

UNIT_MAIN(test_each_id_is_covered_or_listed)
