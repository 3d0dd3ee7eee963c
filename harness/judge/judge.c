#include "harness/judge/judge.h"

#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/judge/matcher.h"

#define JUDGE_SHOWN_MAX 4096                  /* octets of a wanted or found value in a reason */
#define JUDGE_WHOLE_MAX ((size_t)1024 * 1024) /* octets of it before it is cut */

/* As what a fact of each type is compared. */
static enum match_kind judge_kind(enum fact_type type)
{
    static const enum match_kind kinds[] = {
        [FACT_TYPE_TRUTH] = MATCH_KIND_TEXT,
        [FACT_TYPE_INTEGER] = MATCH_KIND_INTEGER,
        [FACT_TYPE_WORD] = MATCH_KIND_TEXT,
        [FACT_TYPE_TEXT] = MATCH_KIND_TEXT,
        [FACT_TYPE_VERSION] = MATCH_KIND_VERSION,
        [FACT_TYPE_CODE] = MATCH_KIND_CODE,
        [FACT_TYPE_ENHANCED] = MATCH_KIND_ENHANCED,
        [FACT_TYPE_DATE] = MATCH_KIND_DATE,
        [FACT_TYPE_DURATION] = MATCH_KIND_DURATION,
        [FACT_TYPE_SIZE] = MATCH_KIND_SIZE,
        [FACT_TYPE_LIST] = MATCH_KIND_TEXT,
        [FACT_TYPE_VERSIONS] = MATCH_KIND_VERSION,
        [FACT_TYPE_CODES] = MATCH_KIND_CODE,
        [FACT_TYPE_SIZES] = MATCH_KIND_SIZE,
    };
    return kinds[type];
}

static bool judge_speaks_of_tls(enum fact fact)
{
    const char *name = fact_row(fact)->name;
    return strncmp(name, "tls.", 4) == 0 || strncmp(name, "certificate.", 12) == 0 ||
           fact == FACT_CONNECTION_SECURE || fact == FACT_STARTTLS_USED;
}

/* Where facts come from: the session's own, or a stored tree. */
struct judge_source {
    const struct facts *facts;
    const struct value *tree;
};

static size_t judge_last_line(
    const struct transcript *transcript, size_t upto, enum transcript_kind kind)
{
    for (size_t i = upto; i > 0; i--) {
        if (transcript->entries[i - 1].kind == kind) {
            return i;
        }
    }
    return 0;
}

/* The line of the transcript that shows a fact best: what was said last when it was recorded. What
 * is recorded when all is over, or never was, is shown by the reply that ended it, or by the last
 * TLS event. 0: none. */
static size_t judge_line(const struct judge_source *source, enum fact fact,
    const struct value *found, const struct transcript *transcript)
{
    enum transcript_kind kind = judge_speaks_of_tls(fact) ? TRANSCRIPT_TLS : TRANSCRIPT_RECEIVED;
    if (transcript == NULL) {
        return 0;
    }
    if (found != NULL && found->noted > 0 && found->noted < transcript->len) {
        return found->noted;
    }
    const struct value *reply = kind == TRANSCRIPT_RECEIVED && source->facts != NULL
                                    ? facts_value(source->facts, FACT_REPLY_CODE)
                                    : NULL;
    bool decides = reply != NULL && reply->noted > 0 && reply->noted <= transcript->len;
    return judge_last_line(transcript, decides ? reply->noted : transcript->len, kind);
}

/* The text for a reason, redacted, then cut at JUDGE_SHOWN_MAX between two characters. Takes
 * `text`. */
static const char *judge_cut(
    struct buf *text, const struct secret_set *secrets, struct arena *arena)
{
    struct buf cut;
    buf_init(&cut, 2 * JUDGE_WHOLE_MAX);
    secret_set_redact(secrets, buf_span(text), &cut);
    buf_done(text);
    if (cut.len > JUDGE_SHOWN_MAX) {
        cut.len = JUDGE_SHOWN_MAX;
        while (cut.len > 0 && (cut.data[cut.len] & 0xc0) == 0x80) {
            cut.len--;
        }
        buf_append_text(&cut, "...");
    }
    const char *shown = arena_strdup(arena, buf_text(&cut));
    buf_done(&cut);
    return shown;
}

