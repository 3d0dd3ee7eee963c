#include "harness/tls/session.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "harness/base/mem.h"
#include "harness/evidence/alert.h"

/* The library sends no alert and no record of anybody's choosing. So this file makes them: keys
 * from what the library tells (the traffic secret, the master secret), a record by hand. */

#define TLS_SEAL_KEY_MAX 32
#define TLS_SEAL_IV 12         /* RFC 8446 §5.3, RFC 7905 §2: octets of a nonce */
#define TLS_SEAL_IV_SALT 4     /* RFC 5288 §3: of which the keys give these … */
#define TLS_SEAL_IV_EXPLICIT 8 /* … and the record these */
#define TLS_SEAL_TAG 16
#define TLS_SEAL_CONTENT_MAX (2 * SSL3_RT_MAX_PLAIN_LENGTH) /* more than any peer may take */
#define TLS_SEAL_LABEL_MAX 32 /* of HkdfLabel; the longest is "tls13 traffic upd" */
#define TLS_SEAL_AAD_MAX 13

enum tls_seal_kind { TLS_SEAL_1_2_GCM, TLS_SEAL_1_2_CHACHA, TLS_SEAL_1_3 };

struct tls_seal {
    enum tls_seal_kind kind;
    const EVP_CIPHER *cipher;
    const EVP_MD *digest; /* of the suite's key schedule */
    size_t key_len;
    uint8_t key[TLS_SEAL_KEY_MAX];
    uint8_t iv[TLS_SEAL_IV];
};

/* --- keys --- */

static bool tls_seal_suite(const struct tls_session *session, struct tls_seal *seal)
{
    const SSL_CIPHER *suite = SSL_get_current_cipher(session->ssl);
    int version = SSL_version(session->ssl);
    if (suite == NULL || (version != TLS1_2_VERSION && version != TLS1_3_VERSION)) {
        return false;
    }
    seal->kind = version == TLS1_3_VERSION ? TLS_SEAL_1_3 : TLS_SEAL_1_2_GCM;
    switch (SSL_CIPHER_get_cipher_nid(suite)) {
    case NID_aes_128_gcm:
        seal->cipher = EVP_aes_128_gcm();
        break;
    case NID_aes_256_gcm:
        seal->cipher = EVP_aes_256_gcm();
        break;
    case NID_chacha20_poly1305:
        seal->cipher = EVP_chacha20_poly1305();
        seal->kind = version == TLS1_3_VERSION ? TLS_SEAL_1_3 : TLS_SEAL_1_2_CHACHA;
        break;
    default:
        return false;
    }
    seal->digest = SSL_CIPHER_get_handshake_digest(suite);
    seal->key_len = (size_t)EVP_CIPHER_get_key_length(seal->cipher);
    return seal->digest != NULL && seal->key_len <= sizeof seal->key;
}

static bool tls_seal_derive(
    const char *function, const OSSL_PARAM *params, uint8_t *out, size_t out_len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, function, NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    bool derived = context != NULL && EVP_KDF_derive(context, out, out_len, params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return derived;
}

/* RFC 8446 §7.1: HKDF-Expand-Label with an empty context. */
static bool tls_seal_expand(const struct tls_session *session, const EVP_MD *digest,
    const char *label, uint8_t *out, size_t out_len)
{
    CLEANUP(buf_done) struct buf info = {0};
    buf_init(&info, TLS_SEAL_LABEL_MAX);
    buf_append_byte(&info, (uint8_t)(out_len >> 8));
    buf_append_byte(&info, (uint8_t)out_len);
    buf_append_byte(&info, (uint8_t)(strlen("tls13 ") + strlen(label)));
    buf_append_text(&info, "tls13 ");
    buf_append_text(&info, label);
    buf_append_byte(&info, 0);
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(
            OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)EVP_MD_get0_name(digest), 0),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)session->secret, session->secret_len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data, info.len),
        OSSL_PARAM_construct_end(),
    };
    return !info.over && tls_seal_derive("HKDF", params, out, out_len);
}

