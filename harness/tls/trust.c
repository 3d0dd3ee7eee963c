#include "harness/tls/session.h"

#include <unistd.h>

/* The system's certificates are looked for when the first chain is verified: most runs never do. */
struct tls_trust_store {
    X509_STORE *store;
    bool system_due;
};

static void *tls_trust_failed(struct fail *fail, enum fail_class class, const char *what)
{
    unsigned long error = ERR_peek_error();
    const char *reason = ERR_SYSTEM_ERROR(error) ? strerror(ERR_GET_REASON(error))
                                                 : ERR_reason_error_string(error);
    fail_set(fail, class, "%s: %s", what, reason == NULL ? "not known why" : reason);
    tls_errors_clear();
    return NULL;
}

static struct tls_trust *tls_trust_new_empty(void)
{
    struct tls_trust *trust = mem_zalloc(1, sizeof *trust);
    trust->lazy = mem_zalloc(1, sizeof *trust->lazy);
    trust->lazy->store = X509_STORE_new();
    return trust;
}

struct tls_trust *tls_trust_new(const struct span *roots_der, size_t roots_len, struct fail *fail)
{
    tls_errors_clear();
    struct tls_trust *trust = tls_trust_new_empty();
    bool good = trust->lazy->store != NULL;
    for (size_t i = 0; good && i < roots_len; i++) {
        const unsigned char *at = roots_der[i].data;
        X509 *root = d2i_X509(NULL, &at, (long)roots_der[i].len);
        good = root != NULL && X509_STORE_add_cert(trust->lazy->store, root) == 1;
        X509_free(root);
    }
    if (!good) {
        tls_trust_free(trust);
        return tls_trust_failed(fail, FAIL_INTERNAL, "a root cannot be trusted");
    }
    tls_errors_clear();
    return trust;
}

struct tls_trust *tls_trust_new_system(struct fail *fail)
{
    tls_errors_clear();
    struct tls_trust *trust = tls_trust_new_empty();
    if (trust->lazy->store == NULL) {
        tls_trust_free(trust);
        return tls_trust_failed(fail, FAIL_INTERNAL, "the system's certificates");
    }
    trust->lazy->system_due = true;
    return trust;
}

struct tls_trust *tls_trust_new_file(const char *pem_file, struct fail *fail)
{
    tls_errors_clear();
    struct tls_trust *trust = tls_trust_new_empty();
    if (trust->lazy->store == NULL || X509_STORE_load_file(trust->lazy->store, pem_file) != 1) {
        tls_trust_free(trust);
        return tls_trust_failed(fail, FAIL_REACH, pem_file);
    }
    tls_errors_clear();
    return trust;
}

void tls_trust_free(struct tls_trust *trust)
{
    if (trust != NULL) {
        X509_STORE_free(trust->lazy->store);
        mem_free(trust->lazy);
        mem_free(trust);
    }
}

/* By the library's compiled-in places, not by X509_STORE_set_default_paths: that one listens to the
 * environment. The directory is searched by subject when a certificate is needed. */
X509_STORE *tls_trust_get_store(const struct tls_trust *trust)
{
    struct tls_trust_store *lazy = trust->lazy;
    if (lazy->system_due) {
        lazy->system_due = false;
        if (access(X509_get_default_cert_file(), R_OK) == 0) {
            (void)X509_STORE_load_file(lazy->store, X509_get_default_cert_file());
        }
        (void)X509_STORE_load_path(lazy->store, X509_get_default_cert_dir());
        tls_errors_clear();
    }
    return lazy->store;
}
