/*
 * tls/options — what a TLS session is made from: worker, identities, trusts, options of a client (a
 * server's: server_options.h).
 *
 * Knows: what can be asked for. Refuses to know: how a session is driven (tls.h).
 * One tls_worker per thread holds the contexts; everything that differs is set per session. Trusts
 * and identities are made once and shared by the sessions of a thread; whoever makes one frees it.
 */
#ifndef SMTPVET_TLS_OPTIONS_H
#define SMTPVET_TLS_OPTIONS_H

#include "harness/base/span.h"
#include "harness/base/status.h"
#include "harness/tls/server_options.h"

/* Versions as bits, oldest first (the same values as in plans). */
enum tls_protocol {
    TLS_PROTOCOL_SSL2 = 1 << 0,
    TLS_PROTOCOL_SSL3 = 1 << 1,
    TLS_PROTOCOL_1_0 = 1 << 2,
    TLS_PROTOCOL_1_1 = 1 << 3,
    TLS_PROTOCOL_1_2 = 1 << 4,
    TLS_PROTOCOL_1_3 = 1 << 5,
};

/* Once in a process, first of all: no configuration file, no environment reaches OpenSSL. */
void tls_library_init(void);
const char *tls_library_version(void); /* "OpenSSL 3.0.22" */

struct tls_worker;
struct tls_worker *tls_worker_new(struct fail *fail); /* NULL and FAIL_INTERNAL */
void tls_worker_free(struct tls_worker *worker);

/* A certificate chain with its key. */
struct tls_identity;
struct tls_identity *tls_identity_new(
    const struct span *chain_der, size_t chain_len, struct span key_der, struct fail *fail);
/* The OCSP answer that is stapled to it where the client asks (RFC 6066 §8); copied, may be none.
 */
void tls_identity_staple(struct tls_identity *identity, struct span ocsp_der);
/* From a file (PKCS #12, PEM, DER; an absolute path) or a store's URI (RFC 7512, `file:`), its key
 * from another one where `key_uri` is not NULL. `password` may be NULL. FAIL_REACH. */
struct tls_identity *tls_identity_new_store(
    const char *uri, const char *key_uri, const char *password, struct fail *fail);
void tls_identity_free(struct tls_identity *identity);

/* What a client trusts. The system's bundle is loaded on its first use only. */
struct tls_trust;
struct tls_trust *tls_trust_new(const struct span *roots_der, size_t roots_len, struct fail *fail);
struct tls_trust *tls_trust_new_system(struct fail *fail);
struct tls_trust *tls_trust_new_file(const char *pem_file, struct fail *fail); /* FAIL_REACH */
void tls_trust_free(struct tls_trust *trust);

/* Whether lists of ciphers, groups and signature schemes, written as in the options below, say
 * something to this library. FAIL_USAGE where a word of the list is unknown to it (what `!` and `-`
 * take away need not be known), or where nothing is left. */
enum status tls_options_check_ciphers(const char *list, struct fail *fail);
enum status tls_options_check_groups(const char *list, struct fail *fail);
enum status tls_options_check_signatures(const char *list, struct fail *fail);

#define TLS_PIN_LEN 32
struct tls_pin {
    uint8_t sha256[TLS_PIN_LEN];
};

struct tls_client_options {
    struct tls_worker *worker;
    const struct tls_trust *trust;
    const char *name;       /* to be found in the certificate: DNS name, or an IP address literal */
    const char *sni;        /* NULL or "": none. Never sent for an IP literal (RFC 6066 §3) */
    unsigned protocols;     /* tls_protocol bits; 0: TLS 1.2 and 1.3 */
    const char *ciphers;    /* OpenSSL list (TLS 1.2) or names of TLS 1.3 suites; NULL: default */
    const char *groups;     /* OpenSSL list; NULL: default */
    const char *signatures; /* OpenSSL list of schemes; NULL: default */
    struct span alpn;       /* protocols, each behind its length (RFC 7301 §3.1); empty: no ALPN */
    int security_level;     /* -1: the library's, but 0 where TLS 1.1 or older is asked for */
    unsigned forgiven;      /* certificate_flag bits that do not stop */
    const struct tls_pin *pins; /* one of them is the SHA-256 of the certificate or of its key
                                   (SPKI), else it has the flag pin-mismatch; kept, not copied */
    size_t pins_len;            /* 0: any certificate will do */
    bool asks_for_staple; /* status_request (RFC 6066 §8); a certificate that demands a staple
                             (RFC 7633) and comes without is staple-missing */
    bool judges_staple;   /* revoked and revocation-unknown by what is stapled; else only where the
                             certificate demands it */
    bool checks_lists;    /* revoked and revocation-unknown by `lists`, for the whole chain */
    const struct span *lists; /* DER (RFC 5280 §5); they stand beside those of the trust's file */
    size_t lists_len;
    bool stop_on_problem; /* an unforgiven flag refuses the handshake with the right alert */
    int64_t verify_at_s;  /* unix seconds */
    bool seals_alerts;    /* tls_session_send_alert will be used behind the handshake: costs 5 % */
    const struct tls_identity *identity; /* shown to a server that asks for one; NULL: none */
    struct tls_memory *memory; /* sessions are kept there and resumed from there; NULL: none */
    uint16_t port;             /* where it connects: sessions of others are not resumed */
    int64_t now_s;             /* unix seconds, for the age of sessions */
    bool post_handshake_auth;  /* may be asked behind the handshake (RFC 8446 §4.2.6) */
    bool fallback_scsv;        /* says that it has tried with a newer version before (RFC 7507) */
};

#endif
