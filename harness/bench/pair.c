#include "harness/bench/pair.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "harness/plan/plan.h"

struct pair {
    SSL_CTX *client, *server;
};

static X509 *pair_certificate(struct span der)
{
    const unsigned char *at = der.data;
    return d2i_X509(NULL, &at, (long)der.len);
}

static bool pair_fill(struct pair *pair, const struct certs_minted *minted, struct span root_der)
{
    const unsigned char *at = minted->key.data;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)minted->key.len);
    X509 *leaf = pair_certificate(minted->chain[0]);
    X509 *root = pair_certificate(root_der);
    bool filled = SSL_CTX_use_certificate(pair->server, leaf) == 1 &&
                  SSL_CTX_use_PrivateKey(pair->server, key) == 1 &&
                  X509_STORE_add_cert(SSL_CTX_get_cert_store(pair->client), root) == 1;
    for (size_t i = 1; filled && i < minted->chain_len; i++) {
        filled = SSL_CTX_add_extra_chain_cert(pair->server, pair_certificate(minted->chain[i])) ==
                 1;
    }
    X509_free(leaf);
    X509_free(root);
    EVP_PKEY_free(key);
    return filled;
}

struct pair *pair_new(struct certs_cache *certs)
{
    const struct plan_certificate recipe = {
        .issuer = PLAN_ISSUER_TRUSTED,
        .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
        .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
    };
    const struct certs_minted *minted;
    struct span root;
    if (certs_mint(certs, &recipe, "mail.here.com", PLAN_CLOCK_DEFAULT_S, &minted, NULL) !=
            STATUS_OK ||
        certs_trusted_root(certs, PLAN_CLOCK_DEFAULT_S, &root, NULL) != STATUS_OK) {
        return NULL;
    }
    struct pair *pair = mem_zalloc(1, sizeof *pair);
    pair->client = SSL_CTX_new(TLS_client_method());
    pair->server = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_verify(pair->client, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_num_tickets(pair->server, 0);
    SSL_CTX_set_session_cache_mode(pair->server, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_min_proto_version(pair->client, TLS1_3_VERSION);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(pair->client), PLAN_CLOCK_DEFAULT_S);
    if (!pair_fill(pair, minted, root)) {
        pair_free(pair);
        return NULL;
    }
    return pair;
}

void pair_free(struct pair *pair)
{
    if (pair != NULL) {
        SSL_CTX_free(pair->client);
        SSL_CTX_free(pair->server);
        mem_free(pair);
    }
}

bool pair_handshake(struct pair *pair)
{
    SSL *client = SSL_new(pair->client), *server = SSL_new(pair->server);
    BIO *to_server = BIO_new(BIO_s_mem()), *to_client = BIO_new(BIO_s_mem());
    BIO_up_ref(to_server);
    BIO_up_ref(to_client);
    SSL_set_bio(client, to_client, to_server);
    SSL_set_bio(server, to_server, to_client);
    SSL_set1_host(client, "mail.here.com");
    SSL_set_tlsext_host_name(client, "mail.here.com");
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    int done = 0;
    for (int turn = 0; turn < 8 && done != 2; turn++) {
        done = (SSL_do_handshake(client) == 1 ? 1 : 0) + (SSL_do_handshake(server) == 1 ? 1 : 0);
    }
    bool good = done == 2 && SSL_get_verify_result(client) == X509_V_OK;
    SSL_free(client);
    SSL_free(server);
    return good;
}
