#include "harness/tls/hello.h"

#include "harness/base/text.h"
#include "harness/tls/serve.h"
#include "harness/tls/vector.h"

#define TLS_HELLO_CODE 2        /* octets of a version, suite, group, scheme */
#define TLS_HELLO_SSL2_CIPHER 3 /* RFC 5246 §E.2: of a suite in an SSL 2 hello */
#define TLS_HELLO_HOST_NAME 0   /* RFC 6066 §3: NameType */

static bool tls_hello_extension(SSL *ssl, unsigned type, struct span *ret)
{
    const unsigned char *data = NULL;
    size_t len = 0;
    if (SSL_client_hello_get0_ext(ssl, type, &data, &len) != 1) {
        return false;
    }
    *ret = span_of(data, len);
    return true;
}

/* Keeps as many code points as there is room for; an odd octet at the end is no code point. */
static size_t tls_hello_codes(struct span list, uint16_t *codes)
{
    size_t len = 0;
    while (list.len >= TLS_HELLO_CODE && len < TLS_HELLO_LIST_MAX) {
        codes[len++] = (uint16_t)tls_vector_number(&list, TLS_HELLO_CODE);
    }
    return len;
}

/* RFC 8446 §4.2.1: with the extension the older field says nothing; without it, it is the highest
 * version, and nobody said which lower ones there are. */
static void tls_hello_keep_versions(struct tls_hello *hello, SSL *ssl)
{
    struct span extension;
    if (tls_hello_extension(ssl, TLSEXT_TYPE_supported_versions, &extension)) {
        hello->versions_len = tls_hello_codes(tls_vector_take(&extension, 1), hello->versions);
    } else {
        hello->versions[0] = (uint16_t)SSL_client_hello_get0_legacy_version(ssl);
        hello->versions_len = 1;
    }
}

static void tls_hello_keep_ciphers(struct tls_hello *hello, SSL *ssl)
{
    const unsigned char *data = NULL;
    size_t len = SSL_client_hello_get0_ciphers(ssl, &data);
    struct span list = span_of(data, len);
    if (SSL_client_hello_isv2(ssl) == 0) {
        hello->ciphers_len = tls_hello_codes(list, hello->ciphers);
        return;
    }
    /* Suites of TLS have a 0 in front, the others are SSL 2's own. */
    while (list.len >= TLS_HELLO_SSL2_CIPHER && hello->ciphers_len < TLS_HELLO_LIST_MAX) {
        unsigned code = tls_vector_number(&list, TLS_HELLO_SSL2_CIPHER);
        if (code <= UINT16_MAX) {
            hello->ciphers[hello->ciphers_len++] = (uint16_t)code;
        }
    }
}

/* RFC 6066 §3: the first host name of the list; more than one is forbidden. */
static void tls_hello_keep_sni(struct tls_hello *hello, SSL *ssl)
{
    struct span extension;
    if (!tls_hello_extension(ssl, TLSEXT_TYPE_server_name, &extension)) {
        return;
    }
    struct span list = tls_vector_take(&extension, 2);
    while (list.len > 0) {
        uint8_t type = list.data[0];
        list = span_from(list, 1);
        struct span name = tls_vector_take(&list, 2);
        if (type == TLS_HELLO_HOST_NAME) {
            name = span_first(name, TLS_HELLO_NAME_MAX);
            hello->sni_len = name.len;
            if (name.len > 0) {
                memcpy(hello->sni, name.data, name.len);
            }
            return;
        }
    }
}

static void tls_hello_keep(struct tls_hello *hello, SSL *ssl)
{
    struct span extension;
    tls_hello_keep_versions(hello, ssl);
    tls_hello_keep_ciphers(hello, ssl);
    tls_hello_keep_sni(hello, ssl);
    hello->has_groups = tls_hello_extension(ssl, TLSEXT_TYPE_supported_groups, &extension);
    if (hello->has_groups) {
        hello->groups_len = tls_hello_codes(tls_vector_take(&extension, 2), hello->groups);
    }
    hello->has_status_request = tls_hello_extension(ssl, TLSEXT_TYPE_status_request, &extension);
    hello->has_signatures = tls_hello_extension(ssl, TLSEXT_TYPE_signature_algorithms, &extension);
    if (hello->has_signatures) {
        hello->signatures_len = tls_hello_codes(tls_vector_take(&extension, 2), hello->signatures);
    }
    if (tls_hello_extension(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &extension)) {
        struct span list = span_first(tls_vector_take(&extension, 2), TLS_HELLO_ALPN_MAX);
        hello->alpn_len = list.len;
        if (list.len > 0) {
            memcpy(hello->alpn, list.data, list.len);
        }
    }
}

/* A second ClientHello, after a HelloRetryRequest, offers the same (RFC 8446 §4.1.2). */
int tls_hello_seen(SSL *ssl, int *alert, void *unused)
{
    (void)unused;
    struct tls_session *session = tls_session_of(ssl);
    if (session->hello != NULL) {
        session->hello->count++;
        return SSL_CLIENT_HELLO_SUCCESS;
    }
    session->hello = mem_zalloc(1, sizeof *session->hello);
    session->hello->count = 1;
    tls_hello_keep(session->hello, ssl);
    return tls_serve_name(session, span_of(session->hello->sni, session->hello->sni_len), alert);
}
