#include "harness/certs/recipe.h"

/* Lengths stand before texts, so that no text is taken for what follows it. */
static void certs_canon_text(const char *word, const char *text, struct buf *out)
{
    buf_printf(out, " %s %zu:%s", word, strlen(text), text);
}

static void certs_canon_octets(const char *word, struct span octets, struct buf *out)
{
    buf_printf(out, " %s %zu:", word, octets.len);
    buf_append(out, octets);
}

void certs_body_canon(const struct certs_body *body, struct buf *out)
{
    buf_printf(out,
        "key %d digest %d from %lld until %lld usage %u extended %u ca %d path %lld serial %lld "
        "version %d signature %d identifiers %d%d%d uncritical %u",
        (int)body->key, (int)body->digest, (long long)body->not_before_s,
        (long long)body->not_after_s, body->key_usage, body->extended_key_usage, (int)body->ca,
        (long long)body->path_length, (long long)body->serial, body->version, (int)body->signature,
        body->subject_identifier, body->authority_identifier, body->authority_is_wrong,
        body->not_critical);
    certs_canon_text("cn", body->common_name, out);
    static const char *const kinds[] = {
        [CERTS_NAME_DNS] = "dns",
        [CERTS_NAME_ADDRESS] = "ip",
        [CERTS_NAME_SERVICE] = "srv",
        [CERTS_NAME_EMAIL] = "email",
    };
    for (size_t i = 0; i < body->names_len; i++) {
        const struct certs_name *name = &body->names[i];
        bool address = name->kind == CERTS_NAME_ADDRESS;
        certs_canon_octets(kinds[name->kind],
            address ? span_of(name->address, name->address_len) : name->text, out);
    }
    for (size_t i = 0; i < body->permit_len; i++) {
        certs_canon_text("permit", body->permit[i], out);
    }
    for (size_t i = 0; i < body->exclude_len; i++) {
        certs_canon_text("exclude", body->exclude[i], out);
    }
    for (size_t i = 0; i < body->extensions_len; i++) {
        const struct plan_certificate_extension *extension = &body->extensions[i];
        certs_canon_text(extension->critical ? "critical" : "extension", extension->oid, out);
        certs_canon_octets("value", extension->value, out);
    }
}

void certs_recipe_canon(const struct certs_recipe *recipe, struct buf *out)
{
    if (recipe->file != NULL) {
        buf_printf(out, "file anchor %d", (int)recipe->anchor);
        certs_canon_text("certificate", recipe->file, out);
        certs_canon_text("key", recipe->key_file == NULL ? "" : recipe->key_file, out);
        return;
    }
    buf_printf(out, "leaf issuer %d chain %d", (int)recipe->issuer, (int)recipe->chain);
    for (size_t i = 0; recipe->chain == PLAN_CHAIN_LISTED && i < recipe->links_len; i++) {
        buf_printf(out, ",%d", (int)recipe->links[i]);
    }
    buf_printf(out, " anchor %d clock %lld intermediates %zu ", (int)recipe->anchor,
        (long long)recipe->clock_s, recipe->intermediates);
    if (recipe->leaf.must_staple || recipe->ocsp != PLAN_OCSP_NONE) {
        buf_printf(out, "staple %d ocsp %d ", (int)recipe->leaf.must_staple, (int)recipe->ocsp);
    }
    certs_body_canon(&recipe->leaf, out);
    const struct {
        bool own;
        const char *word;
        const struct certs_body *body;
    } above[] = {
        {recipe->own_intermediate, " intermediate ", &recipe->intermediate},
        {recipe->own_root, " root ", &recipe->root},
        {recipe->has_older_root, " older ", &recipe->older_root},
    };
    for (size_t i = 0; i < ARRAY_LEN(above); i++) {
        if (above[i].own) {
            buf_append_text(out, above[i].word);
            certs_body_canon(above[i].body, out);
        }
    }
}
