#include "harness/tls/session.h"

#include <stdio.h>

#include "harness/evidence/alert.h"
#include "harness/tls/names.h"

#define TLS_DESCRIBE_CODE_MAX 16               /* octets of "0x1a2b" and of "dh" with a size */
#define TLS_DESCRIBE_FALLBACK_SCSV 0x5600      /* RFC 7507 §2 */
#define TLS_DESCRIBE_RENEGOTIATION_SCSV 0x00ff /* RFC 5746 §3.3 */

/* There is a suite from the ServerHello on, in TLS 1.2 a pending one until keys are made; before
 * that the library's version is the one that it hopes for. */
static const SSL_CIPHER *tls_describe_suite(const struct tls_session *session)
{
    const SSL_CIPHER *suite = SSL_get_current_cipher(session->ssl);
    return suite != NULL ? suite : SSL_get_pending_cipher(session->ssl);
}

/* The group, written into `room` where it has no name in the table; NULL: none was used. */
static const char *tls_describe_group(const struct tls_session *session, char *room)
{
    long nid = SSL_get_negotiated_group(session->ssl);
    const char *name = tls_name_group_of_nid((int)nid);
    if (name != NULL) {
        return name;
    }
    if (nid != NID_undef && (nid & TLSEXT_nid_unknown) != 0) {
        unsigned code = (unsigned)nid & UINT16_MAX;
        snprintf(room, TLS_DESCRIBE_CODE_MAX, "0x%04x", code);
        return tls_name_group(code) != NULL ? tls_name_group(code) : room;
    }
    /* Finite fields of the server's own making (RFC 5246 §7.4.3). */
    EVP_PKEY *key = NULL;
    if (!session->server && SSL_get_peer_tmp_key(session->ssl, &key) == 1 &&
        EVP_PKEY_is_a(key, "DH") == 1) {
        snprintf(room, TLS_DESCRIBE_CODE_MAX, "dh%d", EVP_PKEY_get_bits(key));
        name = room;
    }
    EVP_PKEY_free(key);
    return name;
}

static const char *tls_describe_signature(const struct tls_session *session)
{
    int type_nid = NID_undef, digest_nid = NID_undef;
    if (SSL_get_peer_signature_type_nid(session->ssl, &type_nid) != 1 ||
        SSL_get_peer_signature_nid(session->ssl, &digest_nid) != 1) {
        return NULL;
    }
    EVP_PKEY *key = session->verify.leaf == NULL ? NULL : X509_get0_pubkey(session->verify.leaf);
    bool pss_key = key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS;
    return tls_name_signature_of(type_nid, digest_nid, pss_key);
}

static void tls_describe_text(struct facts *facts, enum fact fact, const char *text)
{
    if (text != NULL) {
        facts_text(facts, fact, text);
    }
}

static void tls_describe_negotiated(const struct tls_session *session, struct facts *facts)
{
    const SSL_CIPHER *suite = tls_describe_suite(session);
    if (session->detected != 0) {
        tls_describe_text(facts, FACT_TLS_VERSION, tls_name_version((unsigned)session->detected));
    }
    if (suite == NULL) {
        return;
    }
    char room[TLS_DESCRIBE_CODE_MAX];
    tls_describe_text(
        facts, FACT_TLS_VERSION, tls_name_version((unsigned)SSL_version(session->ssl)));
    tls_describe_text(facts, FACT_TLS_CIPHER, SSL_CIPHER_standard_name(suite));
    tls_describe_text(facts, FACT_TLS_GROUP, tls_describe_group(session, room));
    tls_describe_text(facts, FACT_TLS_SIGNATURE, tls_describe_signature(session));
    const unsigned char *alpn = NULL;
    unsigned alpn_len = 0;
    SSL_get0_alpn_selected(session->ssl, &alpn, &alpn_len);
    if (alpn_len > 0) {
        facts_bytes(facts, FACT_TLS_ALPN, span_of(alpn, alpn_len));
    }
}

