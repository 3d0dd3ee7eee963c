/*
 * tls — a TLS session over memory, either role: bytes in, bytes out.
 *
 * Knows: libssl; its error queue (cleared on entry, drained into the session's own record on exit
 * of every call, because the simulated world has both peers on one thread); verification that
 * collects all problems and yet sends the right alert; alerts, versions, close_notify as plain
 * values. Refuses to know: SMTP, sockets, clocks (the moment of verification is given), what a case
 * expects.
 *
 * A session belongs to its caller; what it is made from (options.h) must outlive it.
 */
#ifndef SMTPVET_TLS_TLS_H
#define SMTPVET_TLS_TLS_H

#include "harness/base/buf.h"
#include "harness/evidence/certificate_flag.h"
#include "harness/evidence/fact.h"
#include "harness/tls/options.h"

struct tls_session;
/* NULL and FAIL_USAGE (a cipher list that names nothing; SSL 2 and 3, which the library has not) or
 * FAIL_INTERNAL. Options are copied but for worker, trust, identities, which must live longer. */
struct tls_session *tls_session_new_client(
    const struct tls_client_options *options, struct fail *fail);
struct tls_session *tls_session_new_server(
    const struct tls_server_options *options, struct fail *fail);
void tls_session_free(struct tls_session *session);

/* Of a server: what time it is by now (unix seconds), before it is fed. Tickets have an age, and
 * certificates of clients are checked for a moment. */
void tls_session_set_clock(struct tls_session *session, int64_t now_s);

enum tls_state {
    TLS_STATE_HANDSHAKE,
    TLS_STATE_OPEN,   /* plain text flows */
    TLS_STATE_CLOSED, /* close_notify came; what was read before is still there */
    TLS_STATE_FAILED, /* tls_session_failure says how; output still holds the alert */
};

/* tls_session_feed takes what arrived and goes as far as that leads: handshake, decryption. With an
 * empty span it just goes on (the client's first flight). Always drain the output afterwards, also
 * in a failed state. */
enum tls_state tls_session_feed(struct tls_session *session, struct span wire);
/* The peer's FIN. Without close_notify before it the session fails with TLS_FAILURE_END. */
enum tls_state tls_session_feed_end(struct tls_session *session);
enum tls_state tls_session_state(const struct tls_session *session);

/* True once the handshake has succeeded on this side, whatever came behind it. */
bool tls_session_opened(const struct tls_session *session);

/* Bytes for the peer; the caller consumes them. */
struct buf *tls_session_output(struct tls_session *session);
/* Decrypted bytes; the caller consumes them. */
struct buf *tls_session_plain(struct tls_session *session);
/* Encrypts into the output. False when the session is not open for writing. */
bool tls_session_write(struct tls_session *session, struct span plain);
/* Gives back the room of what has been consumed: nothing happens for a while. */
void tls_session_rest(struct tls_session *session);
void tls_session_close_notify(struct tls_session *session);
/* Puts a fatal alert (RFC 8446 §6) on the wire and ends the session on this side. */
void tls_session_send_alert(struct tls_session *session, unsigned alert);

enum tls_failure_kind {
    TLS_FAILURE_NONE,
    TLS_FAILURE_ALERT_RECEIVED,
    TLS_FAILURE_CERTIFICATE, /* the client's own check; the alert was sent */
    TLS_FAILURE_NOT_TLS,     /* bytes that are no TLS record */
    TLS_FAILURE_END,         /* FIN where more was owed; close_notify inside the handshake */
    TLS_FAILURE_LIBRARY,     /* a record or parameter was refused; mostly an alert was sent */
};
struct tls_failure {
    enum tls_failure_kind kind;
    const char *text;         /* for people; valid as long as the session */
    const char *alert;        /* "handshake_failure" …, sent or received; NULL: none */
    const char *last_message; /* the last handshake message seen, "ServerHello"; NULL: none */
    bool inside_record;       /* TLS_FAILURE_END: in the middle of a record */
};
const struct tls_failure *tls_session_failure(const struct tls_session *session);
bool tls_session_close_notify_received(const struct tls_session *session);
bool tls_session_plain_seen(const struct tls_session *session); /* a first octet was decrypted */

/* Records tls.* and certificate.* as the client saw them: what is known, at any state. */
void tls_session_record_client(const struct tls_session *session, struct facts *facts);
/* Records server.saw.tls, .client_hello.*, .tls_alert. */
void tls_session_record_server(const struct tls_session *session, struct facts *facts);
/* "TLSv1.3, TLS_AES_256_GCM_SHA384, x25519"; nothing before the ServerHello. */
void tls_session_summary(const struct tls_session *session, struct buf *out);
/* certificate_flag bits that the client's verification found, but for those that a pin makes good.
 */
unsigned tls_session_certificate_flags(const struct tls_session *session);
/* A client has said hello, and nothing came back: no ServerHello, no alert. */
bool tls_session_is_unanswered(const struct tls_session *session);
bool tls_session_client_hello_seen(const struct tls_session *session); /* whole, by a server */

/* True for what can begin a TLS record (20–23) or an SSL 2 hello (0x80): what follows the 220 to
 * STARTTLS and does not begin so is leftover, counted before OpenSSL sees it. */
bool tls_is_record(uint8_t byte);

#endif
