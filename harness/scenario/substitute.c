#include "harness/scenario/substitute.h"

#include "harness/base/text.h"
#include "harness/scenario/parse_mask.h"
#include "harness/scenario/scenario.h"

#define SUBSTITUTE_WORDS_MAX ((size_t)NODE_MAP_MAX + 64) /* that "did you mean" looks through */

static const struct node *substitute_node(
    struct substitute *substitute, const struct node *node, bool with_secrets, unsigned depth);

/* --- places --- */

/* The text in the file has quotes and escapes, so it is looked for there. */
struct node substitute_place(const struct node *node, size_t number)
{
    struct node place = *node;
    struct span rest = node->source->text;
    unsigned line = 1, column = 1;
    size_t seen = 0;
    for (; rest.len > 0 && line <= node->end_line; rest = span_from(rest, 1)) {
        bool inside = line > node->mark.line ||
                      (line == node->mark.line && column >= node->mark.column);
        if (inside && rest.len >= 3 && memcmp(rest.data, "${{", 3) == 0 && seen++ == number) {
            place.mark.line = line;
            place.mark.column = column;
            place.mark.width = 3;
            break;
        }
        if (rest.data[0] == '\n') {
            line++;
            column = 0;
        }
        column += (rest.data[0] & 0xc0) != 0x80 ? 1 : 0;
    }
    return place;
}

/* --- names --- */

/* A name with dots, being followed. */
struct substitute_name {
    const struct node *at; /* what messages point to */
    struct span text, rest;
};

static struct span substitute_next(struct substitute_name *name)
{
    size_t dot = span_find(name->rest, '.');
    struct span word = span_first(name->rest, dot);
    name->rest = span_from(name->rest, dot + 1);
    return word;
}

static const char *substitute_text(struct substitute *substitute, struct span text)
{
    return arena_memdup(substitute->arena, text.data, text.len);
}

/* Tells that `map` (NULL: nothing) has no `word`, with the nearest that it has, or that --var has.
 */
static void substitute_unknown(struct substitute *substitute, const struct substitute_name *name,
    struct span word, const struct node *map, const char *what)
{
    const char *words[SUBSTITUTE_WORDS_MAX + 1];
    size_t len = 0;
    for (size_t i = 0; map != NULL && map->kind == NODE_MAP && i < map->len; i++) {
        words[len++] = (const char *)map->keys[i]->text.data;
    }
    words[len] = NULL;
    const char *text = substitute_text(substitute, word);
    const char *hint = tell_nearest(substitute->tell, text, words);
    if (hint == NULL && len == 0) {
        hint = tell_hint(substitute->tell, "there are none here");
    }
    tell_error(substitute->tell, name->at, hint, "unknown %s '%.100s'", what, text);
}

/* The rest of a name, below what its first words named. */
static const struct node *substitute_below(
    struct substitute *substitute, struct substitute_name *name, const struct node *node)
{
    while (node != NULL && name->rest.len > 0) {
        size_t behind = name->rest.len;
        struct span word = substitute_next(name);
        size_t shown = name->text.len - behind;
        const char *above = substitute_text(
            substitute, span_first(name->text, shown > 0 ? shown - 1 : 0));
        if (node->kind != NODE_MAP) {
            tell_error(substitute->tell, name->at, NULL, "'%.100s' is no map: it has no '%.100s'",
                above, substitute_text(substitute, word));
            return NULL;
        }
        size_t at = node_find(node, word);
        if (at == node->len) {
            substitute_unknown(substitute, name, word, node,
                arena_printf(substitute->arena, "key below '%.100s':", above));
            return NULL;
        }
        node = node->items[at];
    }
    return node;
}

/* --- variables --- */

static void substitute_circle(struct substitute *substitute, const struct node *at, size_t from)
{
    const char *chain = "";
    for (size_t i = from; i < substitute->chain_len; i++) {
        chain = arena_printf(substitute->arena, "%s%.64s -> ", chain,
            (const char *)substitute->vars->keys[substitute->chain[i]]->text.data);
    }
    tell_error(substitute->tell, at, NULL, "the variables go in a circle: %s%.64s", chain,
        (const char *)substitute->vars->keys[substitute->chain[from]]->text.data);
}

