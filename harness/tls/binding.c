#include "harness/tls/binding.h"

#include "harness/tls/session.h"

#define TLS_BINDING_EXPORTED 32 /* RFC 9266 §2 */

static bool tls_binding_is_1_3(const struct tls_session *session)
{
    return SSL_version(session->ssl) >= TLS1_3_VERSION;
}

bool tls_session_keys_are_unique(const struct tls_session *session)
{
    return session->opened &&
           (tls_binding_is_1_3(session) || SSL_get_extms_support(session->ssl) == 1);
}

/* RFC 5929 §3.1: the first Finished message of the handshake, the server's where it was shortened.
 */
static bool tls_binding_unique(const struct tls_session *session, struct buf *out)
{
    uint8_t finished[EVP_MAX_MD_SIZE];
    bool own = session->server == (SSL_session_reused(session->ssl) == 1);
    if (tls_binding_is_1_3(session)) {
        return false;
    }
    size_t len = own ? SSL_get_finished(session->ssl, finished, sizeof finished)
                     : SSL_get_peer_finished(session->ssl, finished, sizeof finished);
    return len > 0 && len <= sizeof finished && buf_append(out, span_of(finished, len));
}

static bool tls_binding_exporter(const struct tls_session *session, struct buf *out)
{
    static const char label[] = "EXPORTER-Channel-Binding";
    uint8_t exported[TLS_BINDING_EXPORTED];
    return tls_session_keys_are_unique(session) &&
           SSL_export_keying_material(session->ssl, exported, sizeof exported, label,
               sizeof label - 1, (const uint8_t *)"", 0, 1) == 1 &&
           buf_append(out, span_of(exported, sizeof exported));
}

/* RFC 5929 §4.1: the digest of the certificate's own signature, SHA-256 for what is weaker. */
static const EVP_MD *tls_binding_digest(X509 *certificate)
{
    int digest = NID_undef;
    if (X509_get_signature_info(certificate, &digest, NULL, NULL, NULL) != 1) {
        return NULL;
    }
    return digest == NID_md5 || digest == NID_sha1 ? EVP_sha256() : EVP_get_digestbynid(digest);
}

static bool tls_binding_end_point(const struct tls_session *session, struct buf *out)
{
    uint8_t octets[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    X509 *certificate = session->server ? SSL_get_certificate(session->ssl)
                                        : SSL_get0_peer_certificate(session->ssl);
    const EVP_MD *digest = certificate == NULL ? NULL : tls_binding_digest(certificate);
    return digest != NULL && X509_digest(certificate, digest, octets, &len) == 1 &&
           buf_append(out, span_of(octets, len));
}

static const struct {
    const char *name;
    bool (*get)(const struct tls_session *session, struct buf *out);
} bindings[] = {
    [TLS_BINDING_UNIQUE] = {"tls-unique", tls_binding_unique},
    [TLS_BINDING_EXPORTER] = {"tls-exporter", tls_binding_exporter},
    [TLS_BINDING_END_POINT] = {"tls-server-end-point", tls_binding_end_point},
};

const char *tls_binding_name(enum tls_binding kind)
{
    return bindings[kind].name;
}

bool tls_session_channel_binding(
    const struct tls_session *session, enum tls_binding kind, struct buf *out)
{
    if (!session->opened) {
        return false;
    }
    tls_errors_clear();
    bool got = bindings[kind].get(session, out);
    tls_errors_clear();
    return got;
}

bool tls_session_client_name(const struct tls_session *session, struct buf *out)
{
    X509 *certificate = session->server ? SSL_get0_peer_certificate(session->ssl) : NULL;
    if (!session->opened || certificate == NULL ||
        SSL_get_verify_result(session->ssl) != X509_V_OK) {
        return false;
    }
    tls_errors_clear();
    X509_NAME *subject = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    unsigned char *name = NULL;
    int len = at < 0 ? -1
                     : ASN1_STRING_to_UTF8(
                           &name, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    bool got = len > 0 && buf_append(out, span_of(name, (size_t)len));
    OPENSSL_free(name);
    tls_errors_clear();
    return got;
}
