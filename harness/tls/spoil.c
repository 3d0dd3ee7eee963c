#include "harness/tls/spoil.h"

#define TLS_SPOIL_TYPE_UNKNOWN 99 /* of a record: RFC 8446 §B.1 has none of that number */
#define TLS_SPOIL_WARNING 1       /* level of an alert */
#define TLS_SPOIL_LARGE (SSL3_RT_MAX_PLAIN_LENGTH + 1) /* RFC 8446 §5.1: one octet too many */

static bool tls_spoil_empty(struct tls_session *session)
{
    return tls_seal_put(session, SSL3_RT_APPLICATION_DATA, SPAN_EMPTY);
}

/* RFC 8446 §6.1, RFC 6066 §3: the alerts that may be warnings. */
static bool tls_spoil_warning(struct tls_session *session)
{
    const bool tls_1_3 = SSL_version(session->ssl) == TLS1_3_VERSION;
    const uint8_t content[] = {
        TLS_SPOIL_WARNING, tls_1_3 ? SSL_AD_USER_CANCELLED : SSL_AD_UNRECOGNIZED_NAME};
    return tls_seal_put(session, SSL3_RT_ALERT, span_of(content, sizeof content));
}

/* RFC 8446 §4.6.3; before TLS 1.3 there is no such message. */
static bool tls_spoil_key_update(struct tls_session *session, uint8_t asked)
{
    const uint8_t message[] = {SSL3_MT_KEY_UPDATE, 0, 0, 1, asked};
    if (SSL_version(session->ssl) != TLS1_3_VERSION) {
        return true;
    }
    if (!tls_seal_put(session, SSL3_RT_HANDSHAKE, span_of(message, sizeof message))) {
        return false;
    }
    tls_seal_next_secret(session);
    return true;
}

/* RFC 8446 §4.6.2: a CertificateRequest with a context, and the schemes without which it would be
 * malformed. */
static bool tls_spoil_certificate_request(struct tls_session *session)
{
    static const uint8_t message[] = {SSL3_MT_CERTIFICATE_REQUEST, 0, 0, 12, 1, 'a', 0, 8, 0,
        TLSEXT_TYPE_signature_algorithms, 0, 4, 0, 2, 4, 3};
    return SSL_version(session->ssl) != TLS1_3_VERSION ||
           tls_seal_put(session, SSL3_RT_HANDSHAKE, span_of(message, sizeof message));
}

static bool tls_spoil_times(struct tls_session *session, bool (*put)(struct tls_session *session))
{
    for (int i = 0; i < TLS_SPOIL_FLOOD; i++) {
        if (!put(session)) {
            return false;
        }
    }
    return true;
}

/* What stands before the text. */
static bool tls_spoil_before(struct tls_session *session)
{
    switch (session->spoil) {
    case TLS_SPOIL_EMPTY_RECORDS:
        return tls_spoil_empty(session);
    case TLS_SPOIL_EMPTY_FLOOD:
        return tls_spoil_times(session, tls_spoil_empty);
    case TLS_SPOIL_WARNINGS:
        return tls_spoil_warning(session);
    case TLS_SPOIL_WARNING_FLOOD:
        return tls_spoil_times(session, tls_spoil_warning);
    case TLS_SPOIL_KEY_UPDATES:
        return tls_spoil_key_update(session, SSL_KEY_UPDATE_NOT_REQUESTED);
    case TLS_SPOIL_KEY_UPDATES_ASKED:
        return tls_spoil_key_update(session, SSL_KEY_UPDATE_REQUESTED);
    case TLS_SPOIL_LATE_CERTIFICATE_REQUEST:
        return tls_spoil_certificate_request(session);
    default:
        return true;
    }
}

/* The text, and spaces behind it, in a record that is too large. */
static bool tls_spoil_large(struct tls_session *session, struct span piece)
{
    uint8_t *content = mem_zalloc(TLS_SPOIL_LARGE, 1);
    memset(content, ' ', TLS_SPOIL_LARGE);
    memcpy(content, piece.data, piece.len < TLS_SPOIL_LARGE ? piece.len : TLS_SPOIL_LARGE);
    bool put = tls_seal_put(session, SSL3_RT_APPLICATION_DATA, span_of(content, TLS_SPOIL_LARGE));
    OPENSSL_cleanse(content, TLS_SPOIL_LARGE);
    mem_free(content);
    return put;
}

static bool tls_spoil_text(struct tls_session *session, struct span piece)
{
    struct buf *output = &session->output;
    size_t before = output->len;
    if (session->spoil == TLS_SPOIL_LARGE_RECORD) {
        return tls_spoil_large(session, piece);
    }
    bool put = tls_seal_put(session,
        session->spoil == TLS_SPOIL_WRONG_TYPE ? TLS_SPOIL_TYPE_UNKNOWN : SSL3_RT_APPLICATION_DATA,
        piece);
    if (put && session->spoil == TLS_SPOIL_BAD_MAC) {
        output->data[output->len - 1] ^= 1;
    }
    if (put && session->spoil == TLS_SPOIL_REPEATED) {
        struct span record = span_from(buf_span(output), before);
        uint8_t *copy = mem_zalloc(record.len, 1);
        memcpy(copy, record.data, record.len);
        put = buf_append(output, span_of(copy, record.len));
        mem_free(copy);
    }
    return put;
}

bool tls_spoil_write(struct tls_session *session, struct span piece)
{
    return tls_spoil_before(session) && tls_spoil_text(session, piece);
}
