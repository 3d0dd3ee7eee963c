#include "harness/scenario/decode.h"

#include "harness/base/text.h"
#include "harness/scenario/words.h"

void decode_certificate_default(struct plan_certificate *ret)
{
    *ret = (struct plan_certificate){
        .issuer = PLAN_ISSUER_TRUSTED,
        .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
        .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
    };
}

/* "a.test", "*.a.test", "ip:127.0.0.1". */
static bool decode_certificate_is_name(struct span name)
{
    bool address = text_starts_caseless(name, "ip:");
    struct span rest = span_from(name, address ? 3 : 0);
    for (size_t i = 0; i < rest.len; i++) {
        char c = text_lower((char)rest.data[i]);
        bool hex = text_is_digit(c) || (c >= 'a' && c <= 'f');
        bool good = address ? hex || c == '.' || c == ':'
                            : (c >= 'a' && c <= 'z') || text_is_digit(c) || c == '.' || c == '-' ||
                                  c == '_' || (c == '*' && i == 0);
        if (!good) {
            return false;
        }
    }
    return rest.len > 0 && rest.len <= 253;
}

void decode_certificate_names(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_certificate *certificate = at;
    struct plan_text_list names = {0};
    decode_lines(decode, key, value, &names);
    for (size_t i = 0; value->kind == NODE_LIST && i < value->len; i++) {
        const struct node *item = value->items[i];
        if (item->kind != NODE_SCALAR || node_is_empty(item)) {
            continue; /* told */
        }
        if (text_starts_caseless(item->text, "srv:")) {
            decode_not_yet(decode, item, "names: [srv:...]");
        } else if (!decode_certificate_is_name(item->text)) {
            tell_error(decode->tell, item, "write a.test, \"*.a.test\" or \"ip:127.0.0.1\"",
                "%s is no name of a certificate", node_got(decode->scratch, item));
        }
    }
    certificate->names = names.items;
    certificate->names_len = names.len;
}

void decode_certificate_chain(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    static const struct {
        const char *items[3];
        enum plan_chain chain;
    } lists[] = {
        {{"leaf", "intermediate", NULL}, PLAN_CHAIN_COMPLETE},
        {{"leaf", NULL, NULL}, PLAN_CHAIN_MISSING_INTERMEDIATE},
        {{"intermediate", "leaf", NULL}, PLAN_CHAIN_REVERSED},
        {{"leaf", "intermediate", "root"}, PLAN_CHAIN_WITH_ROOT},
    };
    if (value->kind != NODE_LIST) {
        decode_word(decode, key, value, at);
        return;
    }
    bool good = true;
    for (size_t i = 0; i < value->len; i++) {
        int word;
        good = decode_take_word(decode, value->items[i], "leaf|intermediate|root|other", &word) &&
               good;
    }
    for (size_t i = 0; good && i < ARRAY_LEN(lists); i++) {
        bool same = true;
        for (size_t j = 0; j < ARRAY_LEN(lists[i].items); j++) {
            const char *item = lists[i].items[j];
            same = same &&
                   (j < value->len ? item != NULL && node_is(value->items[j], item) : item == NULL);
        }
        if (same && value->len <= ARRAY_LEN(lists[i].items)) {
            *(enum plan_chain *)at = lists[i].chain;
            return;
        }
    }
    if (good) {
        decode_not_yet(decode, value, "chain: [...]");
    }
}

static void decode_certificate(struct decode *decode, const struct key *key,
    const struct node *node, struct plan_certificate *ret)
{
    int word;
    decode_certificate_default(ret);
    if (node->kind == NODE_MAP) {
        if (decode_section(decode, "server.certificate", NULL, node, ret) &&
            ret->not_after_s < ret->not_before_s) {
            tell_error(decode->tell, node, NULL, "its time ends before it begins");
        }
    } else if (decode_take_word(decode, node, keys_row(key)->allowed, &word)) {
        ret->issuer = word == 0 ? PLAN_ISSUER_SELF : PLAN_ISSUER_TRUSTED;
    }
}

void decode_certificates(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_server *server = at;
    bool several = value->kind == NODE_LIST;
    size_t len = several ? value->len : 1;
    if (len == 0 || len > DECODE_CERTIFICATES_MAX) {
        tell_error(decode->tell, value, NULL, "a server has 1 to %d certificates, this has %zu",
            DECODE_CERTIFICATES_MAX, len);
        return;
    }
    struct plan_certificate *certificates = arena_alloc(decode->arena, len * sizeof *certificates);
    for (size_t i = 0; i < len; i++) {
        decode_certificate(decode, key, several ? value->items[i] : value, &certificates[i]);
    }
    server->certificates = certificates;
    server->certificates_len = len;
}
