#include "harness/cli/show.h"

#include <unistd.h>

#include "harness/base/quote.h"
#include "harness/base/text.h"
#include "harness/cli/output.h"
#include "harness/cli/run.h"
#include "harness/runner/mask.h"
#include "harness/scenario/catalogue.h"
#include "harness/scenario/select.h"

static int show_print(const struct buf *text, struct fail *fail)
{
    return output_print(buf_span(text), fail) == STATUS_OK ? CLI_EXIT_OK : (int)cli_exit_of(fail);
}

/* --- list --- */

/* Whoever writes a scenario may call a case by its password: masked here as in every report. */
static void show_text(const struct secret_set *secrets, const char *text, struct buf *out)
{
    secret_set_redact(secrets, span_text(text), out);
}

static void show_words(const struct secret_set *secrets, const struct plan_text_list *list,
    const char *before, struct buf *out)
{
    for (size_t i = 0; i < list->len; i++) {
        buf_append_text(out, i == 0 ? before : ", ");
        show_text(secrets, list->items[i], out);
    }
}

static void show_ids(const struct options *options, const struct plan_suite *plan, struct buf *out)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    const struct mask_given given = mask_given(arena, plan, false);
    for (size_t i = 0; i < plan->len; i++) {
        const struct plan_case *one = &plan->cases[i];
        struct secret_set *secrets = mask_secrets(one, &given, false);
        show_text(secrets, one->id, out);
        buf_append_byte(out, '\n');
        if (options->verbosity > 0) {
            buf_append_text(out, "    ");
            show_text(secrets, one->name, out);
            buf_append_byte(out, '\n');
            show_words(secrets, &one->tags, "    tags: ", out);
            buf_printf(out, "%sat %s:%u\n", one->tags.len > 0 ? "; " : "    ", one->mark.file,
                one->mark.line);
        }
        secret_set_free(secrets);
    }
}

static void show_json_value(const struct secret_set *secrets, const char *text, struct buf *out)
{
    struct buf shown;
    buf_init(&shown, SIZE_MAX / 2);
    show_text(secrets, text, &shown);
    quote_json(buf_span(&shown), out);
    buf_done(&shown);
}

static void show_json_text(
    const struct secret_set *secrets, const char *key, const char *text, struct buf *out)
{
    buf_printf(out, "\"%s\":", key);
    show_json_value(secrets, text, out);
}

static void show_json_list(const struct secret_set *secrets, const char *key,
    const struct plan_text_list *list, struct buf *out)
{
    buf_printf(out, ",\"%s\":[", key);
    for (size_t i = 0; i < list->len; i++) {
        buf_append_text(out, i == 0 ? "" : ",");
        show_json_value(secrets, list->items[i], out);
    }
    buf_append_byte(out, ']');
}

static void show_ids_json(const struct plan_suite *plan, struct buf *out)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    const struct mask_given given = mask_given(arena, plan, false);
    buf_append_text(out, "[");
    for (size_t i = 0; i < plan->len; i++) {
        const struct plan_case *one = &plan->cases[i];
        struct secret_set *secrets = mask_secrets(one, &given, false);
        buf_append_text(out, i == 0 ? "\n{" : ",\n{");
        show_json_text(secrets, "id", one->id, out);
        buf_append_byte(out, ',');
        show_json_text(secrets, "name", one->name, out);
        buf_append_byte(out, ',');
        show_json_text(NULL, "severity", plan_severity_name(one->severity), out);
        buf_append_byte(out, ',');
        show_json_text(NULL, "world", plan_world_name(one->world), out);
        show_json_list(secrets, "tags", &one->tags, out);
        show_json_list(secrets, "covers", &one->covers, out);
        buf_append_byte(out, ',');
        show_json_text(NULL, "file", one->mark.file, out);
        buf_printf(out, ",\"line\":%u}", one->mark.line);
        secret_set_free(secrets);
    }
    buf_append_text(out, "\n]\n");
}

/* --- coverage --- */

/* How many cases cover each id of an area, and how many cases cover anything in it. */
struct show_area {
    const struct catalogue_area *area;
    size_t by_id[CATALOGUE_IDS_MAX + 1];
    size_t covered, cases;
};

static void show_count(const struct plan_suite *plan, size_t index, struct show_area *ret)
{
    size_t len;
    *ret = (struct show_area){.area = &catalogue_areas(&len)[index]};
    for (size_t i = 0; i < plan->len; i++) {
        const struct plan_text_list *covers = &plan->cases[i].covers;
        bool any = false;
        for (size_t j = 0; j < covers->len; j++) {
            size_t area;
            unsigned number;
            if (catalogue_find(span_text(covers->items[j]), &area, &number) && area == index) {
                ret->covered += ret->by_id[number]++ == 0 ? 1 : 0;
                any = true;
            }
        }
        ret->cases += any ? 1 : 0;
    }
}