static const char *judge_show_wanted(
    const struct plan_matcher *matcher, const struct secret_set *secrets, struct arena *arena)
{
    struct buf text;
    buf_init(&text, JUDGE_WHOLE_MAX);
    matcher_show(matcher, &text);
    return judge_cut(&text, secrets, arena);
}

/* As people write what it is compared with: numbers with their units. */
static void judge_show_value(const struct value *found, enum match_kind kind, struct buf *out)
{
    if (found->kind == VALUE_INTEGER && kind == MATCH_KIND_DURATION) {
        units_show_duration(found->integer, out);
    } else if (found->kind == VALUE_INTEGER && kind == MATCH_KIND_SIZE) {
        units_show_size(found->integer, out);
    } else if (found->kind == VALUE_LIST && kind == MATCH_KIND_SIZE) {
        for (size_t i = 0; i < found->len; i++) {
            int64_t octets;
            buf_append_text(out, i == 0 ? "[" : ", ");
            if (found->items[i]->kind == VALUE_TEXT &&
                text_integer(found->items[i]->text, &octets)) {
                units_show_size(octets, out);
            } else {
                value_show(found->items[i], out);
            }
        }
        buf_append_text(out, found->len == 0 ? "[]" : "]");
    } else {
        value_show(found, out);
    }
}

static const char *judge_show_found(const struct value *found, enum match_kind kind, bool gave_up,
    const struct secret_set *secrets, struct arena *arena)
{
    if (found == NULL) {
        return "(never came to be)";
    }
    struct buf text;
    buf_init(&text, JUDGE_WHOLE_MAX);
    if (gave_up) {
        buf_append_text(&text, "(the pattern's search was given up) ");
    }
    judge_show_value(found, kind, &text);
    return judge_cut(&text, secrets, arena);
}

static const struct value *judge_find(
    const struct judge_source *source, const char *name, enum fact fact)
{
    static const struct value no = {.kind = VALUE_TRUTH, .truth = false};
    static const char first[] = "connections.1.";
    if (source->facts != NULL) {
        return facts_get(source->facts, name);
    }
    /* Of a single connection a tree speaks without a prefix. */
    if (strncmp(name, first, sizeof first - 1) == 0 &&
        value_get_path(source->tree, "connections.1") == NULL) {
        name += sizeof first - 1;
    }
    const struct value *found = value_get_path(source->tree, name);
    bool of_one = strncmp(name, "connections.", strlen("connections.")) ==
                  0; /* false stands there */
    return found == NULL && !of_one && (fact_row(fact)->flags & FACT_FLAG_ALWAYS) != 0 ? &no
                                                                                       : found;
}

/* What is judged, and by which clock dates are counted. */
struct judge_wanted {
    const struct plan_expectation *items;
    size_t len;
    int64_t clock_s;
};

static size_t judge_all(const struct judge_wanted *all, const struct judge_source *source,
    const struct transcript *transcript, struct arena *arena, struct reason **ret_reasons)
{
    const struct secret_set *secrets = source->facts == NULL ? NULL : facts_secrets(source->facts);
    struct reason *reasons = NULL;
    size_t len = 0;
    for (size_t i = 0; i < all->len; i++) {
        const struct plan_expectation *wanted = &all->items[i];
        enum fact fact = FACT_COUNT;
        bool known = fact_find(wanted->fact, &fact, NULL, NULL);
        const struct value *found = known ? judge_find(source, wanted->fact, fact) : NULL;
        enum match_kind kind = known ? judge_kind(fact_row(fact)->type) : MATCH_KIND_TEXT;
        bool gave_up = false;
        if (known && matcher_holds(wanted->matcher, kind, found, all->clock_s, &gave_up)) {
            continue;
        }
        reasons = arena_push(arena, reasons, len, sizeof *reasons);
        reasons[len++] = (struct reason){
            .fact = wanted->fact,
            .wanted = judge_show_wanted(wanted->matcher, secrets, arena),
            .found = judge_show_found(found, kind, gave_up, secrets, arena),
            .file = wanted->mark.file,
            .line = wanted->mark.line,
            .column = wanted->mark.column,
            .transcript_line = known ? judge_line(source, fact, found, transcript) : 0,
        };
    }
    *ret_reasons = reasons;
    return len;
}

