#include "harness/tls/names.h"
#include "harness/tls/resume.h"

#define TLS_OBSERVE_SERVER_LABEL "SERVER_TRAFFIC_SECRET_0 "
#define TLS_OBSERVE_CLIENT_LABEL "CLIENT_TRAFFIC_SECRET_0 "
#define TLS_OBSERVE_RANDOM_AT 6 /* of a ServerHello: type 1, length 3, version 2 */

/* RFC 8446 §4.1.3: the random octets by which a ServerHello says HelloRetryRequest. */
static const uint8_t tls_observe_retry[SSL3_RANDOM_SIZE] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a,
    0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
    0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/* RFC 5246 §7.4.2: a list with its length; RFC 8446 §4.4.2: a context before it. */
static bool tls_observe_has_certificates(const SSL *ssl, struct span message)
{
    struct span rest = span_from(message, SSL3_HM_HEADER_LENGTH);
    if (SSL_version(ssl) == TLS1_3_VERSION && rest.len > 0) {
        rest = span_from(rest, 1 + (size_t)rest.data[0]);
    }
    return rest.len > 3; /* the length of the list alone */
}

static void tls_observe_handshake(struct tls_session *session, bool sent, struct span message)
{
    uint8_t type = message.data[0];
    if (!session->opened) {
        const char *name = tls_name_message(type);
        if (type == SSL3_MT_SERVER_HELLO &&
            span_equal(
                span_first(span_from(message, TLS_OBSERVE_RANDOM_AT), sizeof tls_observe_retry),
                span_of(tls_observe_retry, sizeof tls_observe_retry))) {
            name = "HelloRetryRequest";
            session->hello_retried = true;
        }
        session->last_message = name == NULL ? session->last_message : name;
    }
    if (!sent && type == SSL3_MT_HELLO_REQUEST && session->opened) {
        session->renegotiation_asked = true;
    }
    if (!sent && type == SSL3_MT_NEWSESSION_TICKET && session->opened) {
        tls_resume_ticket(session, message);
    }
    if (sent && type == SSL3_MT_CERTIFICATE && !session->server) {
        session->certificate_sent = tls_observe_has_certificates(session->ssl, message);
    }
    if (!session->server && sent && type == SSL3_MT_CLIENT_HELLO) {
        tls_unasked_sent(&session->unasked, message);
        session->client_hello_octets = message.len;
    }
    if (!session->server && !sent && type == SSL3_MT_SERVER_HELLO) {
        tls_unasked_received(&session->unasked, message);
    }
    if (!sent && type == SSL3_MT_CERTIFICATE_REQUEST) {
        session->certificate_requested = true;
    }
    if (sent && type == SSL3_MT_FINISHED) {
        /* In TLS 1.3 the write key changes behind it, before that it stands under the new one. */
        session->finished_sent = true;
        session->records_sent = SSL_version(session->ssl) == TLS1_3_VERSION ? 0 : 1;
    }
    if (sent && type == SSL3_MT_KEY_UPDATE) {
        tls_seal_next_secret(session);
    }
    session->key_updates_received += !sent && type == SSL3_MT_KEY_UPDATE ? 1 : 0;
}

/* Until a ServerHello has said so it is not TLS 1.3, whatever SSL_version says of a client: an
 * older server may warn of an unknown name before it (RFC 6066 §3). */
static bool tls_observe_is_tls_1_3(const SSL *ssl)
{
    return SSL_get_current_cipher(ssl) != NULL && SSL_version(ssl) == TLS1_3_VERSION;
}

/* RFC 8446 §6: all but two alerts are fatal in TLS 1.3, whatever their level says. */
static void tls_observe_alert(struct tls_session *session, bool sent, uint8_t level, uint8_t alert)
{
    if (alert == SSL_AD_CLOSE_NOTIFY) {
        session->close_received = session->close_received || !sent;
        return;
    }
    bool fatal = level == SSL3_AL_FATAL ||
                 (tls_observe_is_tls_1_3(session->ssl) && alert != SSL_AD_USER_CANCELLED);
    int *kept = sent ? &session->alert_sent : &session->alert_received;
    if (fatal && *kept == TLS_NO_ALERT) {
        *kept = sent && session->alert_instead != TLS_NO_ALERT ? session->alert_instead : alert;
    } else if (!fatal && !sent) {
        session->warning_received = alert;
    }
}

/* Octets that a record of the suite has beside its text; 0: not the same for all records. */
static size_t tls_observe_overhead(const SSL *ssl)
{
    const SSL_CIPHER *suite = SSL_get_current_cipher(ssl);
    if (suite == NULL || SSL_CIPHER_is_aead(suite) != 1) {
        return 0;
    }
    if (SSL_version(ssl) == TLS1_3_VERSION) {
        return EVP_GCM_TLS_TAG_LEN + 1; /* the type inside */
    }
    return SSL_CIPHER_get_cipher_nid(suite) == NID_chacha20_poly1305
               ? EVP_GCM_TLS_TAG_LEN
               : EVP_GCM_TLS_TAG_LEN + EVP_GCM_TLS_EXPLICIT_IV_LEN;
}

static void tls_observe_header(struct tls_session *session, bool sent, const uint8_t *header)
{
    size_t len = (size_t)header[3] << 8 | header[4];
    if (sent) {
        session->records_sent++;
    } else if (session->opened && header[0] == SSL3_RT_APPLICATION_DATA &&
               len == tls_observe_overhead(session->ssl)) {
        session->empty_records_received++;
    }
}

void tls_observe_message(
    int sent, int version, int content_type, const void *bytes, size_t len, SSL *ssl, void *context)
{
    (void)version;
    (void)context;
    struct tls_session *session = tls_session_of(ssl);
    const uint8_t *data = bytes;
    if (session == NULL) {
        return;
    }
    if (content_type == SSL3_RT_HANDSHAKE && len > 0) {
        tls_observe_handshake(session, sent != 0, span_of(bytes, len));
    } else if (content_type == SSL3_RT_ALERT && len >= 2) {
        tls_observe_alert(session, sent != 0, data[0], data[1]);
    } else if (content_type == SSL3_RT_HEADER && len >= SSL3_RT_HEADER_LENGTH) {
        tls_observe_header(session, sent != 0, data);
    }
}

static int tls_observe_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void tls_observe_secret(const SSL *ssl, const char *line)
{
    struct tls_session *session = tls_session_of(ssl);
    if (session == NULL) {
        return;
    }
    const char *label = session->server ? TLS_OBSERVE_SERVER_LABEL : TLS_OBSERVE_CLIENT_LABEL;
    if (strncmp(line, label, strlen(label)) != 0) {
        return;
    }
    const char *hex = strrchr(line, ' ') + 1;
    size_t len = 0;
    while (len < TLS_SECRET_MAX && hex[2 * len] != '\0') {
        int high = tls_observe_digit(hex[2 * len]);
        int low = high < 0 ? -1 : tls_observe_digit(hex[2 * len + 1]);
        if (low < 0) {
            return;
        }
        session->secret[len++] = (uint8_t)(high << 4 | low);
    }
    session->secret_len = len;
}
