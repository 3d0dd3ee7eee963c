#include "harness/evidence/fact.h"

#include <stdio.h>

#include "harness/base/text.h"
#include "harness/evidence/transcript.h"

#define FACT_NAME_MAX 256          /* octets of a dotted name with its key */
#define FACTS_KEYED_MAX 256        /* values under placeholders, of one connection */
#define FACTS_LIST_MAX 4096        /* items of one list */
#define FACTS_TEXT_MAX (64 * 1024) /* octets of one text; the rest is cut */

static const struct fact_row rows[FACT_COUNT] = {
#define FACT(symbol, name, type, flags, allowed, sentence, source) \
    [FACT_##symbol] = {name, type, flags, allowed, sentence, source},
#include "harness/evidence/facts.def"
#undef FACT
};

const struct fact_row *fact_row(enum fact fact)
{
    return &rows[fact];
}

const char *fact_not_yet(enum fact fact)
{
    return fact == FACT_STOPPED_BECAUSE ? "no-route" : NULL;
}

/* --- names --- */

static bool fact_is_word(const char *allowed, struct span word)
{
    struct span rest = span_text(allowed);
    while (rest.len > 0) {
        size_t bar = span_find(rest, '|');
        if (span_equal(span_first(rest, bar), word)) {
            return true;
        }
        rest = span_from(rest, bar + 1);
    }
    return false;
}

/* Does `name` fit the row's name, which may hold one placeholder? */
static bool fact_fits(const struct fact_row *row, struct span name, struct span *ret_key)
{
    const char *open = strchr(row->name, '<');
    if (open == NULL) {
        *ret_key = SPAN_EMPTY;
        return span_equal(name, span_text(row->name));
    }
    const char *behind = strchr(open, '>') + 1;
    size_t before_len = (size_t)(open - row->name), behind_len = strlen(behind);
    if (name.len <= before_len + behind_len || memcmp(name.data, row->name, before_len) != 0 ||
        memcmp(name.data + name.len - behind_len, behind, behind_len) != 0) {
        return false;
    }
    *ret_key = span_of(name.data + before_len, name.len - before_len - behind_len);
    if (strncmp(open, "<stage>", 7) == 0) {
        return fact_is_word(rows[FACT_STAGE].allowed, *ret_key);
    }
    return span_find(*ret_key, '.') == ret_key->len;
}

/* Takes "connections.2." off the front; 0 where it does not stand there. */
static unsigned fact_connection(struct span *name)
{
    static const char prefix[] = "connections.";
    size_t len = sizeof prefix - 1;
    if (name->len <= len || memcmp(name->data, prefix, len) != 0) {
        return 0;
    }
    struct span rest = span_from(*name, len);
    size_t dot = span_find(rest, '.');
    int64_t number;
    if (dot == rest.len || !text_is_digit((char)rest.data[0]) ||
        !text_integer(span_first(rest, dot), &number) || number < 1 ||
        number > FACTS_CONNECTIONS_MAX) {
        return 0;
    }
    *name = span_from(rest, dot + 1);
    return (unsigned)number;
}

bool fact_find(const char *name, enum fact *ret, unsigned *ret_connection, struct span *ret_key)
{
    struct span rest = span_text(name);
    unsigned connection = fact_connection(&rest);
    for (size_t i = 0; i < FACT_COUNT; i++) {
        struct span key;
        if (!fact_fits(&rows[i], rest, &key) ||
            (connection != 0 && (rows[i].flags & FACT_FLAG_PER_CONNECTION) == 0)) {
            continue;
        }
        *ret = (enum fact)i;
        if (ret_connection != NULL) {
            *ret_connection = connection;
        }
        if (ret_key != NULL) {
            *ret_key = key;
        }
        return true;
    }
    return false;
}

bool fact_is_prefix(const char *prefix)
{
    struct span rest = span_text(prefix);
    char longer[FACT_NAME_MAX];
    /* "connections" and "connections.2" lead to every fact of a connection. */
    if (strncmp(prefix, "connections", 11) == 0 &&
        (prefix[11] == 0 ||
            (prefix[11] == '.' && text_is_digit(prefix[12]) && strchr(prefix + 12, '.') == NULL))) {
        return true;
    }
    (void)fact_connection(&rest);
    if (rest.len + 2 > sizeof longer) {
        return false;
    }
    snprintf(longer, sizeof longer, "%.*s.", (int)rest.len, (const char *)rest.data);
    for (size_t i = 0; i < FACT_COUNT; i++) {
        if (strncmp(rows[i].name, longer, rest.len + 1) == 0) {
            return true;
        }
        const char *open = strchr(rows[i].name, '<');
        size_t before = open == NULL ? 0 : (size_t)(open - rows[i].name);
        if (open != NULL && strchr(open, '.') != NULL && rest.len > before &&
            memcmp(rest.data, rows[i].name, before) == 0 &&
            fact_is_word(rows[FACT_STAGE].allowed, span_from(rest, before))) {
            return true; /* "replies.mail" */
        }
    }
    return false;
}

const char *fact_nearest(const char *name)
{
    const char *names[FACT_COUNT + 1];
    for (size_t i = 0; i < FACT_COUNT; i++) {
        names[i] = rows[i].name;
    }
    names[FACT_COUNT] = NULL;
    return text_nearest(name, names);
}

/* --- recording --- */

struct fact_keyed {
    enum fact fact;
    struct value *key;
    struct value *value;
};

struct fact_set {
    struct value *values[FACT_COUNT];
    struct fact_keyed *keyed;
    size_t keyed_len;
};

struct facts {
    struct arena *arena;
    const struct secret_set *secrets;
    struct fact_set whole;
    struct fact_set *connections[FACTS_CONNECTIONS_MAX];
    unsigned connections_len;            /* the last one's number */
    unsigned current;                    /* where facts of a connection are recorded; 0: none yet */
    bool saw;                            /* a fake server recorded something */
    const struct transcript *transcript; /* of the same session; NULL: none is told */
};

struct facts *facts_new(struct arena *arena, const struct secret_set *secrets)
{
    struct facts *facts = arena_alloc(arena, sizeof *facts);
    facts->arena = arena;
    facts->secrets = secrets;
    return facts;
}

void facts_watch(struct facts *facts, const struct transcript *transcript)
{
    facts->transcript = transcript;
}

/* What was said last is what the fact is about. */
static void facts_note(const struct facts *facts, struct value *value)
{
    value->noted = facts->transcript == NULL ? 0 : (unsigned)facts->transcript->len;
}

void facts_at_connection(struct facts *facts, unsigned number)
{
    if (number == 0) {
        number = 1;
    }
    if (number > FACTS_CONNECTIONS_MAX) {
        number = FACTS_CONNECTIONS_MAX; /* later ones are told as the last */
    }
    while (facts->connections_len < number) {
        facts->connections[facts->connections_len++] = arena_alloc(
            facts->arena, sizeof(struct fact_set));
    }
    facts->current = number;
}

unsigned facts_connection(const struct facts *facts)
{
    return facts->current;
}

unsigned facts_next_connection(struct facts *facts)
{
    facts_at_connection(facts, facts->connections_len + 1);
    return facts->current;
}

const struct secret_set *facts_secrets(const struct facts *facts)
{
    return facts->secrets;
}

unsigned facts_connections(const struct facts *facts)
{
    return facts->connections_len;
}

/* Where `fact` is recorded now. What is told of a connection before there is one speaks of the
 * first. */
static struct fact_set *facts_set_of(struct facts *facts, enum fact fact)
{
    if ((rows[fact].flags & FACT_FLAG_NEEDS_FAKE) != 0) {
        facts->saw = true;
    }
    if ((rows[fact].flags & FACT_FLAG_PER_CONNECTION) == 0) {
        return &facts->whole;
    }
    if (facts->current == 0) {
        facts_at_connection(facts, 1);
    }
    return facts->connections[facts->current - 1];
}

/* Text on its way into a fact. Where it is cut, what is to be seen of it is redacted before: no
 * half of a secret stays. */
static struct value *facts_first(struct facts *facts, struct span bytes, size_t max)
{
    struct value *value = value_bytes(facts->arena, span_first(bytes, max));
    if (bytes.len > max && secret_set_hides(facts->secrets, bytes)) {
        struct buf shown;
        buf_init(&shown, SIZE_MAX / 2);
        secret_set_redact_first(facts->secrets, bytes, max, &shown);
        value_set_shown(facts->arena, value, buf_span(&shown));
        buf_done(&shown);
    }
    return value;
}

static struct value *facts_kept(struct facts *facts, struct span bytes)
{
    return facts_first(facts, bytes, FACTS_TEXT_MAX);
}

static void facts_put(struct facts *facts, enum fact fact, struct value *value)
{
    facts_note(facts, value);
    facts_set_of(facts, fact)->values[fact] = value;
}

void facts_truth(struct facts *facts, enum fact fact, bool truth)
{
    facts_put(facts, fact, value_truth(facts->arena, truth));
}

void facts_integer(struct facts *facts, enum fact fact, int64_t integer)
{
    facts_put(facts, fact, value_integer(facts->arena, integer));
}

void facts_text(struct facts *facts, enum fact fact, const char *text)
{
    facts_bytes(facts, fact, span_text(text));
}

void facts_bytes(struct facts *facts, enum fact fact, struct span bytes)
{
    facts_put(facts, fact, facts_kept(facts, bytes));
}

void facts_empty_list(struct facts *facts, enum fact fact)
{
    facts_put(facts, fact, value_list(facts->arena));
}

void facts_bytes_first(struct facts *facts, enum fact fact, struct span bytes, size_t max)
{
    facts_put(facts, fact, facts_first(facts, bytes, max < FACTS_TEXT_MAX ? max : FACTS_TEXT_MAX));
}

/* NULL where the list is full. */
static struct value *facts_append_kept(struct facts *facts, enum fact fact, struct span item)
{
    struct fact_set *set = facts_set_of(facts, fact);
    if (set->values[fact] == NULL) {
        set->values[fact] = value_list(facts->arena);
    }
    facts_note(facts, set->values[fact]);
    if (set->values[fact]->len == FACTS_LIST_MAX) {
        return NULL;
    }
    struct value *kept = facts_kept(facts, item);
    value_append(facts->arena, set->values[fact], kept);
    return kept;
}

void facts_append(struct facts *facts, enum fact fact, struct span item)
{
    (void)facts_append_kept(facts, fact, item);
}

void facts_append_shown(struct facts *facts, enum fact fact, struct span item, struct span shown)
{
    struct value *kept = facts_append_kept(facts, fact, item);
    if (kept != NULL) {
        struct value *seen = facts_kept(facts, shown);
        kept->shown = seen->shown != NULL ? seen->shown : seen;
    }
}

static bool facts_has_item(const struct value *list, const char *name)
{
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        if (strcmp(value_as_text(list->items[i]), name) == 0) {
            return true;
        }
    }
    return false;
}

