#include "fake-server/fake_mechanism.h"
#include "harness/base/text.h"

#define FAKE_DIGEST_HEX "0123456789abcdef"

static void fake_digest_hex(const struct fake_hash *hash, struct buf *out)
{
    text_hex_encode(fake_hash_span(hash), FAKE_DIGEST_HEX, out);
}

/* --- CRAM-MD5 (RFC 2195) --- */

static enum fake_sasl_result fake_digest_ask_cram(struct fake_sasl *sasl, struct buf *challenge)
{
    buf_clear(&sasl->nonce);
    buf_append_byte(&sasl->nonce, '<');
    fake_mechanism_nonce(sasl, &sasl->nonce);
    buf_printf(&sasl->nonce, "@%s>", sasl->setting.host);
    buf_append(challenge, buf_span(&sasl->nonce));
    sasl->round = 1;
    return FAKE_SASL_CHALLENGE;
}

enum fake_sasl_result fake_digest_step_cram(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    if (sasl->round == 0) { /* the server speaks first: there is no initial response */
        return given ? FAKE_SASL_MALFORMED : fake_digest_ask_cram(sasl, challenge);
    }
    size_t space = response.len;
    while (space > 0 && response.data[space - 1] != ' ') {
        space--;
    }
    if (space < 2) {
        return FAKE_SASL_MALFORMED;
    }
    fake_mechanism_keep(&sasl->user, span_first(response, space - 1));
    const char *password = fake_mechanism_password(sasl);
    if (password == NULL) {
        return FAKE_SASL_REFUSED;
    }
    struct buf wanted;
    buf_init(&wanted, 2 * FAKE_HASH_MAX);
    struct fake_hash hash = fake_hash_keyed("MD5", span_text(password), buf_span(&sasl->nonce));
    fake_digest_hex(&hash, &wanted);
    bool right = wanted.len > 0 && span_equal(span_from(response, space), buf_span(&wanted));
    buf_done(&wanted);
    return right ? FAKE_SASL_ACCEPTED : FAKE_SASL_REFUSED;
}
