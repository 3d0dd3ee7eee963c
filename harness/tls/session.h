/*
 * session — the inside of a TLS session, for the files of this room only.
 *
 * Knows: the structures behind harness/tls/tls.h and which file keeps which part of them up to
 * date: options.c makes a session, serve.c a server's, session.c drives it, observe.c listens to
 * OpenSSL's callbacks, verify.c and pin.c judge the peer's certificate, hello.c keeps the
 * ClientHello, seal.c makes alerts, describe.c and certificate.c turn it all into facts. Refuses to
 * know: everything that tls.h refuses to know.
 *
 * OpenSSL owns nothing of a session but the reference in its application data. A session owns its
 * SSL object, which owns the BIO; worker, trust and identities belong to the caller.
 */
#ifndef SMTPVET_TLS_SESSION_H
#define SMTPVET_TLS_SESSION_H

#include <openssl/ssl.h>

#include "harness/tls/errors.h"
#include "harness/tls/hello.h"
#include "harness/tls/scan.h"
#include "harness/tls/tls.h"
#include "harness/tls/unasked.h"
#include "harness/tls/verify.h"
#include "harness/tls/worker.h"

/* Decrypted bytes wait for their consumer, encrypted ones for the wire: as much as a driver queues
 * in one round, and what records add to it. */
#define TLS_PLAIN_MAX ((size_t)64 * 1024 * 1024)
#define TLS_OUTPUT_MAX (TLS_PLAIN_MAX + TLS_PLAIN_MAX / 4)
#define TLS_CHAIN_OCTETS_MAX (100L * 1024) /* the library's own limit, said aloud */
#define TLS_CHAIN_DEPTH_MAX 16 /* public chains have 2 to 4; a longer one is none any more */
#define TLS_FAILURE_TEXT_MAX 256
#define TLS_SECRET_MAX 48 /* SHA-384 (RFC 8446 §B.4) */
#define TLS_NO_ALERT (-1)
#define TLS_ANSWER_MAX 16 /* octets of an answer by which SSL 2 and SSL 3 are known */

/* What is known of a session that is resumed. */
struct tls_known {
    unsigned flags, pardoned;
    int chain_len;
    bool pinned;
    int64_t chain_end_s;
    bool staple_looked_at, must_staple; /* then, and what the staple said */
    enum tls_ocsp ocsp;
};

struct tls_session {
    SSL *ssl;
    struct tls_worker *worker;
    bool server;
    size_t record_max;
    enum tls_spoil spoil; /* of a server that may say more than the library would */
    const struct tls_server_identity *identities;
    size_t identities_len;
    char *sni;        /* the client's own; NULL: none */
    const char *host; /* the server's */
    enum tls_name name_unknown, name_missing;
    bool renegotiates;         /* and has not yet */
    bool renegotiation_asked;  /* by the server, with a HelloRequest */
    bool asks_later;           /* for a certificate, behind the handshake */
    struct span alpn;          /* the server's */
    struct tls_memory *memory; /* the client's; NULL: none */
    char *memory_key;
    struct tls_known known; /* of the session that it offers to resume */
    int64_t now_s, ticket_lifetime_s;
    bool tickets_refused, tickets_again;
    bool alpn_unasked;

    enum tls_state state;
    struct span in; /* what OpenSSL may read during the call */
    struct buf output, plain;
    struct tls_scan scan;
    bool stray_fed; /* OpenSSL has been given what is no record */

    /* heard through callbacks */
    const char *last_message;
    int alert_sent, alert_received; /* fatal ones; TLS_NO_ALERT */
    int alert_instead;    /* of the one that the library is about to send; TLS_NO_ALERT: that one */
    int warning_received; /* the last, no close_notify */
    bool opened;          /* the handshake succeeded on this side */
    bool close_received, close_sent;
    unsigned tickets;    /* of TLS 1.3, received */
    uint32_t early_data; /* octets that the last one would let go before the handshake */
    int64_t key_updates_received, empty_records_received;
    bool certificate_requested;
    bool certificate_sent;      /* the client's own, and not an empty list */
    int extended_master_secret; /* as the handshake left it; 0: none */
    bool hello_retried;         /* a HelloRetryRequest went by */
    bool plain_seen;
    bool finished_sent;
    uint64_t records_sent;          /* under the present write key */
    uint8_t secret[TLS_SECRET_MAX]; /* this side's TLS 1.3 write secret, for alerts of our own */
    size_t secret_len;

    struct tls_verify verify;
    struct tls_hello *hello;
    size_t client_hello_octets;     /* of the latest that was sent */
    int detects, detected;          /* a client that looks for SSL 2 or SSL 3 (detect.h); 0: none */
    uint8_t answer[TLS_ANSWER_MAX]; /* … and what it has got */
    size_t answer_len;
    struct tls_unasked unasked; /* a client's */

    struct tls_failure failure;
    char failure_text[TLS_FAILURE_TEXT_MAX];
};

/* options.c: the server chooses a protocol (RFC 7301 §3.2). */
int tls_options_choose_protocol(SSL *ssl, const unsigned char **ret, unsigned char *ret_len,
    const unsigned char *offered, unsigned offered_len, void *unused);

/* session.c */
struct tls_session *tls_session_of(const SSL *ssl);
BIO_METHOD *tls_session_bio_method(void);
BIO *tls_session_bio_new(struct tls_session *session);
/* Fails the session; the first failure stays. `text` is copied. */
void tls_session_fail(struct tls_session *session, enum tls_failure_kind kind, const char *text);

/* observe.c: installed on the contexts. */
void tls_observe_message(int sent, int version, int content_type, const void *bytes, size_t len,
    SSL *ssl, void *context);
void tls_observe_secret(const SSL *ssl, const char *line);

/* seal.c: appends a record under this side's write key, after its Finished; false, and nothing
 * appended, when the suite is of a kind that only the library can use (CBC, CCM). Behind it the
 * library's own records would be counted wrong: all that follow must be made here. */
bool tls_seal_put(struct tls_session *session, unsigned type, struct span content);
bool tls_seal_alert(struct tls_session *session, unsigned alert);
/* RFC 8446 §7.2: the secret behind a KeyUpdate of this side. */
void tls_seal_next_secret(struct tls_session *session);

/* certificate.c */
void tls_certificate_record(const struct tls_session *session, struct facts *facts);
/* The client's, of a server. */
void tls_certificate_record_client(const struct tls_session *session, struct facts *facts);
/* Whom the server named in its request, of a client. */
void tls_certificate_record_authorities(const struct tls_session *session, struct facts *facts);

#endif
