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

/* --- names --- */

static const char decode_name_hint[] =
    "write a.test, \"*.a.test\", \"ip:127.0.0.1\", \"srv:_submission.a.test\" or "
    "\"email:joe@a.test\"";

/* Odd DNS names are minted as they are: people meet them. */
static bool decode_certificate_is_domain(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = text_lower((char)name.data[i]);
        if (!(c >= 'a' && c <= 'z') && !text_is_digit(c) && strchr(".-_*", c) == NULL) {
            return false;
        }
    }
    return name.len > 0 && name.len <= HOST_NAME_MAX;
}

static bool decode_certificate_is_name(struct span name)
{
    if (text_starts_caseless(name, "ip:")) {
        return memcmp(name.data, "ip:", 3) == 0 && host_is_address(span_from(name, 3));
    }
    if (text_starts_caseless(name, "srv:_")) { /* RFC 4985 §2: _Service.Name */
        struct span service = span_from(name, 4);
        return memcmp(name.data, "srv:", 4) == 0 && span_find(service, '.') + 1 < service.len &&
               decode_certificate_is_domain(service);
    }
    if (text_starts_caseless(name, "email:")) {
        struct span mailbox = span_from(name, 6);
        size_t at = span_find(mailbox, '@');
        return memcmp(name.data, "email:", 6) == 0 && at > 0 &&
               decode_certificate_is_domain(span_from(mailbox, at + 1));
    }
    return decode_certificate_is_domain(name);
}

/* The name as it stands in a certificate; NULL, and told, where it is none. */
static const char *decode_certificate_name(struct decode *decode, const struct node *node)
{
    const char *text = NULL;
    if (!decode_take_text(decode, node, "a name", &text)) {
        return NULL;
    }
    const char *ascii = decode_ascii(decode, node, span_text(text));
    if (ascii != NULL && !decode_certificate_is_name(span_text(ascii))) {
        tell_error(decode->tell, node, decode_name_hint, "%s is no name of a certificate",
            node_got(decode->scratch, node));
        return NULL;
    }
    return ascii;
}

/* What is written as bytes is a dNSName of these octets. */
void decode_certificate_names(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_certificate *certificate = at;
    size_t raised = decode->tell->raised;
    (void)key;
    certificate->names_written = true;
    if (!decode_take_list(decode, value, "a list of names")) {
        return;
    }
    const char **names = arena_alloc(decode->arena, (value->len + 1) * sizeof *names);
    struct span *octets = arena_alloc(decode->arena, (value->len + 1) * sizeof *octets);
    size_t names_len = 0, octets_len = 0;
    for (size_t i = 0; i < value->len; i++) {
        if (value->items[i]->kind == NODE_SCALAR) {
            names[names_len++] = decode_certificate_name(decode, value->items[i]);
        } else {
            (void)decode_take_bytes(decode, value->items[i], &octets[octets_len++]);
        }
    }
    bool good = decode->tell->raised == raised;
    certificate->names = names;
    certificate->names_len = good ? names_len : 0;
    certificate->octet_names = octets;
    certificate->octet_names_len = good ? octets_len : 0;
}

/* --- revocation --- */

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

/* --- the chain --- */

void decode_certificate_chain(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_certificate *certificate = at;
    int word;
    if (value->kind != NODE_LIST) {
        if (decode_take_word(decode, value, keys_row(key)->allowed, &word)) {
            certificate->chain = (enum plan_chain)word;
        }
        return;
    }
    if (value->len == 0 || value->len > PLAN_LINKS_MAX) {
        tell_error(decode->tell, value, "it is made of leaf, intermediate, root, cross and other",
            value->len == 0 ? "an empty list leaves nothing to send"
                            : "a chain has at most %d parts",
            PLAN_LINKS_MAX);
        return;
    }
    enum plan_link *links = arena_alloc(decode->arena, value->len * sizeof *links);
    bool leaf = false;
    for (size_t i = 0; i < value->len; i++) {
        const struct node *item = value->items[i];
        if (!decode_take_word(decode, item, "leaf|intermediate|root|cross|other", &word)) {
            return;
        }
        links[i] = (enum plan_link)word;
        leaf = leaf || links[i] == PLAN_LINK_LEAF;
    }
    if (!leaf) {
        tell_error(
            decode->tell, value, NULL, "without the leaf there is no certificate of the key");
        return;
    }
    certificate->chain = PLAN_CHAIN_LISTED;
    certificate->links = links;
    certificate->links_len = value->len;
}

