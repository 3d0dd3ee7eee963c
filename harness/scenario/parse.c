#include "harness/scenario/parse.h"

#include <yaml.h>

#include "harness/base/text.h"
#include "harness/scenario/parse_mask.h"
#include "harness/scenario/parse_octets.h"
#include "harness/scenario/parse_yaml.h"
#include "harness/scenario/scenario.h"

/* Libyaml's work for each token grows with the depth: past this one the rest is not read. */
#define PARSE_PASSING_MAX 200
#define PARSE_SECRETS_MAX                                                   \
    32 /* whose other copies in the file are hidden; of all, the places are \
        */

/* A list or a map that is still open. */
struct parse_frame {
    struct node *node;
    const char *anchor;
    const struct node **keys, **items;
    size_t len;
    const struct node *key;   /* of a map: the key whose value comes next */
    bool key_lost;            /* its key was no word: the value is dropped */
    const struct node *merge; /* the value of `<<` */
};

struct parse_anchor {
    const char *name;
    struct node *node;
};

/* Mistakes wait until the whole text is read: only then is known what of it must not be shown. */
struct parse_mistake {
    struct mark mark;
    const char *message, *hint;
};

struct parse {
    struct arena *arena;
    struct tell *tell;
    struct node_source *source;
    struct parse_mask mask; /* over the text that messages show */
    struct secret_set *secrets;
    size_t secrets_len;
    struct span text;
    size_t given, piece; /* to libyaml */
    yaml_parser_t yaml;
    struct parse_frame frames[SCENARIO_DEPTH_MAX];
    size_t depth;
    size_t passing; /* open lists and maps that are too deep to be kept */
    struct parse_anchor anchors[PARSE_ANCHORS_MAX];
    size_t anchors_len;
    struct parse_mistake *mistakes;
    size_t mistakes_len;
    size_t nodes; /* aliases counted as what they name */
    size_t documents;
    const struct node *root;
    bool stopped;
};

/* --- mistakes --- */

static void parse_mistake(
    struct parse *parse, struct mark mark, const char *hint, const char *message)
{
    parse->mistakes = arena_push(
        parse->arena, parse->mistakes, parse->mistakes_len, sizeof *parse->mistakes);
    parse->mistakes[parse->mistakes_len++] = (struct parse_mistake){mark, message, hint};
}

static struct mark parse_mark(
    const struct parse *parse, const yaml_mark_t *start, const yaml_mark_t *end)
{
    bool one_line = end != NULL && end->line == start->line && end->column > start->column;
    return (struct mark){
        .file = parse->source->file,
        .line = (unsigned)start->line + 1,
        .column = (unsigned)start->column + 1,
        .width = one_line ? (unsigned)(end->column - start->column) : 1,
    };
}

/* --- the tree --- */

static struct node *parse_node(struct parse *parse, enum node_kind kind, const yaml_event_t *event)
{
    struct node *node = arena_alloc(parse->arena, sizeof *node);
    node->kind = kind;
    node->source = parse->source;
    node->mark = parse_mark(
        parse, &event->start_mark, kind == NODE_SCALAR ? &event->end_mark : NULL);
    node->end_line = (unsigned)event->end_mark.line + 1;
    node->end_column = (unsigned)event->end_mark.column + 1;
    node->text = SPAN_LITERAL(""); /* also of one that nothing can be read into, such as a key that
                                      names no anchor */
    node->weight = node->height = 1;
    return node;
}

static bool parse_count(struct parse *parse, size_t weight, struct mark mark)
{
    if (weight <= SCENARIO_NODES_MAX && parse->nodes <= SCENARIO_NODES_MAX - weight) {
        parse->nodes += weight;
        return true;
    }
    parse_mistake(parse, mark, "an alias counts as all that it names",
        arena_printf(parse->arena, "the file has more than %d values", SCENARIO_NODES_MAX));
    parse->stopped = true;
    return false;
}

static void parse_put_key(struct parse *parse, struct parse_frame *frame, const struct node *key)
{
    if (key->kind != NODE_SCALAR) {
        parse_mistake(parse, key->mark, NULL, "a key must be a word, not a list or a map");
        frame->key_lost = true;
        return;
    }
    if (span_find(key->text, 0) < key->text.len) { /* names are compared as C strings later */
        parse_mistake(parse, key->mark, NULL, "a key cannot hold a NUL octet");
        frame->key_lost = true;
        return;
    }
    frame->key = key;
}

