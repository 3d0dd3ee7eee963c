/*
 * rsa_pool FILE — writes the C source that defines what harness/certs/rsa_pool.h declares.
 *
 * A program of the build, not of smtpvet. Each key has a seed of its own, made of a fixed number
 * and the key's name: the file is the same on every run with one version of OpenSSL, and one more
 * key does not change the others. It prints nothing; its status is 2 for a wrong command line, 3
 * when the file cannot be written, 4 when OpenSSL cannot.
 */
/* RAND_set_rand_method is deprecated and has no successor for the default context; besides
 * harness/tls/random.c, which this program cannot wait for, nothing else needs it. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "harness/base/buf.h"
#include "harness/base/random.h"
#include "harness/certs/rsa_pool.h"

#define POOL_SEED UINT64_C(0x534d545056455431) /* any number will do, always the same one */
#define POOL_FILE_MAX ((size_t)1024 * 1024)    /* 26 keys of 1,200 octets, six characters each */
#define POOL_COLUMNS 12                        /* octets on a line of the file */

static struct random_source pool_source;

static int pool_bytes(unsigned char *bytes, int len)
{
    if (len < 0) {
        return 0;
    }
    random_fill(&pool_source, bytes, (size_t)len);
    return 1;
}

static int pool_status(void)
{
    return 1;
}

static int pool_stir(const void *bytes, int len)
{
    (void)bytes;
    (void)len;
    return 1;
}

static int pool_mix(const void *bytes, int len, double entropy)
{
    (void)entropy;
    return pool_stir(bytes, len);
}

static EVP_PKEY *pool_find_key(const char *algorithm, size_t bits)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
    if (context == NULL || EVP_PKEY_keygen_init(context) != 1 ||
        EVP_PKEY_CTX_set_rsa_keygen_bits(context, (int)bits) != 1 ||
        EVP_PKEY_generate(context, &key) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    return key;
}

static bool pool_add_key(
    struct buf *out, const char *name, unsigned at, const char *algorithm, size_t bits)
{
    char label[64];
    int label_len = snprintf(label, sizeof label, "%s_%u", name, at);
    random_seed(&pool_source, random_derive(POOL_SEED, span_of(label, (size_t)label_len)));
    EVP_PKEY *key = pool_find_key(algorithm, bits);
    PKCS8_PRIV_KEY_INFO *info = key == NULL ? NULL : EVP_PKEY2PKCS8(key);
    unsigned char *der = NULL;
    int der_len = info == NULL ? -1 : i2d_PKCS8_PRIV_KEY_INFO(info, &der);
    buf_printf(out, "static const uint8_t key_%s[] = {", label);
    for (int i = 0; i < der_len; i++) {
        buf_printf(out, "%s0x%02x,", i % POOL_COLUMNS == 0 ? "\n    " : " ", der[i]);
    }
    buf_append_text(out, "\n};\n\n");
    OPENSSL_free(der);
    PKCS8_PRIV_KEY_INFO_free(info);
    EVP_PKEY_free(key);
    return der_len > 0;
}

static bool pool_add_table(
    struct buf *out, const char *name, unsigned count, const char *algorithm, size_t bits)
{
    for (unsigned i = 0; i < count; i++) {
        if (!pool_add_key(out, name, i, algorithm, bits)) {
            return false;
        }
    }
    buf_printf(out, "const struct span certs_rsa_pool_%s[%u] = {\n", name, count);
    for (unsigned i = 0; i < count; i++) {
        buf_printf(out, "    {key_%s_%u, sizeof key_%s_%u},\n", name, i, name, i);
    }
    buf_append_text(out, "};\n\n");
    return true;
}

static bool pool_make(struct buf *out)
{
    static const RAND_METHOD method = {
        .seed = pool_stir,
        .bytes = pool_bytes,
        .add = pool_mix,
        .pseudorand = pool_bytes,
        .status = pool_status,
    };
    /* No configuration of the machine: the file depends on OpenSSL's version alone. */
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 ||
        RAND_set_rand_method(&method) != 1) {
        return false;
    }
    buf_append_text(out,
        "/* Written by harness/certs/pool/rsa_pool.c. Keys for tests: they are the same in every\n"
        " * copy of smtpvet, everybody has them, and they protect nothing. */\n"
        "#include \"harness/certs/rsa_pool.h\"\n\n");
    static const struct {
        const char *name, *algorithm;
        unsigned count;
        size_t bits;
    } tables[] = {
        {"leaf_2048", "RSA", CERTS_RSA_POOL_LEAF_2048, 2048},
        {"leaf_1024", "RSA", CERTS_RSA_POOL_LEAF_1024, 1024},
        {"authority", "RSA", CERTS_RSA_POOL_AUTHORITY, 2048},
        {"authority_1024", "RSA", CERTS_RSA_POOL_PAIR, 1024},
        {"512", "RSA", CERTS_RSA_POOL_PAIR, 512},
        {"768", "RSA", CERTS_RSA_POOL_PAIR, 768},
        {"2047", "RSA", CERTS_RSA_POOL_PAIR, 2047},
        {"3072", "RSA", CERTS_RSA_POOL_PAIR, 3072},
        {"4096", "RSA", CERTS_RSA_POOL_PAIR, 4096},
        {"pss", "RSA-PSS", CERTS_RSA_POOL_PAIR, 2048},
    };
    bool made = true;
    for (size_t i = 0; made && i < ARRAY_LEN(tables); i++) {
        made = pool_add_table(
            out, tables[i].name, tables[i].count, tables[i].algorithm, tables[i].bits);
    }
    return made && !out->over;
}

/* What is half written stays: the build knows that the command failed, and the path may be
 * anything.
 */
static bool pool_write(const char *path, struct span bytes)
{
    FILE *file = fopen(path, "w");
    bool written = file != NULL && fwrite(bytes.data, 1, bytes.len, file) == bytes.len;
    return file != NULL && fclose(file) == 0 && written;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        return 2;
    }
    struct buf out;
    buf_init(&out, POOL_FILE_MAX);
    int status = !pool_make(&out) ? 4 : !pool_write(argv[1], buf_span(&out)) ? 3 : 0;
    buf_done(&out);
    return status;
}
