#include "harness/scenario/select.h"

#include "harness/base/text.h"
#include "harness/match/match.h"

#define SELECT_NEAR_MAX 3 /* ids that are offered */

enum select_kind { SELECT_WORD, SELECT_NOT, SELECT_AND, SELECT_OR };

/* A step of the expression in postfix order. */
struct select_step {
    enum select_kind kind;
    const char *word;
};

struct select {
    struct arena *arena;
    const char **globs;
    size_t globs_len;
    struct select_step steps[SELECT_WORDS_MAX]; /* none: everything fits */
    size_t steps_len;
};

/* --- reading --- */

struct select_parse {
    struct select *select;
    struct span text;
    size_t at;         /* of the token at hand */
    struct span token; /* empty at the end */
    unsigned depth;
    struct fail *fail;
};

static bool select_is_word(uint8_t c)
{
    char lower = text_lower((char)c);
    return (lower >= 'a' && lower <= 'z') || text_is_digit(lower) || c == '-' || c == '_' ||
           c == '.' || c >= 0x80;
}

static void select_next(struct select_parse *parse)
{
    size_t at = parse->at + parse->token.len, len = 0;
    while (at < parse->text.len && (parse->text.data[at] == ' ' || parse->text.data[at] == '\t')) {
        at++;
    }
    while (at + len < parse->text.len && select_is_word(parse->text.data[at + len])) {
        len++;
    }
    parse->at = at;
    parse->token = span_first(span_from(parse->text, at), len == 0 ? 1 : len);
}

static bool select_is(const struct select_parse *parse, const char *token)
{
    return span_equal(parse->token, span_text(token));
}

/* "column 10: expected X, got 'y' (hint)" */
static enum status select_refuse(
    const struct select_parse *parse, const char *expected, const char *hint)
{
    struct buf got;
    buf_init(&got, 128);
    if (parse->token.len == 0) {
        buf_append_text(&got, "nothing more");
    } else {
        buf_append_byte(&got, '\'');
        text_escape(span_first(parse->token, 60), true, &got);
        buf_append_byte(&got, '\'');
    }
    (void)fail_set(parse->fail, FAIL_USAGE,
        "the expression of --tag, column %zu: expected %s, got %s (%s)", parse->at + 1, expected,
        buf_text(&got), hint);
    buf_done(&got);
    return STATUS_FAILED;
}

static enum status select_push(struct select_parse *parse, enum select_kind kind, struct span word)
{
    struct select *select = parse->select;
    if (select->steps_len == SELECT_WORDS_MAX) {
        return fail_set(parse->fail, FAIL_USAGE, "the expression of --tag has more than %d words",
            SELECT_WORDS_MAX);
    }
    select->steps[select->steps_len++] = (struct select_step){
        .kind = kind,
        .word = arena_memdup(select->arena, word.data, word.len),
    };
    return STATUS_OK;
}

static enum status select_or(struct select_parse *parse);

static enum status select_enter(struct select_parse *parse)
{
    if (++parse->depth > SELECT_DEPTH_MAX) {
        return fail_set(parse->fail, FAIL_USAGE,
            "the expression of --tag, column %zu: more than %d levels", parse->at + 1,
            SELECT_DEPTH_MAX);
    }
    select_next(parse);
    return STATUS_OK;
}

static enum status select_primary(struct select_parse *parse)
{
    if (select_is(parse, "not")) {
        TRY(select_enter(parse));
        TRY(select_primary(parse));
        parse->depth--;
        return select_push(parse, SELECT_NOT, SPAN_EMPTY);
    }
    if (select_is(parse, "(")) {
        size_t opened = parse->at + 1;
        TRY(select_enter(parse));
        TRY(select_or(parse));
        if (!select_is(parse, ")")) {
            char hint[80] = {0};
            struct buf text;
            buf_init(&text, sizeof hint - 1);
            buf_printf(&text, "close the parenthesis of column %zu", opened);
            memcpy(hint, text.data, text.len);
            buf_done(&text);
            return select_refuse(parse, "')', and, or", hint);
        }
        parse->depth--;
        select_next(parse);
        return STATUS_OK;
    }
    if (parse->token.len == 0 || !select_is_word(parse->token.data[0]) || select_is(parse, "and") ||
        select_is(parse, "or")) {
        return select_refuse(
            parse, "a tag, not or '('", "write for example: starttls and not slow");
    }
    TRY(select_push(parse, SELECT_WORD, parse->token));
    select_next(parse);
    return STATUS_OK;
}

