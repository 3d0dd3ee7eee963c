#include "harness/tls/resume.h"
#include "harness/tls/serve.h"

#include <assert.h>
#include <stdio.h>

#include "harness/base/text.h"
#include "harness/evidence/alert.h"
#include "harness/tls/detect.h"
#include "harness/tls/spoil.h"

#define TLS_ALERT_RECORD_LEN 7 /* octets: a header of 5, level, description */

/* --- between OpenSSL and memory --- */

struct tls_session *tls_session_of(const SSL *ssl)
{
    return SSL_get_app_data(ssl);
}

static int tls_session_bio_read(BIO *bio, char *data, int len)
{
    struct tls_session *session = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (session->in.len == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    struct span piece = span_first(session->in, (size_t)len);
    memcpy(data, piece.data, piece.len);
    session->in = span_from(session->in, piece.len);
    return (int)piece.len;
}

/* A full output means that nobody drains: the session fails, since nothing else would be told. */
static int tls_session_bio_write(BIO *bio, const char *data, int len)
{
    struct tls_session *session = BIO_get_data(bio);
    struct span octets = span_of(data, (size_t)len);
    uint8_t alert[TLS_ALERT_RECORD_LEN];
    BIO_clear_retry_flags(bio);
    /* In clear text, before any key is made: the library can be told to refuse, but not how. */
    if (session->alert_instead != TLS_NO_ALERT && octets.len == sizeof alert &&
        octets.data[0] == SSL3_RT_ALERT) {
        memcpy(alert, octets.data, sizeof alert);
        alert[sizeof alert - 1] = (uint8_t)session->alert_instead;
        octets = span_of(alert, sizeof alert);
    }
    return buf_append(&session->output, octets) ? len : -1;
}

static long tls_session_bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD *tls_session_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "bytes of a session");
    if (method != NULL) {
        BIO_meth_set_read(method, tls_session_bio_read);
        BIO_meth_set_write(method, tls_session_bio_write);
        BIO_meth_set_ctrl(method, tls_session_bio_control);
    }
    return method;
}

BIO *tls_session_bio_new(struct tls_session *session)
{
    BIO *bio = BIO_new(session->worker->bytes);
    if (bio != NULL) {
        BIO_set_data(bio, session);
        BIO_set_init(bio, 1);
    }
    return bio;
}

void tls_session_free(struct tls_session *session)
{
    if (session == NULL) {
        return;
    }
    tls_errors_clear();
    SSL_free(session->ssl);
    tls_verify_done(&session->verify);
    OPENSSL_cleanse(session->secret, sizeof session->secret);
    buf_done(&session->output);
    buf_wipe(&session->plain);
    mem_free(session->hello);
    mem_free(session->sni);
    tls_resume_done(session);
    mem_free(session);
    tls_errors_clear();
}

/* --- failures --- */

void tls_session_fail(struct tls_session *session, enum tls_failure_kind kind, const char *text)
{
    struct tls_failure *failure = &session->failure;
    session->state = TLS_STATE_FAILED;
    if (failure->kind != TLS_FAILURE_NONE) {
        return;
    }
    snprintf(session->failure_text, sizeof session->failure_text, "%s", text);
    int alert = session->alert_received != TLS_NO_ALERT ? session->alert_received
                                                        : session->alert_sent;
    *failure = (struct tls_failure){
        .kind = kind,
        .text = session->failure_text,
        .alert = alert == TLS_NO_ALERT ? NULL : alert_name((unsigned)alert),
        .last_message = session->last_message,
    };
}

/* The octet and no more: how much came with it is a matter of segments, and what is told must not
 * depend on those. */
static void tls_session_fail_not_tls(struct tls_session *session)
{
    CLEANUP(buf_done) struct buf text = {0};
    buf_init(&text, TLS_FAILURE_TEXT_MAX);
    uint8_t stray = session->scan.stray;
    bool plain = (stray >= ' ' && stray <= '~') || stray == '\r' || stray == '\n';
    buf_append_text(&text, plain ? "peer spoke plain text" : "peer spoke no TLS");
    buf_append_text(&text, ", beginning with ");
    text_escape(span_of(&stray, 1), false, &text);
    tls_session_fail(session, TLS_FAILURE_NOT_TLS, buf_text(&text));
}