size_t judge_facts(const struct plan_case *plan, const struct facts *facts,
    const struct transcript *transcript, struct arena *arena, struct reason **ret_reasons)
{
    const struct judge_wanted all = {plan->expectations, plan->expectations_len, plan->clock_s};
    return judge_all(&all, &(struct judge_source){.facts = facts}, transcript, arena, ret_reasons);
}

size_t judge_now(const struct plan_expectation *expectations, size_t expectations_len,
    int64_t clock_s, const struct facts *facts, const struct transcript *transcript,
    struct arena *arena, struct reason **ret_reasons)
{
    const struct judge_wanted all = {expectations, expectations_len, clock_s};
    return judge_all(&all, &(struct judge_source){.facts = facts}, transcript, arena, ret_reasons);
}

size_t judge_tree(const struct plan_case *plan, const struct value *tree,
    const struct transcript *transcript, struct arena *arena, struct reason **ret_reasons)
{
    const struct judge_wanted all = {plan->expectations, plan->expectations_len, plan->clock_s};
    return judge_all(&all, &(struct judge_source){.tree = tree}, transcript, arena, ret_reasons);
}

size_t judge_unreached(const struct plan_expectation *expectations, size_t expectations_len,
    const struct secret_set *secrets, struct arena *arena, struct reason **ret_reasons)
{
    struct reason *reasons = NULL;
    size_t len = 0;
    for (; len < expectations_len; len++) {
        const struct plan_expectation *wanted = &expectations[len];
        reasons = arena_push(arena, reasons, len, sizeof *reasons);
        reasons[len] = (struct reason){
            .fact = wanted->fact,
            .wanted = judge_show_wanted(wanted->matcher, secrets, arena),
            .found = "(the step was never reached)",
            .file = wanted->mark.file,
            .line = wanted->mark.line,
            .column = wanted->mark.column,
        };
    }
    *ret_reasons = reasons;
    return len;
}

/* Every wish of a negation is left out: what is unreachable is "not sent" too. */
static bool judge_wants_unreachable(const struct plan_matcher *matcher)
{
    static const struct value unreachable = {
        .kind = VALUE_TEXT, .text = {(const uint8_t *)"unreachable", sizeof "unreachable" - 1}};
    bool gave_up = false;
    switch (matcher->kind) {
    case PLAN_MATCHER_EQUAL:
    case PLAN_MATCHER_MATCHES:
        return matcher_holds(matcher, MATCH_KIND_TEXT, &unreachable, 0, &gave_up);
    case PLAN_MATCHER_ONE_OF:
    case PLAN_MATCHER_ALL_OF:
        for (size_t i = 0; i < matcher->items_len; i++) {
            if (judge_wants_unreachable(matcher->items[i])) {
                return true;
            }
        }
        return false;
    default:
        return false;
    }
}

static bool judge_some_wants_unreachable(const struct plan_expectation *expectations, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        enum fact fact;
        if (fact_find(expectations[i].fact, &fact, NULL, NULL) && fact == FACT_OUTCOME &&
            judge_wants_unreachable(expectations[i].matcher)) {
            return true;
        }
    }
    return false;
}

bool judge_expects_unreachable(const struct plan_case *plan)
{
    if (judge_some_wants_unreachable(plan->expectations, plan->expectations_len)) {
        return true;
    }
    for (size_t i = 0; i < plan->client.steps_len; i++) {
        const struct plan_step *step = &plan->client.steps[i];
        if (judge_some_wants_unreachable(step->expectations, step->expectations_len)) {
            return true;
        }
    }
    return false;
}

enum verdict judge_verdict(const struct plan_case *plan, size_t unmet, int64_t today_s)
{
    if (plan->known_fail_reason == NULL) {
        return unmet == 0 ? VERDICT_PASS : VERDICT_FAIL;
    }
    if (unmet == 0) {
        return VERDICT_FIXED;
    }
    bool expired = plan->known_fail_until_s != 0 && today_s >= plan->known_fail_until_s;
    return expired ? VERDICT_FAIL : VERDICT_KNOWN_FAIL;
}
