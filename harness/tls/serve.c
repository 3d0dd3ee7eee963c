/* What a server's session is told beyond what both roles have: names, certificates by name. */
#include "harness/tls/serve.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <stdio.h>

#include "harness/base/text.h"
#include "harness/tls/resume.h"

/* --- certificates by name --- */

bool tls_session_present(struct tls_session *session, const struct tls_identity *identity)
{
    if (identity->weak) {
        SSL_set_security_level(session->ssl, 0);
    }
    return SSL_use_cert_and_key(session->ssl, identity->leaf, identity->key, identity->rest, 1) ==
           1;
}

/* RFC 6066 §3: DNS names are compared without regard to case. An empty name: the default. */
static bool tls_serve_is_for(const struct tls_server_identity *row, struct span name)
{
    return name.len == 0
               ? row->for_sni == NULL
               : row->for_sni != NULL && text_equal_caseless(span_text(row->for_sni), name);
}

/* Of one kind of key the library keeps the last that it was given: the first is given last. */
bool tls_serve_present_for(struct tls_session *session, struct span name, bool *ret_any)
{
    bool good = true;
    *ret_any = false;
    for (size_t i = session->identities_len; i > 0; i--) {
        const struct tls_server_identity *row = &session->identities[i - 1];
        if (tls_serve_is_for(row, name)) {
            if (!*ret_any) {
                SSL_certs_clear(session->ssl);
            }
            *ret_any = true;
            good = tls_session_present(session, row->identity) && good;
        }
    }
    return good;
}

static bool tls_serve_default(struct tls_session *session)
{
    bool any;
    bool good = tls_serve_present_for(session, SPAN_EMPTY, &any);
    return any || session->identities_len == 0
               ? good
               : tls_session_present(session, session->identities[0].identity);
}

/* --- names --- */

/* RFC 6066 §3: a warning goes before the ServerHello. TLS 1.3 has none, and OpenSSL sends none
 * there; clients are to ignore it all the same, so it is written by hand. */
static void tls_serve_warn(struct tls_session *session)
{
    static const uint8_t warning[] = {
        SSL3_RT_ALERT, 3, 3, 0, 2, SSL3_AL_WARNING, SSL_AD_UNRECOGNIZED_NAME};
    buf_append(&session->output, span_of(warning, sizeof warning));
}

/* RFC 8446 §9.2 would have missing_extension for a hello without a name; before a version is chosen
 * the library makes handshake_failure of it. */
int tls_serve_name(struct tls_session *session, struct span name, int *alert)
{
    bool known = false;
    if (name.len > 0 && !tls_serve_present_for(session, name, &known)) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return SSL_CLIENT_HELLO_ERROR;
    }
    known = name.len > 0 && (known || (session->host != NULL &&
                                          text_equal_caseless(span_text(session->host), name)));
    if (known) {
        return SSL_CLIENT_HELLO_SUCCESS;
    }
    switch (name.len == 0 ? session->name_missing : session->name_unknown) {
    case TLS_NAME_DEFAULT:
        break;
    case TLS_NAME_WARN:
        tls_serve_warn(session);
        break;
    case TLS_NAME_ALERT:
        *alert = name.len == 0 ? SSL_AD_HANDSHAKE_FAILURE : SSL_AD_UNRECOGNIZED_NAME;
        return SSL_CLIENT_HELLO_ERROR;
    case TLS_NAME_CLOSE:
        *alert = TLS_NO_ALERT; /* the library knows the same value as "none" */
        return SSL_CLIENT_HELLO_ERROR;
    }
    return SSL_CLIENT_HELLO_SUCCESS;
}

/* --- certificates of clients --- */

#define TLS_SERVE_AUTHORITY_TEXT 64  /* room for the text of a made-up name */
#define TLS_SERVE_AUTHORITY_LENGTH 2 /* octets in front of each name (RFC 8446 §4.2.4) */

static bool tls_serve_name_roots(STACK_OF(X509_NAME) * names, X509_STORE *store)
{
    const STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        X509 *root = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
        X509_NAME *name = root == NULL ? NULL : X509_NAME_dup(X509_get_subject_name(root));
        if (root != NULL && sk_X509_NAME_push(names, name) == 0) {
            X509_NAME_free(name);
            return false;
        }
    }
    return true;
}

/* As servers have that take all the system's roots for issuers of clients. */
static bool tls_serve_name_others(STACK_OF(X509_NAME) * names, size_t octets_max)
{
    size_t octets = 0;
    for (unsigned i = 0;; i++) {
        char text[TLS_SERVE_AUTHORITY_TEXT];
        snprintf(text, sizeof text, "smtpvet authority of clients, number %u", i);
        X509_NAME *name = X509_NAME_new();
        bool made = name != NULL && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                        (const unsigned char *)text, -1, -1, 0) == 1;
        int len = made ? i2d_X509_NAME(name, NULL) : -1;
        octets += TLS_SERVE_AUTHORITY_LENGTH + (len > 0 ? (size_t)len : 0);
        if (len <= 0 || octets > octets_max || sk_X509_NAME_push(names, name) == 0) {
            X509_NAME_free(name);
            return made && octets > octets_max;
        }
    }
}

static bool tls_serve_name_authorities(
    struct tls_session *session, const struct tls_server_options *options)
{
    STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
    bool good = names != NULL &&
                (!options->client_problem_stops ||
                    tls_serve_name_roots(names, tls_trust_get_store(options->client_trust))) &&
                tls_serve_name_others(names, options->authorities_octets);
    if (!good) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return false;
    }
    SSL_set0_CA_list(session->ssl, names);
    return true;
}