/* Reports the second of two equal keys; the first stays. */
static bool parse_is_duplicate(struct parse *parse, const struct parse_frame *frame)
{
    const struct node *key = frame->key, *first = NULL;
    if (node_is_plain(key, "<<")) {
        first = frame->merge;
    }
    for (size_t i = 0; i < frame->len && first == NULL; i++) {
        if (span_equal(frame->keys[i]->text, key->text)) {
            first = frame->keys[i];
        }
    }
    if (first != NULL) {
        parse_mistake(parse, key->mark,
            arena_printf(parse->arena, "the first one is on line %u", first->mark.line),
            arena_printf(
                parse->arena, "the key %s stands here a second time", node_got(parse->arena, key)));
    }
    return first != NULL;
}

static void parse_put_value(
    struct parse *parse, struct parse_frame *frame, const struct node *value)
{
    const struct node *key = frame->key;
    bool kept = !frame->key_lost && !parse_is_duplicate(parse, frame);
    if (kept && frame->len == NODE_MAP_MAX) {
        parse_mistake(parse, key->mark, NULL,
            arena_printf(parse->arena, "a map has more than %d keys", NODE_MAP_MAX));
        parse->stopped = true;
        kept = false;
    }
    frame->key = NULL;
    frame->key_lost = false;
    if (kept && node_is_plain(key, "<<")) {
        frame->merge = value;
    } else if (kept) {
        frame->keys = arena_push(parse->arena, frame->keys, frame->len, sizeof *frame->keys);
        frame->items = arena_push(parse->arena, frame->items, frame->len, sizeof *frame->items);
        frame->keys[frame->len] = key;
        frame->items[frame->len++] = value;
    }
}

static void parse_put(struct parse *parse, const struct node *node)
{
    if (parse->depth == 0) {
        parse->root = node;
        return;
    }
    struct parse_frame *frame = &parse->frames[parse->depth - 1];
    if (frame->node->kind == NODE_LIST) {
        frame->items = arena_push(parse->arena, frame->items, frame->len, sizeof *frame->items);
        frame->items[frame->len++] = node;
    } else if (frame->key == NULL && !frame->key_lost) {
        parse_put_key(parse, frame, node);
    } else {
        parse_put_value(parse, frame, node);
    }
}

/* Does the value that comes next say where a secret comes from: {env: NAME}, {file: PATH}? */
static bool parse_is_source(const struct parse_frame *last)
{
    return last->key != NULL && last->node->kind == NODE_MAP &&
           (span_equal(last->key->text, span_text("env")) ||
               span_equal(last->key->text, span_text("file")));
}

/* Is the value that comes next a password: one of `password`, anything below `users`, or what
 * `login` has no other name for? */
static bool parse_is_secret(const struct parse *parse)
{
    const struct parse_frame *last = parse->depth == 0 ? NULL : &parse->frames[parse->depth - 1];
    if (last == NULL || (last->node->kind == NODE_MAP && last->key == NULL)) {
        return false; /* a key comes next */
    }
    for (size_t i = 0; i < parse->depth; i++) {
        const struct node *key = parse->frames[i].key;
        bool whole = i + 1 == parse->depth; /* of the key: the value itself, nothing below */
        if (key == NULL) {
            continue;
        }
        const struct node *below = whole ? NULL : parse->frames[i + 1].key;
        bool user = whole && span_equal(key->text, span_text("user"));
        if (span_equal(key->text, span_text("secrets")) && parse_is_source(last)) {
            return false;
        }
        bool login = span_equal(key->text, span_text("login"));
        if (parse_mask_is_secret(key->text) || (parse_mask_has_secrets(key->text) && !user) ||
            (login && (below == NULL || !parse_mask_is_harmless(below->text)))) {
            return true;
        }
    }
    return false;
}

static void parse_keep_secret(struct parse *parse, const struct node *node)
{
    if (!node->open && parse->secrets_len < PARSE_SECRETS_MAX) {
        parse->secrets_len++;
        secret_set_add(parse->secrets, node->text);
    }
}

/* --- anchors, aliases, tags --- */

static void parse_name(struct parse *parse, const char *anchor, struct node *node)
{
    if (anchor == NULL) {
        return;
    }
    if (parse->anchors_len == PARSE_ANCHORS_MAX) {
        parse_mistake(parse, node->mark, NULL,
            arena_printf(parse->arena, "the file has more than %d anchors", PARSE_ANCHORS_MAX));
        parse->stopped = true;
        return;
    }
    parse->anchors[parse->anchors_len++] = (struct parse_anchor){anchor, node};
}

