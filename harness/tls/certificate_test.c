#include "harness/tls/test_pair.h"

#define SHOWN_MAX 4096

/* Facts of a certificate that a server presented: the client is told to go on whatever it is. */
static struct facts *facts_of(const struct minted *minted, int64_t at_s, struct arena *arena)
{
    struct pair pair;
    pair_init(&pair);
    tls_identity_free(pair.identity);
    pair.identity = mint_identity(&minted->certificate, 1, minted->key);
    pair.row.identity = pair.identity;
    pair.client_options.stop_on_problem = false;
    pair.client_options.verify_at_s = at_s;
    pair_open(&pair, TLS_PROTOCOL_1_3);
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_client(pair.client, facts);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    pair_done(&pair);
    return facts;
}

START_TEST(test_an_ordinary_certificate)
{
    static const struct mint_extension extensions[] = {
        {"subjectAltName", "DNS:a.test,DNS:*.b.test"}, {NULL, NULL}};
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct minted minted = mint_make(
        &(struct mint){.common_name = "a.test", .extensions = extensions}, NULL);
    struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
    pair_check_fact(facts, "certificate.subject", "CN=a.test");
    pair_check_fact(facts, "certificate.issuer", "CN=a.test");
    pair_check_fact(facts, "certificate.names", "[a.test, *.b.test]");
    pair_check_fact(facts, "certificate.not_before", "2025-12-31T00:00:00Z");
    pair_check_fact(facts, "certificate.not_after", "2026-04-01T00:00:00Z");
    pair_check_fact(facts, "certificate.days_left", "90");
    pair_check_fact(facts, "certificate.key", "p256");
    pair_check_fact(facts, "certificate.digest", "sha256");
    pair_check_fact(facts, "certificate.chain_length", "1");
    pair_check_fact(facts, "certificate.self_signed", "true");
    pair_check_fact(facts, "certificate.flags", "[untrusted-root]");
    pair_check_fact(facts, "certificate.unforgiven", "[untrusted-root]");
    pair_check_fact(facts, "certificate.verified", "false");
    pair_check_fact(facts, "certificate.name_matches", "true");
    mint_done(&minted);
}
END_TEST

START_TEST(test_the_fingerprint_is_of_the_whole)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct minted minted = mint_make(&(struct mint){.common_name = "a.test"}, NULL);
    struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
    unsigned char *der = NULL, digest[32];
    int len = i2d_X509(minted.certificate, &der);
    ck_assert_int_eq(EVP_Digest(der, (size_t)len, digest, NULL, EVP_sha256(), NULL), 1);
    const char *hex = value_as_text(facts_get(facts, "certificate.fingerprint_sha256"));
    ck_assert_uint_eq(strlen(hex), 64);
    for (size_t i = 0; i < 64; i++) {
        unsigned digit = digest[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf;
        ck_assert_int_eq(hex[i], "0123456789abcdef"[digit]);
    }
    OPENSSL_free(der);
    mint_done(&minted);
}
END_TEST

START_TEST(test_days_are_counted_down_past_zero)
{
    static const struct {
        int64_t until_s;
        const char *days;
    } cases[] = {
        {2 * MINT_DAY_S, "2"},
        {2 * MINT_DAY_S - 1, "1"},
        {MINT_DAY_S - 1, "0"},
        {0, "0"},
        {-1, "-1"},
        {-MINT_DAY_S, "-1"},
        {-MINT_DAY_S - 1, "-2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct minted minted = mint_make(
            &(struct mint){
                .common_name = "a.test", .from_s = -9 * MINT_DAY_S, .until_s = cases[i].until_s},
            NULL);
        struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
        pair_check_fact(facts, "certificate.days_left", cases[i].days);
        mint_done(&minted);
    }
}
END_TEST

/* RFC 5280 §4.1.2.5: two forms of time, on either side of 2050. */
START_TEST(test_dates_far_away)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    const int64_t year_1970 = -MINT_NOW_S, year_9999 = INT64_C(253402300799) - MINT_NOW_S;
    struct minted minted = mint_make(
        &(struct mint){.common_name = "a.test", .from_s = year_1970, .until_s = year_9999}, NULL);
    struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
    pair_check_fact(facts, "certificate.not_before", "1970-01-01T00:00:00Z");
    pair_check_fact(facts, "certificate.not_after", "9999-12-31T23:59:59Z");
    mint_done(&minted);
}
END_TEST