/* What a client's certificate may be used for is nobody's concern here: who made it is. */
static bool tls_serve_set_ask(struct tls_session *session, const struct tls_server_options *options)
{
    static const int modes[] = {
        [TLS_ASK_NOT] = SSL_VERIFY_NONE,
        [TLS_ASK_REQUEST] = SSL_VERIFY_PEER,
        [TLS_ASK_REQUIRE] = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
        [TLS_ASK_LATER] = SSL_VERIFY_NONE, /* tls_serve_ask_later */
    };
    X509_VERIFY_PARAM *param = SSL_get0_param(session->ssl);
    if (options->ask == TLS_ASK_NOT) {
        return true;
    }
    session->asks_later = options->ask == TLS_ASK_LATER;
    session->verify.at_s = options->verify_at_s;
    session->verify.stop_on_problem = options->client_problem_stops;
    SSL_set_verify(session->ssl, modes[options->ask], NULL);
    X509_VERIFY_PARAM_set_time(param, (time_t)options->verify_at_s);
    return X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY) == 1 &&
           (options->client_trust == NULL ||
               SSL_set1_verify_cert_store(
                   session->ssl, tls_trust_get_store(options->client_trust)) == 1) &&
           tls_serve_name_authorities(session, options);
}

void tls_serve_renegotiate(struct tls_session *session)
{
    if (!session->renegotiates || !session->plain_seen ||
        SSL_version(session->ssl) == TLS1_3_VERSION) {
        return;
    }
    session->renegotiates = false;
    if (SSL_renegotiate(session->ssl) == 1) {
        (void)SSL_do_handshake(session->ssl);
    }
}

void tls_session_set_clock(struct tls_session *session, int64_t now_s)
{
    session->now_s = now_s;
    session->verify.at_s = now_s;
    X509_VERIFY_PARAM_set_time(SSL_get0_param(session->ssl), (time_t)now_s);
}

void tls_serve_ask_later(struct tls_session *session)
{
    if (!session->asks_later || SSL_version(session->ssl) != TLS1_3_VERSION) {
        return;
    }
    session->asks_later = false;
    SSL_set_verify(session->ssl, SSL_VERIFY_PEER | SSL_VERIFY_POST_HANDSHAKE, NULL);
    if (SSL_verify_client_post_handshake(session->ssl) == 1) {
        (void)SSL_do_handshake(session->ssl);
    }
    tls_errors_clear(); /* a client that does not offer it is not asked */
}

/* --- finite fields of any size --- */

/* A safe prime of 512 bits: as export suites had them (RFC 2246 §D.1). */
static const char tls_serve_prime_512[] =
    "ED773F11E59702CB6784616C5677A5D24E16B0BA0638EF947B5584F2B432F4FA"
    "2AF5E3FB7BB693EA10A88B4FCC1881C74F14D27AE97E7A07FBA9D03ADCABC5DF";

static BIGNUM *tls_serve_prime(int bits)
{
    BIGNUM *prime = NULL;
    switch (bits) {
    case 512:
        (void)BN_hex2bn(&prime, tls_serve_prime_512);
        return prime;
    case 768:
        return BN_get_rfc2409_prime_768(NULL);
    case 1024:
        return BN_get_rfc2409_prime_1024(NULL);
    case 1536:
        return BN_get_rfc3526_prime_1536(NULL);
    default:
        return BN_get_rfc3526_prime_2048(NULL);
    }
}

static EVP_PKEY *tls_serve_dh(int bits)
{
    EVP_PKEY *key = NULL;
    BIGNUM *prime = tls_serve_prime(bits), *generator = BN_new();
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    OSSL_PARAM *params = NULL;
    bool good = prime != NULL && generator != NULL && builder != NULL && context != NULL &&
                BN_set_word(generator, 2) == 1 &&
                OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_P, prime) == 1 &&
                OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_G, generator) == 1;
    params = good ? OSSL_PARAM_BLD_to_param(builder) : NULL;
    if (params != NULL && EVP_PKEY_fromdata_init(context) == 1) {
        (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEY_PARAMETERS, params);
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    BN_free(prime);
    BN_free(generator);
    return key;
}

/* At its lowest level the library still has no field of fewer than 1024 bits: nothing is refused.
 */
static int tls_serve_allow(const SSL *ssl, const SSL_CTX *context, int operation, int bits, int nid,
    void *other, void *unused)
{
    (void)ssl, (void)context, (void)operation, (void)bits, (void)nid, (void)other, (void)unused;
    return 1;
}

/* RFC 5246 §7.4.3: the server chooses the field, and the client takes it or leaves it. */
static bool tls_serve_set_dh(SSL *ssl, int bits)
{
    EVP_PKEY *key = tls_serve_dh(bits);
    SSL_set_security_callback(ssl, tls_serve_allow);
    (void)SSL_set_dh_auto(ssl, 0);
    if (key == NULL || SSL_set0_tmp_dh_pkey(ssl, key) != 1) {
        EVP_PKEY_free(key);
        return false;
    }
    return true;
}

/* --- the whole --- */

bool tls_serve_set(struct tls_session *session, const struct tls_server_options *options)
{
    session->identities = options->identities;
    session->identities_len = options->identities_len;
    session->host = options->host;
    session->name_unknown = options->name_unknown;
    session->name_missing = options->name_missing;
    session->renegotiates = options->renegotiates;
    if (options->renegotiates) {
        SSL_clear_options(session->ssl, SSL_OP_NO_RENEGOTIATION);
    }
    if (options->no_extended_master_secret) {
        SSL_set_options(session->ssl, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    }
    return (options->dh_bits == 0 || tls_serve_set_dh(session->ssl, options->dh_bits)) &&
           tls_resume_set_server(session, &options->tickets) &&
           tls_serve_set_ask(session, options) && tls_serve_default(session);
}
