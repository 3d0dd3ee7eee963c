#include <openssl/evp.h>

#include "fake-server/fake_md4.h"
#include "fake-server/fake_mechanism.h"
#include "harness/base/text.h"

/* [MS-NLMP] §2.2: numbers are little-endian, texts UTF-16 where both agreed on it. */
#define FAKE_NTLM_SIGNATURE SPAN_LITERAL("NTLMSSP\0")
#define FAKE_NTLM_UNICODE 0x00000001u
/* Unicode, NTLM, always sign, target is a server, extended session security off, target info. */
#define FAKE_NTLM_FLAGS 0x00828201u
#define FAKE_NTLM_CHALLENGE 8
#define FAKE_NTLM_V1 24 /* octets of an NTLMv1 response: three blocks of DES */
#define FAKE_NTLM_PROOF 16
#define FAKE_NTLM_TYPE2 48 /* octets before the payload */

static uint32_t fake_ntlm_number(struct span message, size_t at, size_t octets)
{
    uint32_t number = 0;
    for (size_t i = 0; i < octets && at + i < message.len; i++) {
        number |= (uint32_t)message.data[at + i] << (8 * i);
    }
    return number;
}

static void fake_ntlm_put(struct buf *out, uint32_t number, size_t octets)
{
    for (size_t i = 0; i < octets; i++) {
        buf_append_byte(out, (uint8_t)(number >> (8 * i)));
    }
}

static bool fake_ntlm_is_type(struct span message, uint32_t type, size_t len)
{
    return message.len >= len && span_equal(span_first(message, 8), FAKE_NTLM_SIGNATURE) &&
           fake_ntlm_number(message, 8, 4) == type;
}

/* A field stands as length, room and offset. False where it leads out of the message. */
static bool fake_ntlm_field(struct span message, size_t at, struct span *ret)
{
    size_t len = fake_ntlm_number(message, at, 2);
    size_t offset = fake_ntlm_number(message, at + 4, 4);
    if (len > 0 && (offset > message.len || len > message.len - offset)) {
        return false;
    }
    *ret = len == 0 ? SPAN_EMPTY : span_first(span_from(message, offset), len);
    return true;
}

/* --- texts --- */

static void fake_ntlm_put_character(struct buf *out, uint32_t character)
{
    if (character >= 0x10000) {
        fake_ntlm_put(out, 0xd800 + ((character - 0x10000) >> 10), 2);
        fake_ntlm_put(out, 0xdc00 + ((character - 0x10000) & 0x3ff), 2);
    } else {
        fake_ntlm_put(out, character, 2);
    }
}

/* UTF-8 to UTF-16; what is no UTF-8 goes octet by octet. */
static void fake_ntlm_widen(struct span text, struct buf *out)
{
    static const uint8_t marks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    bool utf8 = text_is_utf8(text);
    while (text.len > 0) {
        uint8_t first = text.data[0];
        size_t len = !utf8 || first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        uint32_t character = utf8 ? (uint32_t)(first & marks[len]) : first;
        for (size_t i = 1; i < len; i++) {
            character = character << 6 | (text.data[i] & 0x3fu);
        }
        fake_ntlm_put_character(out, character);
        text = span_from(text, len);
    }
}

/* A name as it came, to UTF-8; pairs of surrogates are no part of any user's name here. */
static void fake_ntlm_narrow(struct span wide, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i + 1 < wide.len; i += 2) {
        uint32_t c = fake_ntlm_number(wide, i, 2);
        if (c >= 0x800) {
            buf_append_byte(out, (uint8_t)(0xe0 | c >> 12));
            buf_append_byte(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        } else if (c >= 0x80) {
            buf_append_byte(out, (uint8_t)(0xc0 | c >> 6));
        }
        buf_append_byte(out, (uint8_t)(c < 0x80 ? c : 0x80 | (c & 0x3f)));
    }
}

/* --- what a password proves ([MS-NLMP] §3.3) --- */

static struct fake_hash fake_ntlm_key(const char *password)
{
    struct buf wide;
    buf_init(&wide, 4 * FAKE_SASL_VALUE_MAX);
    fake_ntlm_widen(span_text(password), &wide);
    struct fake_hash key = fake_md4_of(buf_span(&wide));
    buf_wipe(&wide);
    return key;
}

/* Single DES is no longer in the library: three times the same key with EDE is just that. */
static bool fake_ntlm_des(const uint8_t *seven, const uint8_t *block, uint8_t *out)
{
    uint8_t key[24];
    int len = 0;
    uint64_t bits = 0;
    for (size_t i = 0; i < 7; i++) {
        bits = bits << 8 | seven[i];
    }
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)(bits >> (49 - 7 * (i % 8)) << 1);
    }
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool done = context != NULL &&
                EVP_EncryptInit_ex2(context, EVP_des_ede3_ecb(), key, NULL, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_EncryptUpdate(context, out, &len, block, FAKE_NTLM_CHALLENGE) == 1;
    EVP_CIPHER_CTX_free(context);
    return done && len == FAKE_NTLM_CHALLENGE;
}

static bool fake_ntlm_is_v1(
    const struct fake_sasl *sasl, const struct fake_hash *key, struct span response)
{
    uint8_t padded[21] = {0};
    uint8_t wanted[FAKE_NTLM_V1];
    memcpy(padded, key->octets, 16);
    for (size_t i = 0; i < 3; i++) {
        if (!fake_ntlm_des(padded + 7 * i, sasl->nonce.data, wanted + 8 * i)) {
            return false;
        }
    }
    return span_equal(response, span_of(wanted, sizeof wanted));
}

