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

/* --- DIGEST-MD5 (RFC 2831) --- */

static const char *fake_digest_realm(const struct fake_sasl *sasl)
{
    const char *realm = sasl->setting.auth->realm;
    return realm == NULL ? sasl->setting.host : realm;
}

static enum fake_sasl_result fake_digest_ask(struct fake_sasl *sasl, struct buf *challenge)
{
    buf_clear(&sasl->nonce);
    fake_mechanism_nonce(sasl, &sasl->nonce);
    buf_printf(challenge, "realm=\"%s\",nonce=\"", fake_digest_realm(sasl));
    buf_append(challenge, buf_span(&sasl->nonce));
    buf_append_text(challenge, "\",qop=\"auth\",charset=utf-8,algorithm=md5-sess");
    sasl->round = 1;
    return FAKE_SASL_CHALLENGE;
}

enum fake_digest_directive {
    FAKE_DIGEST_USERNAME,
    FAKE_DIGEST_REALM,
    FAKE_DIGEST_NONCE,
    FAKE_DIGEST_CNONCE,
    FAKE_DIGEST_NC,
    FAKE_DIGEST_QOP,
    FAKE_DIGEST_URI,
    FAKE_DIGEST_RESPONSE,
    FAKE_DIGEST_AUTHZID,
    FAKE_DIGEST_COUNT,
};

/* What the client says; of a value in quotes what is meant by it (RFC 2831 §7.2). */
struct fake_digest_said {
    struct buf values[FAKE_DIGEST_COUNT];
    bool given[FAKE_DIGEST_COUNT];
};

static const char *const fake_digest_names[] = {[FAKE_DIGEST_USERNAME] = "username",
    [FAKE_DIGEST_REALM] = "realm",
    [FAKE_DIGEST_NONCE] = "nonce",
    [FAKE_DIGEST_CNONCE] = "cnonce",
    [FAKE_DIGEST_NC] = "nc",
    [FAKE_DIGEST_QOP] = "qop",
    [FAKE_DIGEST_URI] = "digest-uri",
    [FAKE_DIGEST_RESPONSE] = "response",
    [FAKE_DIGEST_AUTHZID] = "authzid"};

/* Takes a value off `rest`, with the comma behind it. False where the quotes have no end. */
static bool fake_digest_value(struct span *rest, struct buf *out)
{
    bool quoted = rest->len > 0 && rest->data[0] == '"';
    size_t at = quoted ? 1 : 0;
    while (at < rest->len && rest->data[at] != (quoted ? '"' : ',')) {
        at += quoted && rest->data[at] == '\\' ? 1 : 0;
        if (at < rest->len) {
            buf_append_byte(out, rest->data[at++]);
        }
    }
    if (quoted && at >= rest->len) {
        return false;
    }
    *rest = text_trim(span_from(*rest, at + (quoted ? 1 : 0)));
    if (rest->len > 0 && rest->data[0] != ',') {
        return false;
    }
    *rest = text_trim(span_from(*rest, 1));
    return true;
}

static bool fake_digest_read(struct span rest, struct fake_digest_said *said)
{
    struct buf other;
    buf_init(&other, FAKE_SASL_VALUE_MAX);
    bool well = true;
    while (well && rest.len > 0) {
        size_t equals = span_find(rest, '=');
        struct span name = text_trim(span_first(rest, equals));
        struct buf *value = &other;
        for (size_t i = 0; i < FAKE_DIGEST_COUNT; i++) {
            if (text_equal_caseless(name, span_text(fake_digest_names[i]))) {
                well = well && !said->given[i]; /* none may come twice */
                said->given[i] = true;
                value = &said->values[i];
            }
        }
        well = well && equals < rest.len;
        rest = text_trim(span_from(rest, equals + 1));
        well = well && fake_digest_value(&rest, value);
    }
    buf_done(&other);
    return well;
}

static void fake_digest_join(struct buf *text, struct span a, struct span b)
{
    if (text->len > 0) {
        buf_append_byte(text, ':');
    }
    buf_append(text, a);
    buf_append_byte(text, ':');
    buf_append(text, b);
}

/* The digest of A1, in hexadecimal. */
static void fake_digest_secret(
    const struct fake_digest_said *said, const char *password, struct buf *out)
{
    const struct buf *value = said->values;
    struct buf text;
    buf_init(&text, 8 * FAKE_SASL_VALUE_MAX);
    fake_digest_join(
        &text, buf_span(&value[FAKE_DIGEST_USERNAME]), buf_span(&value[FAKE_DIGEST_REALM]));
    buf_append_byte(&text, ':');
    buf_append_text(&text, password);
    struct fake_hash hash = fake_hash_of("MD5", buf_span(&text));
    buf_clear(&text);
    buf_append(&text, fake_hash_span(&hash));
    fake_digest_join(
        &text, buf_span(&value[FAKE_DIGEST_NONCE]), buf_span(&value[FAKE_DIGEST_CNONCE]));
    if (said->given[FAKE_DIGEST_AUTHZID]) {
        buf_append_byte(&text, ':');
        buf_append(&text, buf_span(&value[FAKE_DIGEST_AUTHZID]));
    }
    hash = fake_hash_of("MD5", buf_span(&text));
    fake_digest_hex(&hash, out);
    buf_wipe(&text);
}