static void tls_session_fail_certificate(struct tls_session *session)
{
    CLEANUP(buf_done) struct buf text = {0};
    buf_init(&text, TLS_FAILURE_TEXT_MAX);
    unsigned overlooked = session->verify.forgiven | session->verify.pardoned;
    const char *separator = "certificate refused: ";
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        const struct certificate_flag_row *row = certificate_flag_row(i);
        if ((session->verify.flags & ~overlooked & row->bit) != 0) {
            buf_printf(&text, "%s%s", separator, row->name);
            separator = ", ";
        }
    }
    tls_session_fail(session, TLS_FAILURE_CERTIFICATE, buf_text(&text));
}

/* RFC 8446 §6.1: a handshake is not complete without its end. */
static void tls_session_fail_closed(struct tls_session *session)
{
    tls_session_fail(session, TLS_FAILURE_END,
        session->opened ? "the peer has sent close_notify"
                        : "the peer sent close_notify during the TLS handshake");
}

/* What the library stumbled over: the oldest entry of its queue is the cause, later ones only say
 * which function it passed on its way out. */
static void tls_session_fail_library(struct tls_session *session)
{
    char text[TLS_FAILURE_TEXT_MAX];
    if (session->alert_received != TLS_NO_ALERT) {
        snprintf(
            text, sizeof text, "received alert %s", alert_name((unsigned)session->alert_received));
        tls_session_fail(session, TLS_FAILURE_ALERT_RECEIVED, text);
    } else if (session->verify.refused) {
        tls_session_fail_certificate(session);
    } else if (session->stray_fed) {
        tls_session_fail_not_tls(session);
    } else if (session->close_received) {
        tls_session_fail_closed(session);
    } else {
        const char *reason = ERR_reason_error_string(ERR_peek_error());
        bool sent = session->alert_sent != TLS_NO_ALERT;
        snprintf(text, sizeof text, "%s%s%s",
            session->output.over ? "more output than anybody drains"
            : reason == NULL     ? "the library gave no reason"
                                 : reason,
            sent ? "; sent alert " : "", sent ? alert_name((unsigned)session->alert_sent) : "");
        tls_session_fail(session, TLS_FAILURE_LIBRARY, text);
    }
}

/* --- the pump --- */

/* The error queue belongs to the thread, and so do both peers in the simulated world: every call
 * begins and ends with an empty one. */
static void tls_session_enter(struct tls_session *session, struct span wire)
{
    tls_errors_clear();
    session->in = wire;
}

static enum tls_state tls_session_leave(struct tls_session *session)
{
    session->in = SPAN_EMPTY;
    tls_errors_clear();
    assert(ERR_peek_error() == 0);
    return session->state;
}

/* What the library's answer means. True when it is worth calling again. */
static bool tls_session_judge(struct tls_session *session, int answer)
{
    switch (SSL_get_error(session->ssl, answer)) {
    case SSL_ERROR_NONE:
        return true;
    case SSL_ERROR_WANT_READ:
        return false;
    case SSL_ERROR_ZERO_RETURN:
        break;
    default:
        /* Before TLS 1.3 the library takes a close_notify at level fatal for an error without a
         * name; it closes as well (RFC 5246 §7.2.1). */
        if (!session->close_received) {
            tls_session_fail_library(session);
            return false;
        }
        break;
    }
    if (session->opened) {
        session->state = TLS_STATE_CLOSED;
    } else {
        tls_session_fail_closed(session);
    }
    return false;
}

/* A suite without certificates proves nothing, and the library asks nobody about it. */
static bool tls_session_is_anonymous(struct tls_session *session)
{
    struct tls_verify *verify = &session->verify;
    if (session->server ||
        SSL_CIPHER_get_auth_nid(SSL_get_current_cipher(session->ssl)) != NID_auth_null) {
        return false;
    }
    verify->flags |= CERTIFICATE_OTHER;
    verify->refused = verify->stop_on_problem && (CERTIFICATE_OTHER & ~verify->forgiven) != 0;
    if (verify->refused) {
        tls_session_fail(session, TLS_FAILURE_CERTIFICATE, "the server has no certificate");
    }
    return verify->refused;
}