void facts_finding(struct facts *facts, enum finding finding)
{
    struct value **at = &facts_set_of(facts, FACT_FINDINGS)->values[FACT_FINDINGS];
    if (facts_has_item(*at, finding_row(finding)->name)) {
        return;
    }
    struct value *list = value_list(facts->arena);
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        const char *name = finding_row(i)->name;
        if (i == (size_t)finding || facts_has_item(*at, name)) {
            value_append(facts->arena, list, value_text(facts->arena, name));
        }
    }
    *at = list;
}

/* The key is the peer's word too (a keyword of EHLO), so it is kept and shown like any text. */
static void facts_put_at(struct facts *facts, enum fact fact, const char *name, struct value *value)
{
    facts_note(facts, value);
    struct fact_set *set = facts_set_of(facts, fact);
    if (name == NULL) {
        set->values[fact] = value;
        return;
    }
    struct value *key = facts_kept(facts, span_text(name));
    for (size_t i = 0; i < set->keyed_len; i++) {
        if (set->keyed[i].fact == fact && span_equal(set->keyed[i].key->text, key->text)) {
            set->keyed[i].value = value;
            return;
        }
    }
    if (set->keyed_len == FACTS_KEYED_MAX) {
        return;
    }
    set->keyed = arena_push(facts->arena, set->keyed, set->keyed_len, sizeof *set->keyed);
    set->keyed[set->keyed_len++] = (struct fact_keyed){fact, key, value};
}

