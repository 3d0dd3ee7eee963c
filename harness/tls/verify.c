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
    sk_X509_pop_free(verify->sent, X509_free);
    verify->sent = X509_chain_up_ref(X509_STORE_CTX_get0_untrusted(context));
    verify->chain_len = sk_X509_num(verify->sent);
}

static void tls_verify_keep_root(struct tls_verify *verify, X509_STORE_CTX *context)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    X509 *root = sk_X509_num(chain) > 0 ? sk_X509_value(chain, sk_X509_num(chain) - 1) : NULL;
    if (root != NULL && X509_up_ref(root) == 1) {
        X509_free(verify->root);
        verify->root = root;
    }
}

static int64_t tls_verify_end_s(const X509 *certificate)
{
    struct tm tm;
    return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) == 1 ? (int64_t)timegm(&tm)
                                                                      : INT64_MIN;
}

static void tls_verify_keep_end(struct tls_verify *verify, X509_STORE_CTX *context)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    verify->chain_end_s = verify->leaf == NULL ? INT64_MAX : tls_verify_end_s(verify->leaf);
    for (int i = 0; i < sk_X509_num(chain); i++) {
        int64_t end_s = tls_verify_end_s(sk_X509_value(chain, i));
        verify->chain_end_s = end_s < verify->chain_end_s ? end_s : verify->chain_end_s;
    }
}

/* The alerts of RFC 8446 §6.2 as the library picks them. It is left to the library wherever it can
 * be: this is for the certificate that was judged after it had been taken. */
static int tls_verify_alert(int code)
{
    switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CRL_HAS_EXPIRED:
        return SSL_AD_CERTIFICATE_EXPIRED;
    case X509_V_ERR_CERT_REVOKED:
        return SSL_AD_CERTIFICATE_REVOKED;
    case X509_V_ERR_INVALID_PURPOSE:
        return SSL_AD_UNSUPPORTED_CERTIFICATE;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
        return SSL_AD_DECRYPT_ERROR;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return SSL_AD_UNKNOWN_CA;
    case X509_V_ERR_UNSPECIFIED:
        return SSL_AD_INTERNAL_ERROR;
    default:
        break;
    }
    /* Keys, digests, names and moments; the library has no alert for the rest. */
    unsigned plain = CERTIFICATE_WEAK_KEY | CERTIFICATE_WEAK_SIGNATURE | CERTIFICATE_NAME_MISMATCH |
                     CERTIFICATE_NOT_YET_VALID | CERTIFICATE_EXPIRED | CERTIFICATE_UNTRUSTED_ROOT;
    return (tls_verify_flag(code) & plain) != 0 ? SSL_AD_BAD_CERTIFICATE
                                                : SSL_AD_CERTIFICATE_UNKNOWN;
}

/* --- revocation --- */

bool tls_verify_add_lists(struct tls_verify *verify, const struct span *lists, size_t len)
{
    verify->lists = sk_X509_CRL_new_null();
    for (size_t i = 0; i < len; i++) {
        const unsigned char *at = lists[i].data;
        X509_CRL *list = d2i_X509_CRL(NULL, &at, (long)lists[i].len);
        if (list == NULL || sk_X509_CRL_push(verify->lists, list) == 0) {
            X509_CRL_free(list);
            return false;
        }
    }
    return verify->lists != NULL;
}

void tls_verify_done(struct tls_verify *verify)
{
    X509_free(verify->leaf);
    X509_free(verify->issuer);
    X509_free(verify->root);
    sk_X509_pop_free(verify->sent, X509_free);
    sk_X509_CRL_pop_free(verify->lists, X509_CRL_free);
}

/* What signed itself is its own issuer, also where the chain goes no further. */
static void tls_verify_keep_issuer(struct tls_verify *verify, X509_STORE_CTX *context)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    X509 *leaf = verify->leaf, *issuer = NULL;
    if (sk_X509_num(chain) > 1) {
        issuer = sk_X509_value(chain, 1);
    } else if (X509_NAME_cmp(X509_get_subject_name(leaf), X509_get_issuer_name(leaf)) == 0) {
        issuer = leaf;
    }
    X509_free(verify->issuer);
    verify->issuer = issuer != NULL && X509_up_ref(issuer) == 1 ? issuer : NULL;
}

/* RFC 6066 §8: an answer that was asked for and is not satisfactory ends it. None is a problem
 * only of a certificate that demands one (RFC 7633 §4.2.3). */