/* Appends the ids that are covered; in JSON with how many cases cover each. */
static void show_area_ids(const struct show_area *area, bool json, struct buf *out)
{
    bool first = true;
    for (unsigned id = 1; id <= area->area->ids; id++) {
        if (area->by_id[id] > 0 && json) {
            buf_printf(
                out, "%s\"%s-%02u\":%zu", first ? "" : ",", area->area->name, id, area->by_id[id]);
        } else if (area->by_id[id] > 0) {
            buf_printf(out, " %s-%02u", area->area->name, id);
        }
        first = first && area->by_id[id] == 0;
    }
}

static void show_area(const struct show_area *area, bool json, bool first, struct buf *out)
{
    if (json) {
        buf_printf(out, "%s\n{\"area\":\"%s\",\"ids\":%u,\"covered\":%zu,\"cases\":%zu,\"by_id\":{",
            first ? "" : ",", area->area->name, area->area->ids, area->covered, area->cases);
        show_area_ids(area, true, out);
        buf_append_text(out, "}}");
    } else {
        buf_printf(out, "%-4s %4u %8zu %6zu ", area->area->name, area->area->ids, area->covered,
            area->cases);
        show_area_ids(area, false, out);
        buf_append_byte(out, '\n');
    }
}

static void show_covers(const struct plan_suite *plan, bool json, struct buf *out)
{
    size_t areas_len, ids = 0, covered = 0, cases = 0;
    (void)catalogue_areas(&areas_len);
    buf_append_text(out, json ? "{\"areas\":[" : "area  ids  covered  cases\n");
    for (size_t i = 0; i < areas_len; i++) {
        struct show_area area;
        show_count(plan, i, &area);
        ids += area.area->ids;
        covered += area.covered;
        show_area(&area, json, i == 0, out);
    }
    for (size_t i = 0; i < plan->len; i++) {
        cases += plan->cases[i].covers.len > 0 ? 1 : 0;
    }
    if (json) {
        buf_printf(out, "\n],\"ids\":%zu,\"covered\":%zu,\"cases\":%zu}\n", ids, covered, cases);
    } else {
        buf_printf(out, "all  %4zu %8zu %6zu\n", ids, covered, cases);
    }
}

int show_command_list(const struct options *options, struct fail *fail)
{
    struct scenario_suite *suite = NULL;
    int code = run_load(options, &suite, fail);
    if (code == CLI_EXIT_OK) {
        const struct plan_suite *plan = scenario_suite_plan(suite);
        struct buf text;
        buf_init(&text, OUTPUT_MAX);
        if (options->covers) {
            show_covers(plan, options->json, &text);
        } else if (options->json) {
            show_ids_json(plan, &text);
        } else {
            show_ids(options, plan, &text);
        }
        code = show_print(&text, fail);
        buf_done(&text);
    }
    scenario_suite_free(suite);
    return code;
}

/* --- render --- */

/* Is there a file of that name, whatever case or cell of it is meant: "a.yaml#x", "a.yaml[y=1]"? */
static bool show_is_file(const char *word)
{
    const char *cell = text_ends(word, "]") ? strrchr(word, '[') : NULL;
    size_t end = strcspn(word, "#");
    end = word[end] == 0 && cell != NULL ? (size_t)(cell - word) : end;
    char *path = mem_zalloc(end + 1, 1);
    memcpy(path, word, end);
    bool there = access(path, F_OK) == 0;
    mem_free(path);
    return there;
}

int show_command_render(const struct options *options, struct fail *fail)
{
    if (options->paths_len != 1) {
        (void)fail_set(fail, FAIL_USAGE, "render takes one id; `smtpvet list` shows them");
        return CLI_EXIT_USAGE;
    }
    const char *word = options->paths[0], *path = show_is_file(word) ? word : "scenarios";
    struct select_options which = {.globs = &word, .globs_len = path == word ? 0 : 1};
    const struct scenario_options given = run_given(options);
    struct scenario_render_options how = {
        .select = &which, .given = &given, .show_secrets = options->show_secrets};
    struct diag_list diags;
    struct buf text, notes;
    diag_list_init(&diags);
    buf_init(&text, OUTPUT_MAX);
    buf_init(&notes, OUTPUT_MAX);
    int code = CLI_EXIT_OK;
    if ((path != word && run_check_default(fail) != STATUS_OK) ||
        scenario_render(&path, 1, &how, &diags, &notes, &text, fail) != STATUS_OK) {
        code = (int)cli_exit_of(fail);
    }
    if (code == CLI_EXIT_OK && text.len == 0) { /* mistakes of other cases are no reason to stop */
        code = run_complain_diags(&diags);
    }
    if (code == CLI_EXIT_OK && text.len > 0) {
        code = show_print(&text, fail);
    } else if (code == CLI_EXIT_OK) {
        output_complain("%s", buf_text(&notes));
        (void)fail_set(fail, FAIL_USAGE, "nothing to render");
        code = CLI_EXIT_NOTHING;
    }
    buf_done(&notes);
    buf_done(&text);
    diag_list_done(&diags);
    return code;
}