/* RFC 5246 §6.3: the key block; suites with AEAD have no MAC keys in it. */
static bool tls_seal_key_block(
    const struct tls_session *session, const EVP_MD *digest, uint8_t *out, size_t out_len)
{
    static const char label[] = "key expansion";
    uint8_t master[SSL_MAX_MASTER_KEY_LENGTH];
    uint8_t seed[sizeof label - 1 + 2 * SSL3_RANDOM_SIZE];
    memcpy(seed, label, sizeof label - 1);
    size_t server = SSL_get_server_random(session->ssl, seed + sizeof label - 1, SSL3_RANDOM_SIZE);
    size_t client = SSL_get_client_random(
        session->ssl, seed + sizeof label - 1 + SSL3_RANDOM_SIZE, SSL3_RANDOM_SIZE);
    size_t master_len = SSL_SESSION_get_master_key(
        SSL_get_session(session->ssl), master, sizeof master);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(
            OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)EVP_MD_get0_name(digest), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master, master_len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof seed),
        OSSL_PARAM_construct_end(),
    };
    bool derived = server == SSL3_RANDOM_SIZE && client == SSL3_RANDOM_SIZE && master_len > 0 &&
                   tls_seal_derive(OSSL_KDF_NAME_TLS1_PRF, params, out, out_len);
    OPENSSL_cleanse(master, sizeof master);
    return derived;
}

/* Both sides' keys, then both sides' IVs, the client's first. */
static bool tls_seal_keys_1_2(const struct tls_session *session, struct tls_seal *seal)
{
    uint8_t block[2 * (TLS_SEAL_KEY_MAX + TLS_SEAL_IV)];
    size_t iv_len = seal->kind == TLS_SEAL_1_2_GCM ? TLS_SEAL_IV_SALT : TLS_SEAL_IV;
    size_t own = session->server ? 1 : 0;
    bool derived = tls_seal_key_block(session, seal->digest, block, 2 * (seal->key_len + iv_len));
    if (derived) {
        memcpy(seal->key, block + own * seal->key_len, seal->key_len);
        memcpy(seal->iv, block + 2 * seal->key_len + own * iv_len, iv_len);
    }
    OPENSSL_cleanse(block, sizeof block);
    return derived;
}

/* RFC 8446 §7.3 */
static bool tls_seal_keys_1_3(const struct tls_session *session, struct tls_seal *seal)
{
    return session->secret_len > 0 &&
           tls_seal_expand(session, seal->digest, "key", seal->key, seal->key_len) &&
           tls_seal_expand(session, seal->digest, "iv", seal->iv, sizeof seal->iv);
}

/* --- a record --- */

static bool tls_seal_encrypt(const struct tls_seal *seal, const uint8_t *nonce, struct span aad,
    struct span plain, uint8_t *out)
{
    int len = 0, last = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool sealed = context != NULL &&
                  EVP_EncryptInit_ex(context, seal->cipher, NULL, seal->key, nonce) == 1 &&
                  EVP_EncryptUpdate(context, NULL, &len, aad.data, (int)aad.len) == 1 &&
                  EVP_EncryptUpdate(context, out, &len, plain.data, (int)plain.len) == 1 &&
                  EVP_EncryptFinal_ex(context, out + len, &last) == 1 &&
                  EVP_CIPHER_CTX_ctrl(
                      context, EVP_CTRL_AEAD_GET_TAG, TLS_SEAL_TAG, out + plain.len) == 1;
    EVP_CIPHER_CTX_free(context);
    return sealed;
}

static void tls_seal_put_number(uint8_t *out, uint64_t number)
{
    for (size_t i = 0; i < sizeof number; i++) {
        out[i] = (uint8_t)(number >> (8 * (sizeof number - 1 - i)));
    }
}

/* RFC 8446 §5.3, RFC 7905 §2: the sequence number into the IV. RFC 5288 §3: behind the salt, the
 * record carries it; the library counts up from a random number there, so it is not met again. */
static void tls_seal_nonce(const struct tls_seal *seal, const uint8_t *sequence, uint8_t *nonce)
{
    memcpy(nonce, seal->iv, TLS_SEAL_IV);
    for (size_t i = 0; i < TLS_SEAL_IV_EXPLICIT; i++) {
        uint8_t *at = &nonce[TLS_SEAL_IV_SALT + i];
        *at = seal->kind == TLS_SEAL_1_2_GCM ? sequence[i] : *at ^ sequence[i];
    }
}

/* What is authenticated beside the text. RFC 8446 §5.2: the header. RFC 5246 §6.2.3.3: the sequence
 * number and the header of the plain text. */
