#include "harness/judge/matcher.h"

#include "harness/base/text.h"

#define MATCHER_LIST_MAX 4096 /* items compared in any order; as many as a fact keeps */

/* What one judgement is about: how things compare, and whether a pattern ran into its limits. */
struct matcher_scope {
    enum match_kind kind;
    int64_t now_unix_s;
    bool gave_up;
};

static bool matcher_fits(
    struct matcher_scope *scope, const struct plan_matcher *matcher, const struct value *found);

/* A scalar as the text that the comparators of harness/match read. */
static struct span matcher_text(const struct value *value, struct buf *scratch)
{
    switch (value->kind) {
    case VALUE_TEXT:
        return value->text;
    case VALUE_INTEGER:
        buf_printf(scratch, "%lld", (long long)value->integer);
        return buf_span(scratch);
    case VALUE_TRUTH:
        return value->truth ? SPAN_LITERAL("true") : SPAN_LITERAL("false");
    case VALUE_NULL:
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
    return SPAN_EMPTY;
}

static bool matcher_is_scalar(const struct value *value)
{
    return value->kind == VALUE_TEXT || value->kind == VALUE_INTEGER || value->kind == VALUE_TRUTH;
}

static bool matcher_equal(
    const struct matcher_scope *scope, const struct value *wanted, const struct value *found)
{
    if (!matcher_is_scalar(wanted) || !matcher_is_scalar(found)) {
        return value_equal(wanted, found);
    }
    if (wanted->kind == VALUE_TRUTH || found->kind == VALUE_TRUTH) {
        return value_equal(wanted, found);
    }
    struct buf a, b;
    buf_init(&a, 64);
    buf_init(&b, 64);
    struct span wanted_text = matcher_text(wanted, &a), found_text = matcher_text(found, &b);
    bool equal = match_equal(scope->kind, wanted_text, found_text, scope->now_unix_s);
    buf_done(&a);
    buf_done(&b);
    return equal;
}

/* A list compares by its length only where a number is asked of it: never here. */
static bool matcher_ordered(const struct matcher_scope *scope, const struct plan_matcher *matcher,
    const struct value *found)
{
    if (!matcher_is_scalar(found) || !matcher_is_scalar(matcher->value)) {
        return false;
    }
    struct buf a, b;
    buf_init(&a, 64);
    buf_init(&b, 64);
    struct span wanted_text = matcher_text(matcher->value, &a);
    struct span found_text = matcher_text(found, &b);
    int order = 0;
    bool holds = match_compare(scope->kind, found_text, wanted_text, scope->now_unix_s, &order) &&
                 (matcher->kind == PLAN_MATCHER_AT_LEAST ? order >= 0 : order <= 0);
    buf_done(&a);
    buf_done(&b);
    return holds;
}

/* Which found item belongs to which wanted one. */
struct matcher_pairing {
    const struct plan_matcher *matcher;
    const struct value *found;
    bool *seen;
    size_t *owner; /* of each found item: a wanted one, or SIZE_MAX */
};

/* Gives wanted item `at` one of the found items that nobody else has: Kuhn's algorithm, because
 * wanted items may be patterns of which several fit one found item. Free items come first, so that
 * a list of equal items is done in one go. */
static bool matcher_assign(
    struct matcher_scope *scope, const struct matcher_pairing *pairing, size_t at)
{
    const struct plan_matcher *wanted = pairing->matcher->items[at];
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < pairing->found->len; i++) {
            bool is_free = pairing->owner[i] == SIZE_MAX;
            if (pairing->seen[i] || is_free != (pass == 0) ||
                !matcher_fits(scope, wanted, pairing->found->items[i])) {
                continue;
            }
            pairing->seen[i] = true;
            if (is_free || matcher_assign(scope, pairing, pairing->owner[i])) {
                pairing->owner[i] = at;
                return true;
            }
        }
    }
    return false;
}

/* Every wanted item finds one of its own; with `exactly` none is left over. */
static bool matcher_list(struct matcher_scope *scope, const struct plan_matcher *matcher,
    const struct value *found, bool exactly)
{
    if (found->kind != VALUE_LIST || found->len > MATCHER_LIST_MAX ||
        (exactly ? found->len != matcher->items_len : found->len < matcher->items_len)) {
        return false;
    }
    CLEANUP(mem_free_at) bool *seen = mem_zalloc(found->len + 1, sizeof *seen);
    CLEANUP(mem_free_at) size_t *owner = mem_zalloc(found->len + 1, sizeof *owner);
    for (size_t i = 0; i < found->len; i++) {
        owner[i] = SIZE_MAX;
    }
    const struct matcher_pairing pairing = {matcher, found, seen, owner};
    for (size_t at = 0; at < matcher->items_len; at++) {
        memset(seen, 0, found->len * sizeof *seen);
        if (!matcher_assign(scope, &pairing, at)) {
            return false;
        }
    }
    return true;
}