START_TEST(test_keys_and_digests)
{
    static const struct {
        const char *kind, *shown, *digest;
    } cases[] = {
        {"P-256", "p256", "sha256"},
        {"P-384", "p384", "sha256"},
        {"P-521", "p521", "sha256"},
        {"rsa2048", "rsa2048", "sha256"},
        {"rsa1024", "rsa1024", "sha256"},
        {"ED25519", "ed25519", NULL},
        {"ED448", "ed448", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct minted minted = mint_make(
            &(struct mint){.common_name = "a.test", .key = cases[i].kind}, NULL);
        struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
        pair_check_fact(facts, "certificate.key", cases[i].shown);
        pair_check_fact(facts, "certificate.digest", cases[i].digest);
        pair_check_fact(facts, "certificate.self_signed", "true");
        mint_done(&minted);
    }
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct minted minted = mint_make(
        &(struct mint){.common_name = "a.test", .digest = EVP_sha384()}, NULL);
    pair_check_fact(facts_of(&minted, MINT_NOW_S, arena), "certificate.digest", "sha384");
    mint_done(&minted);
}
END_TEST

START_TEST(test_kinds_of_names)
{
    static const struct mint_extension extensions[] = {
        {"subjectAltName",
            "DNS:a.test,IP:127.0.0.1,IP:::1,IP:2001:db8::1:0:0:2,IP:1:0:2:0:3:0:4:0,IP:::,"
            "IP:fe80::,email:joe@a.test,URI:https://a.test/x,RID:1.2.3.4,"
            "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_smtps.a.test,otherName:1.2.3;UTF8:x"},
        {NULL, NULL}};
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct minted minted = mint_make(
        &(struct mint){.common_name = "a.test", .extensions = extensions}, NULL);
    pair_check_fact(facts_of(&minted, MINT_NOW_S, arena), "certificate.names",
        "[a.test, ip:127.0.0.1, ip:::1, ip:2001:db8::1:0:0:2, ip:1:0:2:0:3:0:4:0, ip:::, "
        "ip:fe80::, email:joe@a.test, uri:https://a.test/x, rid:1.2.3.4, srv:_smtps.a.test, "
        "other:1.2.3]");
    mint_done(&minted);
}
END_TEST

/* One alternative name of any octets. */
static struct minted mint_raw_name(int type, const void *octets, int len)
{
    struct minted minted = mint_make(&(struct mint){.common_name = "a.test"}, NULL);
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *string = type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    ASN1_STRING_set(string, octets, len);
    GENERAL_NAME_set0_value(name, type, string);
    sk_GENERAL_NAME_push(names, name);
    ck_assert_int_eq(X509_add1_ext_i2d(minted.certificate, NID_subject_alt_name, names, 0, 0), 1);
    GENERAL_NAMES_free(names);
    mint_sign(minted.certificate, minted.key, NULL);
    return minted;
}

/* CVE-2009-2408: a name that ends early for a careless reader. All octets are there to be seen, and
 * it matches nothing. */
START_TEST(test_a_nul_in_a_name_is_kept)
{
    static const char octets[] = "a.test\0.evil.test";
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct minted minted = mint_raw_name(GEN_DNS, octets, sizeof octets - 1);
    struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
    const struct value *names = facts_get(facts, "certificate.names");
    ck_assert_uint_eq(names->len, 1);
    ck_assert(span_equal(names->items[0]->text, span_of(octets, sizeof octets - 1)));
    pair_check_fact(facts, "certificate.name_matches", "false");
    mint_done(&minted);
}
END_TEST

START_TEST(test_an_address_of_no_length_that_exists)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct minted minted = mint_raw_name(GEN_IPADD, "\x7f\0\1", 3);
    struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
    ck_assert_str_eq(
        value_as_text(facts_get(facts, "certificate.names")->items[0]), "ip:\\x7f\\0\\x01");
    mint_done(&minted);
}
END_TEST

/* RFC 2253 §2.4 for what is special there, UTF-8 as it is, control octets never. */
START_TEST(test_subjects_are_readable_and_harmless)
{
    static const struct {
        const char *name, *shown;
    } cases[] = {
        {"Jörg Müller", "CN=Jörg Müller"},
        {"a, b+c", "CN=a\\, b\\+c"},
        {"a\nb\x1b[31m", "CN=a\\0Ab\\1B[31m"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct minted minted = mint_make(&(struct mint){.common_name = cases[i].name}, NULL);
        struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
        ck_assert_str_eq(value_as_text(facts_get(facts, "certificate.subject")), cases[i].shown);
        mint_done(&minted);
    }
}
END_TEST

START_TEST(test_no_names_is_an_empty_list)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct minted minted = mint_make(&(struct mint){.common_name = "a.test"}, NULL);
    struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
    pair_check_fact(facts, "certificate.names", "[]");
    pair_check_fact(facts, "certificate.flags", "[untrusted-root, name-mismatch]");
    mint_done(&minted);
}
END_TEST

/* Its own issuer by name, signed by somebody else's key. */
START_TEST(test_self_signed_is_a_matter_of_the_key)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct minted minted = mint_make(&(struct mint){.common_name = "a.test"}, NULL);
    EVP_PKEY *other = mint_key(NULL);
    mint_sign(minted.certificate, other, NULL);
    struct facts *facts = facts_of(&minted, MINT_NOW_S, arena);
    pair_check_fact(facts, "certificate.self_signed", "false");
    EVP_PKEY_free(other);
    mint_done(&minted);
}
END_TEST

UNIT_MAIN(test_an_ordinary_certificate, test_the_fingerprint_is_of_the_whole,
    test_days_are_counted_down_past_zero, test_dates_far_away, test_keys_and_digests,
    test_kinds_of_names, test_a_nul_in_a_name_is_kept, test_an_address_of_no_length_that_exists,
    test_subjects_are_readable_and_harmless, test_no_names_is_an_empty_list,
    test_self_signed_is_a_matter_of_the_key)
