#include "harness/scenario/given.h"

#include "harness/base/secret.h"
#include "harness/base/text.h"
#include "harness/scenario/files.h"

bool given_is_name(struct span name)
{
    bool good = name.len > 0 && name.len <= GIVEN_NAME_MAX && !text_is_digit((char)name.data[0]);
    for (size_t i = 0; good && i < name.len; i++) {
        char c = text_lower((char)name.data[i]);
        good = (c >= 'a' && c <= 'z') || text_is_digit(c) || c == '_' || c == '-';
    }
    return good;
}

/* --- variables --- */

/* Plain, as if it stood in the file, but for what a file would write in quotes. */
static const struct node *given_value(struct arena *arena, const char *text)
{
    static const struct node_source source = {.file = "--var"};
    struct node *node = arena_alloc(arena, sizeof *node);
    node->kind = NODE_SCALAR;
    node->source = &source;
    node->mark = (struct mark){.file = source.file};
    node->text = span_text(arena_strdup(arena, text));
    node->weight = node->height = 1;
    if (node_is_empty(node) || node_is_null(node)) {
        node->style = NODE_DOUBLE_QUOTED;
    }
    return node;
}

enum status given_init(struct given *given, struct arena *arena,
    const struct scenario_options *options, struct fail *fail)
{
    *given = (struct given){.arena = arena, .options = options};
    size_t len = options == NULL ? 0 : options->vars_len;
    given->vars = arena_alloc(arena, (len + 1) * sizeof *given->vars);
    for (size_t i = 0; i < len; i++) {
        struct span text = span_text(options->vars[i]);
        size_t equals = span_find(text, '=');
        struct span name = span_first(text, equals);
        if (equals == text.len || !given_is_name(name)) {
            return fail_set(
                fail, FAIL_USAGE, "--var takes NAME=VALUE, not '%.100s'", options->vars[i]);
        }
        if (!text_is_utf8(text)) {
            return fail_set(fail, FAIL_USAGE, "--var %.*s: the value is not UTF-8", (int)name.len,
                (const char *)name.data);
        }
        if (given_var(given, name) != NULL) {
            return fail_set(fail, FAIL_USAGE, "--var %.*s stands twice", (int)name.len,
                (const char *)name.data);
        }
        given->vars[given->vars_len++] = (struct given_var){
            .name = arena_memdup(arena, name.data, name.len),
            .value = given_value(arena, options->vars[i] + equals + 1),
            .text = arena_strdup(arena, options->vars[i]),
        };
    }
    return STATUS_OK;
}

const struct node *given_var(struct given *given, struct span name)
{
    for (size_t i = 0; i < given->vars_len; i++) {
        if (span_equal(span_text(given->vars[i].name), name)) {
            given->vars[i].known = given->vars[i].asked = true;
            return given->vars[i].value;
        }
    }
    return NULL;
}

void given_begin(struct given *given)
{
    for (size_t i = 0; i < given->vars_len; i++) {
        given->vars[i].asked = false;
    }
}

struct plan_text_list given_asked(const struct given *given)
{
    const char **texts = arena_alloc(given->arena, (given->vars_len + 1) * sizeof *texts);
    size_t len = 0;
    for (size_t i = 0; i < given->vars_len; i++) {
        if (given->vars[i].asked) {
            texts[len++] = given->vars[i].text;
        }
    }
    return (struct plan_text_list){.items = texts, .len = len};
}

void given_know(struct given *given, struct span name)
{
    (void)given_var(given, name);
    bool kept = given->vars_len == 0 || given->names_len == GIVEN_NAMES_MAX;
    for (size_t i = 0; i < given->names_len && !kept; i++) {
        kept = span_equal(span_text(given->names[i]), name);
    }
    if (!kept) {
        given->names = arena_push(
            given->arena, given->names, given->names_len, sizeof *given->names);
        given->names[given->names_len++] = arena_memdup(given->arena, name.data, name.len);
    }
}

enum status given_check(const struct given *given, struct fail *fail)
{
    const char **names = arena_alloc(given->arena, (given->names_len + 1) * sizeof *names);
    for (size_t i = 0; i < given->names_len; i++) {
        names[i] = given->names[i];
    }
    for (size_t i = 0; i < given->vars_len; i++) {
        const char *name = given->vars[i].name, *near = text_nearest(name, names);
        if (given->vars[i].known) {
            continue;
        }
        if (near != NULL) {
            return fail_set(fail, FAIL_USAGE,
                "--var %s: no scenario has this variable (did you mean '%s'?)", name, near);
        }
        return fail_set(fail, FAIL_USAGE, "--var %s: no scenario has this variable", name);
    }
    return STATUS_OK;
}

/* --- secrets --- */

static void given_trim(struct span *text)
{
    if (text->len > 0 && text->data[text->len - 1] == '\n') {
        text->len--;
        text->len -= text->len > 0 && text->data[text->len - 1] == '\r' ? 1 : 0;
    }
}