static bool matcher_text_contains(const struct plan_matcher *part, const struct value *found)
{
    if (part->kind != PLAN_MATCHER_EQUAL || !matcher_is_scalar(part->value)) {
        return false;
    }
    struct buf scratch;
    buf_init(&scratch, 64);
    struct span wanted = matcher_text(part->value, &scratch);
    bool holds = wanted.len == 0 ||
                 memmem(found->text.data, found->text.len, wanted.data, wanted.len) != NULL;
    buf_done(&scratch);
    return holds;
}

static bool matcher_contains(
    struct matcher_scope *scope, const struct plan_matcher *matcher, const struct value *found)
{
    if (found->kind == VALUE_LIST) {
        return matcher_list(scope, matcher, found, false);
    }
    for (size_t i = 0; i < matcher->items_len; i++) {
        if (found->kind != VALUE_TEXT || !matcher_text_contains(matcher->items[i], found)) {
            return false;
        }
    }
    return true;
}

static bool matcher_in_order(
    struct matcher_scope *scope, const struct plan_matcher *matcher, const struct value *found)
{
    size_t at = 0;
    for (size_t i = 0; found->kind == VALUE_LIST && i < found->len && at < matcher->items_len;
         i++) {
        if (matcher_fits(scope, matcher->items[at], found->items[i])) {
            at++;
        }
    }
    return at == matcher->items_len;
}

static bool matcher_some(struct matcher_scope *scope, const struct plan_matcher *matcher,
    const struct value *found, bool every)
{
    if (found->kind != VALUE_LIST) {
        return false;
    }
    for (size_t i = 0; i < found->len; i++) {
        if (matcher_fits(scope, matcher->items[0], found->items[i]) != every) {
            return !every;
        }
    }
    return every;
}

static bool matcher_count(
    struct matcher_scope *scope, const struct plan_matcher *matcher, const struct value *found)
{
    if (found->kind != VALUE_LIST && found->kind != VALUE_MAP) {
        return false;
    }
    struct value count = {.kind = VALUE_INTEGER, .integer = (int64_t)found->len};
    struct matcher_scope number = {.kind = MATCH_KIND_INTEGER, .now_unix_s = scope->now_unix_s};
    bool holds = matcher_fits(&number, matcher->items[0], &count);
    scope->gave_up = scope->gave_up || number.gave_up;
    return holds;
}

static bool matcher_any_of(struct matcher_scope *scope, const struct plan_matcher *matcher,
    const struct value *found, bool every)
{
    for (size_t i = 0; i < matcher->items_len; i++) {
        if (matcher_fits(scope, matcher->items[i], found) != every) {
            return !every;
        }
    }
    return every;
}

static bool matcher_pattern(
    struct matcher_scope *scope, const struct plan_matcher *matcher, const struct value *found)
{
    if (!matcher_is_scalar(found)) {
        return false;
    }
    struct buf scratch;
    buf_init(&scratch, 64);
    enum match_result result = match_pattern_find(
        matcher->pattern, matcher_text(found, &scratch), NULL, NULL);
    buf_done(&scratch);
    scope->gave_up = scope->gave_up || result == MATCH_GAVE_UP;
    return result == MATCH_YES;
}

/* Of a fact that came to be. */
static bool matcher_fits_found(
    struct matcher_scope *scope, const struct plan_matcher *matcher, const struct value *found)
{
    switch (matcher->kind) {
    case PLAN_MATCHER_EQUAL:
        return matcher_equal(scope, matcher->value, found);
    case PLAN_MATCHER_LIST:
        return matcher_list(scope, matcher, found, true);
    case PLAN_MATCHER_CONTAINS:
        return matcher_contains(scope, matcher, found);
    case PLAN_MATCHER_IN_ORDER:
        return matcher_in_order(scope, matcher, found);
    case PLAN_MATCHER_MATCHES:
        return matcher_pattern(scope, matcher, found);
    case PLAN_MATCHER_AT_LEAST:
    case PLAN_MATCHER_AT_MOST:
        return matcher_ordered(scope, matcher, found);
    case PLAN_MATCHER_COUNT:
        return matcher_count(scope, matcher, found);
    case PLAN_MATCHER_EACH:
        return matcher_some(scope, matcher, found, true);
    case PLAN_MATCHER_ANY:
        return matcher_some(scope, matcher, found, false);
    case PLAN_MATCHER_ABSENT:
    case PLAN_MATCHER_NOT:
    case PLAN_MATCHER_ONE_OF:
    case PLAN_MATCHER_ALL_OF:
        break;
    }
    return false;
}

