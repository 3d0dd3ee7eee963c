#include "harness/tls/session.h"

/* Which results of the library mean a flag: the table's last column, the library's prefix put
 * before each name. A row is filled up with nothing, and the prefix before nothing is no result.
 * The token behind TLS_VERIFY_END_ makes a row with too many names an error of the compiler. */
#define X509_V_ERR_ (-1)
#define TLS_VERIFY_RESULTS_MAX 16 /* names in a row; the longest has 15 */
#define TLS_VERIFY_END_
#define TLS_VERIFY_ROW(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, ...)              \
    {                                                                                       \
        X509_V_ERR_##a, X509_V_ERR_##b, X509_V_ERR_##c, X509_V_ERR_##d, X509_V_ERR_##e,     \
            X509_V_ERR_##f, X509_V_ERR_##g, X509_V_ERR_##h, X509_V_ERR_##i, X509_V_ERR_##j, \
            X509_V_ERR_##k, X509_V_ERR_##l, X509_V_ERR_##m, X509_V_ERR_##n, X509_V_ERR_##o, \
            X509_V_ERR_##p TLS_VERIFY_END_##q                                               \
    }
#define RESULTS(...) TLS_VERIFY_ROW(__VA_ARGS__, , , , , , , , , , , , , , , , , , )

static const struct tls_verify_row {
    unsigned flag;
    int results[TLS_VERIFY_RESULTS_MAX];
} tls_verify_rows[] = {
#define CERTIFICATE_FLAG(symbol, name, seed_name, seed_value, sentence, results) \
    {CERTIFICATE_##symbol, results},
#include "harness/evidence/certificate_flags.def"
#undef CERTIFICATE_FLAG
};

static unsigned tls_verify_flag(int code)
{
    for (size_t i = 0; i < ARRAY_LEN(tls_verify_rows); i++) {
        for (size_t j = 0; j < TLS_VERIFY_RESULTS_MAX; j++) {
            if (tls_verify_rows[i].results[j] == code) {
                return tls_verify_rows[i].flag;
            }
        }
    }
    return CERTIFICATE_OTHER;
}

static void tls_verify_keep(struct tls_verify *verify, unsigned flag, struct tls_problem problem)
{
    verify->flags |= flag;
    if ((flag & ~(verify->forgiven | verify->pardoned)) != 0 &&
        verify->first_unforgiven.code == X509_V_OK) {
        verify->first_unforgiven = problem;
    }
    if (verify->problems_len < TLS_PROBLEMS_MAX) {
        verify->problems[verify->problems_len++] = problem;
    }
}

static void tls_verify_note(struct tls_verify *verify, struct tls_problem problem)
{
    tls_verify_keep(verify, tls_verify_flag(problem.code), problem);
}

void tls_verify_add(struct tls_verify *verify, unsigned flag, int code)
{
    tls_verify_keep(verify, flag, (struct tls_problem){.depth = 0, .code = code});
}

static struct tls_session *tls_verify_session(X509_STORE_CTX *context)
{
    return tls_session_of(
        X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
}

/* Asked at each problem whether to go on. Always: an answer of 0 would hide those behind it. So
 * would an error that is left standing: with a small key noted, the library tells that one a second
 * time where it means that the root is not trusted. */
static int tls_verify_collect(int good, X509_STORE_CTX *context)
{
    if (!good) {
        tls_verify_note(&tls_verify_session(context)->verify,
            (struct tls_problem){.depth = X509_STORE_CTX_get_error_depth(context),
                .code = X509_STORE_CTX_get_error(context)});
        X509_STORE_CTX_set_error(context, X509_V_OK);
    }
    return 1;
}

static void tls_verify_keep_chain(struct tls_verify *verify, X509_STORE_CTX *context)
{
    X509 *leaf = X509_STORE_CTX_get0_cert(context);
    if (leaf != NULL && X509_up_ref(leaf) == 1) {
        X509_free(verify->leaf);
        verify->leaf = leaf;
    }
    verify->chain_len = sk_X509_num(X509_STORE_CTX_get0_untrusted(context));
}

/* RFC 5280 §6, RFC 9525 §6. The library's own way is to stop at the first problem (the right alert,
 * one problem told) or to be overruled at each (all problems told, no alert, the handshake goes
 * on). Here all are collected, then it is decided, and the error that is left behind picks the
 * alert (RFC 8446 §6.2). */
int tls_verify_chain(X509_STORE_CTX *context, void *unused)
{
    (void)unused;
    struct tls_session *session = tls_verify_session(context);
    struct tls_verify *verify = &session->verify;
    verify->ran = true;
    tls_verify_keep_chain(verify, context);
    tls_pin_check(verify, session->worker->fingerprint);
    X509_STORE_CTX_set_verify_cb(context, tls_verify_collect);
    if (X509_verify_cert(context) <= 0) {
        /* Not a problem that could be overruled: out of memory, a key that cannot be read. What
         * comes behind it was not looked at, so it is noted under no flag but this. */
        tls_verify_note(
            verify, (struct tls_problem){.depth = X509_STORE_CTX_get_error_depth(context),
                        .code = X509_V_ERR_UNSPECIFIED});
    }
    if (verify->pins_len > 0 && !verify->pinned) {
        tls_verify_add(verify, CERTIFICATE_PIN_MISMATCH, X509_V_ERR_CERT_REJECTED);
    }
    /* What was overruled has left its traces, and both peers share the queue. */
    tls_errors_clear();
    verify->refused = verify->stop_on_problem && verify->first_unforgiven.code != X509_V_OK;
    X509_STORE_CTX_set_error(context, verify->refused ? verify->first_unforgiven.code : X509_V_OK);
    if (verify->refused) {
        X509_STORE_CTX_set_error_depth(context, verify->first_unforgiven.depth);
    }
    return verify->refused ? 0 : 1;
}