/* The variable at a position of `vars`, its own expressions put in. */
static const struct node *substitute_variable(
    struct substitute *substitute, const struct node *at, size_t position)
{
    const struct node *vars = substitute->vars;
    if (substitute->values == NULL) {
        substitute->values = arena_alloc(substitute->arena, vars->len * sizeof *substitute->values);
    }
    if (substitute->values[position] != NULL) {
        return substitute->values[position];
    }
    for (size_t i = 0; i < substitute->chain_len; i++) {
        if (substitute->chain[i] == position) {
            substitute_circle(substitute, at, i);
            return NULL;
        }
    }
    if (substitute->chain_len == SUBSTITUTE_CHAIN_MAX) {
        tell_error(substitute->tell, at, NULL, "more than %d variables use one another",
            SUBSTITUTE_CHAIN_MAX);
        return NULL;
    }
    substitute->chain[substitute->chain_len++] = position;
    const struct node *value = substitute_node(substitute, vars->items[position], true, 0);
    substitute->chain_len--;
    substitute->values[position] = value;
    return value;
}

static const struct node *substitute_vars(
    struct substitute *substitute, struct substitute_name *name)
{
    struct span word = substitute_next(name);
    const struct node *vars = substitute->vars;
    const struct node *value = given_var(substitute->given, word);
    size_t position = vars == NULL ? 0 : node_find(vars, word);
    if (value == NULL && (vars == NULL || position == vars->len)) {
        substitute_unknown(substitute, name, word, vars, "variable");
        return NULL;
    }
    if (value == NULL) {
        value = substitute_variable(substitute, name->at, position);
    }
    return substitute_below(substitute, name, value);
}

/* --- secrets --- */

static const struct node *substitute_secrets(
    struct substitute *substitute, struct substitute_name *name)
{
    struct span word = substitute_next(name), text;
    size_t at = substitute->secrets == NULL ? 0 : node_find(substitute->secrets, word);
    if (substitute->secrets == NULL || at == substitute->secrets->len) {
        substitute_unknown(substitute, name, word, substitute->secrets, "secret");
        return NULL;
    }
    if (!given_secret(substitute->given, substitute->tell, substitute->secrets->keys[at],
            substitute->secrets->items[at], &text)) {
        return NULL;
    }
    bool known = false;
    for (size_t i = 0; i < substitute->used_len && !known; i++) {
        known = span_equal(substitute->used[i], text);
    }
    if (!known) {
        substitute->used = arena_push(
            substitute->arena, substitute->used, substitute->used_len, sizeof *substitute->used);
        substitute->used[substitute->used_len++] = text;
    }
    struct node *node = arena_alloc(substitute->arena, sizeof *node);
    *node = *name->at;
    node->kind = NODE_SCALAR;
    node->style = NODE_DOUBLE_QUOTED;
    node->text = text;
    node->open = false;
    node->secret = node->guarded = true;
    return substitute_below(substitute, name, node);
}

/* --- expressions --- */

static const struct node *substitute_evaluate(
    struct substitute *substitute, const struct node *at, struct span expression)
{
    static const char *const contexts[] = {"vars", "matrix", "secrets", NULL};
    struct substitute_name name = {.at = at, .text = text_trim(expression)};
    name.rest = name.text;
    bool good = name.text.len > 0;
    for (struct substitute_name words = name; good && words.rest.len > 0;) {
        good = given_is_name(substitute_next(&words));
    }
    good = good && name.text.data[name.text.len - 1] != '.';
    if (!good) {
        tell_error(substitute->tell, at, "write ${{ vars.NAME }}, matrix.NAME or secrets.NAME",
            "this is no name of a value");
        return NULL;
    }
    struct span context = substitute_next(&name);
    const char *text = substitute_text(substitute, context);
    if (strcmp(text, "vars") != 0 && strcmp(text, "matrix") != 0 && strcmp(text, "secrets") != 0) {
        tell_error(substitute->tell, at, tell_nearest(substitute->tell, text, contexts),
            "unknown name '%.100s': values are vars, matrix and secrets", text);
        return NULL;
    }
    if (name.rest.len == 0) {
        tell_error(substitute->tell, at, tell_hint(substitute->tell, "write ${{ %s.NAME }}", text),
            "'%s' is all of them, not one value", text);
        return NULL;
    }
    if (text[0] == 'v') {
        return substitute_vars(substitute, &name);
    }
    if (text[0] == 's') {
        return substitute_secrets(substitute, &name);
    }
    if (substitute->matrix == NULL) {
        tell_error(substitute->tell, at, NULL, "there is no matrix cell here");
        return NULL;
    }
    struct span word = substitute_next(&name);
    size_t found = node_find(substitute->matrix, word);
    if (found == substitute->matrix->len) {
        substitute_unknown(substitute, &name, word, substitute->matrix, "dimension");
        return NULL;
    }
    const struct node *value = substitute->matrix->items[found];
    if (name.rest.len == 0 && value->kind == NODE_MAP) {
        static const char *const label[] = {"id", NULL}; /* it names the cell */
        return node_without(substitute->arena, value, label);
    }
    return substitute_below(substitute, &name, value);
}

