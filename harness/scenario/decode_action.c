#include "harness/scenario/decode.h"

#include "harness/base/text.h"
#include "harness/evidence/alert.h"
#include "harness/scenario/words.h"

#define ACTION_REPLY_LINES_MAX 4096 /* of one reply */
#define ACTION_HINT_MAX 60          /* octets of a reply that a hint repeats */

static bool decode_action_is_bare(enum plan_action_kind kind)
{
    return kind == PLAN_ACTION_NORMAL || kind == PLAN_ACTION_FLUSH ||
           kind == PLAN_ACTION_START_TLS || kind == PLAN_ACTION_HANG ||
           kind == PLAN_ACTION_STOP_READING;
}

bool decode_action(struct decode *decode, const struct node *name, const struct node *value,
    struct plan_action *ret)
{
    const struct key *key = keys_find("action", name->text);
    size_t raised = decode->tell->raised;
    if (key == NULL) {
        decode_unknown(decode, (const char *const[]){"action", NULL}, name);
        return false;
    }
    *ret = (struct plan_action){.kind = (enum plan_action_kind)key->first};
    if (value == NULL) {
        if (!decode_action_is_bare(ret->kind)) {
            tell_error(decode->tell, name,
                tell_hint(decode->tell, "write {%s: ...}", keys_row(key)->name),
                "the action '%s' needs a value", keys_row(key)->name);
        }
    } else if (node_is_null(value)) {
        tell_error(decode->tell, value, NULL, "the action '%s' needs a value", keys_row(key)->name);
    } else {
        decode_entry(decode, key, name, value, ret);
    }
    return decode->tell->raised == raised;
}

void decode_action_nothing(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)at;
    tell_error(decode->tell, value,
        tell_hint(decode->tell, "write the bare word: do: [%s]", keys_row(key)->name),
        "'%s' takes no value", keys_row(key)->name);
}

/* --- reply --- */

/* The text as an action that sends just this, in double quotes as YAML reads them. */
static const char *decode_action_send_hint(struct decode *decode, struct span text)
{
    struct buf quoted;
    buf_init(&quoted, 256);
    for (size_t i = 0; i < text.len && i < ACTION_HINT_MAX; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\') {
            buf_append_byte(&quoted, '\\');
        }
        buf_append_byte(&quoted, text.data[i]);
    }
    const char *hint = text.len > ACTION_HINT_MAX
                           ? "use send for what is no reply"
                           : tell_hint(decode->tell, "write send: \"%s\\r\\n\"", buf_text(&quoted));
    buf_done(&quoted);
    return hint;
}

/* RFC 5321 §4.2: three digits, the first from 2 to 5, and a space before the text. */
static void decode_action_code(struct decode *decode, const struct node *node)
{
    struct span text = node->text;
    bool digits = text.len >= 3 && text_is_digit((char)text.data[0]) &&
                  text_is_digit((char)text.data[1]) && text_is_digit((char)text.data[2]);
    if (digits && text.len > 3 && text.data[3] == '-') {
        tell_error(decode->tell, node, "write reply: [\"250 first line\", second line]",
            "a reply of several lines is a list; the dashes are added");
    } else if (!digits || (text.len > 3 && text.data[3] != ' ')) {
        decode_expected(decode, node, "a reply that begins with a code such as 250",
            "use send for what is no reply");
    } else if (text.data[0] < '2' || text.data[0] > '5') {
        tell_error(decode->tell, node, decode_action_send_hint(decode, text),
            "%.3s is no reply code: those begin with 2, 3, 4 or 5", (const char *)text.data);
    }
}

static bool decode_action_line(struct decode *decode, const struct node *node, const char **ret)
{
    const char *text;
    if (!decode_take_text(decode, node, "a line of a reply", &text)) {
        return false;
    }
    decode_warn_wire(decode, node);
    if (strpbrk(text, "\r\n") != NULL) {
        tell_error(decode->tell, node, "use send for what is no reply",
            "CRLF is added to a reply; it cannot have line ends of its own");
        return false;
    }
    *ret = text;
    return true;
}

void decode_action_reply(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    bool several = value->kind == NODE_LIST;
    size_t len = several ? value->len : 1, made = 0;
    (void)key;
    if (len == 0 || len > ACTION_REPLY_LINES_MAX) {
        tell_error(decode->tell, value, NULL, "a reply has 1 to %d lines, this has %zu",
            ACTION_REPLY_LINES_MAX, len);
        return;
    }
    const char **lines = arena_alloc(decode->arena, len * sizeof *lines);
    for (size_t i = 0; i < len; i++) {
        const struct node *node = several ? value->items[i] : value;
        bool taken = decode_action_line(decode, node, &lines[made]);
        if (taken && i == 0) {
            decode_action_code(decode, node);
        }
        made += taken ? 1 : 0;
    }
    *(struct plan_text_list *)at = (struct plan_text_list){lines, made};
}

/* --- others --- */

void decode_action_alert(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (value->kind == NODE_SCALAR && value->text.len > 0 &&
        text_is_digit((char)value->text.data[0])) {
        (void)decode_take_number(decode, value, "0..255", at);
        return;
    }
    int number = value->kind == NODE_SCALAR ? alert_find((const char *)value->text.data) : -1;
    if (number < 0) {
        decode_expected(decode, value, "a TLS alert such as handshake_failure",
            value->kind == NODE_SCALAR
                ? tell_nearest(decode->tell, (const char *)value->text.data, alert_names())
                : NULL);
        return;
    }
    *(int64_t *)at = number;
}

void decode_action_close(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    int word;
    if (decode_take_word(decode, value, keys_row(key)->allowed, &word)) {
        *(enum plan_close *)at = (enum plan_close)word;
    }
}

void decode_action_set(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (decode_section(decode, "action.set", NULL, value, at) && value->len == 0) {
        tell_error(decode->tell, value, NULL, "nothing is set here");
    }
}

void decode_action_set_truth(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    bool truth;
    (void)key;
    if (decode_take_truth(decode, value, &truth)) {
        *(enum plan_set *)at = truth ? PLAN_SET_TRUE : PLAN_SET_FALSE;
    }
}

void decode_action_edit(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (decode_section(decode, "action.edit", NULL, value, at)) {
        (void)decode_demand(decode, value, "find");
    }
}

void decode_action_corrupt(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (decode_section(decode, "action.corrupt", NULL, value, at)) {
        (void)decode_demand(decode, value, "at");
    }
}

void decode_action_drip(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_action *action = at;
    (void)key;
    action->number = 1;
    if (decode_section(decode, "action.drip", NULL, value, action)) {
        (void)decode_demand(decode, value, "every");
    }
}