/* What the two agreed on besides: RFC 8446 §4.1.4, RFC 7627. */
static void tls_describe_ways(const struct tls_session *session, struct facts *facts)
{
    if (!session->opened) {
        return;
    }
    facts_truth(facts, FACT_TLS_RESUMED, SSL_session_reused(session->ssl) == 1);
    facts_truth(facts, FACT_TLS_HELLO_RETRY, session->hello_retried);
    if (session->tickets > 0) {
        facts_integer(facts, FACT_TLS_TICKETS, session->tickets);
        facts_integer(facts, FACT_TLS_EARLY_DATA_OFFERED, session->early_data);
    }
    if (SSL_version(session->ssl) != TLS1_3_VERSION) {
        facts_truth(facts, FACT_TLS_EXTENDED_MASTER_SECRET, session->extended_master_secret == 1);
        facts_truth(facts, FACT_TLS_RENEGOTIATION_ASKED, session->renegotiation_asked);
    }
}

static void tls_describe_alerts(const struct tls_session *session, struct facts *facts)
{
    if (session->alert_sent != TLS_NO_ALERT) {
        facts_text(facts, FACT_TLS_ALERT_SENT, alert_name((unsigned)session->alert_sent));
    }
    if (session->alert_received != TLS_NO_ALERT) {
        facts_text(facts, FACT_TLS_ALERT_RECEIVED, alert_name((unsigned)session->alert_received));
    }
    if (session->warning_received != TLS_NO_ALERT) {
        facts_text(
            facts, FACT_TLS_WARNING_RECEIVED, alert_name((unsigned)session->warning_received));
    }
}

static void tls_describe_count(struct facts *facts, enum fact fact, int64_t count)
{
    if (count > 0) {
        facts_integer(facts, fact, count);
    }
}

void tls_session_record_client(const struct tls_session *session, struct facts *facts)
{
    tls_errors_clear();
    bool hello_sent = session->last_message != NULL;
    if (hello_sent && session->sni != NULL) {
        facts_text(facts, FACT_TLS_SNI, session->sni);
    }
    tls_describe_negotiated(session, facts);
    tls_describe_ways(session, facts);
    if (session->opened || session->close_received) {
        facts_truth(facts, FACT_TLS_CLOSE_NOTIFY_RECEIVED, session->close_received);
    }
    if (session->opened || session->certificate_requested) {
        facts_truth(facts, FACT_TLS_CLIENT_CERTIFICATE_REQUESTED, session->certificate_requested);
    }
    if (session->verify.staple_looked_at && SSL_session_reused(session->ssl) == 0) {
        facts_text(facts, FACT_TLS_OCSP, tls_staple_name(session->verify.ocsp));
    }
    if (session->certificate_requested) {
        facts_truth(facts, FACT_TLS_CLIENT_CERTIFICATE_SENT, session->certificate_sent);
        tls_certificate_record_authorities(session, facts);
    }
    tls_describe_alerts(session, facts);
    tls_describe_count(facts, FACT_TLS_CLIENT_HELLO_OCTETS, (int64_t)session->client_hello_octets);
    tls_describe_count(facts, FACT_TLS_KEY_UPDATES, session->key_updates_received);
    tls_describe_count(facts, FACT_TLS_EMPTY_RECORDS, session->empty_records_received);
    if (session->state == TLS_STATE_FAILED) {
        facts_text(facts, FACT_TLS_PROBLEM, session->failure.text);
        /* Behind the first decrypted octet it is no handshake any more that failed. */
        if (!session->plain_seen) {
            tls_describe_text(facts, FACT_TLS_LAST_MESSAGE, session->failure.last_message);
        }
    }
    tls_certificate_record(session, facts);
    tls_errors_clear();
}

/* --- what a ClientHello offered --- */

/* The names of code points, hexadecimal where there is none: nothing that was offered is left out,
 * GREASE (RFC 8701) least of all. */
static void tls_describe_codes(struct facts *facts, enum fact fact, const uint16_t *codes,
    size_t len, const char *(*name_of)(unsigned code))
{
    facts_empty_list(facts, fact);
    for (size_t i = 0; i < len; i++) {
        char room[TLS_DESCRIBE_CODE_MAX];
        const char *name = name_of(codes[i]);
        if (name == NULL) {
            snprintf(room, sizeof room, "0x%04x", codes[i]);
            name = room;
        }
        facts_append(facts, fact, span_text(name));
    }
}

/* The two signalling values are no suites, and IANA's names for them are not the library's. */
static const char *tls_describe_suite_name(const struct tls_session *session, unsigned code)
{
    const unsigned char wire[] = {(uint8_t)(code >> 8), (uint8_t)code};
    const SSL_CIPHER *suite = SSL_CIPHER_find(session->ssl, wire);
    if (code == TLS_DESCRIBE_FALLBACK_SCSV) {
        return "TLS_FALLBACK_SCSV";
    }
    if (code == TLS_DESCRIBE_RENEGOTIATION_SCSV) {
        return "TLS_EMPTY_RENEGOTIATION_INFO_SCSV";
    }
    return suite == NULL ? NULL : SSL_CIPHER_standard_name(suite);
}