/* RFC 2831 §2.1.2.1; `method` is AUTHENTICATE, and empty in the server's own proof. */
static void fake_digest_compute(
    const struct fake_digest_said *said, const char *password, const char *method, struct buf *out)
{
    const struct buf *value = said->values;
    struct buf text;
    struct buf asked;
    buf_init(&text, 8 * FAKE_SASL_VALUE_MAX);
    buf_init(&asked, 2 * FAKE_SASL_VALUE_MAX);
    buf_printf(&asked, "%s:", method);
    buf_append(&asked, buf_span(&value[FAKE_DIGEST_URI]));
    struct fake_hash hash = fake_hash_of("MD5", buf_span(&asked));
    buf_clear(&asked);
    fake_digest_hex(&hash, &asked);
    fake_digest_secret(said, password, &text);
    fake_digest_join(&text, buf_span(&value[FAKE_DIGEST_NONCE]), buf_span(&value[FAKE_DIGEST_NC]));
    fake_digest_join(&text, buf_span(&value[FAKE_DIGEST_CNONCE]), SPAN_LITERAL("auth"));
    buf_append_byte(&text, ':');
    buf_append(&text, buf_span(&asked));
    hash = fake_hash_of("MD5", buf_span(&text));
    fake_digest_hex(&hash, out);
    buf_wipe(&text);
    buf_done(&asked);
}

/* What must be there, and as it was asked for. */
static bool fake_digest_is_whole(const struct fake_sasl *sasl, const struct fake_digest_said *said)
{
    static const enum fake_digest_directive needed[] = {FAKE_DIGEST_USERNAME, FAKE_DIGEST_NONCE,
        FAKE_DIGEST_CNONCE, FAKE_DIGEST_NC, FAKE_DIGEST_URI, FAKE_DIGEST_RESPONSE};
    const struct buf *value = said->values;
    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        if (!said->given[needed[i]]) {
            return false;
        }
    }
    return span_equal(buf_span(&value[FAKE_DIGEST_NONCE]), buf_span(&sasl->nonce)) &&
           span_equal(buf_span(&value[FAKE_DIGEST_NC]), SPAN_LITERAL("00000001")) &&
           (!said->given[FAKE_DIGEST_QOP] ||
               span_equal(buf_span(&value[FAKE_DIGEST_QOP]), SPAN_LITERAL("auth")));
}

static enum fake_sasl_result fake_digest_prove(struct fake_sasl *sasl,
    const struct fake_digest_said *said, const char *password, struct buf *challenge)
{
    if (fake_mechanism_has(sasl, PLAN_FAULT_SERVER_PROOF_MISSING)) {
        return FAKE_SASL_ACCEPTED;
    }
    buf_append_text(challenge, "rspauth=");
    fake_digest_compute(said, password, "", challenge);
    if (fake_mechanism_has(sasl, PLAN_FAULT_SERVER_PROOF_WRONG)) {
        uint8_t *last = &challenge->data[challenge->len - 1];
        *last = *last == '0' ? '1' : '0';
    }
    sasl->round = 2;
    return fake_mechanism_has(sasl, PLAN_FAULT_SERVER_PROOF_IN_SUCCESS) ? FAKE_SASL_ACCEPTED
                                                                        : FAKE_SASL_CHALLENGE;
}

static enum fake_sasl_result fake_digest_judge(
    struct fake_sasl *sasl, const struct fake_digest_said *said, struct buf *challenge)
{
    const struct buf *value = said->values;
    struct buf wanted;
    fake_mechanism_keep(&sasl->user, buf_span(&value[FAKE_DIGEST_USERNAME]));
    fake_mechanism_keep(&sasl->authorization, buf_span(&value[FAKE_DIGEST_AUTHZID]));
    if (!fake_digest_is_whole(sasl, said)) {
        return FAKE_SASL_MALFORMED;
    }
    const char *password = fake_mechanism_password(sasl);
    if (password == NULL || !fake_mechanism_may_act(sasl) ||
        !span_equal(buf_span(&value[FAKE_DIGEST_REALM]), span_text(fake_digest_realm(sasl)))) {
        return FAKE_SASL_REFUSED;
    }
    buf_init(&wanted, 2 * FAKE_HASH_MAX);
    fake_digest_compute(said, password, "AUTHENTICATE", &wanted);
    bool right = wanted.len > 0 &&
                 span_equal(buf_span(&value[FAKE_DIGEST_RESPONSE]), buf_span(&wanted));
    buf_done(&wanted);
    return right ? fake_digest_prove(sasl, said, password, challenge) : FAKE_SASL_REFUSED;
}

enum fake_sasl_result fake_digest_step(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    if (sasl->round == 0) {
        return given ? FAKE_SASL_MALFORMED : fake_digest_ask(sasl, challenge);
    }
    if (sasl->round == 2) {
        return response.len == 0 ? FAKE_SASL_ACCEPTED : FAKE_SASL_MALFORMED;
    }
    struct fake_digest_said said = {.given = {false}};
    for (size_t i = 0; i < FAKE_DIGEST_COUNT; i++) {
        buf_init(&said.values[i], FAKE_SASL_VALUE_MAX);
    }
    enum fake_sasl_result result = FAKE_SASL_MALFORMED;
    if (fake_digest_read(response, &said)) {
        result = fake_digest_judge(sasl, &said, challenge);
    }
    for (size_t i = 0; i < FAKE_DIGEST_COUNT; i++) {
        buf_wipe(&said.values[i]);
    }
    return result;
}
