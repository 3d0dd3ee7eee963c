/* What stands in the certificates, read back with OpenSSL. */
#include "harness/certs/mint.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "harness/tests/unit.h"

#define TODAY_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define LONG_65 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.a"

static const struct plan_certificate stock = {
    .issuer = PLAN_ISSUER_TRUSTED,
    .chain = PLAN_CHAIN_WITH_ROOT,
    .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
    .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
};

static X509 *parse(struct span der)
{
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    ck_assert_ptr_nonnull(certificate);
    ck_assert_ptr_eq(at, der.data + der.len);
    return certificate;
}

/* Certificate `at` of the chain that a new cache mints: the caller's to free. */
static X509 *mint_one(
    const struct plan_certificate *recipe, const char *host, int64_t clock_s, size_t at)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    const struct certs_minted *minted;
    struct fail fail = {0};
    enum status status = certs_mint(cache, recipe, host, clock_s, &minted, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
    ck_assert_uint_gt(minted->chain_len, at);
    X509 *certificate = parse(minted->chain[at]);
    certs_cache_free(cache);
    return certificate;
}

static void check_name(const X509_NAME *name, const char *wanted)
{
    char text[256];
    ck_assert_int_eq(X509_NAME_entry_count(name), wanted[0] == '\0' ? 0 : 1);
    ck_assert_ptr_nonnull(X509_NAME_oneline(name, text, sizeof text));
    ck_assert_str_eq(text, wanted);
}

static void check_time(const ASN1_TIME *time, int64_t wanted_s, int type)
{
    ck_assert_int_eq(ASN1_TIME_cmp_time_t(time, (time_t)wanted_s), 0);
    ck_assert_int_eq(ASN1_STRING_type(time), type);
}

static bool is_critical(const X509 *certificate, int nid)
{
    int at = X509_get_ext_by_NID(certificate, nid, -1);
    ck_assert_int_ge(at, 0);
    ck_assert_int_lt(X509_get_ext_by_NID(certificate, nid, at), 0); /* once only */
    return X509_EXTENSION_get_critical(X509_get_ext(certificate, at)) != 0;
}

static void check_common(X509 *certificate)
{
    ck_assert_int_eq(X509_get_version(certificate), X509_VERSION_3);
    const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
    ck_assert_int_eq(ASN1_STRING_type(serial), V_ASN1_INTEGER); /* not V_ASN1_NEG_INTEGER */
    ck_assert_int_eq(ASN1_STRING_length(serial), 16);
    ck_assert_uint_lt(ASN1_STRING_get0_data(serial)[0], 0x80); /* no seventeenth octet in DER */
    ck_assert(is_critical(certificate, NID_basic_constraints));
    ck_assert(is_critical(certificate, NID_key_usage));
    ck_assert(!is_critical(certificate, NID_subject_key_identifier));
    ck_assert_uint_eq(X509_get_extension_flags(certificate) & EXFLAG_INVALID, 0);
}

static void check_authority(X509 *certificate, X509 *issuer)
{
    const ASN1_OCTET_STRING *wanted = X509_get0_subject_key_id(issuer);
    const ASN1_OCTET_STRING *found = X509_get0_authority_key_id(certificate);
    ck_assert_ptr_nonnull(wanted);
    ck_assert_ptr_nonnull(found);
    ck_assert_int_eq(ASN1_OCTET_STRING_cmp(wanted, found), 0);
    ck_assert_int_eq(X509_check_issued(issuer, certificate), X509_V_OK);
    ck_assert_int_eq(X509_verify(certificate, X509_get0_pubkey(issuer)), 1);
}

START_TEST(test_a_leaf_as_a_public_ca_would_make_it)
{
    X509 *leaf = mint_one(&stock, "mail.here.com", TODAY_S, 0);
    check_common(leaf);
    check_name(X509_get_subject_name(leaf), "/CN=mail.here.com");
    check_name(X509_get_issuer_name(leaf), "/CN=smtpvet trusted intermediate");
    check_time(X509_get0_notBefore(leaf), TODAY_S - 86400, V_ASN1_UTCTIME);
    check_time(X509_get0_notAfter(leaf), TODAY_S + 90 * 86400, V_ASN1_UTCTIME);
    ck_assert_uint_eq(X509_get_extension_flags(leaf) & EXFLAG_CA, 0);
    ck_assert_uint_eq(X509_get_key_usage(leaf), KU_DIGITAL_SIGNATURE);
    ck_assert_uint_eq(X509_get_extended_key_usage(leaf), XKU_SSL_SERVER);
    ck_assert(!is_critical(leaf, NID_subject_alt_name));
    ck_assert_int_eq(X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0), 1);
    X509_free(leaf);
}
END_TEST