static void tls_describe_suites(const struct tls_session *session, struct facts *facts)
{
    const struct tls_hello *hello = session->hello;
    facts_empty_list(facts, FACT_SAW_CLIENT_HELLO_CIPHERS);
    for (size_t i = 0; i < hello->ciphers_len; i++) {
        char room[TLS_DESCRIBE_CODE_MAX];
        const char *name = tls_describe_suite_name(session, hello->ciphers[i]);
        if (name == NULL) {
            snprintf(room, sizeof room, "0x%04x", hello->ciphers[i]);
            name = room;
        }
        facts_append(facts, FACT_SAW_CLIENT_HELLO_CIPHERS, span_text(name));
    }
}

/* RFC 7301 §3.1: names with their lengths in front; what is cut short ends the list. */
static void tls_describe_alpn(const struct tls_hello *hello, struct facts *facts)
{
    struct span list = span_of(hello->alpn, hello->alpn_len);
    while (list.len > 0 && list.data[0] < list.len) {
        facts_append(facts, FACT_SAW_CLIENT_HELLO_ALPN, span_of(list.data + 1, list.data[0]));
        list = span_from(list, (size_t)list.data[0] + 1);
    }
}

static void tls_describe_hello(const struct tls_session *session, struct facts *facts)
{
    const struct tls_hello *hello = session->hello;
    facts_integer(facts, FACT_SAW_CLIENT_HELLO_COUNT, hello->count);
    tls_describe_codes(facts, FACT_SAW_CLIENT_HELLO_VERSIONS, hello->versions, hello->versions_len,
        tls_name_version);
    tls_describe_suites(session, facts);
    if (hello->has_groups) {
        tls_describe_codes(
            facts, FACT_SAW_CLIENT_HELLO_GROUPS, hello->groups, hello->groups_len, tls_name_group);
    }
    if (hello->has_signatures) {
        tls_describe_codes(facts, FACT_SAW_CLIENT_HELLO_SIGNATURES, hello->signatures,
            hello->signatures_len, tls_name_signature);
    }
    if (hello->sni_len > 0) {
        facts_bytes(facts, FACT_SAW_CLIENT_HELLO_SNI, span_of(hello->sni, hello->sni_len));
    }
    tls_describe_alpn(hello, facts);
    facts_truth(facts, FACT_SAW_CLIENT_HELLO_STATUS_REQUEST, hello->has_status_request);
}

void tls_session_record_server(const struct tls_session *session, struct facts *facts)
{
    tls_errors_clear();
    facts_truth(facts, FACT_SAW_TLS, session->opened);
    if (session->opened) {
        facts_truth(facts, FACT_SAW_RESUMED, SSL_session_reused(session->ssl) == 1);
    }
    tls_certificate_record_client(session, facts);
    if (session->hello != NULL) {
        tls_describe_hello(session, facts);
    }
    if (session->alert_received != TLS_NO_ALERT) {
        facts_text(
            facts, FACT_SAW_TLS_ALERT_RECEIVED, alert_name((unsigned)session->alert_received));
    }
    if (session->warning_received != TLS_NO_ALERT) {
        facts_text(
            facts, FACT_SAW_TLS_WARNING_RECEIVED, alert_name((unsigned)session->warning_received));
    }
    tls_describe_count(facts, FACT_SAW_KEY_UPDATES, session->key_updates_received);
    tls_errors_clear();
}

/* --- for a transcript --- */

void tls_session_summary(const struct tls_session *session, struct buf *out)
{
    const SSL_CIPHER *suite = tls_describe_suite(session);
    if (suite == NULL) {
        return;
    }
    tls_errors_clear();
    char room[TLS_DESCRIBE_CODE_MAX];
    const char *version = tls_name_version((unsigned)SSL_version(session->ssl));
    const char *group = tls_describe_group(session, room);
    buf_printf(out, "%s, %s", version == NULL ? "TLS" : version, SSL_CIPHER_standard_name(suite));
    if (group != NULL) {
        buf_printf(out, ", %s", group);
    }
    tls_errors_clear();
}