static enum status select_and(struct select_parse *parse)
{
    TRY(select_primary(parse));
    while (select_is(parse, "and")) {
        select_next(parse);
        TRY(select_primary(parse));
        TRY(select_push(parse, SELECT_AND, SPAN_EMPTY));
    }
    return STATUS_OK;
}

static enum status select_or(struct select_parse *parse)
{
    TRY(select_and(parse));
    while (select_is(parse, "or")) {
        select_next(parse);
        TRY(select_and(parse));
        TRY(select_push(parse, SELECT_OR, SPAN_EMPTY));
    }
    return STATUS_OK;
}

static enum status select_expression(struct select_parse *parse)
{
    static const char *const operators[] = {"and", "or", NULL};
    if (parse->text.len > SELECT_EXPRESSION_MAX) {
        return fail_set(parse->fail, FAIL_USAGE, "the expression of --tag is longer than %d octets",
            SELECT_EXPRESSION_MAX);
    }
    select_next(parse);
    TRY(select_or(parse));
    if (parse->token.len == 0) {
        return STATUS_OK;
    }
    char word[8] = {0}, hint[64] = "join two tags with and, or with or";
    for (size_t i = 0; i < parse->token.len && i < sizeof word - 1; i++) {
        word[i] = (char)parse->token.data[i];
    }
    const char *near = parse->token.len < sizeof word ? text_nearest(word, operators) : NULL;
    if (near != NULL) {
        struct buf text;
        buf_init(&text, sizeof hint - 1);
        buf_printf(&text, "did you mean '%s'?", near);
        memset(hint, 0, sizeof hint);
        memcpy(hint, text.data, text.len);
        buf_done(&text);
    } else if (select_is(parse, ")")) {
        return select_refuse(parse, "and, or, or the end", "no parenthesis is open here");
    }
    return select_refuse(parse, "and, or, or the end", hint);
}

enum status select_new(const struct select_options *options, struct select **ret, struct fail *fail)
{
    struct select *select = mem_zalloc(1, sizeof *select);
    select->arena = arena_new();
    select->globs = arena_alloc(select->arena, options->globs_len * sizeof *select->globs);
    for (size_t i = 0; i < options->globs_len; i++) {
        select->globs[select->globs_len++] = arena_strdup(select->arena, options->globs[i]);
    }
    if (options->expression != NULL) {
        struct select_parse parse = {
            .select = select, .text = span_text(options->expression), .fail = fail};
        if (select_expression(&parse) != STATUS_OK) {
            select_free(select);
            return STATUS_FAILED;
        }
    }
    *ret = select;
    return STATUS_OK;
}

void select_free(struct select *select)
{
    if (select != NULL) {
        arena_free(select->arena);
        mem_free(select);
    }
}

/* --- asking --- */

static bool select_has(const struct plan_case *plan, const char *word)
{
    for (size_t i = 0; i < plan->tags.len; i++) {
        if (strcmp(plan->tags.items[i], word) == 0) {
            return true;
        }
    }
    return strcmp(plan_severity_name(plan->severity), word) == 0 ||
           strcmp(plan_world_name(plan->world), word) == 0;
}

static bool select_fits_expression(const struct select *select, const struct plan_case *plan)
{
    bool stack[SELECT_WORDS_MAX];
    size_t len = 0;
    for (size_t i = 0; i < select->steps_len; i++) {
        switch (select->steps[i].kind) {
        case SELECT_WORD:
            stack[len++] = select_has(plan, select->steps[i].word);
            break;
        case SELECT_NOT:
            stack[len - 1] = !stack[len - 1];
            break;
        case SELECT_AND:
            len--;
            stack[len - 1] = stack[len - 1] && stack[len];
            break;
        case SELECT_OR:
            len--;
            stack[len - 1] = stack[len - 1] || stack[len];
            break;
        }
    }
    return len == 0 || stack[0];
}

static bool select_glob_fits(const char *glob, const char *id)
{
    return strcmp(glob, id) == 0 || match_glob(glob, id);
}

bool select_fits(const struct select *select, const struct plan_case *plan)
{
    bool named = select->globs_len == 0;
    for (size_t i = 0; i < select->globs_len && !named; i++) {
        named = select_glob_fits(select->globs[i], plan->id);
    }
    return named && select_fits_expression(select, plan);
}

/* --- explaining --- */