START_TEST(test_the_authorities)
{
    static const enum plan_issuer issuers[] = {PLAN_ISSUER_TRUSTED, PLAN_ISSUER_UNTRUSTED};
    static const char *const names[][2] = {
        {"/CN=smtpvet trusted intermediate", "/CN=smtpvet trusted root"},
        {"/CN=smtpvet untrusted intermediate", "/CN=smtpvet untrusted root"}};
    for (size_t i = 0; i < ARRAY_LEN(issuers); i++) {
        struct plan_certificate recipe = stock;
        recipe.issuer = issuers[i];
        struct certs_cache *cache = certs_cache_new(NULL);
        const struct certs_minted *minted;
        ck_assert_int_eq(certs_mint(cache, &recipe, "a.test", TODAY_S, &minted, NULL), STATUS_OK);
        ck_assert_uint_eq(minted->chain_len, 3);
        X509 *leaf = parse(minted->chain[0]), *intermediate = parse(minted->chain[1]),
             *root = parse(minted->chain[2]);
        check_common(intermediate);
        check_common(root);
        check_name(X509_get_subject_name(intermediate), names[i][0]);
        check_name(X509_get_issuer_name(intermediate), names[i][1]);
        check_name(X509_get_subject_name(root), names[i][1]);
        check_name(X509_get_issuer_name(root), names[i][1]);
        check_authority(leaf, intermediate);
        check_authority(intermediate, root);
        ck_assert_int_eq(X509_verify(root, X509_get0_pubkey(root)), 1);
        ck_assert_int_eq(EVP_PKEY_get_bits(X509_get0_pubkey(root)), 256);
        ck_assert_int_eq(EVP_PKEY_get_bits(X509_get0_pubkey(intermediate)), 256);
        ck_assert_int_ne(X509_check_ca(root), 0);
        ck_assert_int_ne(X509_check_ca(intermediate), 0);
        ck_assert_int_eq(X509_get_pathlen(root), -1);
        ck_assert_int_eq(X509_get_pathlen(intermediate), 0);
        ck_assert_uint_eq(X509_get_key_usage(root), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
        ck_assert_uint_eq(
            X509_get_extended_key_usage(intermediate), XKU_SSL_SERVER | XKU_SSL_CLIENT);
        X509_free(leaf);
        X509_free(intermediate);
        X509_free(root);
        certs_cache_free(cache);
    }
}
END_TEST

START_TEST(test_what_signs_itself)
{
    struct plan_certificate recipe = stock;
    recipe.issuer = PLAN_ISSUER_SELF;
    X509 *leaf = mint_one(&recipe, "mail.here.com", TODAY_S, 0);
    check_common(leaf);
    check_name(X509_get_subject_name(leaf), "/CN=mail.here.com");
    check_name(X509_get_issuer_name(leaf), "/CN=mail.here.com");
    ck_assert_int_eq(X509_self_signed(leaf, 1), 1);
    ck_assert_uint_eq(X509_get_extension_flags(leaf) & EXFLAG_CA, 0);
    ck_assert_int_eq(
        ASN1_OCTET_STRING_cmp(X509_get0_subject_key_id(leaf), X509_get0_authority_key_id(leaf)), 0);
    X509_free(leaf);
}
END_TEST

START_TEST(test_the_list_of_names)
{
    static const char *const names[] = {
        "*.a.test", "with,comma.test", "ip:127.0.0.1", "ip:::1", "mail.a.test"};
    static const uint8_t one[] = {127, 0, 0, 1}, six[16] = {[15] = 1};
    struct plan_certificate recipe = stock;
    recipe.names = names;
    recipe.names_len = ARRAY_LEN(names);
    X509 *leaf = mint_one(&recipe, "unused.test", TODAY_S, 0);
    check_name(X509_get_subject_name(leaf), "/CN=*.a.test");
    GENERAL_NAMES *list = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    ck_assert_int_eq(sk_GENERAL_NAME_num(list), (int)ARRAY_LEN(names));
    for (int i = 0; i < sk_GENERAL_NAME_num(list); i++) {
        int type;
        ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list, i), &type);
        struct span found = span_of(
            ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
        bool is_address = i == 2 || i == 3;
        ck_assert_int_eq(type, is_address ? GEN_IPADD : GEN_DNS);
        ck_assert(span_equal(found, i == 2   ? span_of(one, sizeof one)
                                    : i == 3 ? span_of(six, sizeof six)
                                             : span_text(names[i])));
    }
    ck_assert_int_eq(X509_check_host(leaf, "x.a.test", 0, 0, NULL), 1);
    ck_assert_int_eq(X509_check_host(leaf, "unused.test", 0, 0, NULL), 0);
    ck_assert_int_eq(X509_check_ip_asc(leaf, "127.0.0.1", 0), 1);
    ck_assert_int_eq(X509_check_ip_asc(leaf, "::1", 0), 1);
    ck_assert_int_eq(X509_check_ip_asc(leaf, "127.0.0.2", 0), 0);
    GENERAL_NAMES_free(list);
    X509_free(leaf);
}
END_TEST

