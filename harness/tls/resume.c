#include "harness/tls/resume.h"

#include <stdio.h>

#include "harness/base/text.h"
#include "harness/tls/memory.h"
#include "harness/tls/vector.h"

#define TLS_MEMORY_MAX 8 /* sessions kept; a server seldom sends more than two tickets */
#define TLS_MEMORY_KEY_MAX 4096
/* Ends no session: how old a ticket may be is decided by the time that is told. */
#define TLS_RESUME_FOREVER_S (INT64_C(100) * 365 * 86400)
#define TLS_RESUME_EARLY_DATA 42 /* RFC 8446 §4.2: ExtensionType */

struct tls_memory_item {
    char *key; /* all that the session was made for */
    SSL_SESSION *session;
    int64_t kept_s;    /* by the time that is told */
    int64_t library_s; /* by the library's own clock */
    struct tls_known known;
};

struct tls_memory {
    struct tls_memory_item items[TLS_MEMORY_MAX]; /* the latest last */
    size_t len;
};

struct tls_memory *tls_memory_new(void)
{
    return mem_zalloc(1, sizeof(struct tls_memory));
}

static void tls_memory_drop(struct tls_memory *memory, size_t at)
{
    SSL_SESSION_free(memory->items[at].session);
    mem_free(memory->items[at].key);
    memory->len--;
    memmove(
        &memory->items[at], &memory->items[at + 1], (memory->len - at) * sizeof memory->items[at]);
}

void tls_memory_free(struct tls_memory *memory)
{
    while (memory != NULL && memory->len > 0) {
        tls_memory_drop(memory, memory->len - 1);
    }
    mem_free(memory);
}

/* --- a client's --- */

static char *tls_resume_key(const struct tls_client_options *options)
{
    CLEANUP(buf_done) struct buf key = {0};
    buf_init(&key, TLS_MEMORY_KEY_MAX);
    buf_printf(&key, "%s %u %s %p %x %d %d %x ", options->name == NULL ? "" : options->name,
        (unsigned)options->port, options->sni == NULL ? "" : options->sni,
        (const void *)options->trust, options->forgiven, (int)options->stop_on_problem,
        options->security_level, options->protocols);
    text_hex_encode(options->alpn, "0123456789abcdef", &key);
    return key.over ? NULL : mem_strdup(buf_text(&key));
}

/* RFC 8446 appendix C.4, §4.6.1: an old ticket is not offered, nor one of whose chain a certificate
 * has ended since: nobody would look at it again, nor tell it where it is overlooked. */
static bool tls_resume_is_good(
    const struct tls_memory_item *item, const struct tls_client_options *options)
{
    int64_t age_s = options->now_s - item->kept_s;
    int64_t lifetime_s = (int64_t)SSL_SESSION_get_ticket_lifetime_hint(item->session);
    bool over = (item->known.flags & CERTIFICATE_EXPIRED) == 0 &&
                item->known.chain_end_s < options->verify_at_s;
    return age_s >= 0 && (lifetime_s == 0 || age_s <= lifetime_s) && !over &&
           SSL_SESSION_is_resumable(item->session) == 1;
}

/* The library counts a ticket's age by its own clock. */
static void tls_resume_offer(struct tls_session *session, const struct tls_client_options *options)
{
    struct tls_memory *memory = options->memory;
    for (size_t i = memory->len; i > 0; i--) {
        struct tls_memory_item *item = &memory->items[i - 1];
        if (strcmp(item->key, session->memory_key) != 0) {
            continue;
        }
        if (!tls_resume_is_good(item, options)) {
            tls_memory_drop(memory, i - 1);
            continue;
        }
        (void)SSL_SESSION_set_time(
            item->session, (long)(item->library_s - (options->now_s - item->kept_s)));
        session->known = item->known;
        (void)SSL_set_session(session->ssl, item->session);
        if (SSL_SESSION_get_protocol_version(item->session) == TLS1_3_VERSION) {
            tls_memory_drop(memory, i - 1); /* a ticket is used once, else it links sessions */
        }
        return;
    }
}

