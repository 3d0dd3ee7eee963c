#include "harness/tests/unit.h"
#include "harness/tls/names.h"
#include "harness/tls/session.h"

START_TEST(test_versions)
{
    ck_assert_str_eq(tls_name_version(0x0002), "SSLv2");
    ck_assert_str_eq(tls_name_version(SSL3_VERSION), "SSLv3");
    ck_assert_str_eq(tls_name_version(TLS1_VERSION), "TLSv1");
    ck_assert_str_eq(tls_name_version(TLS1_1_VERSION), "TLSv1.1");
    ck_assert_str_eq(tls_name_version(TLS1_2_VERSION), "TLSv1.2");
    ck_assert_str_eq(tls_name_version(TLS1_3_VERSION), "TLSv1.3");
    ck_assert_ptr_null(tls_name_version(0x0305));
}
END_TEST

/* A group has one name, whichever way the library tells it. */
START_TEST(test_groups)
{
    static const struct {
        unsigned code;
        int nid;
        const char *name;
    } cases[] = {
        {23, NID_X9_62_prime256v1, "secp256r1"},
        {24, NID_secp384r1, "secp384r1"},
        {25, NID_secp521r1, "secp521r1"},
        {29, NID_X25519, "x25519"},
        {30, NID_X448, "x448"},
        {256, NID_ffdhe2048, "ffdhe2048"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ck_assert_str_eq(tls_name_group(cases[i].code), cases[i].name);
        ck_assert_str_eq(tls_name_group_of_nid(cases[i].nid), cases[i].name);
    }
    ck_assert_str_eq(tls_name_group(4588), "X25519MLKEM768");
    ck_assert_ptr_null(tls_name_group(0x0a0a));
    ck_assert_ptr_null(tls_name_group_of_nid(NID_undef));
    ck_assert_ptr_null(tls_name_group_of_nid(NID_rsaEncryption));
}
END_TEST

START_TEST(test_signatures)
{
    ck_assert_str_eq(tls_name_signature(0x0403), "ecdsa_secp256r1_sha256");
    ck_assert_str_eq(tls_name_signature(0x0804), "rsa_pss_rsae_sha256");
    ck_assert_str_eq(tls_name_signature(0x0809), "rsa_pss_pss_sha256");
    ck_assert_ptr_null(tls_name_signature(0x0a0a));
    ck_assert_str_eq(tls_name_signature_of(NID_X9_62_id_ecPublicKey, NID_sha384, false),
        "ecdsa_secp384r1_sha384");
    ck_assert_str_eq(
        tls_name_signature_of(NID_rsassaPss, NID_sha256, false), "rsa_pss_rsae_sha256");
    ck_assert_str_eq(tls_name_signature_of(NID_rsassaPss, NID_sha256, true), "rsa_pss_pss_sha256");
    /* An rsassaPss key signs nothing but rsassaPss; with another kind the flag says nothing. */
    ck_assert_str_eq(
        tls_name_signature_of(NID_rsaEncryption, NID_sha256, true), "rsa_pkcs1_sha256");
    ck_assert_str_eq(tls_name_signature_of(NID_ED25519, NID_undef, false), "ed25519");
    ck_assert_str_eq(tls_name_signature_of(NID_ED448, NID_sha512, false), "ed448");
    ck_assert_str_eq(
        tls_name_signature_of(NID_rsaEncryption, NID_md5_sha1, false), "rsa_pkcs1_md5_sha1");
    ck_assert_ptr_null(tls_name_signature_of(NID_rsaEncryption, NID_md5, false));
}
END_TEST

START_TEST(test_messages)
{
    ck_assert_str_eq(tls_name_message(SSL3_MT_CLIENT_HELLO), "ClientHello");
    ck_assert_str_eq(tls_name_message(SSL3_MT_ENCRYPTED_EXTENSIONS), "EncryptedExtensions");
    ck_assert_str_eq(tls_name_message(SSL3_MT_KEY_UPDATE), "KeyUpdate");
    ck_assert_ptr_null(tls_name_message(254));
}
END_TEST

UNIT_MAIN(test_versions, test_groups, test_signatures, test_messages)
