#include "harness/scenario/names.h"

#include "harness/base/text.h"
#include "harness/scenario/substitute.h"

#define NAMES_PREFIX "vars."

/* What is done with each name. */
struct names_walk {
    struct names *names;
    void (*take)(void *context, const struct node *at, size_t number, struct span word);
    void *context;
};

/* --- finding them --- */

static void names_in_text(const struct names_walk *walk, const struct node *node)
{
    struct span rest = node->text;
    for (size_t number = 0;; number++) {
        const uint8_t *open = rest.len == 0 ? NULL : memmem(rest.data, rest.len, "${{", 3);
        if (open == NULL) {
            return;
        }
        bool escaped = open > node->text.data && open[-1] == '$';
        rest = span_from(rest, (size_t)(open - rest.data) + 3);
        const uint8_t *close = rest.len == 0 ? NULL : memmem(rest.data, rest.len, "}}", 2);
        if (escaped || close == NULL) {
            continue;
        }
        struct span name = text_trim(span_first(rest, (size_t)(close - rest.data)));
        if (text_starts_caseless(name, NAMES_PREFIX)) {
            struct span word = span_from(name, strlen(NAMES_PREFIX));
            word = span_first(word, span_find(word, '.'));
            if (given_is_name(word)) {
                walk->take(walk->context, node, number, word);
            }
        }
    }
}

static void names_in(const struct names_walk *walk, const struct node *node)
{
    if (!node->open || node->lost || walk->names->work++ > NAMES_WORK_MAX) {
        return;
    }
    if (node->kind == NODE_SCALAR) {
        names_in_text(walk, node);
    }
    for (size_t i = 0; i < node->len; i++) {
        if (node->kind == NODE_MAP && node->keys[i]->open) {
            names_in_text(walk, node->keys[i]);
        }
        names_in(walk, node->items[i]);
    }
}

/* --- remembering them --- */

static void names_remember(
    struct names *names, const struct node *at, size_t number, struct span word, bool lost)
{
    for (size_t i = 0; i < names->len; i++) {
        if (span_equal(names->items[i].word, word)) {
            return;
        }
    }
    if (names->len < NAMES_MAX) {
        struct node *place = arena_alloc(names->arena, sizeof *place);
        *place = substitute_place(at, number);
        names->items = arena_push(names->arena, names->items, names->len, sizeof *names->items);
        names->items[names->len++] = (struct names_seen){place, word, lost};
    }
}

static void names_take_lost(void *context, const struct node *at, size_t number, struct span word)
{
    names_remember(context, at, number, word, true);
}

void names_note(struct names *names, const struct node *node)
{
    names_in(&(struct names_walk){names, names_take_lost, names}, node);
}

/* --- circles --- */

/* Variables while one after the other is followed. */
struct names_follow {
    struct names *names;
    const struct node *vars;
    bool *done; /* by position: nothing that it leads to is a circle */
    size_t chain[SUBSTITUTE_CHAIN_MAX];
    size_t chain_len;
    bool told;
};

static void names_follow(struct names_follow *follow, size_t position);

static const char *names_called(const struct names_follow *follow, size_t at)
{
    return (const char *)follow->vars->keys[follow->chain[at]]->text.data;
}

static void names_circle(
    struct names_follow *follow, const struct node *at, size_t number, size_t from)
{
    struct node place = substitute_place(at, number);
    const char *chain = "";
    if (follow->told) {
        return; /* one circle has as many beginnings as variables */
    }
    for (size_t i = from; i < follow->chain_len; i++) {
        chain = arena_printf(follow->names->arena, "%s%.64s -> ", chain, names_called(follow, i));
    }
    tell_error(follow->names->tell, &place, NULL, "the variables go in a circle: %s%.64s", chain,
        names_called(follow, from));
    follow->told = true;
}

static void names_step(void *context, const struct node *at, size_t number, struct span word)
{
    struct names_follow *follow = context;
    size_t position = node_find(follow->vars, word);
    names_remember(follow->names, at, number, word, false);
    for (size_t i = 0; i < follow->chain_len; i++) {
        if (follow->chain[i] == position) {
            names_circle(follow, at, number, i);
            return;
        }
    }
    if (position < follow->vars->len) {
        names_follow(follow, position);
    }
}

static void names_follow(struct names_follow *follow, size_t position)
{
    const struct node *value = follow->vars->items[position];
    if (follow->done[position] || !value->open || follow->chain_len == SUBSTITUTE_CHAIN_MAX) {
        return; /* who uses a chain that is too long is told */
    }
    follow->chain[follow->chain_len++] = position;
    names_in(&(struct names_walk){follow->names, names_step, follow}, value);
    follow->chain_len--;
    follow->done[position] = true;
}

void names_vars(struct names *names, const struct node *vars, bool circles)
{
    struct names_follow follow = {.names = names, .vars = vars, .told = !circles};
    follow.done = arena_alloc(names->arena, vars->len * sizeof *follow.done);
    for (size_t i = 0; i < vars->len; i++) {
        names_follow(&follow, i);
    }
}

/* --- judging them --- */

/* Every `vars` that a case of the file may have, to a function that says when it is enough. */
static bool names_each(const struct library_file *file,
    bool (*take)(void *context, const struct node *vars), void *context)
{
    const struct node *cases = node_get(file->root, "cases");
    bool enough = false;
    for (size_t i = 0; i < file->all_len && !enough; i++) {
        const struct node *templates = file->all[i]->templates;
        enough = take(context, node_get(file->all[i]->root, "vars"));
        for (size_t j = 0; templates != NULL && j < templates->len && !enough; j++) {
            enough = take(context, node_get(templates->items[j], "vars"));
        }
    }
    for (size_t i = 0; cases != NULL && cases->kind == NODE_LIST && i < cases->len && !enough;
         i++) {
        enough = take(context, node_get(cases->items[i], "vars"));
    }
    return enough;
}

static bool names_has(void *context, const struct node *vars)
{
    const struct span *word = context;
    return vars != NULL && vars->kind == NODE_MAP && node_find(vars, *word) < vars->len;
}

/* What "did you mean" looks through. */
struct names_words {
    const char *items[NAMES_MAX + 1];
    size_t len;
};

static bool names_collect(void *context, const struct node *vars)
{
    struct names_words *words = context;
    for (size_t i = 0; vars != NULL && vars->kind == NODE_MAP && i < vars->len; i++) {
        if (words->len < NAMES_MAX) {
            words->items[words->len++] = (const char *)vars->keys[i]->text.data;
        }
    }
    return words->len == NAMES_MAX;
}

void names_tell(struct names *names, const struct library_file *file, struct given *given)
{
    struct names_words words = {.len = 0};
    for (size_t i = 0; i < names->len; i++) {
        struct names_seen *seen = &names->items[i];
        if (given_var(given, seen->word) != NULL || names_each(file, names_has, &seen->word)) {
            continue;
        }
        if (words.len == 0) {
            (void)names_each(file, names_collect, &words);
        }
        const char *text = arena_memdup(names->arena, seen->word.data, seen->word.len);
        const char *hint = tell_nearest(names->tell, text, words.items);
        hint = hint == NULL && seen->lost       ? "it may stand in what is not there"
               : hint == NULL && words.len == 0 ? "there are none here"
                                                : hint;
        tell_error(names->tell, seen->at, hint, "unknown variable '%.100s'", text);
    }
}
