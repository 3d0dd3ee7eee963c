#include "harness/tls/random.h"
#include "harness/tls/resume.h"

#include <stdio.h>

void tls_library_init(void)
{
    (void)OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS |
                               OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
        NULL);
}

/* "OpenSSL 3.0.22 25 Aug 2026" without the date. */
const char *tls_library_version(void)
{
    static _Thread_local char version[64];
    const char *text = OpenSSL_version(OPENSSL_VERSION);
    const char *end = strchr(text, ' ');
    end = end == NULL ? NULL : strchr(end + 1, ' ');
    snprintf(
        version, sizeof version, "%.*s", end == NULL ? (int)strlen(text) : (int)(end - text), text);
    return version;
}

static SSL_CTX *tls_worker_context(const SSL_METHOD *method)
{
    SSL_CTX *context = SSL_CTX_new(method);
    if (context == NULL) {
        return NULL;
    }
    SSL_CTX_set_msg_callback(context, tls_observe_message);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    /* Tickets cost 5 % of a handshake and, in TLS 1.2, hold the time of day. A second handshake
     * (RFC 5746 §4.5: may be refused) would make two sessions of one. */
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS); /* idle, they would be 32 KiB */
    SSL_CTX_set_max_cert_list(context, TLS_CHAIN_OCTETS_MAX);
    SSL_CTX_set_verify_depth(context, TLS_CHAIN_DEPTH_MAX);
    return context;
}

static SSL_CTX *tls_worker_make(bool server, bool seals_alerts, bool resumes)
{
    SSL_CTX *context = tls_worker_context(server ? TLS_server_method() : TLS_client_method());
    if (context == NULL) {
        return NULL;
    }
    if (server) {
        SSL_CTX_set_client_hello_cb(context, tls_hello_seen, NULL);
        SSL_CTX_set_alpn_select_cb(context, tls_options_choose_protocol, NULL);
        SSL_CTX_set_num_tickets(context, 0);
        SSL_CTX_set_tlsext_status_cb(context, tls_staple_answer);
        SSL_CTX_set_dh_auto(context, 1);
    } else {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_tlsext_status_cb(context, tls_staple_seen);
    }
    SSL_CTX_set_cert_verify_callback(context, tls_verify_chain, NULL);
    if (resumes && !tls_resume_set_context(context, server)) {
        SSL_CTX_free(context);
        return NULL;
    }
    if (seals_alerts) {
        /* The library writes each secret as hexadecimal for it: 5 % of a handshake. */
        SSL_CTX_set_keylog_callback(context, tls_observe_secret);
    }
    return context;
}

/* Contexts are made when they are first needed: few sessions seal alerts of their own. */
SSL_CTX *tls_worker_get(struct tls_worker *worker, bool server, bool seals_alerts, bool resumes)
{
    SSL_CTX **context = &worker->contexts[server ? 1 : 0][seals_alerts ? 1 : 0][resumes ? 1 : 0];
    if (*context == NULL) {
        /* Not from a session's seed: which session comes first must not show in its bytes. */
        struct random_source *seeded = tls_random_enter(NULL);
        *context = tls_worker_make(server, seals_alerts, resumes);
        tls_random_enter(seeded);
    }
    return *context;
}

struct tls_worker *tls_worker_new(struct fail *fail)
{
    tls_errors_clear();
    struct tls_worker *worker = mem_zalloc(1, sizeof *worker);
    worker->bytes = tls_session_bio_method();
    worker->fingerprint = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (worker->bytes == NULL || worker->fingerprint == NULL ||
        tls_worker_get(worker, false, false, false) == NULL ||
        tls_worker_get(worker, true, false, false) == NULL) {
        const char *reason = ERR_reason_error_string(ERR_peek_error());
        fail_set(fail, FAIL_INTERNAL, "OpenSSL cannot be used: %s",
            reason == NULL ? "not known why" : reason);
        tls_errors_clear();
        tls_worker_free(worker);
        return NULL;
    }
    tls_errors_clear();
    return worker;
}

void tls_worker_free(struct tls_worker *worker)
{
    if (worker != NULL) {
        for (size_t role = 0; role < ARRAY_LEN(worker->contexts); role++) {
            for (size_t seals = 0; seals < ARRAY_LEN(worker->contexts[role]); seals++) {
                SSL_CTX_free(worker->contexts[role][seals][0]);
                SSL_CTX_free(worker->contexts[role][seals][1]);
            }
        }
        EVP_MD_free(worker->fingerprint);
        BIO_meth_free(worker->bytes);
        OPENSSL_cleanse(worker->scratch, sizeof worker->scratch);
        mem_free(worker);
    }
}