/* --- texts --- */

/* A piece of a scalar: text before an expression, and the expression. */
struct substitute_piece {
    struct span before;
    struct span expression; /* what stands between the braces; data NULL: the text ends */
    bool escaped;           /* `$${{`: the braces are text */
    bool endless;           /* nothing closes it */
    size_t number;          /* of its `${{` within the scalar, from 0 */
};

static bool substitute_next_piece(struct span *rest, size_t *number, struct substitute_piece *ret)
{
    const uint8_t *open = rest->len == 0 ? NULL : memmem(rest->data, rest->len, "${{", 3);
    *ret = (struct substitute_piece){.before = *rest};
    if (open == NULL) {
        *rest = SPAN_EMPTY;
        return ret->before.len > 0;
    }
    size_t at = (size_t)(open - rest->data);
    ret->number = (*number)++;
    if (at > 0 && open[-1] == '$') {
        ret->escaped = true;
        ret->before = span_first(*rest, at - 1);
        *rest = span_from(*rest, at + 3);
        return true;
    }
    ret->before = span_first(*rest, at);
    struct span behind = span_from(*rest, at + 3);
    const uint8_t *close = behind.len == 0 ? NULL : memmem(behind.data, behind.len, "}}", 2);
    ret->endless = close == NULL;
    size_t len = close == NULL ? behind.len : (size_t)(close - behind.data);
    ret->expression = span_of(open + 3, len);
    *rest = span_from(behind, len + 2);
    return true;
}

static const struct node *substitute_piece(struct substitute *substitute, const struct node *node,
    const struct substitute_piece *piece, bool with_secrets)
{
    struct node *place = arena_alloc(substitute->arena, sizeof *place);
    *place = substitute_place(node, piece->number);
    if (piece->endless) {
        tell_error(substitute->tell, place, "where it is text, write $${{",
            "this begins here and has no }} behind it");
        return NULL;
    }
    const struct node *value = substitute_evaluate(substitute, place, piece->expression);
    if (value != NULL && value->guarded && !with_secrets) {
        tell_error(substitute->tell, place, NULL,
            "a secret goes into `server` and `client` only: it would be seen here");
        return NULL;
    }
    return value;
}

static struct node *substitute_scalar(
    struct substitute *substitute, const struct node *node, struct span text)
{
    struct node *made = arena_alloc(substitute->arena, sizeof *made);
    *made = *node;
    made->text = span_of(arena_memdup(substitute->arena, text.data, text.len), text.len);
    made->open = false;
    if (made->style == NODE_PLAIN && (node_is_empty(made) || node_is_null(made))) {
        made->style = NODE_DOUBLE_QUOTED; /* nobody wrote these words */
    }
    return made;
}

/* Stands where nothing could be put in, which was told: nobody says more about it. */
static const struct node *substitute_lost(struct substitute *substitute, const struct node *node)
{
    struct node *lost = substitute_scalar(substitute, node, SPAN_EMPTY);
    lost->lost = true;
    return lost;
}

/* Appends a piece; false, and told, where it has no text. */
static bool substitute_append(struct substitute *substitute, const struct node *node,
    const struct substitute_piece *piece, bool with_secrets, struct buf *out, bool *guarded)
{
    buf_append(out, piece->before);
    if (piece->escaped) {
        buf_append_text(out, "${{");
    }
    if (piece->expression.data == NULL) {
        return true;
    }
    const struct node *value = substitute_piece(substitute, node, piece, with_secrets);
    if (value != NULL && value->kind != NODE_SCALAR) {
        struct node place = substitute_place(node, piece->number);
        tell_error(substitute->tell, &place, "a value that is nothing else takes any shape",
            "this is %s, and cannot stand within a text",
            value->kind == NODE_LIST ? "a list" : "a map");
        return false;
    }
    if (value != NULL) {
        buf_append(out, value->text);
        *guarded = *guarded || value->guarded;
    }
    return value != NULL && !value->lost;
}

