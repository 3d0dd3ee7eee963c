#include "harness/scenario/render.h"

#include <stdio.h>
#include <yaml.h>

#include "harness/base/secret.h"
#include "harness/scenario/parse_mask.h"

#define RENDER_PASSWORDS_MAX 256 /* masks that are told apart */

struct render {
    yaml_emitter_t emitter;
    struct buf *out;
    bool good;
    bool show_secrets;
    struct secret_set *secrets;
    struct span passwords[RENDER_PASSWORDS_MAX]; /* in the order of their first place */
    size_t passwords_len;
};

static int render_write(void *context, unsigned char *bytes, size_t len)
{
    struct render *render = context;
    return buf_append(render->out, span_of(bytes, len)) ? 1 : 0;
}

/* An event goes to the emitter in any case: it owns what the event holds. */
static void render_emit(struct render *render, int made, yaml_event_t *event)
{
    render->good = render->good && made == 1 && yaml_emitter_emit(&render->emitter, event) == 1;
}

/* --- passwords --- */

static void render_remember(struct render *render, struct span password)
{
    size_t at = 0;
    while (at < render->passwords_len && !span_equal(render->passwords[at], password)) {
        at++;
    }
    if (at == render->passwords_len && at < RENDER_PASSWORDS_MAX && password.len > 0) {
        render->passwords[render->passwords_len++] = password;
    }
    secret_set_add(render->secrets, password);
}

/* Passwords by their place: behind `password` and the like, and anywhere in a map of users. That a
 * node is not to be quoted in messages (`secret`) says less: it may only look like one. */
static void render_collect(struct render *render, const struct node *node, bool password)
{
    if (node->kind == NODE_SCALAR && node->secret && password) {
        render_remember(render, node->text);
    }
    for (size_t i = 0; node->kind != NODE_SCALAR && i < node->len; i++) {
        const struct node *item = node->items[i];
        struct span key = node->kind == NODE_MAP ? node->keys[i]->text : SPAN_EMPTY;
        bool here = parse_mask_is_secret(key) ||
                    (item->kind == NODE_MAP && parse_mask_has_secrets(key));
        render_collect(render, item, password || here);
    }
}

/* What the plan knows to be one, wherever it stands. */
static void render_collect_plan(struct render *render, const struct plan_case *plan)
{
    if (plan->client.login.password != NULL) {
        render_remember(render, span_text(plan->client.login.password));
    }
    for (size_t i = 0; i < plan->secrets.len; i++) {
        render_remember(render, span_text(plan->secrets.items[i]));
    }
    for (size_t i = 0; i < plan_servers_len(plan); i++) {
        const struct plan_auth *auth = &plan_server_at(plan, i)->auth;
        for (size_t j = 0; j < auth->users_len; j++) {
            render_remember(render, span_text(auth->users[j].password));
        }
        for (size_t j = 0; j < auth->tokens_len; j++) {
            render_remember(render, span_text(auth->tokens[j].password));
        }
    }
}

/* Is the whole text a password? *ret_at: which of them. */
static bool render_is_password(const struct render *render, struct span text, size_t *ret_at)
{
    for (*ret_at = 0; *ret_at < render->passwords_len; (*ret_at)++) {
        if (span_equal(render->passwords[*ret_at], text)) {
            return true;
        }
    }
    return false;
}

/* --- nodes --- */