static void tls_verify_look_at_staple(struct tls_session *session)
{
    struct tls_verify *verify = &session->verify;
    verify->staple_looked_at = true;
    verify->ocsp = tls_staple_read(
        tls_staple_of(session->ssl), verify->leaf, verify->issuer, verify->at_s);
    if (!verify->judges_staple && !verify->must_staple) {
        return;
    }
    switch (verify->ocsp) {
    case TLS_OCSP_NOT_ASKED:
    case TLS_OCSP_GOOD:
        break;
    case TLS_OCSP_ABSENT:
        if (verify->must_staple) {
            tls_verify_add(verify, CERTIFICATE_STAPLE_MISSING, X509_V_ERR_OCSP_VERIFY_NEEDED);
        }
        break;
    case TLS_OCSP_REVOKED:
        tls_verify_add(verify, CERTIFICATE_REVOKED, X509_V_ERR_CERT_REVOKED);
        break;
    default:
        tls_verify_add(verify, CERTIFICATE_REVOCATION_UNKNOWN, X509_V_ERR_OCSP_VERIFY_FAILED);
        break;
    }
}

static void tls_verify_decide(struct tls_verify *verify)
{
    verify->refused = verify->stop_on_problem && verify->first_unforgiven.code != X509_V_OK;
}

static bool tls_verify_is_about_staple(int code)
{
    return code == X509_V_ERR_OCSP_VERIFY_NEEDED || code == X509_V_ERR_OCSP_VERIFY_FAILED;
}

void tls_verify_staple(struct tls_session *session)
{
    struct tls_verify *verify = &session->verify;
    if (verify->leaf == NULL) {
        return;
    }
    if (!verify->staple_looked_at) {
        tls_verify_look_at_staple(session);
    }
    if (verify->waits) {
        verify->waits = false;
        tls_verify_decide(verify);
        if (verify->refused && !tls_verify_is_about_staple(verify->first_unforgiven.code)) {
            session->alert_instead = tls_verify_alert(verify->first_unforgiven.code);
        }
    }
}

/* --- the whole --- */

/* Problems of the library's and of our own, all of them. */
static void tls_verify_find(struct tls_session *session, X509_STORE_CTX *context)
{
    struct tls_verify *verify = &session->verify;
    tls_pin_check(verify, session->worker->fingerprint);
    X509_STORE_CTX_set_verify_cb(context, tls_verify_collect);
    if (verify->checks_lists) {
        X509_STORE_CTX_set0_crls(context, verify->lists);
    }
    if (X509_verify_cert(context) <= 0) {
        /* Not a problem that could be overruled: out of memory, a key that cannot be read. What
         * comes behind it was not looked at, so it is noted under no flag but this. */
        tls_verify_note(
            verify, (struct tls_problem){.depth = X509_STORE_CTX_get_error_depth(context),
                        .code = X509_V_ERR_UNSPECIFIED});
    }
    tls_verify_keep_root(verify, context);
    tls_verify_keep_end(verify, context);
    if (verify->pins_len > 0 && !verify->pinned) {
        tls_verify_add(verify, CERTIFICATE_PIN_MISMATCH, X509_V_ERR_CERT_REJECTED);
    }
    if (verify->leaf != NULL && verify->asks_for_staple) {
        verify->must_staple = tls_staple_is_demanded(verify->leaf);
        tls_verify_keep_issuer(verify, context);
        if (SSL_version(session->ssl) == TLS1_3_VERSION) {
            tls_verify_look_at_staple(session);
        } else {
            verify->waits = verify->judges_staple || verify->must_staple;
        }
    }
}

/* RFC 5280 §6, RFC 9525 §6. The library's own way is to stop at the first problem (the right alert,
 * one problem told) or to be overruled at each (all problems told, no alert, the handshake goes
 * on). Here all are collected, then it is decided, and the error that is left behind picks the
 * alert (RFC 8446 §6.2). What the staple is to blame for is refused a little later, by
 * tls_staple_seen, for the library has no such error. */
int tls_verify_chain(X509_STORE_CTX *context, void *unused)
{
    (void)unused;
    struct tls_session *session = tls_verify_session(context);
    struct tls_verify *verify = &session->verify;
    verify->ran = true;
    tls_verify_keep_chain(verify, context);
    tls_verify_find(session, context);
    /* What was overruled has left its traces, and both peers share the queue. */
    tls_errors_clear();
    if (!verify->waits) {
        tls_verify_decide(verify);
    }
    bool now = verify->refused && !tls_verify_is_about_staple(verify->first_unforgiven.code);
    /* A server that goes on all the same remembers what was wrong with its client. */
    bool wrong = now || session->server;
    X509_STORE_CTX_set_error(context, wrong ? verify->first_unforgiven.code : X509_V_OK);
    if (now) {
        X509_STORE_CTX_set_error_depth(context, verify->first_unforgiven.depth);
    }
    return now ? 0 : 1;
}
