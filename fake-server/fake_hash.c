#include "fake-server/fake_hash.h"

#include <openssl/evp.h>

_Static_assert(FAKE_HASH_MAX == EVP_MAX_MD_SIZE, "the largest digest fits");

struct span fake_hash_span(const struct fake_hash *hash)
{
    return span_of(hash->octets, hash->len);
}

bool fake_hash_equal(const struct fake_hash *a, struct span b)
{
    return a->len > 0 && span_equal(fake_hash_span(a), b);
}

struct fake_hash fake_hash_of(const char *digest, struct span bytes)
{
    struct fake_hash hash = {.len = 0};
    const EVP_MD *md = EVP_get_digestbyname(digest);
    unsigned len = 0;
    if (md != NULL && EVP_Digest(bytes.data, bytes.len, hash.octets, &len, md, NULL) == 1) {
        hash.len = len;
    }
    return hash;
}

struct fake_hash fake_hash_keyed(const char *digest, struct span key, struct span bytes)
{
    static const uint8_t nothing[1];
    struct fake_hash hash = {.len = 0};
    size_t len = 0;
    /* An empty key is one, and the library wants to see where it stands. */
    const uint8_t *data = key.len == 0 ? nothing : key.data;
    if (EVP_Q_mac(NULL, "HMAC", NULL, digest, NULL, data, key.len, bytes.data, bytes.len,
            hash.octets, sizeof hash.octets, &len) != NULL) {
        hash.len = len;
    }
    return hash;
}

static struct fake_hash fake_hash_salt(const struct fake_salting *salting)
{
    struct fake_hash hash = {.len = 0};
    const EVP_MD *md = EVP_get_digestbyname(salting->digest);
    int len = md == NULL ? 0 : EVP_MD_get_size(md);
    const char *password = salting->password.len == 0 ? "" : (const char *)salting->password.data;
    if (len > 0 &&
        PKCS5_PBKDF2_HMAC(password, (int)salting->password.len, salting->salt.data,
            (int)salting->salt.len, (int)salting->iterations, md, len, hash.octets) == 1) {
        hash.len = (size_t)len;
    }
    return hash;
}

/* Lengths stand before what they are of: no two saltings look alike. */
static struct fake_hash fake_hash_of_salting(const struct fake_salting *salting)
{
    struct buf text;
    buf_init(&text, salting->password.len + salting->salt.len + 100);
    buf_printf(&text, "%s %zu %zu %u ", salting->digest, salting->password.len, salting->salt.len,
        salting->iterations);
    buf_append(&text, salting->password);
    buf_append(&text, salting->salt);
    struct fake_hash hash = fake_hash_of("SHA256", buf_span(&text));
    buf_wipe(&text);
    return hash;
}

struct fake_hash fake_hash_salted(struct fake_salted *store, const struct fake_salting *salting)
{
    if (salting->iterations == 0 || salting->iterations > FAKE_HASH_ITERATIONS_MAX) {
        return (struct fake_hash){.len = 0};
    }
    if (store == NULL) {
        return fake_hash_salt(salting);
    }
    struct fake_hash of = fake_hash_of_salting(salting);
    for (size_t i = 0; i < store->len; i++) {
        if (fake_hash_equal(&store->kept[i].of, fake_hash_span(&of))) {
            return store->kept[i].salted;
        }
    }
    size_t at = store->next;
    store->next = (at + 1) % FAKE_HASH_SALTED_MAX;
    store->len = store->len < FAKE_HASH_SALTED_MAX ? store->len + 1 : store->len;
    store->kept[at].of = of;
    store->kept[at].salted = fake_hash_salt(salting);
    return store->kept[at].salted;
}