static yaml_scalar_style_t render_style(enum node_style style)
{
    switch (style) {
    case NODE_PLAIN:
        return YAML_PLAIN_SCALAR_STYLE;
    case NODE_SINGLE_QUOTED:
        return YAML_SINGLE_QUOTED_SCALAR_STYLE;
    case NODE_LITERAL:
    case NODE_FOLDED: /* the same text, and one way of breaking lines less */
        return YAML_LITERAL_SCALAR_STYLE;
    case NODE_DOUBLE_QUOTED:
        break;
    }
    return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

/* What looks like a place to put something in, and means nothing: "$${{". */
static void render_escape(struct buf *text)
{
    static const char mark[] = "${{";
    struct buf escaped;
    buf_init(&escaped, RENDER_MAX);
    for (size_t i = 0; i < text->len; i++) {
        struct span rest = span_from(buf_span(text), i);
        if (rest.len >= sizeof mark - 1 && memcmp(rest.data, mark, sizeof mark - 1) == 0) {
            buf_append_byte(&escaped, '$');
        }
        buf_append_byte(&escaped, rest.data[0]);
    }
    escaped.over = escaped.over || text->over;
    buf_done(text);
    *text = escaped;
}

static void render_scalar(struct render *render, const struct node *node)
{
    yaml_event_t event;
    size_t at = 0;
    struct buf text;
    buf_init(&text, RENDER_MAX);
    yaml_scalar_style_t style = render_style(node->style);
    if (render->show_secrets) {
        buf_append(&text, node->text);
    } else if (node->secret && render_is_password(render, node->text, &at)) {
        buf_append_text(&text, SECRET_MASK);
        if (at > 0) { /* the first has the bare mask */
            buf_printf(&text, "%zu", at + 1);
        }
        style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    } else {
        secret_set_redact(render->secrets, node->text, &text);
    }
    render_escape(&text);
    const char *data = buf_text(&text);
    render->good = render->good && !text.over && text.len <= INT32_MAX;
    if (render->good) {
        int made = yaml_scalar_event_initialize(
            &event, NULL, NULL, (const yaml_char_t *)data, (int)text.len, 1, 1, style);
        render_emit(render, made, &event);
    }
    buf_done(&text);
}

static void render_node(struct render *render, const struct node *node);

static void render_entries(
    struct render *render, const struct node *map, const char *const *without)
{
    for (size_t i = 0; i < map->len && render->good; i++) {
        bool left_out = false;
        for (size_t j = 0; without != NULL && without[j] != NULL && !left_out; j++) {
            left_out = node_is(map->keys[i], without[j]);
        }
        if (!left_out) {
            render_scalar(render, map->keys[i]);
            render_node(render, map->items[i]);
        }
    }
}

static void render_map_begin(struct render *render)
{
    yaml_event_t event;
    render_emit(render,
        yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE),
        &event);
}

static void render_node(struct render *render, const struct node *node)
{
    yaml_event_t event;
    switch (node->kind) {
    case NODE_SCALAR:
        render_scalar(render, node);
        return;
    case NODE_LIST:
        render_emit(render,
            yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE),
            &event);
        for (size_t i = 0; i < node->len && render->good; i++) {
            render_node(render, node->items[i]);
        }
        render_emit(render, yaml_sequence_end_event_initialize(&event), &event);
        return;
    case NODE_MAP:
        render_map_begin(render);
        render_entries(render, node, NULL);
        render_emit(render, yaml_mapping_end_event_initialize(&event), &event);
        return;
    }
}

/* --- the case --- */

static void render_document(struct render *render, const struct node *merged)
{
    /* What of a file is no part of a case, and what has become part of it. */
    static const char *const without[] = {"version", "cases", "vars", "secrets", "include",
        "extends", "templates", "matrix", "id", NULL};
    const struct node version = {.kind = NODE_SCALAR, .text = SPAN_LITERAL("version")};
    const struct node one = {.kind = NODE_SCALAR, .text = SPAN_LITERAL("1")};
    yaml_event_t event;
    render_emit(render, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), &event);
    render_emit(render, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1), &event);
    render_map_begin(render);
    render_scalar(render, &version);
    render_scalar(render, &one);
    size_t id = node_find(merged, SPAN_LITERAL("id"));
    if (id < merged->len) { /* first, as people write it */
        render_scalar(render, merged->keys[id]);
        render_node(render, merged->items[id]);
    }
    render_entries(render, merged, without);
    render_emit(render, yaml_mapping_end_event_initialize(&event), &event);
    render_emit(render, yaml_document_end_event_initialize(&event, 1), &event);
    render_emit(render, yaml_stream_end_event_initialize(&event), &event);
}

enum status render_case(const struct node *merged, const struct plan_case *plan, bool show_secrets,
    struct buf *out, struct fail *fail)
{
    struct render render = {
        .out = out, .good = true, .show_secrets = show_secrets, .secrets = secret_set_new()};
    render_collect(&render, merged, false);
    render_collect_plan(&render, plan);
    if (yaml_emitter_initialize(&render.emitter) != 1) {
        secret_set_free(render.secrets);
        return fail_set(fail, FAIL_INTERNAL, "libyaml gives no emitter");
    }
    yaml_emitter_set_output(&render.emitter, render_write, &render);
    yaml_emitter_set_unicode(&render.emitter, 1);
    yaml_emitter_set_width(&render.emitter, -1); /* a line stays one */
    render_document(&render, merged);
    yaml_emitter_delete(&render.emitter);
    secret_set_free(render.secrets);
    return render.good ? STATUS_OK
                       : fail_set(fail, FAIL_LIMIT, "the case '%s' does not fit in %zu octets",
                             plan->id, out->max);
}
