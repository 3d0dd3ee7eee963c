/* Certificates that were made elsewhere: what comes out is what is in the file, or it is refused.
 */
#include "harness/certs/certs.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/tests/unit.h"

#define TODAY_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

enum part {
    LEAF,
    ABOVE,
    KEY,
    OTHER_LEAF,
    OTHER_KEY,
    ENCRYPTED_KEY,
    DAMAGED,
    CUT_SHORT,
    NOISE,
    ENOUGH
};

static char folder[64];
static char chain_file[96], key_file[96];
static struct certs_cache *cache;
static const struct certs_minted *one, *other;

static void init(void)
{
    const struct plan_certificate recipe = {.issuer = PLAN_ISSUER_TRUSTED,
        .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
        .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S};
    snprintf(folder, sizeof folder, "/tmp/smtpvet-file-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(chain_file, sizeof chain_file, "%s/a.pem", folder);
    snprintf(key_file, sizeof key_file, "%s/b.pem", folder);
    cache = certs_cache_new(NULL);
    ck_assert_int_eq(certs_mint(cache, &recipe, "a.test", TODAY_S, &one, NULL), STATUS_OK);
    ck_assert_int_eq(certs_mint(cache, &recipe, "b.test", TODAY_S, &other, NULL), STATUS_OK);
}

static void done(void)
{
    certs_cache_free(cache);
    unlink(chain_file);
    unlink(key_file);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void put_certificate(FILE *file, struct span der, enum part part)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    ck_assert_int_eq(PEM_write_bio(bio, PEM_STRING_X509, "", der.data, (long)der.len) > 0, 1);
    size_t len = (size_t)BIO_get_mem_data(bio, &text);
    if (part == DAMAGED) {
        text[100] = '!';
    }
    fwrite(text, 1, part == CUT_SHORT ? len / 2 : len, file);
    BIO_free(bio);
}

static void put_key(FILE *file, struct span der, bool encrypted)
{
    static char password[] = "open-sesame";
    const unsigned char *at = der.data;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
    ck_assert_ptr_nonnull(key);
    ck_assert_int_eq(
        PEM_write_PKCS8PrivateKey(file, key, encrypted ? EVP_aes_128_cbc() : NULL,
            encrypted ? password : NULL, encrypted ? (int)sizeof password - 1 : 0, NULL, NULL),
        1);
    EVP_PKEY_free(key);
}

static void put(const char *path, const enum part *parts)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    for (; *parts != ENOUGH; parts++) {
        switch (*parts) {
        case KEY:
        case ENCRYPTED_KEY:
            put_key(file, one->key, *parts == ENCRYPTED_KEY);
            break;
        case OTHER_KEY:
            put_key(file, other->key, false);
            break;
        case NOISE:
            fputs("Bag Attributes\n    friendlyName: joe\n", file);
            break;
        default:
            put_certificate(file,
                *parts == LEAF         ? one->chain[0]
                : *parts == OTHER_LEAF ? other->chain[0]
                                       : one->chain[1],
                *parts);
            break;
        }
    }
    fclose(file);
}