/* RFC 8446 §4.2: an extension that was not asked for ends it. The library has gone on, and what it
 * has said for that goes unsaid. */
static void tls_session_refuse_unasked(struct tls_session *session, size_t said)
{
    char text[TLS_FAILURE_TEXT_MAX];
    const uint8_t record[] = {
        SSL3_RT_ALERT, 3, 3, 0, 2, SSL3_AL_FATAL, SSL_AD_UNSUPPORTED_EXTENSION};
    session->output.len = said;
    buf_append(&session->output, span_of(record, sizeof record));
    session->alert_sent = SSL_AD_UNSUPPORTED_EXTENSION;
    snprintf(text, sizeof text, "extension %u was not asked for; sent alert %s",
        session->unasked.type, alert_name(SSL_AD_UNSUPPORTED_EXTENSION));
    tls_session_fail(session, TLS_FAILURE_LIBRARY, text);
}

static void tls_session_step(struct tls_session *session)
{
    if (session->state == TLS_STATE_HANDSHAKE) {
        size_t said = session->output.len;
        bool done = tls_session_judge(session, SSL_do_handshake(session->ssl));
        if (session->unasked.found && session->state != TLS_STATE_FAILED) {
            tls_session_refuse_unasked(session, said);
            return;
        }
        if (!done || tls_session_is_anonymous(session)) {
            return;
        }
        session->state = TLS_STATE_OPEN;
        session->opened = true;
        session->extended_master_secret = (int)SSL_get_extms_support(session->ssl);
        tls_resume_opened(session);
        tls_serve_ask_later(session);
    }
    while (session->in.len > 0 || SSL_has_pending(session->ssl) == 1) {
        uint8_t *scratch = session->worker->scratch;
        int len = SSL_read(session->ssl, scratch, (int)sizeof session->worker->scratch);
        if (len <= 0 && !tls_session_judge(session, len)) {
            return;
        }
        session->plain_seen = session->plain_seen || len > 0;
        if (len > 0 && !buf_append(&session->plain, span_of(scratch, (size_t)len))) {
            tls_session_fail(session, TLS_FAILURE_LIBRARY, "more input than anybody consumes");
            return;
        }
    }
}

/* What is no record is fed by itself: whatever the library says before is about records, however
 * the bytes were cut into segments. */
enum tls_state tls_session_feed(struct tls_session *session, struct span wire)
{
    if (session->state == TLS_STATE_FAILED || session->state == TLS_STATE_CLOSED) {
        return session->state;
    }
    if (session->detects != 0) {
        bool text = wire.len > 0 && session->answer_len == 0 && (wire.data[0] & 0x80) == 0;
        if (text && !tls_is_record(wire.data[0])) {
            session->scan.not_tls = true;
            session->scan.stray = wire.data[0];
            tls_session_fail_not_tls(session);
        } else {
            tls_detect_feed(session, wire);
        }
        return session->state;
    }
    size_t records_len = tls_scan_bytes(&session->scan, wire);
    if (session->scan.not_tls && session->scan.records == 0) {
        tls_session_fail_not_tls(session);
        return session->state;
    }
    tls_session_enter(session, span_first(wire, records_len));
    tls_session_step(session);
    bool stray = session->scan.not_tls && records_len < wire.len;
    if (stray && session->state != TLS_STATE_FAILED && session->state != TLS_STATE_CLOSED) {
        session->stray_fed = true;
        session->in = span_from(wire, records_len);
        tls_session_step(session);
    }
    return tls_session_leave(session);
}

/* The library is not told: it cannot tell a FIN inside a record from one between two. */
enum tls_state tls_session_feed_end(struct tls_session *session)
{
    if (session->state == TLS_STATE_FAILED || session->state == TLS_STATE_CLOSED) {
        return session->state;
    }
    if (session->scan.not_tls) {
        tls_session_fail_not_tls(session);
        return session->state;
    }
    bool inside = tls_scan_inside_record(&session->scan);
    tls_session_fail(session, TLS_FAILURE_END,
        inside            ? "the connection ended inside a TLS record"
        : session->opened ? "the connection ended without close_notify"
                          : "the connection ended during the TLS handshake");
    session->failure.inside_record = inside;
    return session->state;
}