/* A scalar with text around its expressions. */
static const struct node *substitute_mixed(
    struct substitute *substitute, const struct node *node, bool with_secrets)
{
    struct buf text;
    struct span rest = node->text;
    struct substitute_piece piece;
    size_t number = 0;
    bool guarded = false, good = true;
    buf_init(&text, SUBSTITUTE_TEXT_MAX);
    while (substitute_next_piece(&rest, &number, &piece)) {
        good = substitute_append(substitute, node, &piece, with_secrets, &text, &guarded) && good;
    }
    substitute->octets += text.len;
    if (text.over || substitute->octets > SUBSTITUTE_ALL_MAX) {
        tell_error(substitute->tell, node, NULL, "what is put in here grows past %zu MiB",
            (text.over ? SUBSTITUTE_TEXT_MAX : SUBSTITUTE_ALL_MAX) / (1024 * 1024));
        substitute->stopped = true;
        good = false;
    }
    struct node *made = good ? substitute_scalar(substitute, node, buf_span(&text)) : NULL;
    if (good) {
        made->secret = made->secret || guarded;
        made->guarded = guarded;
    }
    buf_wipe(&text);
    return good ? made : substitute_lost(substitute, node);
}

/* Where passwords are put in from elsewhere, no message shows the lines on which they stand. */
static const struct node *substitute_hide(struct substitute *substitute, const struct node *value)
{
    static const struct node_source nothing = {.file = NULL};
    struct node *hidden = arena_alloc(substitute->arena, sizeof *hidden);
    *hidden = *value;
    hidden->source = &nothing;
    if (value->kind == NODE_SCALAR) {
        hidden->secret = true;
        return hidden;
    }
    const struct node **items = arena_alloc(substitute->arena, value->len * sizeof *items);
    for (size_t i = 0; i < value->len; i++) {
        items[i] = substitute_hide(substitute, value->items[i]);
    }
    hidden->items = items;
    return hidden;
}

/* What an expression alone stands for, in its place. */
static const struct node *substitute_whole(struct substitute *substitute, const struct node *node,
    const struct node *value, unsigned depth)
{
    if (depth + value->height > SCENARIO_DEPTH_MAX) {
        tell_error(substitute->tell, node, NULL,
            "what is put in here makes values nested deeper than %d", SCENARIO_DEPTH_MAX);
        return substitute_lost(substitute, node);
    }
    if (value->kind == NODE_SCALAR && node->secret && !value->guarded) {
        return substitute_hide(substitute, value);
    }
    if (value->mark.line == 0 || value->guarded) { /* it stands in no file, or must not be shown */
        struct node *here = arena_alloc(substitute->arena, sizeof *here);
        *here = *value;
        here->mark = node->mark;
        here->source = node->source;
        return here;
    }
    return value;
}

static const struct node *substitute_text_node(
    struct substitute *substitute, const struct node *node, bool with_secrets, unsigned depth)
{
    struct span rest = node->text;
    struct substitute_piece piece;
    size_t number = 0;
    (void)substitute_next_piece(&rest, &number, &piece);
    if (piece.before.len > 0 || piece.escaped || rest.len > 0) {
        return substitute_mixed(substitute, node, with_secrets);
    }
    const struct node *value = substitute_piece(substitute, node, &piece, with_secrets);
    return value == NULL ? substitute_lost(substitute, node)
                         : substitute_whole(substitute, node, value, depth);
}

/* --- lists and maps --- */

/* NULL, and told, where there is no such key. */
static const struct node *substitute_key(struct substitute *substitute, const struct node *key)
{
    const struct node *made = key->open ? substitute_mixed(substitute, key, false) : key;
    if (key->open && span_find(made->text, 0) < made->text.len) {
        tell_error(substitute->tell, key, NULL, "a key cannot hold a NUL octet");
        return NULL;
    }
    return made->lost ? NULL : made;
}