void facts_integer_at(struct facts *facts, enum fact fact, const char *key, int64_t integer)
{
    facts_put_at(facts, fact, key, value_integer(facts->arena, integer));
}

void facts_bytes_at(struct facts *facts, enum fact fact, const char *key, struct span bytes)
{
    facts_put_at(facts, fact, key, facts_kept(facts, bytes));
}

void facts_forget(struct facts *facts, enum fact fact)
{
    struct fact_set *set = facts_set_of(facts, fact);
    set->values[fact] = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < set->keyed_len; i++) {
        if (set->keyed[i].fact != fact) {
            set->keyed[kept++] = set->keyed[i];
        }
    }
    set->keyed_len = kept;
}

/* --- looking up --- */

static const struct value *facts_find(
    const struct facts *facts, enum fact fact, unsigned connection, struct span key)
{
    static const struct value no = {.kind = VALUE_TRUTH, .truth = false};
    const struct fact_set *set = &facts->whole;
    const struct value *found = NULL;
    if ((rows[fact].flags & FACT_FLAG_PER_CONNECTION) != 0) {
        unsigned number = connection != 0 ? connection : facts->connections_len;
        set = number == 0 || number > facts->connections_len ? NULL
                                                             : facts->connections[number - 1];
    }
    if (set != NULL && key.len == 0) {
        found = set->values[fact];
    }
    for (size_t i = 0; set != NULL && key.len > 0 && i < set->keyed_len; i++) {
        if (set->keyed[i].fact == fact && span_equal(set->keyed[i].key->text, key)) {
            found = set->keyed[i].value;
        }
    }
    bool there = connection <= facts->connections_len;
    if (found == NULL && there && (rows[fact].flags & FACT_FLAG_ALWAYS) != 0) {
        return &no;
    }
    return found;
}

