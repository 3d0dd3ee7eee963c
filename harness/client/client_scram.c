#include "harness/client/client_scram.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "harness/base/text.h"
#include "harness/client/client_rules.h"

#define CLIENT_SCRAM_DIGEST_MAX 32 /* octets of SHA-256 */

struct span client_scram_attribute(struct span message, char name)
{
    while (message.len > 0) {
        struct span part = span_first(message, span_find(message, ','));
        if (part.len >= 2 && part.data[0] == (uint8_t)name && part.data[1] == '=') {
            return span_from(part, 2);
        }
        message = span_from(message, part.len + 1);
    }
    return (struct span){0};
}

/* RFC 5802 §5.1: what follows `m=` must be understood, and nobody knows any such thing. */
static const char *client_scram_check_first(
    struct span message, struct span nonce, struct client_scram_first *ret)
{
    struct span salt = client_scram_attribute(message, 's');
    if (client_scram_attribute(message, 'm').data != NULL) {
        return "the server demands an extension of SCRAM that nobody knows";
    }
    if (ret->nonce.len <= nonce.len || !span_equal(span_first(ret->nonce, nonce.len), nonce)) {
        return "the server's nonce does not continue the client's";
    }
    if (salt.len == 0 || !text_base64_decode(salt, &ret->salt) || ret->salt.len == 0) {
        return "the server sends no salt";
    }
    if (!text_integer(client_scram_attribute(message, 'i'), &ret->iterations) ||
        ret->iterations < 1) {
        return "the server sends no number of iterations";
    }
    return NULL;
}

const char *client_scram_read_first(
    struct span message, struct span nonce, struct client_scram_first *ret)
{
    *ret = (struct client_scram_first){.nonce = client_scram_attribute(message, 'r')};
    buf_init(&ret->salt, CLIENT_SCRAM_SALT_MAX);
    return client_scram_check_first(message, nonce, ret);
}

void client_scram_first_done(struct client_scram_first *first)
{
    buf_done(&first->salt);
}

/* --- salted passwords --- */

struct client_scram_row {
    const char *digest; /* NULL: free */
    struct buf password, salt;
    int64_t iterations;
    uint8_t salted[CLIENT_SCRAM_DIGEST_MAX];
    size_t len;
};

struct client_scram_kept {
    struct client_scram_row rows[CLIENT_SCRAM_KEPT];
    size_t next; /* the oldest */
};

struct client_scram_kept *client_scram_kept_new(void)
{
    return mem_zalloc(1, sizeof(struct client_scram_kept));
}

static void client_scram_row_done(struct client_scram_row *row)
{
    if (row->digest != NULL) {
        buf_wipe(&row->password);
        buf_wipe(&row->salt);
        mem_wipe(row->salted, sizeof row->salted);
        row->digest = NULL;
    }
}

void client_scram_kept_free(struct client_scram_kept *kept)
{
    for (size_t i = 0; kept != NULL && i < CLIENT_SCRAM_KEPT; i++) {
        client_scram_row_done(&kept->rows[i]);
    }
    mem_free(kept);
}

static const struct client_scram_row *client_scram_find(const struct client_scram_kept *kept,
    const char *digest, const char *password, const struct client_scram_first *first)
{
    for (size_t i = 0; i < CLIENT_SCRAM_KEPT; i++) {
        const struct client_scram_row *row = &kept->rows[i];
        if (row->digest != NULL && strcmp(row->digest, digest) == 0 &&
            row->iterations == first->iterations &&
            span_equal(buf_span(&row->password), span_text(password)) &&
            span_equal(buf_span(&row->salt), buf_span(&first->salt))) {
            return row;
        }
    }
    return NULL;
}

/* RFC 5802 §3: Hi is PBKDF2 (RFC 8018 §5.2) of one block. */
static const struct client_scram_row *client_scram_compute(struct client_scram_kept *kept,
    const char *digest, const char *password, const struct client_scram_first *first)
{
    const EVP_MD *md = strcmp(digest, "SHA1") == 0 ? EVP_sha1() : EVP_sha256();
    struct client_scram_row *row = &kept->rows[kept->next];
    client_scram_row_done(row);
    size_t password_len = strlen(password);
    row->len = (size_t)EVP_MD_get_size(md);
    if (first->iterations > CLIENT_SCRAM_ITERATIONS_MAX || password_len > INT32_MAX ||
        PKCS5_PBKDF2_HMAC(password, (int)password_len, first->salt.data, (int)first->salt.len,
            (int)first->iterations, md, (int)row->len, row->salted) != 1) {
        return NULL;
    }
    buf_init(&row->password, SIZE_MAX / 2);
    buf_init(&row->salt, CLIENT_SCRAM_SALT_MAX);
    buf_append_text(&row->password, password);
    buf_append(&row->salt, buf_span(&first->salt));
    row->iterations = first->iterations;
    row->digest = digest;
    kept->next = (kept->next + 1) % CLIENT_SCRAM_KEPT;
    return row;
}

bool client_scram_salt(struct client_scram_kept *kept, const char *digest, const char *password,
    const struct client_scram_first *first, struct buf *out)
{
    const struct client_scram_row *row = client_scram_find(kept, digest, password, first);
    if (row == NULL) {
        row = client_scram_compute(kept, digest, password, first);
    }
    for (size_t i = 0; row != NULL && i < row->len; i++) {
        buf_printf(out, "%02x", row->salted[i]);
    }
    return row != NULL;
}