static const char *parse_anchor(struct parse *parse, const yaml_char_t *anchor)
{
    return anchor == NULL ? NULL : arena_strdup(parse->arena, (const char *)anchor);
}

/* The newest node of that name: an anchor may be used again. */
static struct node *parse_named(const struct parse *parse, const char *name)
{
    for (size_t i = parse->anchors_len; i > 0; i--) {
        if (strcmp(parse->anchors[i - 1].name, name) == 0) {
            return parse->anchors[i - 1].node;
        }
    }
    return NULL;
}

static const char *parse_alias_hint(struct parse *parse, const char *name)
{
    for (size_t i = 0; i < parse->depth; i++) {
        if (parse->frames[i].anchor != NULL && strcmp(parse->frames[i].anchor, name) == 0) {
            return "it stands inside what it names: that would have no end";
        }
    }
    const char **names = arena_alloc(parse->arena, (parse->anchors_len + 1) * sizeof *names);
    for (size_t i = 0; i < parse->anchors_len; i++) {
        names[i] = parse->anchors[i].name;
    }
    const char *near = text_nearest(name, names);
    return near == NULL ? "an anchor stands before its aliases"
                        : arena_printf(parse->arena, "did you mean '*%s'?", near);
}

static void parse_alias(struct parse *parse, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    struct node *target = parse_named(parse, name);
    struct node *node = parse_node(parse, NODE_SCALAR, event);
    struct mark mark = node->mark;
    if (target == NULL) {
        parse_mistake(parse, mark, parse_alias_hint(parse, name),
            arena_printf(parse->arena, "nothing is named '&%s'", name));
    } else if (parse->depth + target->height > SCENARIO_DEPTH_MAX) {
        parse_mistake(parse, mark, NULL,
            arena_printf(parse->arena, "values are nested deeper than %d", SCENARIO_DEPTH_MAX));
    } else {
        if (target->kind == NODE_SCALAR && !target->secret && parse_is_secret(parse)) {
            target->secret = true;
            parse_mask_node(&parse->mask, target);
            parse_keep_secret(parse, target);
        }
        *node = *target;
        node->mark = mark;
        node->end_line = node->end_column = 0;
    }
    if (parse_count(parse, node->weight, mark)) {
        parse_put(parse, node);
    }
}

static void parse_tag(struct parse *parse, const yaml_char_t *tag, const struct node *node)
{
    if (tag != NULL) {
        parse_mistake(parse, node->mark, "quotes make a text of anything",
            arena_printf(
                parse->arena, "the tag '%.100s' means nothing in a scenario", (const char *)tag));
    }
}

/* --- `<<` --- */

static void parse_merge_from(
    struct parse *parse, struct parse_frame *frame, const struct node *from)
{
    if (from->kind != NODE_MAP) {
        parse_mistake(parse, from->mark, NULL, "'<<' takes a map or a list of maps");
        return;
    }
    for (size_t i = 0; i < from->len && !parse->stopped; i++) {
        bool there = false;
        for (size_t j = 0; j < frame->len && !there; j++) {
            there = span_equal(frame->keys[j]->text, from->keys[i]->text);
        }
        if (!there && parse_count(parse, from->items[i]->weight + 1, from->keys[i]->mark)) {
            frame->key = from->keys[i];
            parse_put_value(parse, frame, from->items[i]);
        }
    }
}

/* What the map says itself goes first, then earlier maps of the list before later ones. */
static void parse_merge(struct parse *parse, struct parse_frame *frame)
{
    const struct node *merge = frame->merge;
    frame->merge = NULL;
    if (merge == NULL) {
        return;
    }
    if (merge->kind != NODE_LIST) {
        parse_merge_from(parse, frame, merge);
        return;
    }
    for (size_t i = 0; i < merge->len && !parse->stopped; i++) {
        parse_merge_from(parse, frame, merge->items[i]);
    }
}

/* --- events --- */

/* What stands in the place of a password, but is none. */
static bool parse_is_word(const struct node *node)
{
    static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (node_is_plain(node, words[i])) {
            return true;
        }
    }
    return false;
}