const struct value *facts_get(const struct facts *facts, const char *name)
{
    enum fact fact;
    unsigned connection;
    struct span key;
    return fact_find(name, &fact, &connection, &key) ? facts_find(facts, fact, connection, key)
                                                     : NULL;
}

const struct value *facts_value(const struct facts *facts, enum fact fact)
{
    return facts_find(facts, fact, 0, SPAN_EMPTY);
}

/* --- as a tree --- */

static bool facts_is_shown(enum fact fact, bool with_varying)
{
    return with_varying || (rows[fact].flags & FACT_FLAG_VARIES) == 0;
}

/* A text as it may be seen: itself where no secret is in it. */
static struct value *facts_shown_text(
    const struct facts *facts, struct value *text, struct arena *arena)
{
    struct value *shown = text->shown != NULL ? text->shown : text;
    if (!secret_set_hides(facts->secrets, shown->text)) {
        return shown;
    }
    struct buf redacted;
    buf_init(&redacted, SIZE_MAX / 2);
    secret_set_redact(facts->secrets, shown->text, &redacted);
    struct value *value = value_bytes(arena, buf_span(&redacted));
    buf_done(&redacted);
    return value;
}

/* A value as it may be seen. Facts are scalars or flat lists. */
static struct value *facts_shown(
    const struct facts *facts, struct value *value, struct arena *arena)
{
    if (value->kind == VALUE_TEXT) {
        return facts_shown_text(facts, value, arena);
    }
    if (value->kind != VALUE_LIST) {
        return value;
    }
    struct value *list = value_list(arena);
    for (size_t i = 0; i < value->len; i++) {
        struct value *item = value->items[i];
        value_append(
            arena, list, item->kind == VALUE_TEXT ? facts_shown_text(facts, item, arena) : item);
    }
    return list;
}

static const char *facts_shown_key(
    const struct facts *facts, const struct fact_keyed *keyed, struct arena *arena)
{
    return value_as_text(facts_shown_text(facts, keyed->key, arena));
}

/* Puts one set's facts, those of connections or those of the whole, under `tree`. */
static void facts_tree_keyed(const struct facts *facts, const struct fact_set *set, enum fact fact,
    struct arena *arena, struct value *tree)
{
    const char *open = strchr(rows[fact].name, '<');
    for (size_t i = 0; open != NULL && i < set->keyed_len; i++) {
        if (set->keyed[i].fact == fact) {
            value_put_path(arena, tree,
                arena_printf(arena, "%.*s%s%s", (int)(open - rows[fact].name), rows[fact].name,
                    facts_shown_key(facts, &set->keyed[i], arena), strchr(open, '>') + 1),
                facts_shown(facts, set->keyed[i].value, arena));
        }
    }
}

static void facts_tree_one(const struct facts *facts, const struct fact_set *set, enum fact fact,
    struct arena *arena, struct value *tree)
{
    struct value *value = set->values[fact];
    bool expected = (rows[fact].flags & FACT_FLAG_ALWAYS) != 0 &&
                    ((rows[fact].flags & FACT_FLAG_NEEDS_FAKE) == 0 || facts->saw);
    if (value == NULL && expected) {
        value = value_truth(arena, false);
    }
    if (value != NULL) {
        value_put_path(arena, tree, rows[fact].name, facts_shown(facts, value, arena));
    }
    facts_tree_keyed(facts, set, fact, arena, tree);
}

struct value *facts_tree(const struct facts *facts, struct arena *arena, bool with_varying)
{
    struct value *tree = value_map(arena);
    unsigned last = facts->connections_len;
    for (size_t i = 0; i < FACT_COUNT; i++) {
        enum fact fact = (enum fact)i;
        bool per_connection = (rows[fact].flags & FACT_FLAG_PER_CONNECTION) != 0;
        if (facts_is_shown(fact, with_varying) && (!per_connection || last > 0)) {
            facts_tree_one(facts, per_connection ? facts->connections[last - 1] : &facts->whole,
                fact, arena, tree);
        }
    }
    for (unsigned number = 1; last > 1 && number <= last; number++) {
        struct value *own = value_map(arena);
        for (size_t i = 0; i < FACT_COUNT; i++) {
            enum fact fact = (enum fact)i;
            if (facts_is_shown(fact, with_varying) &&
                (rows[fact].flags & FACT_FLAG_PER_CONNECTION) != 0) {
                facts_tree_one(facts, facts->connections[number - 1], fact, arena, own);
            }
        }
        value_put_path(arena, tree, arena_printf(arena, "connections.%u", number), own);
    }
    return tree;
}