void tls_resume_set_client(struct tls_session *session, const struct tls_client_options *options)
{
    if (options->memory == NULL) {
        return;
    }
    session->memory = options->memory;
    session->now_s = options->now_s;
    session->memory_key = tls_resume_key(options);
    (void)SSL_clear_options(session->ssl, SSL_OP_NO_TICKET);
    if (session->memory_key != NULL) {
        tls_resume_offer(session, options);
    }
}

void tls_resume_done(struct tls_session *session)
{
    mem_free(session->memory_key);
}

/* SSL_CTX_sess_set_new_cb: 1 keeps the reference. A session that has problems, other than those
 * that the client was told to overlook, is checked anew each time. */
static int tls_resume_keep(SSL *ssl, SSL_SESSION *kept)
{
    struct tls_session *session = tls_session_of(ssl);
    const struct tls_verify *verify = &session->verify;
    unsigned flags = verify->ran ? verify->flags : session->known.flags;
    unsigned pardoned = verify->forgiven | verify->pardoned | session->known.pardoned;
    if (session->memory == NULL || session->memory_key == NULL || (flags & ~pardoned) != 0) {
        return 0;
    }
    struct tls_memory *memory = session->memory;
    if (memory->len == TLS_MEMORY_MAX) {
        tls_memory_drop(memory, 0);
    }
    struct tls_memory_item *item = &memory->items[memory->len++];
    *item = (struct tls_memory_item){
        .key = mem_strdup(session->memory_key),
        .session = kept,
        .kept_s = session->now_s,
        .library_s = SSL_SESSION_get_time(kept),
        .known = session->known,
    };
    if (verify->ran) {
        item->known = (struct tls_known){.flags = verify->flags,
            .pardoned = verify->pardoned,
            .chain_len = verify->chain_len,
            .pinned = verify->pinned,
            .chain_end_s = verify->chain_end_s,
            .staple_looked_at = verify->staple_looked_at,
            .must_staple = verify->must_staple,
            .ocsp = verify->ocsp};
    }
    return 1;
}

void tls_resume_opened(struct tls_session *session)
{
    struct tls_verify *verify = &session->verify;
    if (SSL_session_reused(session->ssl) == 0 || verify->ran) {
        return;
    }
    if (session->server) {
        verify->flags = session->known.flags;
        return;
    }
    verify->leaf = SSL_get1_peer_certificate(session->ssl);
    verify->flags = session->known.flags;
    verify->pardoned = session->known.pardoned;
    verify->chain_len = session->known.chain_len;
    verify->pinned = session->known.pinned;
    verify->chain_end_s = session->known.chain_end_s;
    verify->staple_looked_at = session->known.staple_looked_at;
    verify->must_staple = session->known.must_staple;
    verify->ocsp = session->known.ocsp;
    verify->ran = true;
}

/* Its lifetime and age, a nonce, the ticket, extensions: only the last matter here. */
void tls_resume_ticket(struct tls_session *session, struct span message)
{
    struct span rest = span_from(message, SSL3_HM_HEADER_LENGTH + 4 + 4);
    session->tickets++;
    (void)tls_vector_take(&rest, 1);
    (void)tls_vector_take(&rest, 2);
    struct span extensions = tls_vector_take(&rest, 2);
    while (extensions.len > 0) {
        unsigned type = tls_vector_number(&extensions, 2);
        struct span body = tls_vector_take(&extensions, 2);
        if (type == TLS_RESUME_EARLY_DATA && body.len == 4) {
            session->early_data = tls_vector_number(&body, 4);
        }
    }
}

/* --- a server's --- */

/* Of a client's certificate the library has one problem in a ticket, and not when it ends: all of
 * it goes in, so that nothing that was found is forgotten. */
static int tls_resume_write_client(const struct tls_session *session, SSL_SESSION *written)
{
    const struct tls_verify *verify = &session->verify;
    const struct tls_known *known = &session->known;
    int64_t found[] = {(int64_t)(verify->ran ? verify->flags : known->flags),
        verify->ran ? verify->chain_end_s : known->chain_end_s};
    return SSL_SESSION_get0_peer(written) == NULL
               ? 1
               : SSL_SESSION_set1_ticket_appdata(written, found, sizeof found);
}