static void parse_scalar(struct parse *parse, const yaml_event_t *event)
{
    struct node *node = parse_node(parse, NODE_SCALAR, event);
    node->style = parse_yaml_style((int)event->data.scalar.style);
    node->text = arena_span(
        parse->arena, span_of(event->data.scalar.value, event->data.scalar.length));
    node->secret = !parse_is_word(node) && parse_is_secret(parse);
    parse_mask_note(&parse->mask, node);
    node->open = memmem(node->text.data, node->text.len, "${{", 3) != NULL;
    if (node->secret) {
        parse_mask_node(&parse->mask, node);
        parse_keep_secret(parse, node);
    }
    parse_tag(parse, event->data.scalar.tag, node);
    if (parse_count(parse, 1, node->mark)) {
        parse_name(parse, parse_anchor(parse, event->data.scalar.anchor), node);
        parse_put(parse, node);
    }
}

static void parse_open(struct parse *parse, enum node_kind kind, const yaml_event_t *event,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
    struct node *node = parse_node(parse, kind, event);
    parse_tag(parse, tag, node);
    if (parse->depth == SCENARIO_DEPTH_MAX) {
        parse_mistake(parse, node->mark, NULL,
            arena_printf(parse->arena, "values are nested deeper than %d", SCENARIO_DEPTH_MAX));
        parse->passing = 1;
        return;
    }
    if (parse_count(parse, 1, node->mark)) {
        parse->frames[parse->depth++] = (struct parse_frame){
            .node = node, .anchor = parse_anchor(parse, anchor)};
    }
}

static void parse_close(struct parse *parse, const yaml_event_t *event)
{
    struct parse_frame *frame = &parse->frames[parse->depth - 1];
    parse_merge(parse, frame);
    struct node *node = frame->node;
    node->end_line = (unsigned)event->end_mark.line + 1;
    node->end_column = (unsigned)event->end_mark.column + 1;
    node_fill(node, node->kind == NODE_MAP ? frame->keys : NULL, frame->items, frame->len);
    parse->depth--;
    parse_name(parse, frame->anchor, node);
    parse_put(parse, node);
}

/* Inside of what is nested too deep only the ends are counted. */
static void parse_pass_over(struct parse *parse, const yaml_event_t *event)
{
    if (event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT) {
        parse->passing++;
        parse->stopped = parse->passing > PARSE_PASSING_MAX;
    } else if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT) {
        parse->passing--;
        if (parse->passing == 0) { /* its place is taken, or keys and values would change places */
            parse_put(parse, parse_node(parse, NODE_SCALAR, event));
        }
    }
}

