/* What of a message is more than a text: header fields, delivery reports. */
#include "harness/scenario/decode.h"

#include "harness/base/text.h"

#define MESSAGE_FIELDS_MAX 100 /* header fields that a message is told; real ones have under 50 */

/* RFC 5322 §3.6.8: printable, and no colon. */
static bool decode_message_is_field_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~' || *at == ':') {
            return false;
        }
    }
    return name[0] != '\0';
}

void decode_client_fields(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_message *message = at;
    size_t len = 0;
    (void)key;
    if (value->kind != NODE_MAP) {
        decode_expected(decode, value, "a map of header fields", NULL);
        return;
    }
    if (value->len > MESSAGE_FIELDS_MAX) {
        tell_error(decode->tell, value, NULL, "at most %d header fields", MESSAGE_FIELDS_MAX);
        return;
    }
    struct plan_field *fields = arena_alloc(decode->arena, (value->len + 1) * sizeof *fields);
    for (size_t i = 0; i < value->len; i++) {
        struct plan_field *field = &fields[len];
        if (node_is_null(value->items[i]) ||
            !decode_take_text(decode, value->keys[i], "a header field's name", &field->name) ||
            !decode_take_text(decode, value->items[i], "this field's text", &field->value)) {
            continue;
        }
        if (!decode_message_is_field_name(field->name)) {
            tell_error(decode->tell, value->keys[i], NULL, "no header field has such a name");
            continue;
        }
        len++;
    }
    message->fields = fields;
    message->fields_len = len;
}

void decode_client_dsn(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_dsn *dsn = at;
    (void)key;
    if (value->kind != NODE_MAP) {
        (void)decode_take_truth(decode, value, &dsn->wanted);
        return;
    }
    (void)decode_section(decode, "client.send.dsn", NULL, value, dsn);
    dsn->wanted = true;
}

void decode_client_notify(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    unsigned notify = 0;
    if (!decode_take_list(decode, value, "a list of words")) {
        return;
    }
    for (size_t i = 0; i < value->len; i++) {
        int word;
        if (decode_take_word(decode, value->items[i], keys_row(key)->allowed, &word)) {
            notify |= 1u << word;
        }
    }
    if ((notify & PLAN_DSN_NEVER) != 0 && notify != PLAN_DSN_NEVER) {
        tell_error(decode->tell, value, NULL, "'never' excludes the others");
    }
    *(unsigned *)at = notify;
}
