#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include "harness/certs/cache.h"

static enum status certs_file_refuse(struct fail *fail, const char *file, const char *why)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return fail_set(fail, FAIL_USAGE, "certificate: %.200s: %s", file,
        why != NULL      ? why
        : reason != NULL ? reason
                         : "it cannot be read");
}

/* What is no file, a FIFO for one, may have no end and no beginning. */
static BIO *certs_file_open(const char *file)
{
    struct stat there;
    bool is_good = stat(file, &there) == 0 && S_ISREG(there.st_mode) &&
                   there.st_size <= CERTS_FILE_OCTETS_MAX;
    return is_good ? BIO_new_file(file, "r") : NULL;
}

static void certs_file_close(BIO **bio)
{
    BIO_free(*bio);
}

/* No terminal is asked for a password. */
static int certs_file_no_password(char *into, int size, int writes, void *unused)
{
    (void)into;
    (void)size;
    (void)writes;
    (void)unused;
    return -1;
}

static enum status certs_file_chain(
    const char *file, struct arena *arena, struct certs_minted *ret, struct fail *fail)
{
    CLEANUP(certs_file_close) BIO *bio = certs_file_open(file);
    struct span *chain = arena_alloc(arena, CERTS_FILE_CHAIN_MAX * sizeof *chain);
    size_t len = 0;
    X509 *certificate = NULL;
    if (bio == NULL) {
        return certs_file_refuse(fail, file, NULL);
    }
    while ((certificate = PEM_read_bio_X509(bio, NULL, certs_file_no_password, NULL)) != NULL) {
        bool kept = len < CERTS_FILE_CHAIN_MAX &&
                    certs_mint_encode(certificate, arena, &chain[len]);
        X509_free(certificate);
        if (!kept) {
            return certs_file_refuse(fail, file, "more than 16 certificates");
        }
        len++;
    }
    /* The end of the file is an error too; another one is of a certificate that would be left out.
     */
    unsigned long why = ERR_peek_last_error();
    if (why != 0 &&
        (ERR_GET_LIB(why) != ERR_LIB_PEM || ERR_GET_REASON(why) != PEM_R_NO_START_LINE)) {
        return certs_file_refuse(fail, file, NULL);
    }
    if (len == 0) {
        return certs_file_refuse(fail, file, "there is no certificate in it");
    }
    ERR_clear_error();
    ret->chain = chain;
    ret->chain_len = len;
    return STATUS_OK;
}

enum status certs_file_read(const char *file, const char *key_file, struct arena *arena,
    struct certs_minted *ret, struct fail *fail)
{
    struct certs_minted minted = {0};
    const char *holder = key_file == NULL ? file : key_file;
    TRY(certs_file_chain(file, arena, &minted, fail));
    CLEANUP(certs_file_close) BIO *bio = certs_file_open(holder);
    EVP_PKEY *key = bio == NULL ? NULL
                                : PEM_read_bio_PrivateKey(bio, NULL, certs_file_no_password, NULL);
    bool fits = false;
    for (size_t i = 0; key != NULL && i < minted.chain_len && !fits; i++) {
        const unsigned char *at = minted.chain[i].data;
        X509 *certificate = d2i_X509(NULL, &at, (long)minted.chain[i].len);
        fits = certificate != NULL && X509_check_private_key(certificate, key) == 1 &&
               certs_mint_spki(certificate, arena, &minted.spki);
        minted.leaf = minted.chain[i];
        X509_free(certificate);
    }
    bool encoded = fits && certs_key_encode(key, arena, &minted.key);
    EVP_PKEY_free(key);
    if (!encoded) {
        return certs_file_refuse(fail, holder,
            key == NULL ? "there is no key in it that can be read without a password"
                        : "its key is that of no certificate");
    }
    ERR_clear_error();
    minted.root = minted.chain[minted.chain_len - 1];
    *ret = minted;
    return STATUS_OK;
}
