#include "harness/client/client_address.h"

#include <idn2.h>

#include "harness/base/text.h"
#include "harness/client/client_rules.h"

bool client_address_is_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* The offset of the last `@`, or the whole length. */
static size_t client_address_at(struct span address)
{
    size_t at = address.len;
    for (size_t i = 0; i < address.len; i++) {
        at = address.data[i] == '@' ? i : at;
    }
    return at;
}

struct span client_address_domain(struct span address)
{
    return span_from(address, client_address_at(address) + 1);
}

bool client_address_needs_utf8(struct span address)
{
    return !client_address_is_ascii(span_first(address, client_address_at(address)));
}

bool client_address_put_domain(struct span domain, struct buf *out)
{
    if (client_address_is_ascii(domain) || !client_keeps(CLIENT_RULE_DOMAINS_ARE_A_LABELS)) {
        return buf_append(out, domain);
    }
    CLEANUP(buf_done) struct buf text = {0};
    buf_init(&text, IDN2_DOMAIN_MAX_LENGTH * 4); /* an octet may stand for a quarter of a letter */
    uint8_t *labels = NULL;
    if (!text_is_utf8(domain) || span_find(domain, 0) < domain.len || !buf_append(&text, domain) ||
        idn2_lookup_u8((const uint8_t *)buf_text(&text), &labels,
            IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) {
        return false;
    }
    /* The library lets an empty label pass. */
    bool put = strstr((const char *)labels, "..") == NULL && labels[0] != '.' &&
               buf_append_text(out, (const char *)labels);
    idn2_free(labels);
    return put;
}

bool client_address_put(struct span address, struct buf *out)
{
    size_t at = client_address_at(address);
    if (client_address_needs_utf8(address) || at == address.len) {
        return text_is_utf8(address) && buf_append(out, address);
    }
    size_t before = out->len;
    buf_append(out, span_first(address, at + 1));
    if (!client_address_put_domain(span_from(address, at + 1), out)) {
        out->len = before;
        return false;
    }
    return !out->over;
}