/* A list or a map being made. */
struct substitute_list {
    const struct node **keys, **items;
    size_t len, weight;
};

/* Keys that were put together may be the same. */
static bool substitute_is_twice(struct substitute *substitute, const struct substitute_list *list,
    const struct node *map, const struct node *key)
{
    if (!map->open) {
        return false;
    }
    for (size_t i = 0; i < list->len; i++) {
        if (span_equal(list->keys[i]->text, key->text)) {
            tell_error(substitute->tell, key,
                tell_hint(
                    substitute->tell, "the first one is on line %u", list->keys[i]->mark.line),
                "the key %s stands here a second time", node_got(substitute->arena, key));
            return true;
        }
    }
    return false;
}

/* `user: joe` is near `users`, and no secret; a map below it is taken for a misspelt `users`. */
static bool substitute_has_passwords(const struct node *key, const struct node *item)
{
    if (item->kind == NODE_SCALAR && parse_mask_is_harmless(key->text)) {
        return false;
    }
    return parse_mask_has_secrets(key->text) || parse_mask_is_secret(key->text);
}

/* Puts an entry of `from`, or an item, into the list; false where a limit was passed. */
static bool substitute_entry(struct substitute *substitute, const struct node *from, size_t i,
    bool with_secrets, unsigned depth, struct substitute_list *list)
{
    const struct node *key = NULL;
    if (from->kind == NODE_MAP) {
        key = substitute_key(substitute, from->keys[i]);
        if (key == NULL || substitute_is_twice(substitute, list, from, key)) {
            return true;
        }
    }
    const struct node *item = substitute_node(substitute, from->items[i], with_secrets, depth + 1);
    if (key != NULL && item != from->items[i] && substitute_has_passwords(key, item)) {
        item = substitute_hide(substitute, item);
    }
    if (key != NULL) {
        list->keys[list->len] = key;
    }
    list->items[list->len++] = item;
    list->weight += item->weight + 1;
    if (list->weight > SCENARIO_NODES_MAX) {
        tell_error(substitute->tell, from->items[i], NULL,
            "what is put in here makes more than %d values", SCENARIO_NODES_MAX);
        substitute->stopped = true;
    }
    return !substitute->stopped;
}

static struct substitute_list substitute_list_new(
    struct substitute *substitute, const struct node *like)
{
    struct substitute_list list = {.weight = 1};
    list.items = arena_alloc(substitute->arena, like->len * sizeof *list.items);
    if (like->kind == NODE_MAP) {
        list.keys = arena_alloc(substitute->arena, like->len * sizeof *list.keys);
    }
    return list;
}

static const struct node *substitute_list_end(
    struct substitute *substitute, const struct node *like, const struct substitute_list *list)
{
    struct node *made = arena_alloc(substitute->arena, sizeof *made);
    *made = *like;
    node_fill(made, list->keys, list->items, list->len);
    made->open = false;
    return made;
}

static const struct node *substitute_node(
    struct substitute *substitute, const struct node *node, bool with_secrets, unsigned depth)
{
    if (!node->open) {
        return node;
    }
    if (substitute->stopped) {
        return substitute_lost(substitute, node);
    }
    if (node->kind == NODE_SCALAR) {
        return substitute_text_node(substitute, node, with_secrets, depth);
    }
    struct substitute_list list = substitute_list_new(substitute, node);
    for (size_t i = 0; i < node->len; i++) {
        if (!substitute_entry(substitute, node, i, with_secrets, depth, &list)) {
            return substitute_lost(substitute, node);
        }
    }
    return substitute_list_end(substitute, node, &list);
}

const struct node *substitute_map(
    struct substitute *substitute, const struct node *map, bool with_secrets)
{
    if (!map->open) {
        return map;
    }
    struct substitute_list list = substitute_list_new(substitute, map);
    bool whole = true;
    for (size_t i = 0; i < map->len && !substitute->stopped; i++) {
        bool may = with_secrets &&
                   (node_is(map->keys[i], "server") || node_is(map->keys[i], "servers") ||
                       node_is(map->keys[i], "client"));
        size_t before = list.len;
        (void)substitute_entry(substitute, map, i, may, 0, &list);
        whole = whole && list.len > before && !list.items[before]->lost;
    }
    return whole && !substitute->stopped ? substitute_list_end(substitute, map, &list) : NULL;
}