static bool matcher_fits(
    struct matcher_scope *scope, const struct plan_matcher *matcher, const struct value *found)
{
    switch (matcher->kind) {
    case PLAN_MATCHER_ABSENT:
        return (found == NULL) == matcher->value->truth;
    case PLAN_MATCHER_NOT:
        return !matcher_fits(scope, matcher->items[0], found);
    case PLAN_MATCHER_ONE_OF:
        return matcher_any_of(scope, matcher, found, false);
    case PLAN_MATCHER_ALL_OF:
        return matcher_any_of(scope, matcher, found, true);
    default:
        return found != NULL && matcher_fits_found(scope, matcher, found);
    }
}

bool matcher_holds(const struct plan_matcher *matcher, enum match_kind kind,
    const struct value *found, int64_t now_unix_s, bool *ret_gave_up)
{
    struct matcher_scope scope = {.kind = kind, .now_unix_s = now_unix_s};
    bool holds = matcher_fits(&scope, matcher, found);
    if (ret_gave_up != NULL) {
        *ret_gave_up = scope.gave_up;
    }
    return holds && !scope.gave_up;
}

/* --- for people --- */

static void matcher_show_items(const struct plan_matcher *matcher, const char *open,
    const char *between, const char *close, struct buf *out)
{
    buf_append_text(out, open);
    for (size_t i = 0; i < matcher->items_len; i++) {
        buf_append_text(out, i == 0 ? "" : between);
        matcher_show(matcher->items[i], out);
    }
    buf_append_text(out, close);
}

void matcher_show(const struct plan_matcher *matcher, struct buf *out)
{
    static const struct {
        const char *open, *between, *close;
    } shapes[] = {
        [PLAN_MATCHER_LIST] = {"[", ", ", "] in any order"},
        [PLAN_MATCHER_CONTAINS] = {"something with ", " and ", ""},
        [PLAN_MATCHER_IN_ORDER] = {"", ", then ", ""},
        [PLAN_MATCHER_ONE_OF] = {"", " or ", ""},
        [PLAN_MATCHER_NOT] = {"not ", "", ""},
        [PLAN_MATCHER_COUNT] = {"", "", " items"},
        [PLAN_MATCHER_EACH] = {"each item ", "", ""},
        [PLAN_MATCHER_ANY] = {"some item ", "", ""},
        [PLAN_MATCHER_ALL_OF] = {"", " and ", ""},
    };
    switch (matcher->kind) {
    case PLAN_MATCHER_EQUAL:
        value_show(matcher->value, out);
        return;
    case PLAN_MATCHER_MATCHES:
        buf_append_text(out, "a match of /");
        text_escape(matcher->value->text, true, out);
        buf_append_byte(out, '/');
        return;
    case PLAN_MATCHER_AT_LEAST:
    case PLAN_MATCHER_AT_MOST:
        buf_append_text(out, matcher->kind == PLAN_MATCHER_AT_LEAST ? "at least " : "at most ");
        value_show(matcher->value, out);
        return;
    case PLAN_MATCHER_ABSENT:
        buf_append_text(out, matcher->value->truth ? "never to come to be" : "to come to be");
        return;
    case PLAN_MATCHER_LIST:
    case PLAN_MATCHER_CONTAINS:
    case PLAN_MATCHER_IN_ORDER:
    case PLAN_MATCHER_ONE_OF:
    case PLAN_MATCHER_NOT:
    case PLAN_MATCHER_COUNT:
    case PLAN_MATCHER_EACH:
    case PLAN_MATCHER_ANY:
    case PLAN_MATCHER_ALL_OF:
        break;
    }
    if (matcher->kind == PLAN_MATCHER_LIST && matcher->items_len < 2) {
        matcher_show_items(matcher, "[", "", "]", out);
        return;
    }
    matcher_show_items(matcher, shapes[matcher->kind].open, shapes[matcher->kind].between,
        shapes[matcher->kind].close, out);
}