/* --- what it may be used for --- */

static bool decode_certificate_bits(
    struct decode *decode, const struct key *key, const struct node *value, unsigned *ret)
{
    unsigned bits = 0;
    size_t raised = decode->tell->raised;
    if (!decode_take_list(decode, value, "a list of words")) {
        return false;
    }
    for (size_t i = 0; i < value->len; i++) {
        int word;
        if (decode_take_word(decode, value->items[i], keys_row(key)->allowed, &word)) {
            bits |= 1U << word;
        }
    }
    *ret = bits;
    return decode->tell->raised == raised;
}

void decode_certificate_usage(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    unsigned bits;
    if (decode_certificate_bits(decode, key, value, &bits)) {
        *(unsigned *)at = bits | PLAN_USAGE_WRITTEN;
    }
}

void decode_certificate_not_critical(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    unsigned bits;
    if (decode_certificate_bits(decode, key, value, &bits)) {
        *(unsigned *)at = bits;
    }
}

void decode_certificate_ca(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (node_is_plain(value, "true") || node_is_plain(value, "false")) {
        *(enum plan_ca *)at = node_is_plain(value, "true") ? PLAN_CA_YES : PLAN_CA_NO;
    } else if (node_is(value, "absent")) {
        *(enum plan_ca *)at = PLAN_CA_ABSENT;
    } else {
        decode_expected(decode, value, "true, false or absent", NULL);
    }
}

void decode_certificate_count(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_count count = {.written = true};
    if (decode_take_number(decode, value, keys_row(key)->allowed, &count.number)) {
        *(struct plan_count *)at = count;
    }
}

/* --- extensions --- */

void decode_certificate_constraints(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_section(decode, "server.certificate.constraints", NULL, value, at);
}

/* RFC 5280 §4.2: numbers with dots between them, two at least. */
void decode_certificate_oid(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    const char *text;
    (void)key;
    if (!decode_take_text(decode, value, "an object identifier", &text)) {
        return;
    }
    size_t dots = 0;
    bool good = text_is_digit(text[0]);
    for (size_t i = 0; text[i] != '\0'; i++) {
        bool dot = text[i] == '.';
        dots += dot ? 1 : 0;
        good = good && (dot ? text_is_digit(text[i + 1]) : text_is_digit(text[i]));
    }
    if (!good || dots == 0) {
        tell_error(decode->tell, value, "numbers with dots: 1.3.6.1.5.5.7.1.1",
            "%s is no object identifier", node_got(decode->scratch, value));
        return;
    }
    *(const char **)at = text;
}

void decode_certificate_extensions(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    /* Of the tree 2.25, where numbers are for everybody to take (ITU-T X.667). */
    static const struct plan_certificate_extension unknown = {
        .oid = "2.25.1869838451", .critical = true, .value = {(const uint8_t *)"\x05\x00", 2}};
    struct plan_certificate *certificate = at;
    (void)key;
    if (!decode_take_list(decode, value, "a list of extensions")) {
        return;
    }
    struct plan_certificate_extension *made = arena_alloc(
        decode->arena, (value->len + 1) * sizeof *made);
    for (size_t i = 0; i < value->len; i++) {
        const struct node *item = value->items[i];
        made[i] = unknown;
        if (!node_is(item, "unknown-critical")) {
            made[i] = (struct plan_certificate_extension){.oid = unknown.oid};
            if (!decode_section(decode, "server.certificate.extension", NULL, item, &made[i]) ||
                !decode_demand(decode, item, "oid")) {
                return;
            }
        }
    }
    certificate->extensions = made;
    certificate->extensions_len = value->len;
}