/* The user in capitals (of ASCII), and the domain as it came, make the key. */
static bool fake_ntlm_is_v2(const struct fake_sasl *sasl, const struct fake_hash *key,
    struct span domain, struct span response)
{
    struct buf text;
    buf_init(&text, 4 * FAKE_SASL_VALUE_MAX);
    fake_ntlm_widen(buf_span(&sasl->user), &text);
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        bool small = text.data[i + 1] == 0;
        text.data[i] = small ? (uint8_t)text_upper((char)text.data[i]) : text.data[i];
    }
    buf_append(&text, domain);
    struct fake_hash own = fake_hash_keyed("MD5", fake_hash_span(key), buf_span(&text));
    buf_clear(&text);
    buf_append(&text, buf_span(&sasl->nonce));
    buf_append(&text, span_from(response, FAKE_NTLM_PROOF));
    struct fake_hash wanted = fake_hash_keyed("MD5", fake_hash_span(&own), buf_span(&text));
    buf_wipe(&text);
    return fake_hash_equal(&wanted, span_first(response, FAKE_NTLM_PROOF));
}

/* --- the three messages --- */

/* An attribute of the target: its kind, its length, itself. */
static void fake_ntlm_put_attribute(struct buf *out, uint32_t kind, struct span wide)
{
    fake_ntlm_put(out, kind, 2);
    fake_ntlm_put(out, (uint32_t)wide.len, 2);
    buf_append(out, wide);
}

static enum fake_sasl_result fake_ntlm_challenge(struct fake_sasl *sasl, struct buf *challenge)
{
    uint8_t octets[FAKE_NTLM_CHALLENGE];
    struct buf host;
    struct buf attributes;
    buf_init(&host, 4 * FAKE_SASL_VALUE_MAX);
    buf_init(&attributes, 8 * FAKE_SASL_VALUE_MAX);
    random_fill(&sasl->random, octets, sizeof octets);
    fake_mechanism_keep(&sasl->nonce, span_of(octets, sizeof octets));
    fake_ntlm_widen(span_text(sasl->setting.host), &host);
    fake_ntlm_put_attribute(&attributes, 2, buf_span(&host)); /* the domain's name */
    fake_ntlm_put_attribute(&attributes, 3, buf_span(&host)); /* the server's in the DNS */
    fake_ntlm_put_attribute(&attributes, 0, SPAN_EMPTY);
    buf_append(challenge, FAKE_NTLM_SIGNATURE);
    fake_ntlm_put(challenge, 2, 4);
    fake_ntlm_put(challenge, (uint32_t)host.len, 2);
    fake_ntlm_put(challenge, (uint32_t)host.len, 2);
    fake_ntlm_put(challenge, FAKE_NTLM_TYPE2, 4);
    fake_ntlm_put(challenge, FAKE_NTLM_FLAGS, 4);
    buf_append(challenge, buf_span(&sasl->nonce));
    fake_ntlm_put(challenge, 0, 4);
    fake_ntlm_put(challenge, 0, 4);
    fake_ntlm_put(challenge, (uint32_t)attributes.len, 2);
    fake_ntlm_put(challenge, (uint32_t)attributes.len, 2);
    fake_ntlm_put(challenge, FAKE_NTLM_TYPE2 + (uint32_t)host.len, 4);
    buf_append(challenge, buf_span(&host));
    buf_append(challenge, buf_span(&attributes));
    buf_done(&host);
    buf_done(&attributes);
    sasl->round = 1;
    return FAKE_SASL_CHALLENGE;
}

static enum fake_sasl_result fake_ntlm_judge(struct fake_sasl *sasl, struct span message)
{
    struct span domain;
    struct span user;
    struct span response;
    if (!fake_ntlm_is_type(message, 3, 52) || !fake_ntlm_field(message, 20, &response) ||
        !fake_ntlm_field(message, 28, &domain) || !fake_ntlm_field(message, 36, &user)) {
        return FAKE_SASL_MALFORMED;
    }
    bool wide = message.len < 64 || (fake_ntlm_number(message, 60, 4) & FAKE_NTLM_UNICODE) != 0;
    if (wide) {
        fake_ntlm_narrow(user, &sasl->user);
    } else {
        fake_mechanism_keep(&sasl->user, user);
    }
    const char *password = fake_mechanism_password(sasl);
    if (password == NULL || sasl->nonce.len != FAKE_NTLM_CHALLENGE) {
        return FAKE_SASL_REFUSED;
    }
    struct fake_hash key = fake_ntlm_key(password);
    bool right = response.len == FAKE_NTLM_V1
                     ? fake_ntlm_is_v1(sasl, &key, response)
                     : response.len > FAKE_NTLM_V1 && fake_ntlm_is_v2(sasl, &key, domain, response);
    return right ? FAKE_SASL_ACCEPTED : FAKE_SASL_REFUSED;
}

enum fake_sasl_result fake_ntlm_step(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    if (!given) {
        return FAKE_SASL_CHALLENGE;
    }
    if (sasl->round == 0) {
        return fake_ntlm_is_type(response, 1, 16) ? fake_ntlm_challenge(sasl, challenge)
                                                  : FAKE_SASL_MALFORMED;
    }
    return fake_ntlm_judge(sasl, response);
}