static void parse_event(struct parse *parse, const yaml_event_t *event)
{
    if (parse->passing > 0) {
        parse_pass_over(parse, event);
        return;
    }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++parse->documents > 1) {
            parse_mistake(parse, parse_mark(parse, &event->start_mark, &event->end_mark),
                "several cases stand in one list under `cases`", "a file is one document");
            parse->stopped = true;
        }
        break;
    case YAML_ALIAS_EVENT:
        parse_alias(parse, event);
        break;
    case YAML_SCALAR_EVENT:
        parse_scalar(parse, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        parse_open(parse, NODE_LIST, event, event->data.sequence_start.anchor,
            event->data.sequence_start.tag);
        break;
    case YAML_MAPPING_START_EVENT:
        parse_open(parse, NODE_MAP, event, event->data.mapping_start.anchor,
            event->data.mapping_start.tag);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        parse_close(parse, event);
        break;
    case YAML_STREAM_END_EVENT:
        parse->stopped = true;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

/* --- what libyaml says --- */

/* The line is not shown where a password may stand on it: the tree that would tell is not there. */
static struct node_source parse_syntax_source(const struct parse *parse, struct mark mark)
{
    bool hidden = parse_mask_is_suspect(parse->text, mark.line);
    for (size_t i = 0; i < parse->depth && !hidden; i++) {
        const struct node *key = parse->frames[i].key;
        hidden = key != NULL &&
                 (parse_mask_is_secret(key->text) || parse_mask_has_secrets(key->text));
    }
    struct node_source source = *parse->source;
    source.text = hidden ? SPAN_EMPTY : source.text;
    return source;
}

static void parse_syntax_error(struct parse *parse)
{
    const yaml_parser_t *yaml = &parse->yaml;
    const char *problem = yaml->problem == NULL ? "this is no YAML" : yaml->problem;
    if (yaml->error == YAML_READER_ERROR) {
        struct mark mark = parse_octets_mark(
            parse->source->file, parse->text, yaml->problem_offset);
        struct node_source source = parse_syntax_source(parse, mark);
        tell_at(parse->tell, DIAG_ERROR, &source, mark, "in double quotes it is written \"\\x..\"",
            "the character U+%04X cannot stand in YAML", (unsigned)yaml->problem_value);
        return;
    }
    struct mark mark = parse_mark(parse, &yaml->problem_mark, NULL);
    struct node_source source = parse_syntax_source(parse, mark);
    const char *hint = yaml->problem == NULL ? NULL
                                             : parse_yaml_hint(yaml->problem, parse->text, mark);
    if (yaml->context == NULL) {
        tell_at(parse->tell, DIAG_ERROR, &source, mark, hint, "%s", problem);
    } else if (yaml->context_mark.line == yaml->problem_mark.line) {
        tell_at(parse->tell, DIAG_ERROR, &source, mark, hint, "%s %s", problem, yaml->context);
    } else {
        tell_at(parse->tell, DIAG_ERROR, &source, mark, hint, "%s %s that begins on line %u",
            problem, yaml->context, (unsigned)yaml->context_mark.line + 1);
    }
}

static int parse_give(void *context, unsigned char *room, size_t room_len, size_t *ret_len)
{
    struct parse *parse = context;
    size_t len = parse->text.len - parse->given;
    len = len > room_len ? room_len : len;
    len = parse->piece != 0 && len > parse->piece ? parse->piece : len;
    if (len > 0) { /* an empty text may be nowhere */
        memcpy(room, parse->text.data + parse->given, len);
    }
    parse->given += len;
    *ret_len = len;
    return 1;
}

static void parse_run(struct parse *parse)
{
    if (yaml_parser_initialize(&parse->yaml) == 0) {
        tell_at(parse->tell, DIAG_ERROR, NULL, (struct mark){.file = parse->source->file}, NULL,
            "libyaml cannot begin");
        return;
    }
    yaml_parser_set_encoding(&parse->yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input(&parse->yaml, parse_give, parse);
    bool failed = false;
    while (!parse->stopped && !failed) {
        yaml_event_t event;
        failed = yaml_parser_parse(&parse->yaml, &event) == 0;
        if (!failed) {
            parse_event(parse, &event);
            yaml_event_delete(&event);
        }
    }
    if (parse->secrets_len > 0) {
        parse_mask_copies(&parse->mask, parse->secrets);
    }
    for (size_t i = 0; i < parse->mistakes_len; i++) {
        const struct parse_mistake *mistake = &parse->mistakes[i];
        struct node_source source = failed ? parse_syntax_source(parse, mistake->mark)
                                           : *parse->source;
        tell_at(
            parse->tell, DIAG_ERROR, &source, mistake->mark, mistake->hint, "%s", mistake->message);
    }
    if (failed) {
        parse_syntax_error(parse);
        parse->root = NULL;
    } else if (parse->depth > 0) {
        parse->root = NULL; /* stopped in the middle */
    } else if (parse->root == NULL) {
        tell_at(parse->tell, DIAG_ERROR, NULL, (struct mark){.file = parse->source->file},
            "a scenario begins with `version: 1`", "the file says nothing");
    }
    yaml_parser_delete(&parse->yaml);
}

const struct node *parse_text(
    struct arena *arena, const char *file, struct span text, size_t piece, struct tell *tell)
{
    static const uint8_t byte_order_mark[] = {0xef, 0xbb, 0xbf};
    if (span_equal(span_first(text, 3), span_of(byte_order_mark, 3))) {
        text = span_from(text, 3);
    }
    struct parse *parse = arena_alloc(arena, sizeof *parse);
    parse->arena = arena;
    parse->tell = tell;
    parse->text = text;
    parse->piece = piece;
    parse->source = arena_alloc(arena, sizeof *parse->source);
    parse->source->file = file;
    if (parse_octets_check(file, text, tell)) {
        uint8_t *shown = (uint8_t *)arena_memdup(arena, text.data, text.len);
        parse_mask_init(&parse->mask, arena, text, shown);
        parse->source->text = span_of(shown, text.len);
        parse->secrets = secret_set_new();
        parse_run(parse);
        secret_set_free(parse->secrets);
    }
    return parse->root;
}

const char *parse_library_version(void)
{
    return yaml_get_version_string();
}
