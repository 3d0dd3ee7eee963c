/*
 * tls/server_options — what a server's TLS session is made from, and how it may misbehave.
 *
 * Knows: what can be asked for. Refuses to know: how it is done (serve.h, spoil.h, handmade.h).
 * Texts and lists are borrowed.
 */
#ifndef SMTPVET_TLS_SERVER_OPTIONS_H
#define SMTPVET_TLS_SERVER_OPTIONS_H

#include "harness/base/span.h"

struct tls_worker;
struct tls_identity;
struct tls_trust;

/* What a server's records become behind the handshake (spoil.h); suites with AEAD only. */
enum tls_spoil {
    TLS_SPOIL_NOTHING,
    TLS_SPOIL_EMPTY_RECORDS, /* one without an octet before each that has text */
    TLS_SPOIL_EMPTY_FLOOD,
    TLS_SPOIL_WARNINGS, /* an alert that is a warning before each */
    TLS_SPOIL_WARNING_FLOOD,
    TLS_SPOIL_KEY_UPDATES,              /* new keys for each */
    TLS_SPOIL_KEY_UPDATES_ASKED,        /* … and the peer is to change its own */
    TLS_SPOIL_LATE_CERTIFICATE_REQUEST, /* RFC 8446 §4.6.2, before each */
    TLS_SPOIL_WRONG_TYPE,               /* the text comes in records of an unknown type */
    TLS_SPOIL_LARGE_RECORD,             /* … in records larger than 2^14 octets */
    TLS_SPOIL_BAD_MAC,
    TLS_SPOIL_REPEATED, /* each record twice */
};

struct tls_server_identity {
    const struct tls_identity *identity;
    const char *for_sni; /* NULL: default. Of several for one name the client's signature
                            algorithms choose; the first of its kind of key counts. */
};
/* What becomes of a server name that the server does not have, or of a hello without one. */
enum tls_name {
    TLS_NAME_DEFAULT, /* the default certificate, without a word */
    TLS_NAME_WARN,    /* unrecognized_name as a warning, then the default certificate */
    TLS_NAME_ALERT,   /* unrecognized_name; handshake_failure where there is none */
    TLS_NAME_CLOSE,   /* no word at all */
};
/* Whether a client is asked for a certificate (RFC 8446 §4.3.2). */
enum tls_ask {
    TLS_ASK_NOT,
    TLS_ASK_REQUEST,
    TLS_ASK_REQUIRE, /* who has none is refused */
    TLS_ASK_LATER,   /* behind the handshake (§4.6.2), where TLS 1.3 and the client allow it */
};
/* What a server gives its clients to resume by; count 0: nothing. */
struct tls_tickets {
    unsigned count;      /* in TLS 1.3; before it, one */
    unsigned early_data; /* octets that it would take before the handshake; it reads none */
    int64_t lifetime_s;
    bool refused; /* they are given, and lead to whole handshakes */
    bool again;   /* further ones come before whatever it says in TLS 1.3 */
};
struct tls_server_options {
    struct tls_worker *worker;
    const struct tls_server_identity *identities;
    size_t identities_len;
    unsigned protocols;
    const char *ciphers, *groups, *signatures; /* as in tls_client_options */
    const char *host; /* a server name that it has beside those of identities; NULL: none */
    enum tls_name name_unknown, name_missing;
    enum tls_ask ask;
    const struct tls_trust *client_trust; /* what client certificates are checked by */
    bool client_problem_stops; /* the trust's roots are named, and who is of no other is refused */
    size_t authorities_octets; /* further names of CAs, up to so many octets of them */
    int64_t verify_at_s;       /* of the client's certificate */
    struct tls_tickets tickets;
    bool renegotiates; /* asks for a second handshake before TLS 1.3, once it was spoken to */
    int dh_bits; /* of finite fields: 512, 768, 1024, 1536, 2048; 0: as strong as the certificate */
    bool no_extended_master_secret; /* RFC 7627 */
    struct span alpn;  /* what it speaks; who offers only others is refused; empty: no ALPN */
    bool alpn_unasked; /* chooses its first, whatever was offered */
    int security_level;
    size_t record_max; /* octets of plain text in a record; 0: the library's */
    bool seals_alerts; /* as in tls_client_options */
    enum tls_spoil spoil;
};

#endif
