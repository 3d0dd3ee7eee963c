#include "harness/tls/test_pair.h"

/* A pin is compared with the SHA-256 of the certificate and with that of its key; one that fits
 * takes the place of a root. The digests are made here by other calls than there. */

static struct tls_pin digest(const unsigned char *der, int der_len)
{
    struct tls_pin pin;
    size_t len = 0;
    ck_assert_int_gt(der_len, 0);
    ck_assert_int_eq(EVP_Q_digest(NULL, "SHA256", NULL, der, (size_t)der_len, pin.sha256, &len), 1);
    ck_assert_uint_eq(len, TLS_PIN_LEN);
    return pin;
}

static struct tls_pin pin_of_key(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int der_len = i2d_PUBKEY(key, &der);
    struct tls_pin pin = digest(der, der_len);
    OPENSSL_free(der);
    return pin;
}

static struct tls_pin pin_of_certificate(X509 *certificate)
{
    unsigned char *der = NULL;
    int der_len = i2d_X509(certificate, &der);
    struct tls_pin pin = digest(der, der_len);
    OPENSSL_free(der);
    return pin;
}

static void run(struct pair *pair, const struct tls_pin *pins, size_t pins_len, unsigned protocol)
{
    pair_stop(pair);
    pair->client_options.pins = pins;
    pair->client_options.pins_len = pins_len;
    pair->client_options.protocols = protocol;
    pair_start(pair);
    pair_run(pair);
}

static void check(const struct pair *pair, const char *flags, const char *unforgiven,
    const char *verified, const char *pinned)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_client(pair->client, facts);
    pair_check_fact(facts, "certificate.flags", flags);
    pair_check_fact(facts, "certificate.unforgiven", unforgiven);
    pair_check_fact(facts, "certificate.verified", verified);
    pair_check_fact(facts, "certificate.pinned", pinned);
}

START_TEST(test_a_pin_takes_the_place_of_a_root)
{
    static const unsigned protocols[] = {TLS_PROTOCOL_1_2, TLS_PROTOCOL_1_3};
    struct pair pair;
    pair_init(&pair);
    X509 *leaf = pair.identity->leaf;
    const struct tls_pin none = {{0}};
    const struct tls_pin fits[] = {pin_of_key(pair.identity->key), pin_of_certificate(leaf)};
    tls_trust_free(pair.trust);
    pair.trust = mint_trust(NULL);
    pair.client_options.trust = pair.trust;
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        for (size_t j = 0; j < ARRAY_LEN(fits); j++) {
            const struct tls_pin pins[] = {none, fits[j]};
            run(&pair, pins, 2, protocols[i]);
            ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_OPEN);
            ck_assert_uint_eq(tls_session_certificate_flags(pair.client), 0);
            check(&pair, "[untrusted-root]", "[]", "true", "true");
        }
        run(&pair, &none, 1, protocols[i]);
        ck_assert_str_eq(tls_session_failure(pair.client)->text,
            "certificate refused: untrusted-root, pin-mismatch");
        check(&pair, "[untrusted-root, pin-mismatch]", "[untrusted-root, pin-mismatch]", "false",
            "false");
        run(&pair, NULL, 0, protocols[i]);
        check(&pair, "[untrusted-root]", "[untrusted-root]", "false", NULL);
    }
    pair_done(&pair);
}
END_TEST

START_TEST(test_a_good_chain_does_not_make_up_for_another_pin)
{
    struct pair pair;
    pair_init(&pair);
    struct tls_pin pin = pin_of_key(pair.identity->key);
    pin.sha256[TLS_PIN_LEN - 1] ^= 1;
    run(&pair, &pin, 1, TLS_PROTOCOL_1_3);
    ck_assert_int_eq(tls_session_failure(pair.client)->kind, TLS_FAILURE_CERTIFICATE);
    ck_assert_str_eq(tls_session_failure(pair.client)->alert, "bad_certificate");
    check(&pair, "[pin-mismatch]", "[pin-mismatch]", "false", "false");
    pair.client_options.forgiven = CERTIFICATE_PIN_MISMATCH;
    run(&pair, &pin, 1, TLS_PROTOCOL_1_3);
    ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_OPEN);
    check(&pair, "[pin-mismatch]", "[]", "false", "false");
    pair_done(&pair);
}
END_TEST

START_TEST(test_names_and_times_are_checked_all_the_same)
{
    struct pair pair;
    pair_init(&pair);
    const struct tls_pin pin = pin_of_key(pair.identity->key);
    pair.client_options.name = "b.test";
    pair.client_options.verify_at_s += 365 * MINT_DAY_S;
    run(&pair, &pin, 1, TLS_PROTOCOL_1_3);
    ck_assert_int_eq(tls_session_failure(pair.client)->kind, TLS_FAILURE_CERTIFICATE);
    check(&pair, "[expired, name-mismatch]", "[expired, name-mismatch]", "false", "true");
    pair_done(&pair);
}
END_TEST

START_TEST(test_the_pin_that_is_told_fits)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    CLEANUP(buf_done) struct buf told = {0};
    struct pair pair;
    pair_init(&pair);
    pair_open(&pair, TLS_PROTOCOL_1_3);
    const struct tls_pin pin = pin_of_key(pair.identity->key);
    char wanted[64];
    EVP_EncodeBlock((unsigned char *)wanted, pin.sha256, TLS_PIN_LEN);
    buf_init(&told, 128);
    buf_printf(&told, "sha256/%s", wanted);
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_client(pair.client, facts);
    ck_assert_str_eq(value_as_text(facts_get(facts, "certificate.spki_sha256")), buf_text(&told));
    pair_done(&pair);
}
END_TEST

UNIT_MAIN(test_a_pin_takes_the_place_of_a_root, test_a_good_chain_does_not_make_up_for_another_pin,
    test_names_and_times_are_checked_all_the_same, test_the_pin_that_is_told_fits)