START_TEST(test_a_host_that_is_an_address)
{
    X509 *leaf = mint_one(&stock, "127.0.0.1", TODAY_S, 0);
    ck_assert_int_eq(X509_check_ip_asc(leaf, "127.0.0.1", 0), 1);
    check_name(X509_get_subject_name(leaf), "/CN=127.0.0.1");
    X509_free(leaf);
}
END_TEST

/* RFC 5280 §4.2.1.6: with an empty subject the list of names is critical. */
START_TEST(test_a_subject_that_does_not_fit)
{
    X509 *leaf = mint_one(&stock, LONG_65, TODAY_S, 0);
    check_common(leaf);
    check_name(X509_get_subject_name(leaf), "");
    ck_assert(is_critical(leaf, NID_subject_alt_name));
    ck_assert_int_eq(X509_check_host(leaf, LONG_65, 0, 0, NULL), 1);
    X509_free(leaf);
}
END_TEST

START_TEST(test_a_common_name_of_its_own)
{
    struct plan_certificate recipe = stock;
    recipe.common_name = "other.test";
    X509 *leaf = mint_one(&recipe, "mail.here.com", TODAY_S, 0);
    check_name(X509_get_subject_name(leaf), "/CN=other.test");
    ck_assert_int_eq(X509_check_host(leaf, "mail.here.com", 0, 0, NULL), 1);
    ck_assert_int_eq(X509_check_host(leaf, "other.test", 0, 0, NULL), 0); /* not in the list */
    X509_free(leaf);
}
END_TEST

/* RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
START_TEST(test_moments_near_and_far)
{
    struct plan_certificate recipe = stock;
    recipe.not_before_s = INT64_C(2524607999) - TODAY_S; /* 2049-12-31T23:59:59Z */
    recipe.not_after_s = CERTS_TIME_MAX_S - TODAY_S;
    X509 *leaf = mint_one(&recipe, "a.test", TODAY_S, 0);
    check_time(X509_get0_notBefore(leaf), INT64_C(2524607999), V_ASN1_UTCTIME);
    check_time(X509_get0_notAfter(leaf), CERTS_TIME_MAX_S, V_ASN1_GENERALIZEDTIME);
    ck_assert_str_eq(
        (const char *)ASN1_STRING_get0_data(X509_get0_notAfter(leaf)), "99991231235959Z");
    X509_free(leaf);
    recipe.not_before_s = 10;
    recipe.not_after_s = -10;
    leaf = mint_one(&recipe, "a.test", TODAY_S, 0);
    check_time(X509_get0_notBefore(leaf), TODAY_S + 10, V_ASN1_UTCTIME);
    check_time(X509_get0_notAfter(leaf), TODAY_S - 10, V_ASN1_UTCTIME);
    X509_free(leaf);
}
END_TEST

/* A CA of a clock at the end of the calendar ends with it. */
START_TEST(test_authorities_at_the_ends_of_time)
{
    struct plan_certificate recipe = stock;
    recipe.not_before_s = recipe.not_after_s = 0;
    X509 *root = mint_one(&recipe, "a.test", CERTS_TIME_MAX_S, 2);
    check_time(X509_get0_notAfter(root), CERTS_TIME_MAX_S, V_ASN1_GENERALIZEDTIME);
    X509_free(root);
    root = mint_one(&recipe, "a.test", CERTS_TIME_MIN_S, 2);
    check_time(X509_get0_notBefore(root), CERTS_TIME_MIN_S, V_ASN1_GENERALIZEDTIME);
    X509_free(root);
}
END_TEST

static const struct {
    enum plan_key key;
    int type, bits;
    uint32_t usage;
} kinds[] = {
    {PLAN_KEY_P256, EVP_PKEY_EC, 256, KU_DIGITAL_SIGNATURE},
    {PLAN_KEY_P384, EVP_PKEY_EC, 384, KU_DIGITAL_SIGNATURE},
    {PLAN_KEY_RSA2048, EVP_PKEY_RSA, 2048, KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT},
    {PLAN_KEY_RSA1024, EVP_PKEY_RSA, 1024, KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT},
    {PLAN_KEY_ED25519, EVP_PKEY_ED25519, 256, KU_DIGITAL_SIGNATURE},
};