static void given_read(struct given *given, const char *path, struct given_secret *secret)
{
    struct fail fail = {0};
    if (!given->files) {
        secret->problem = "a text that is no file has no files with secrets";
    } else if (!files_is_regular(path)) {
        secret->problem = arena_printf(given->arena, "there is no file %.200s", path);
        secret->cure = "a relative name begins at the folder of the scenario";
    } else if (files_read(given->arena, path, GIVEN_FILE_MAX, &secret->text, &fail) != STATUS_OK) {
        secret->problem = arena_strdup(given->arena, fail.text);
    } else if (secret->text.len > GIVEN_FILE_MAX) {
        secret->problem = arena_printf(
            given->arena, "%.200s is larger than %d KiB", path, (int)(GIVEN_FILE_MAX / 1024));
    } else {
        given_trim(&secret->text);
    }
}

static void given_ask(struct given *given, const char *name, struct given_secret *secret)
{
    const struct scenario_options *options = given->options;
    if (options == NULL || options->environment == NULL) {
        secret->problem = "the environment cannot be read here";
        return;
    }
    const char *text = options->environment(options->context, name);
    if (text == NULL) {
        secret->problem = arena_printf(given->arena, "the environment has no %.100s", name);
        secret->cure = arena_printf(given->arena, "set it: export %.100s=...", name);
        return;
    }
    secret->text = span_text(text);
}

static size_t given_lines(struct span text)
{
    size_t lines = 1;
    for (size_t end = span_find(text, '\n'); end < text.len; end = span_find(text, '\n')) {
        text = span_from(text, end + 1);
        lines++;
    }
    return lines;
}

/* Fetched before, or now. */
static const struct given_secret *given_fetch(
    struct given *given, const char *key, const char *name, bool is_file)
{
    for (size_t i = 0; i < given->secrets_len; i++) {
        if (strcmp(given->secrets[i].key, key) == 0) {
            return &given->secrets[i];
        }
    }
    struct given_secret secret = {.key = arena_strdup(given->arena, key)};
    if (given->secrets_len == GIVEN_SECRETS_MAX) {
        return NULL;
    }
    if (is_file) {
        given_read(given, name, &secret);
    } else {
        given_ask(given, name, &secret);
    }
    const char *kind = is_file ? "the file" : "the environment's";
    if (secret.problem == NULL && secret.text.len == 0) {
        secret.problem = arena_printf(given->arena, "%s %.200s is empty", kind, name);
    } else if (secret.problem == NULL &&
               (span_find(secret.text, 0) < secret.text.len || !text_is_utf8(secret.text))) {
        secret.problem = arena_printf(given->arena, "%s %.200s is no text", kind, name);
    } else if (secret.problem == NULL && given_lines(secret.text) > SECRET_LINES_MAX) {
        secret.problem = arena_printf(given->arena,
            "%s %.200s has more than %d lines: it could not be masked", kind, name,
            SECRET_LINES_MAX);
    } else if (secret.problem == NULL && secret.text.len < SECRET_SCAN_MIN) {
        secret.problem = arena_printf(given->arena,
            "%s %.200s is shorter than %d octets: it could not be masked", kind, name,
            SECRET_SCAN_MIN);
    }
    secret.text.data = (const uint8_t *)arena_memdup(
        given->arena, secret.text.data, secret.text.len); /* with a NUL behind, as nodes have */
    given->secrets = arena_push(
        given->arena, given->secrets, given->secrets_len, sizeof *given->secrets);
    given->secrets[given->secrets_len] = secret;
    return &given->secrets[given->secrets_len++];
}

bool given_secret(struct given *given, struct tell *tell, const struct node *name,
    const struct node *from, struct span *ret)
{
    const struct node *env = node_get(from, "env"), *file = node_get(from, "file");
    const struct node *which = env != NULL ? env : file;
    const char *text = (const char *)name->text.data;
    if (from->kind != NODE_MAP || from->len != 1 || which == NULL || which->kind != NODE_SCALAR ||
        which->text.len == 0 || span_find(which->text, 0) < which->text.len) {
        tell_error(tell, from, "write {env: NAME} or {file: PATH}; the text itself is no secret",
            "the secret '%.100s' comes from the environment or from a file", text);
        return false;
    }
    const char *key, *place = (const char *)which->text.data;
    if (file != NULL) {
        place = files_beside(given->arena, which->mark.file, place);
    }
    key = arena_printf(given->arena, "%s %s", file != NULL ? "file" : "env", place);
    const struct given_secret *secret = given_fetch(given, key, place, file != NULL);
    if (secret == NULL) {
        tell_error(tell, which, NULL, "there are more than %d secrets", GIVEN_SECRETS_MAX);
        return false;
    }
    if (secret->problem != NULL) {
        tell_error(tell, which, secret->cure == NULL ? NULL : tell_hint(tell, "%s", secret->cure),
            "%s", secret->problem);
        return false;
    }
    tell_keep_secret(tell, secret->text);
    *ret = secret->text;
    return true;
}
