#include <openssl/pem.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/tls/test_pair.h"

/* What is refused before a session comes to be, and what a list of names means. */

static void check_client(struct pair *pair, enum fail_class class, const char *text)
{
    struct fail fail = {0};
    struct tls_session *session = tls_session_new_client(&pair->client_options, &fail);
    ck_assert((session == NULL) == (class != FAIL_NONE));
    ck_assert_str_eq(fail.text, text);
    ck_assert_int_eq(fail.class, class);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    tls_session_free(session);
}

START_TEST(test_lists_that_name_nothing)
{
    static const struct {
        const char *ciphers, *text;
    } cases[] = {
        {"NO-SUCH-CIPHER", "ciphers 'NO-SUCH-CIPHER': the library knows none of them"},
        {"TLS_NO_SUCH_SUITE", "ciphers 'TLS_NO_SUCH_SUITE': the library knows none of them"},
        {"", "ciphers '': the library knows none of them"},
        {":::", "ciphers ':::': the library knows none of them"},
        {"TLS_AES_128_GCM_SHA256:NONE",
            "ciphers 'TLS_AES_128_GCM_SHA256:NONE': the library knows none of them"},
    };
    struct pair pair;
    pair_init(&pair);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        pair.client_options.ciphers = cases[i].ciphers;
        check_client(&pair, FAIL_USAGE, cases[i].text);
    }
    pair.client_options.ciphers = NULL;
    pair.client_options.groups = "x25519:nothing";
    check_client(&pair, FAIL_USAGE, "groups 'x25519:nothing': the library does not know them");
    pair_done(&pair);
}
END_TEST