START_TEST(test_keys_of_each_kind)
{
    static const enum plan_issuer issuers[] = {PLAN_ISSUER_SELF, PLAN_ISSUER_TRUSTED};
    for (size_t i = 0; i < ARRAY_LEN(kinds) * ARRAY_LEN(issuers); i++) {
        struct plan_certificate recipe = stock;
        recipe.key = kinds[i / 2].key;
        recipe.issuer = issuers[i % 2];
        X509 *leaf = mint_one(&recipe, "a.test", TODAY_S, 0);
        check_common(leaf);
        EVP_PKEY *key = X509_get0_pubkey(leaf);
        ck_assert_int_eq(EVP_PKEY_get_base_id(key), kinds[i / 2].type);
        ck_assert_int_eq(EVP_PKEY_get_bits(key), kinds[i / 2].bits);
        ck_assert_uint_eq(X509_get_key_usage(leaf), kinds[i / 2].usage);
        if (recipe.issuer == PLAN_ISSUER_SELF) {
            ck_assert_int_eq(X509_verify(leaf, key), 1);
            if (recipe.key == PLAN_KEY_ED25519) {
                ck_assert_int_eq(X509_get_signature_nid(leaf), NID_ED25519);
            }
        }
        X509_free(leaf);
    }
}
END_TEST

START_TEST(test_digests_of_each_kind)
{
    static const struct {
        enum plan_issuer issuer;
        enum plan_key key;
        enum plan_digest digest;
        int signature;
    } rows[] = {
        {PLAN_ISSUER_SELF, PLAN_KEY_P256, PLAN_DIGEST_SHA256, NID_ecdsa_with_SHA256},
        {PLAN_ISSUER_SELF, PLAN_KEY_P256, PLAN_DIGEST_SHA384, NID_ecdsa_with_SHA384},
        {PLAN_ISSUER_SELF, PLAN_KEY_P384, PLAN_DIGEST_SHA1, NID_ecdsa_with_SHA1},
        {PLAN_ISSUER_SELF, PLAN_KEY_RSA2048, PLAN_DIGEST_SHA256, NID_sha256WithRSAEncryption},
        {PLAN_ISSUER_SELF, PLAN_KEY_RSA2048, PLAN_DIGEST_SHA384, NID_sha384WithRSAEncryption},
        {PLAN_ISSUER_SELF, PLAN_KEY_RSA2048, PLAN_DIGEST_SHA1, NID_sha1WithRSAEncryption},
        {PLAN_ISSUER_SELF, PLAN_KEY_RSA1024, PLAN_DIGEST_MD5, NID_md5WithRSAEncryption},
        {PLAN_ISSUER_SELF, PLAN_KEY_ED25519, PLAN_DIGEST_SHA1, NID_ED25519},
        {PLAN_ISSUER_TRUSTED, PLAN_KEY_P256, PLAN_DIGEST_SHA1, NID_ecdsa_with_SHA1},
        {PLAN_ISSUER_TRUSTED, PLAN_KEY_RSA2048, PLAN_DIGEST_SHA384, NID_ecdsa_with_SHA384},
        {PLAN_ISSUER_TRUSTED, PLAN_KEY_ED25519, PLAN_DIGEST_SHA256, NID_ecdsa_with_SHA256},
        {PLAN_ISSUER_TRUSTED, PLAN_KEY_P256, PLAN_DIGEST_MD5, NID_md5WithRSAEncryption},
        {PLAN_ISSUER_UNTRUSTED, PLAN_KEY_RSA2048, PLAN_DIGEST_MD5, NID_md5WithRSAEncryption},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct plan_certificate recipe = stock;
        recipe.issuer = rows[i].issuer;
        recipe.key = rows[i].key;
        recipe.digest = rows[i].digest;
        X509 *leaf = mint_one(&recipe, "a.test", TODAY_S, 0);
        ck_assert_msg(X509_get_signature_nid(leaf) == rows[i].signature, "row %zu: %s", i,
            OBJ_nid2sn(X509_get_signature_nid(leaf)));
        X509_free(leaf);
        if (rows[i].issuer != PLAN_ISSUER_SELF) { /* the recipe's digest is the leaf's alone */
            X509 *intermediate = mint_one(&recipe, "a.test", TODAY_S, 1);
            ck_assert_int_eq(X509_get_signature_nid(intermediate), NID_ecdsa_with_SHA256);
            X509_free(intermediate);
        }
    }
}
END_TEST

UNIT_MAIN(test_a_leaf_as_a_public_ca_would_make_it, test_the_authorities, test_what_signs_itself,
    test_the_list_of_names, test_a_host_that_is_an_address, test_a_subject_that_does_not_fit,
    test_a_common_name_of_its_own, test_moments_near_and_far, test_authorities_at_the_ends_of_time,
    test_keys_of_each_kind, test_digests_of_each_kind)