/* --- authorities, files --- */

void decode_certificate_authority(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    const char *name = keys_row(key)->name;
    bool intermediate = strcmp(name, "intermediate") == 0;
    struct plan_certificate *authority = arena_alloc(decode->arena, sizeof *authority);
    *authority = (struct plan_certificate){
        .not_before_s = intermediate ? PLAN_AUTHORITY_NOT_BEFORE_S : PLAN_ROOT_NOT_BEFORE_S,
        .not_after_s = intermediate ? PLAN_AUTHORITY_NOT_AFTER_S : PLAN_ROOT_NOT_AFTER_S,
    };
    if (!decode_section(decode, "server.certificate.authority", NULL, value, authority)) {
        return;
    }
    const struct node *count = node_get(value, "count");
    if (!intermediate && count != NULL && !node_is_null(count)) {
        tell_error(decode->tell, count, NULL, "'count' has no effect here: there is one %s", name);
    }
    *(const struct plan_certificate **)at = authority;
}

/* --- the whole --- */

static bool decode_certificate_says(const struct node *node, const char *name)
{
    const struct node *value = node_get(node, name);
    return value != NULL && !node_is_null(value);
}

static void decode_certificate_idle_key(
    struct decode *decode, const struct node *node, const char *name, const char *beside)
{
    if (decode_certificate_says(node, name)) {
        tell_error(decode->tell, node_get(node, name),
            tell_hint(decode->tell, "%s: null deletes it", name), "'%s' has no effect beside %s",
            name, beside);
    }
}

/* What signs itself stands alone, and an Ed25519 signature has its digest built in (RFC 8032). What
 * comes from a file is as it is. */
static void decode_certificate_idle(
    struct decode *decode, const struct node *node, const struct plan_certificate *certificate)
{
    static const char *const of_issuers[] = {"revoked", "lists"};
    static const char *const above[] = {"chain", "intermediate", "root", "older_root"};
    static const char *const of_file[] = {"file", "key_file", "anchor", "for_sni"};
    if (decode->partial) {
        return;
    }
    for (size_t i = 0; certificate->issuer == PLAN_ISSUER_SELF && i < ARRAY_LEN(above); i++) {
        decode_certificate_idle_key(
            decode, node, above[i], "`issuer: self`: there is one certificate");
    }
    for (size_t i = 0; certificate->issuer == PLAN_ISSUER_SELF && i < ARRAY_LEN(of_issuers); i++) {
        if (decode_certificate_says(node, of_issuers[i])) {
            tell_error(decode->tell, node_get(node, of_issuers[i]), "null deletes it",
                "'%s' has no effect beside `issuer: self`: no issuer has a list", of_issuers[i]);
        }
    }
    bool hashes = certificate->key == PLAN_KEY_ED25519 || certificate->key == PLAN_KEY_ED448;
    if (certificate->issuer == PLAN_ISSUER_SELF && hashes) {
        decode_certificate_idle_key(decode, node, "digest",
            certificate->key == PLAN_KEY_ED448 ? "`issuer: self` and `key: ed448`"
                                               : "`issuer: self` and `key: ed25519`");
    }
    if (certificate->file == NULL) {
        decode_certificate_idle_key(decode, node, "key_file", "no `file`");
    }
    for (size_t i = 0; certificate->file != NULL && i < node->len; i++) {
        const char *name = (const char *)node->keys[i]->text.data;
        bool counts = false;
        for (size_t j = 0; j < ARRAY_LEN(of_file); j++) {
            counts = counts || strcmp(name, of_file[j]) == 0;
        }
        if (!counts) {
            decode_certificate_idle_key(decode, node, name, "`file`");
        }
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