/* How far a text is from an id or from a part of it: its file, its file's name, its own part. */
static size_t select_distance(const char *text, const char *id, size_t limit)
{
    char part[SELECT_EXPRESSION_MAX];
    size_t least = text_distance(text, id, limit);
    size_t file = strcspn(id, "#"), own = strcspn(id, "[");
    size_t name = file;
    while (name > 0 && id[name - 1] != '/') {
        name--;
    }
    const struct {
        size_t from, to;
    } parts[] = {{0, file}, {name, file}, {file == strlen(id) ? file : file + 1, own}, {0, own},
        {name, own}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        size_t len = parts[i].to > parts[i].from ? parts[i].to - parts[i].from : 0;
        if (len == 0 || len >= sizeof part) {
            continue;
        }
        memcpy(part, id + parts[i].from, len);
        part[len] = 0;
        size_t distance = text_distance(text, part, limit);
        least = distance < least && distance < len ? distance : least;
    }
    return least;
}

void select_offer(const char *wanted, const char *const *ids, size_t ids_len, struct buf *out)
{
    const char *near[SELECT_NEAR_MAX] = {NULL};
    size_t distances[SELECT_NEAR_MAX], near_len = 0, len = 0;
    char text[SELECT_EXPRESSION_MAX];
    for (const char *at = wanted; *at != 0 && len < sizeof text - 1; at++) {
        if (*at != '*' && *at != '?') {
            text[len++] = *at;
        }
    }
    text[len] = 0;
    size_t limit = len / 3 == 0 ? 1 : len / 3;
    for (size_t i = 0; i < ids_len; i++) {
        size_t distance = select_distance(text, ids[i], limit);
        if (distance > limit ||
            (near_len == SELECT_NEAR_MAX && distance >= distances[SELECT_NEAR_MAX - 1])) {
            continue;
        }
        near_len += near_len < SELECT_NEAR_MAX ? 1 : 0;
        size_t place = near_len - 1;
        for (; place > 0 && distances[place - 1] > distance; place--) {
            distances[place] = distances[place - 1];
            near[place] = near[place - 1];
        }
        distances[place] = distance;
        near[place] = ids[i];
    }
    buf_append_text(out, near_len == 0 ? "; `smtpvet list` shows all ids" : "; the nearest: ");
    for (size_t i = 0; i < near_len; i++) {
        buf_printf(out, "%s%s", i == 0 ? "" : ", ", near[i]);
    }
    buf_append_byte(out, '\n');
}

static void select_explain_glob(const char *glob, const struct plan_suite *suite, struct buf *out)
{
    CLEANUP(mem_free_at) const char **ids = mem_zalloc(suite->len + 1, sizeof *ids);
    for (size_t i = 0; i < suite->len; i++) {
        ids[i] = suite->cases[i].id;
        if (select_glob_fits(glob, ids[i])) {
            return;
        }
    }
    buf_append_text(out, "no case has an id that fits '");
    text_escape(span_text(glob), true, out);
    buf_append_byte(out, '\'');
    select_offer(glob, ids, suite->len, out);
}

static void select_explain_word(
    const char *word, const struct plan_suite *suite, bool nothing, struct buf *out)
{
    const char *near = NULL;
    size_t limit = strlen(word) / 3 == 0 ? 1 : strlen(word) / 3, least = limit + 1;
    for (size_t i = 0; i < suite->len; i++) {
        const struct plan_case *plan = &suite->cases[i];
        if (select_has(plan, word)) {
            return;
        }
        for (size_t j = 0; j < plan->tags.len; j++) {
            size_t distance = text_distance(word, plan->tags.items[j], limit);
            if (distance < least && distance < strlen(plan->tags.items[j])) {
                least = distance;
                near = plan->tags.items[j];
            }
        }
    }
    const char *const others[] = {"serious", "normal", "advice", "any", "simulated", "wire", NULL};
    for (size_t i = 0; others[i] != NULL; i++) {
        if (strcmp(others[i], word) == 0) {
            return; /* a severity or a world that no case has is no mistake */
        }
    }
    near = near == NULL ? text_nearest(word, others) : near;
    if (near == NULL && !nothing) {
        return;
    }
    buf_append_text(out, "no case has the tag '");
    text_escape(span_text(word), true, out);
    buf_append_byte(out, '\'');
    if (near != NULL) {
        buf_printf(out, " (did you mean '%s'?)", near);
    }
    buf_append_byte(out, '\n');
}

void select_explain(
    const struct select *select, const struct plan_suite *suite, bool nothing, struct buf *out)
{
    for (size_t i = 0; i < select->globs_len; i++) {
        select_explain_glob(select->globs[i], suite, out);
    }
    for (size_t i = 0; i < select->steps_len; i++) {
        if (select->steps[i].kind == SELECT_WORD) {
            select_explain_word(select->steps[i].word, suite, nothing, out);
        }
    }
}