bool tls_session_write(struct tls_session *session, struct span plain)
{
    bool writable = session->opened && !session->close_sent && session->state != TLS_STATE_FAILED;
    if (!writable) {
        return false;
    }
    tls_session_enter(session, SPAN_EMPTY);
    tls_resume_writes(session);
    tls_serve_renegotiate(session);
    size_t most = session->record_max == 0 ? (size_t)INT32_MAX : session->record_max;
    if (session->spoil != TLS_SPOIL_NOTHING && most > SSL3_RT_MAX_PLAIN_LENGTH) {
        most = SSL3_RT_MAX_PLAIN_LENGTH; /* what the library would see to */
    }
    while (plain.len > 0 && session->state != TLS_STATE_FAILED) {
        struct span piece = span_first(plain, most);
        int len = session->spoil == TLS_SPOIL_NOTHING
                      ? SSL_write(session->ssl, piece.data, (int)piece.len)
                  : tls_spoil_write(session, piece) ? (int)piece.len
                                                    : 0;
        if (len <= 0) {
            tls_session_fail_library(session);
            break;
        }
        plain = span_from(plain, (size_t)len);
    }
    return tls_session_leave(session) != TLS_STATE_FAILED;
}

void tls_session_rest(struct tls_session *session)
{
    buf_fit(&session->output);
    buf_fit(&session->plain);
}

void tls_session_close_notify(struct tls_session *session)
{
    if (!session->opened || session->close_sent || session->state == TLS_STATE_FAILED) {
        return;
    }
    tls_session_enter(session, SPAN_EMPTY);
    if (session->spoil == TLS_SPOIL_NOTHING || !tls_seal_alert(session, SSL_AD_CLOSE_NOTIFY)) {
        (void)SSL_shutdown(session->ssl);
    }
    session->close_sent = true;
    (void)tls_session_leave(session);
}

void tls_session_send_alert(struct tls_session *session, unsigned alert)
{
    char text[TLS_FAILURE_TEXT_MAX];
    if (session->state == TLS_STATE_FAILED || session->close_sent) {
        return;
    }
    tls_session_enter(session, SPAN_EMPTY);
    if (!session->finished_sent || !tls_seal_alert(session, alert)) {
        const uint8_t record[] = {SSL3_RT_ALERT, 3, 3, 0, 2, alert_level(alert), (uint8_t)alert};
        buf_append(&session->output, span_of(record, sizeof record));
    }
    session->alert_sent = (int)(alert & UINT8_MAX);
    snprintf(text, sizeof text, "sent alert %s on purpose", alert_name(alert & UINT8_MAX));
    tls_session_fail(session, TLS_FAILURE_LIBRARY, text);
    (void)tls_session_leave(session);
}

/* --- questions --- */

bool tls_session_opened(const struct tls_session *session)
{
    return session->opened;
}

enum tls_state tls_session_state(const struct tls_session *session)
{
    return session->state;
}

struct buf *tls_session_output(struct tls_session *session)
{
    return &session->output;
}

struct buf *tls_session_plain(struct tls_session *session)
{
    return &session->plain;
}

const struct tls_failure *tls_session_failure(const struct tls_session *session)
{
    return &session->failure;
}

bool tls_session_close_notify_received(const struct tls_session *session)
{
    return session->close_received;
}

bool tls_session_plain_seen(const struct tls_session *session)
{
    return session->plain_seen;
}

unsigned tls_session_certificate_flags(const struct tls_session *session)
{
    return session->verify.flags & ~session->verify.pardoned;
}

bool tls_session_client_hello_seen(const struct tls_session *session)
{
    return session->hello != NULL;
}

bool tls_session_is_unanswered(const struct tls_session *session)
{
    return session->client_hello_octets > 0 && session->scan.records == 0 && !session->scan.not_tls;
}