START_TEST(test_what_is_in_it)
{
    static const struct {
        enum part file[20], key[4];
        bool has_key_file;
        size_t chain_len; /* 0: refused */
        size_t leaf;
    } rows[] = {
        {{LEAF, KEY, ENOUGH}, {ENOUGH}, false, 1, 0},
        {{KEY, LEAF, ABOVE, ENOUGH}, {ENOUGH}, false, 2, 0},
        {{NOISE, LEAF, NOISE, ABOVE, ENOUGH}, {NOISE, KEY, ENOUGH}, true, 2, 0},
        {{LEAF, OTHER_KEY, ENOUGH}, {KEY, ENOUGH}, true, 1, 0},
        {{ABOVE, LEAF, KEY, ENOUGH}, {ENOUGH}, false, 2, 1},
        {{LEAF, ABOVE, ENOUGH}, {ENOUGH}, false, 0, 0},
        {{LEAF, KEY, ENOUGH}, {OTHER_KEY, ENOUGH}, true, 0, 0},
        {{LEAF, KEY, ENOUGH}, {NOISE, ENOUGH}, true, 0, 0},
        {{LEAF, ENCRYPTED_KEY, ENOUGH}, {ENOUGH}, false, 0, 0},
        {{OTHER_LEAF, KEY, ENOUGH}, {ENOUGH}, false, 0, 0},
        {{KEY, ENOUGH}, {ENOUGH}, false, 0, 0},
        {{NOISE, ENOUGH}, {ENOUGH}, false, 0, 0},
        {{ENOUGH}, {ENOUGH}, false, 0, 0},
        /* What is damaged is not left out as if it had not been there. */
        {{LEAF, DAMAGED, ENOUGH}, {KEY, ENOUGH}, true, 0, 0},
        {{LEAF, CUT_SHORT, ENOUGH}, {KEY, ENOUGH}, true, 0, 0},
        {{LEAF, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE,
             ABOVE, ABOVE, ABOVE, ENOUGH},
            {KEY, ENOUGH}, true, 16, 0},
        {{LEAF, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE,
             ABOVE, ABOVE, ABOVE, ABOVE, ENOUGH},
            {KEY, ENOUGH}, true, 0, 0},
    };
    init();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct certs_cache *fresh = certs_cache_new(NULL);
        const struct plan_certificate recipe = {.file = chain_file,
            .key_file = rows[i].has_key_file ? key_file : NULL,
            .anchor = PLAN_ANCHOR_LEAF};
        const struct certs_minted *read = NULL;
        struct fail fail = {0};
        put(chain_file, rows[i].file);
        put(key_file, rows[i].key);
        enum status status = certs_mint(fresh, &recipe, "a.test", TODAY_S, &read, &fail);
        ck_assert_msg(
            (status == STATUS_OK) == (rows[i].chain_len > 0), "row %zu: %s", i, fail.text);
        ck_assert_int_eq(certs_check(&recipe, "a.test", TODAY_S, NULL), status);
        ck_assert_uint_eq(ERR_peek_error(), 0);
        if (status == STATUS_OK) {
            ck_assert_msg(read->chain_len == rows[i].chain_len, "row %zu", i);
            ck_assert(span_equal(read->chain[rows[i].leaf], one->chain[0]));
            ck_assert(span_equal(read->leaf, one->chain[0]));
            ck_assert(span_equal(read->anchor, one->chain[0]));
            ck_assert(span_equal(read->key, one->key));
            ck_assert(span_equal(read->spki, one->spki));
        } else {
            ck_assert_int_eq(fail.class, FAIL_USAGE);
        }
        certs_cache_free(fresh);
    }
    done();
}
END_TEST

START_TEST(test_what_is_no_file)
{
    struct fail fail = {0};
    init();
    const struct plan_certificate recipe = {.file = chain_file, .key_file = key_file};
    ck_assert_int_ne(certs_check(&recipe, "a.test", TODAY_S, &fail), STATUS_OK);
    ck_assert_int_eq(mkfifo(chain_file, 0600), 0); /* nobody will ever write to it */
    ck_assert_int_ne(certs_check(&recipe, "a.test", TODAY_S, &fail), STATUS_OK);
    unlink(chain_file);
    put(chain_file, (enum part[]){LEAF, ENOUGH});
    ck_assert_int_eq(mkfifo(key_file, 0600), 0);
    ck_assert_int_ne(certs_check(&recipe, "a.test", TODAY_S, &fail), STATUS_OK);
    unlink(key_file);
    put(key_file, (enum part[]){KEY, ENOUGH});
    ck_assert_int_eq(certs_check(&recipe, "a.test", TODAY_S, &fail), STATUS_OK);
    ck_assert_int_eq(truncate(chain_file, CERTS_FILE_OCTETS_MAX + 1), 0);
    ck_assert_int_ne(certs_check(&recipe, "a.test", TODAY_S, &fail), STATUS_OK);
    done();
}
END_TEST

UNIT_MAIN(test_what_is_in_it, test_what_is_no_file)