static size_t tls_seal_aad(const struct tls_seal *seal, const uint8_t *sequence,
    const uint8_t *header, size_t plain_len, uint8_t *aad)
{
    size_t len = 0;
    if (seal->kind != TLS_SEAL_1_3) {
        memcpy(aad, sequence, TLS_SEAL_IV_EXPLICIT);
        len = TLS_SEAL_IV_EXPLICIT;
    }
    memcpy(aad + len, header, SSL3_RT_HEADER_LENGTH);
    len += SSL3_RT_HEADER_LENGTH;
    if (seal->kind != TLS_SEAL_1_3) {
        aad[len - 2] = (uint8_t)(plain_len >> 8);
        aad[len - 1] = (uint8_t)plain_len;
    }
    return len;
}

/* RFC 8446 §5.2: in TLS 1.3 the type goes inside. */
static bool tls_seal_record(const struct tls_seal *seal, uint64_t records_sent, unsigned type,
    struct span content, struct buf *out)
{
    const bool inside = seal->kind == TLS_SEAL_1_3;
    const size_t explicit_len = seal->kind == TLS_SEAL_1_2_GCM ? TLS_SEAL_IV_EXPLICIT : 0;
    const size_t plain_len = content.len + (inside ? 1 : 0);
    const size_t content_len = explicit_len + plain_len + TLS_SEAL_TAG;
    const uint8_t header[SSL3_RT_HEADER_LENGTH] = {
        inside ? SSL3_RT_APPLICATION_DATA : (uint8_t)type, TLS1_2_VERSION_MAJOR,
        TLS1_2_VERSION_MINOR, (uint8_t)(content_len >> 8), (uint8_t)content_len};
    uint8_t sequence[TLS_SEAL_IV_EXPLICIT], nonce[TLS_SEAL_IV], aad[TLS_SEAL_AAD_MAX];
    uint8_t *plain = mem_zalloc(plain_len + 1, 1); /* never of no octets at all */
    uint8_t *sealed = mem_zalloc(plain_len + TLS_SEAL_TAG, 1);
    if (content.len > 0) {
        memcpy(plain, content.data, content.len);
    }
    if (inside) {
        plain[content.len] = (uint8_t)type;
    }
    tls_seal_put_number(sequence, records_sent);
    tls_seal_nonce(seal, sequence, nonce);
    size_t aad_len = tls_seal_aad(seal, sequence, header, plain_len, aad);
    bool done = tls_seal_encrypt(
                    seal, nonce, span_of(aad, aad_len), span_of(plain, plain_len), sealed) &&
                buf_append(out, span_of(header, sizeof header)) &&
                buf_append(out, span_of(sequence, explicit_len)) &&
                buf_append(out, span_of(sealed, plain_len + TLS_SEAL_TAG));
    OPENSSL_cleanse(plain, plain_len);
    mem_free(plain);
    mem_free(sealed);
    return done;
}

bool tls_seal_put(struct tls_session *session, unsigned type, struct span content)
{
    struct tls_seal seal = {0};
    bool sealed = content.len <= TLS_SEAL_CONTENT_MAX && session->finished_sent &&
                  tls_seal_suite(session, &seal) &&
                  (seal.kind == TLS_SEAL_1_3 ? tls_seal_keys_1_3(session, &seal)
                                             : tls_seal_keys_1_2(session, &seal)) &&
                  tls_seal_record(&seal, session->records_sent, type, content, &session->output);
    OPENSSL_cleanse(&seal, sizeof seal);
    session->records_sent += sealed ? 1 : 0;
    return sealed;
}

bool tls_seal_alert(struct tls_session *session, unsigned alert)
{
    const uint8_t content[] = {alert_level(alert), (uint8_t)alert};
    return tls_seal_put(session, SSL3_RT_ALERT, span_of(content, sizeof content));
}

void tls_seal_next_secret(struct tls_session *session)
{
    struct tls_seal seal = {0};
    uint8_t next[TLS_SECRET_MAX];
    bool derived = session->secret_len > 0 && tls_seal_suite(session, &seal) &&
                   tls_seal_expand(session, seal.digest, "traffic upd", next, session->secret_len);
    if (derived) {
        memcpy(session->secret, next, session->secret_len);
    } else {
        session->secret_len = 0;
    }
    session->records_sent = 0;
    OPENSSL_cleanse(next, sizeof next);
}
