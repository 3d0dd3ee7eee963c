#include "harness/scenario/decode.h"

#include "harness/base/text.h"
#include "harness/scenario/host.h"
#include "harness/scenario/words.h"

void decode_certificate_default(struct plan_certificate *ret)
{
    *ret = (struct plan_certificate){
        .issuer = PLAN_ISSUER_TRUSTED,
        .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
        .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
    };
}

/* "a.test", "*.a.test", "ip:127.0.0.1". Odd DNS names are minted as they are: people meet them. */
static bool decode_certificate_is_name(struct span name)
{
    if (text_starts_caseless(name, "ip:")) {
        return memcmp(name.data, "ip:", 3) == 0 && host_is_address(span_from(name, 3));
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = text_lower((char)name.data[i]);
        if (!(c >= 'a' && c <= 'z') && !text_is_digit(c) && strchr(".-_", c) == NULL &&
            !(c == '*' && i == 0)) {
            return false;
        }
    }
    return name.len > 0 && name.len <= HOST_NAME_MAX;
}

/* The name as it stands in a certificate; NULL, and told, where it is none. */
static const char *decode_certificate_name(
    struct decode *decode, const struct node *node, const char *text)
{
    const char *ascii = decode_ascii(decode, node, span_text(text));
    if (ascii != NULL && !decode_certificate_is_name(span_text(ascii))) {
        tell_error(decode->tell, node, "write a.test, \"*.a.test\" or \"ip:127.0.0.1\"",
            "%s is no name of a certificate", node_got(decode->scratch, node));
        return NULL;
    }
    return ascii;
}

void decode_certificate_names(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_certificate *certificate = at;
    struct plan_text_list names = {0};
    size_t raised = decode->tell->raised;
    decode_lines(decode, key, value, &names);
    const char **made = arena_alloc(decode->arena, names.len * sizeof *made);
    bool all = decode->tell->raised == raised;
    for (size_t i = 0; all && i < names.len; i++) {
        if (text_starts_caseless(value->items[i]->text, "srv:")) {
            decode_not_yet(decode, value->items[i], "names: [srv:...]");
        } else {
            made[i] = decode_certificate_name(decode, value->items[i], names.items[i]);
        }
    }
    certificate->names = made;
    certificate->names_len = decode->tell->raised == raised ? names.len : 0;
    certificate->names_written = true;
}

void decode_certificate_revoked(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    enum plan_revoked *revoked = at;
    (void)key;
    if (node_is(value, "intermediate")) {
        *revoked = PLAN_REVOKED_INTERMEDIATE;
    } else if (node_is_plain(value, "true") || node_is_plain(value, "false")) {
        *revoked = node_is_plain(value, "true") ? PLAN_REVOKED_LEAF : PLAN_REVOKED_NOBODY;
    } else {
        decode_expected(decode, value, "true, false or intermediate", NULL);
    }
}

static const char decode_chain_hint[] =
    "it acts on [leaf], [leaf, intermediate], [intermediate, leaf], [leaf, intermediate, root]";

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
    if (value->len == 0) {
        tell_error(decode->tell, value, decode_chain_hint, "an empty list leaves nothing to send");
        return;
    }
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
        tell_error(decode->tell, value, decode_chain_hint,
            "`chain` can have more lists, but this version cannot act on this one yet");
    }
}

/* What signs itself stands alone, and an Ed25519 signature has its digest built in (RFC 8032). */
static void decode_certificate_idle(
    struct decode *decode, const struct node *node, const struct plan_certificate *certificate)
{
    static const char *const of_issuers[] = {"revoked", "lists"};
    const struct node *chain = node_get(node, "chain"), *digest = node_get(node, "digest");
    if (certificate->issuer != PLAN_ISSUER_SELF || decode->partial) {
        return;
    }
    if (chain != NULL && !node_is_null(chain)) {
        tell_error(decode->tell, chain, "chain: null deletes it",
            "'chain' has no effect beside `issuer: self`: there is one certificate");
    }
    for (size_t i = 0; i < ARRAY_LEN(of_issuers); i++) {
        const struct node *list = node_get(node, of_issuers[i]);
        if (list != NULL && !node_is_null(list)) {
            tell_error(decode->tell, list, "null deletes it",
                "'%s' has no effect beside `issuer: self`: no issuer has a list", of_issuers[i]);
        }
    }
    if (digest != NULL && !node_is_null(digest) && certificate->key == PLAN_KEY_ED25519) {
        tell_error(decode->tell, digest, "digest: null deletes it",
            "'digest' has no effect beside `issuer: self` and `key: ed25519`");
    }
}

void decode_certificate_one(
    struct decode *decode, const struct node *node, struct plan_certificate *ret)
{
    const struct key *key = keys_find("server", SPAN_LITERAL("certificate"));
    int word;
    decode_certificate_default(ret);
    if (node->kind == NODE_MAP) {
        if (!decode_section(decode, "server.certificate", NULL, node, ret)) {
            return;
        }
        if (ret->not_after_s < ret->not_before_s && !decode->partial) {
            tell_error(decode->tell, node, NULL, "its time ends before it begins");
        }
        decode_certificate_idle(decode, node, ret);
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
    (void)key;
    if (len == 0 || len > DECODE_CERTIFICATES_MAX) {
        tell_error(decode->tell, value, NULL, "a server has 1 to %d certificates, this has %zu",
            DECODE_CERTIFICATES_MAX, len);
        return;
    }
    struct plan_certificate *certificates = arena_alloc(decode->arena, len * sizeof *certificates);
    for (size_t i = 0; i < len; i++) {
        decode_certificate_one(decode, several ? value->items[i] : value, &certificates[i]);
    }
    server->certificates = certificates;
    server->certificates_len = len;
}