START_TEST(test_a_word_of_any_length)
{
    struct pair pair;
    struct fail fail = {0};
    char word[6000];
    memset(word, 'A', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    pair_init(&pair);
    pair.client_options.ciphers = word;
    ck_assert_ptr_null(tls_session_new_client(&pair.client_options, &fail));
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    /* Short words, but too many of them. */
    for (size_t i = 5; i < sizeof word - 1; i += 6) {
        word[i] = ':';
    }
    fail = (struct fail){0};
    ck_assert_ptr_null(tls_session_new_client(&pair.client_options, &fail));
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    pair_done(&pair);
}
END_TEST

START_TEST(test_versions_that_are_not_there)
{
    struct pair pair;
    struct fail fail = {0};
    pair_init(&pair);
    pair.client_options.protocols = TLS_PROTOCOL_SSL2 | TLS_PROTOCOL_SSL3;
    ck_assert_ptr_null(tls_session_new_client(&pair.client_options, &fail));
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    ck_assert_int_eq(strncmp(fail.text, "SSL 2 and SSL 3 are not available in OpenSSL 3.", 47), 0);
    fail = (struct fail){0};
    pair.server_options.protocols = TLS_PROTOCOL_SSL3;
    ck_assert_ptr_null(tls_session_new_server(&pair.server_options, &fail));
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    pair_done(&pair);
}
END_TEST

START_TEST(test_security_levels)
{
    struct pair pair;
    pair_init(&pair);
    pair.client_options.security_level = 6;
    check_client(&pair, FAIL_USAGE, "security level 6: 0 to 5 exist");
    pair.client_options.security_level = 5;
    check_client(&pair, FAIL_NONE, "");
    pair_done(&pair);
}
END_TEST

/* The versions between two may be left out. */
START_TEST(test_a_hole_in_the_versions)
{
    struct pair pair;
    pair_init(&pair);
    pair.server_options.protocols = TLS_PROTOCOL_1_2;
    pair.client_options.protocols = TLS_PROTOCOL_1_1 | TLS_PROTOCOL_1_3;
    pair_start(&pair);
    pair_run(&pair);
    ck_assert_int_eq(tls_session_state(pair.server), TLS_STATE_FAILED);
    ck_assert_int_ne(tls_session_state(pair.client), TLS_STATE_OPEN);
    pair_done(&pair);
}
END_TEST

/* RFC 6066 §3: no address, and no dot at the end. */
START_TEST(test_what_is_sent_as_server_name)
{
    static const struct {
        const char *sni, *sent;
    } cases[] = {
        {"a.test", "a.test"},
        {"A.test.", "A.test"},
        {"127.0.0.1", NULL},
        {"::1", NULL},
        {"", NULL},
        {NULL, NULL},
    };
    struct pair pair;
    pair_init(&pair);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        pair.client_options.sni = cases[i].sni;
        pair_open(&pair, TLS_PROTOCOL_1_3);
        struct facts *facts = facts_new(arena, NULL);
        tls_session_record_client(pair.client, facts);
        tls_session_record_server(pair.server, facts);
        const char *told = value_as_text(facts_get(facts, "tls.sni"));
        const char *seen = value_as_text(facts_get(facts, "server.saw.client_hello.sni"));
        ck_assert((told == NULL) == (cases[i].sent == NULL));
        ck_assert((seen == NULL) == (cases[i].sent == NULL));
        if (cases[i].sent != NULL) {
            ck_assert_str_eq(told, cases[i].sent);
            ck_assert_str_eq(seen, cases[i].sent);
        }
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

/* Without a name to be found nothing is said about names. */
START_TEST(test_no_name_to_verify)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct pair pair;
    pair_init(&pair);
    pair.client_options.name = NULL;
    pair_open(&pair, TLS_PROTOCOL_1_3);
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_client(pair.client, facts);
    ck_assert_ptr_null(facts_get(facts, "certificate.name_matches"));
    ck_assert(facts_get(facts, "certificate.verified")->truth);
    pair_done(&pair);
}
END_TEST

START_TEST(test_identities_that_do_not_fit)
{
    struct fail fail = {0};
    tls_library_init();
    struct minted minted = mint_make(&(struct mint){.common_name = "a.test"}, NULL);
    EVP_PKEY *other = mint_key(NULL);
    unsigned char *der = NULL, *key = NULL;
    size_t der_len = (size_t)i2d_X509(minted.certificate, &der);
    size_t key_len = (size_t)i2d_PrivateKey(other, &key);
    const struct span chain = span_of(der, der_len);
    ck_assert_ptr_null(tls_identity_new(&chain, 1, span_of(key, key_len), &fail));
    ck_assert_int_eq(fail.class, FAIL_INTERNAL);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    const struct span broken = span_of(der, der_len / 2);
    ck_assert_ptr_null(tls_identity_new(&broken, 1, span_of(key, key_len), NULL));
    ck_assert_ptr_null(tls_identity_new(&chain, 1, span_of(key, key_len / 2), NULL));
    ck_assert_ptr_null(tls_identity_new(&chain, 0, span_of(key, key_len), NULL));
    ck_assert_ptr_null(tls_trust_new(&broken, 1, NULL));
    ck_assert_uint_eq(ERR_peek_error(), 0);
    OPENSSL_free(der);
    OPENSSL_free(key);
    EVP_PKEY_free(other);
    mint_done(&minted);
}
END_TEST

START_TEST(test_a_file_of_roots_that_is_not_there)
{
    struct fail fail = {0};
    tls_library_init();
    ck_assert_ptr_null(tls_trust_new_file("harness/tls/no-such-file.pem", &fail));
    ck_assert_int_eq(fail.class, FAIL_REACH);
    ck_assert_str_eq(fail.text, "harness/tls/no-such-file.pem: No such file or directory");
    fail = (struct fail){0};
    ck_assert_ptr_null(tls_trust_new_file("harness/tls/options.c", &fail));
    ck_assert_int_eq(fail.class, FAIL_REACH);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    struct tls_trust *trust = tls_trust_new_system(&fail);
    ck_assert_ptr_nonnull(tls_trust_get_store(trust));
    ck_assert_uint_eq(ERR_peek_error(), 0);
    tls_trust_free(trust);
}
END_TEST

START_TEST(test_a_file_of_roots)
{
    char path[] = P_tmpdir "/smtpvet-roots-XXXXXX";
    struct fail fail = {0};
    struct pair pair;
    pair_init(&pair);
    int descriptor = mkstemp(path);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(PEM_write_X509(file, pair.identity->leaf), 1);
    ck_assert_int_eq(fclose(file), 0);
    struct tls_trust *trust = tls_trust_new_file(path, &fail);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_msg(trust != NULL, "%s", fail.text);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    pair.client_options.trust = trust;
    pair_open(&pair, TLS_PROTOCOL_1_3);
    ck_assert_uint_eq(tls_session_certificate_flags(pair.client), 0);
    pair_stop(&pair);
    tls_trust_free(trust);
    pair_done(&pair);
}
END_TEST

START_TEST(test_the_librarys_version)
{
    tls_library_init();
    ck_assert_int_eq(strncmp(tls_library_version(), "OpenSSL 3.", 10), 0);
    ck_assert_ptr_null(strchr(tls_library_version() + 8, ' '));
}
END_TEST

/* --- ALPN --- */

#define SMTP_AND_X "\4smtp\1x"

static const struct {
    const char *offered, *spoken;
    bool unasked;
    const char *chosen; /* NULL: nothing */
    const char *alert;  /* NULL: the handshake succeeds */
} choices[] = {
    {SMTP_AND_X, "\1x", false, "x", NULL},
    {SMTP_AND_X, "\1x\4smtp", false, "x", NULL},
    {"\2h2", SMTP_AND_X, false, NULL, "no_application_protocol"},
    {"\2h2", "", false, NULL, NULL},
    {"", SMTP_AND_X, false, NULL, NULL},
    {"\2h2", SMTP_AND_X, true, NULL, ""},
};

START_TEST(test_protocols)
{
    for (size_t i = 0; i < 2 * ARRAY_LEN(choices); i++) {
        struct pair pair;
        pair_init(&pair);
        pair.client_options.protocols = i % 2 == 0 ? TLS_PROTOCOL_1_2 : TLS_PROTOCOL_1_3;
        pair.client_options.alpn = span_text(choices[i / 2].offered);
        pair.server_options.alpn = span_text(choices[i / 2].spoken);
        pair.server_options.alpn_unasked = choices[i / 2].unasked;
        pair_start(&pair);
        pair_run(&pair);
        const unsigned char *name = NULL;
        unsigned len = 0;
        const char *chosen = choices[i / 2].chosen, *alert = choices[i / 2].alert;
        bool open = tls_session_state(pair.client) == TLS_STATE_OPEN;
        ck_assert_msg(open == (alert == NULL), "row %zu", i / 2);
        if (open) {
            SSL_get0_alpn_selected(pair.client->ssl, &name, &len);
            ck_assert(span_equal(span_of(name, len), span_text(chosen)));
        } else if (alert[0] != '\0') {
            ck_assert_str_eq(tls_session_failure(pair.client)->alert, alert);
        }
        pair_done(&pair);
    }
}
END_TEST

UNIT_MAIN(test_protocols, test_lists_that_name_nothing, test_a_word_of_any_length,
    test_versions_that_are_not_there, test_security_levels, test_a_hole_in_the_versions,
    test_what_is_sent_as_server_name, test_no_name_to_verify, test_identities_that_do_not_fit,
    test_a_file_of_roots_that_is_not_there, test_a_file_of_roots, test_the_librarys_version)