static bool tls_resume_read_client(struct tls_session *session, SSL_SESSION *read)
{
    void *data = NULL;
    size_t len = 0;
    int64_t found[2] = {0, INT64_MAX};
    if (SSL_SESSION_get0_peer(read) != NULL) {
        if (SSL_SESSION_get0_ticket_appdata(read, &data, &len) != 1 || len != sizeof found) {
            return false;
        }
        memcpy(found, data, sizeof found);
    }
    session->known = (struct tls_known){.flags = (unsigned)found[0], .chain_end_s = found[1]};
    return (session->known.flags & CERTIFICATE_EXPIRED) != 0 || found[1] >= session->verify.at_s;
}

static int tls_resume_write_ticket(SSL *ssl, void *unused)
{
    struct tls_session *session = tls_session_of(ssl);
    SSL_SESSION *written = SSL_get_session(ssl);
    (void)unused;
    (void)SSL_SESSION_set_time(written, (long)session->now_s);
    (void)SSL_SESSION_set_timeout(written, (long)session->ticket_lifetime_s);
    return tls_resume_write_client(session, written);
}

static SSL_TICKET_RETURN tls_resume_read_ticket(SSL *ssl, SSL_SESSION *read,
    const unsigned char *name, size_t name_len, SSL_TICKET_STATUS status, void *unused)
{
    struct tls_session *session = tls_session_of(ssl);
    (void)name, (void)name_len, (void)unused;
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) {
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    }
    int64_t age_s = session->now_s - (int64_t)SSL_SESSION_get_time(read);
    if (session->tickets_refused || age_s < 0 || age_s > session->ticket_lifetime_s ||
        !tls_resume_read_client(session, read)) {
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    }
    (void)SSL_SESSION_set_timeout(read, (long)TLS_RESUME_FOREVER_S);
    return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
}

bool tls_resume_set_server(struct tls_session *session, const struct tls_tickets *tickets)
{
    static const uint8_t context[] = "smtpvet"; /* the same for all: others are told apart by key */
    if (tickets->count == 0) {
        return true;
    }
    session->tickets_refused = tickets->refused;
    session->tickets_again = tickets->again;
    session->ticket_lifetime_s = tickets->lifetime_s;
    (void)SSL_clear_options(session->ssl, SSL_OP_NO_TICKET);
    if (tickets->early_data > 0) {
        /* Against replays the library would keep sessions in memory. Nothing early is read here. */
        SSL_set_options(session->ssl, SSL_OP_NO_ANTI_REPLAY);
        (void)SSL_set_max_early_data(session->ssl, tickets->early_data);
    }
    return SSL_set_num_tickets(session->ssl, tickets->count) == 1 &&
           SSL_set_session_id_context(session->ssl, context, sizeof context - 1) == 1;
}

void tls_resume_writes(struct tls_session *session)
{
    if (session->tickets_again && SSL_version(session->ssl) == TLS1_3_VERSION) {
        (void)SSL_new_session_ticket(session->ssl);
    }
}

/* --- contexts --- */

bool tls_resume_set_context(SSL_CTX *context, bool server)
{
    /* For every server the same: a ticket is as reproducible as what it was made from, and one that
     * another server made is good, as behind one name with several hosts. */
    static const char keys[] =
        "smtpvet: these octets are the key of all tickets; they are no secret"
        " at all.    ";
    if (server) {
        return SSL_CTX_set_tlsext_ticket_keys(context, (void *)(uintptr_t)keys, sizeof keys - 1) ==
                   1 &&
               SSL_CTX_set_session_ticket_cb(
                   context, tls_resume_write_ticket, tls_resume_read_ticket, NULL) == 1;
    }
    SSL_CTX_set_session_cache_mode(
        context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL | SSL_SESS_CACHE_NO_AUTO_CLEAR);
    SSL_CTX_sess_set_new_cb(context, tls_resume_keep);
    return true;
}
