#include "harness/tls/test_pair.h"

/*
 * One chain for each flag: root, intermediate, leaf, minted with what the row says and verified in
 * TLS 1.2 and 1.3. What must come out is told in full: the flags and no others, the alert on the
 * wire, and both sides' names for what happened.
 */

enum shape {
    SHAPE_CHAIN,     /* leaf, intermediate; the root is trusted */
    SHAPE_WITH_ROOT, /* … the root is sent as well, and nobody is trusted */
    SHAPE_UNKNOWN,   /* leaf, intermediate; nobody is trusted */
    SHAPE_LEAF_ONLY, /* leaf; the root is trusted */
    SHAPE_SELF,      /* a leaf that signed itself; nobody is trusted */
    SHAPE_TRUSTED_SELF,
    SHAPE_TAMPERED, /* as SHAPE_CHAIN, a bit of the leaf's signature turned */
};

enum list { LIST_NONE, LIST_EMPTY, LIST_REVOKES }; /* the intermediate's revocation list */

struct verify_row {
    const char *title;
    enum shape shape;
    const struct mint_extension *root, *intermediate, *leaf; /* NULL: stock ones */
    const char *leaf_key;
    const EVP_MD *digest; /* of the leaf's signature */
    int64_t from_s, until_s;
    const char *name;          /* that is dialled; NULL: a.test */
    unsigned long param_flags; /* X509_V_FLAG_ */
    enum list list;
    unsigned flags;
    const char *alert;
};

static const struct mint_extension authority[] = {
    {"basicConstraints", "critical,CA:TRUE"}, {"keyUsage", "keyCertSign,cRLSign"}, {NULL, NULL}};
static const struct mint_extension stock_leaf[] = {
    {"subjectAltName", "DNS:a.test,IP:127.0.0.1"}, {NULL, NULL}};

static const struct mint_extension no_authority[] = {
    {"basicConstraints", "critical,CA:FALSE"}, {NULL, NULL}};
static const struct mint_extension short_root[] = {
    {"basicConstraints", "critical,CA:TRUE,pathlen:0"}, {"keyUsage", "keyCertSign"}, {NULL, NULL}};
static const struct mint_extension constrained[] = {{"basicConstraints", "critical,CA:TRUE"},
    {"keyUsage", "keyCertSign"}, {"nameConstraints", "critical,permitted;DNS:b.test"},
    {NULL, NULL}};
static const struct mint_extension client_only[] = {
    {"subjectAltName", "DNS:a.test"}, {"extendedKeyUsage", "clientAuth"}, {NULL, NULL}};
static const struct mint_extension unknown_critical[] = {
    {"subjectAltName", "DNS:a.test"}, {"1.2.3.4.5", "critical,DER:0500"}, {NULL, NULL}};
static const struct mint_extension stray_addresses[] = {
    {"subjectAltName", "DNS:a.test"}, {"sbgp-ipAddrBlock", "IPv4:10.0.0.0/8"}, {NULL, NULL}};

#define LATE .from_s = -30 * MINT_DAY_S, .until_s = -MINT_DAY_S
#define EARLY .from_s = MINT_DAY_S, .until_s = 30 * MINT_DAY_S

static const struct verify_row rows[] = {
    {.title = "nothing wrong", .shape = SHAPE_CHAIN},
    {.title = "nothing wrong with an address", .shape = SHAPE_CHAIN, .name = "127.0.0.1"},
    {.title = "signed itself, trusted", .shape = SHAPE_TRUSTED_SELF},
    {.title = "signed itself",
        .shape = SHAPE_SELF,
        .flags = CERTIFICATE_UNTRUSTED_ROOT,
        .alert = "unknown_ca"},
    {.title = "root sent",
        .shape = SHAPE_WITH_ROOT,
        .flags = CERTIFICATE_UNTRUSTED_ROOT,
        .alert = "unknown_ca"},
    {.title = "root not sent",
        .shape = SHAPE_UNKNOWN,
        .flags = CERTIFICATE_INCOMPLETE_CHAIN,
        .alert = "unknown_ca"},
    {.title = "intermediate not sent",
        .shape = SHAPE_LEAF_ONLY,
        .flags = CERTIFICATE_INCOMPLETE_CHAIN,
        .alert = "unknown_ca"},
    {.title = "not yet valid",
        .shape = SHAPE_CHAIN,
        EARLY,
        .flags = CERTIFICATE_NOT_YET_VALID,
        .alert = "bad_certificate"},
    {.title = "expired",
        .shape = SHAPE_CHAIN,
        LATE,
        .flags = CERTIFICATE_EXPIRED,
        .alert = "certificate_expired"},
    {.title = "wrong name",
        .shape = SHAPE_CHAIN,
        .name = "b.test",
        .flags = CERTIFICATE_NAME_MISMATCH,
        .alert = "bad_certificate"},
    {.title = "wrong address",
        .shape = SHAPE_CHAIN,
        .name = "127.0.0.2",
        .flags = CERTIFICATE_NAME_MISMATCH,
        .alert = "bad_certificate"},
    {.title = "revoked",
        .shape = SHAPE_CHAIN,
        .param_flags = X509_V_FLAG_CRL_CHECK,
        .list = LIST_REVOKES,
        .flags = CERTIFICATE_REVOKED,
        .alert = "certificate_revoked"},
    {.title = "not revoked",
        .shape = SHAPE_CHAIN,
        .param_flags = X509_V_FLAG_CRL_CHECK,
        .list = LIST_EMPTY},
    {.title = "no revocation list",
        .shape = SHAPE_CHAIN,
        .param_flags = X509_V_FLAG_CRL_CHECK,
        .flags = CERTIFICATE_REVOCATION_UNKNOWN,
        .alert = "unknown_ca"},
    {.title = "tampered with",
        .shape = SHAPE_TAMPERED,
        .flags = CERTIFICATE_BAD_SIGNATURE,
        .alert = "decrypt_error"},
    {.title = "small key",
        .shape = SHAPE_CHAIN,
        .leaf_key = "rsa1024",
        .flags = CERTIFICATE_WEAK_KEY,
        .alert = "bad_certificate"},
    {.title = "small key, signed itself",
        .shape = SHAPE_SELF,
        .leaf_key = "rsa1024",
        .flags = CERTIFICATE_UNTRUSTED_ROOT | CERTIFICATE_WEAK_KEY,
        .alert = "bad_certificate"},
    {.title = "small key, root not sent",
        .shape = SHAPE_UNKNOWN,
        .leaf_key = "rsa1024",
        .flags = CERTIFICATE_INCOMPLETE_CHAIN | CERTIFICATE_WEAK_KEY,
        .alert = "bad_certificate"},
    {.title = "for clients",
        .shape = SHAPE_CHAIN,
        .leaf = client_only,
        .flags = CERTIFICATE_WRONG_USAGE,
        .alert = "unsupported_certificate"},
    {.title = "issuer is no authority",
        .shape = SHAPE_CHAIN,
        .intermediate = no_authority,
        /* What may not issue at all may not issue for servers either: the library says both. */
        .flags = CERTIFICATE_NOT_A_CA | CERTIFICATE_WRONG_USAGE,
        .alert = "unknown_ca"},
    {.title = "path too long",
        .shape = SHAPE_CHAIN,
        .root = short_root,
        .flags = CERTIFICATE_PATH_TOO_LONG,
        .alert = "unknown_ca"},
    {.title = "issuer may not",
        .shape = SHAPE_CHAIN,
        .intermediate = constrained,
        .flags = CERTIFICATE_NAME_CONSTRAINT,
        .alert = "certificate_unknown"},
    {.title = "unknown and critical",
        .shape = SHAPE_CHAIN,
        .leaf = unknown_critical,
        .flags = CERTIFICATE_UNKNOWN_CRITICAL_EXTENSION,
        .alert = "certificate_unknown"},
    {.title = "addresses that the issuer has not",
        .shape = SHAPE_CHAIN,
        .leaf = stray_addresses,
        .flags = CERTIFICATE_BAD_EXTENSION,
        .alert = "certificate_unknown"},
    {.title = "no policy",
        .shape = SHAPE_CHAIN,
        .param_flags = X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_EXPLICIT_POLICY,
        .flags = CERTIFICATE_POLICY,
        .alert = "certificate_unknown"},
    {.title = "what has no name here",
        .shape = SHAPE_CHAIN, /* its authorities have no key identifiers */
        .param_flags = X509_V_FLAG_X509_STRICT,
        .flags = CERTIFICATE_OTHER,
        .alert = "certificate_unknown"},
    {.title = "late, wrong and unknown",
        .shape = SHAPE_UNKNOWN,
        LATE,
        .name = "b.test",
        .flags = CERTIFICATE_INCOMPLETE_CHAIN | CERTIFICATE_NAME_MISMATCH | CERTIFICATE_EXPIRED,
        .alert = "unknown_ca"},
    {.title = "late and wrong",
        .shape = SHAPE_CHAIN,
        LATE,
        .name = "b.test",
        .flags = CERTIFICATE_NAME_MISMATCH | CERTIFICATE_EXPIRED,
        .alert = "bad_certificate"},
    {.title = "everything at once",
        .shape = SHAPE_SELF,
        .leaf_key = "rsa1024",
        .leaf = client_only,
        .name = "127.0.0.1",
        EARLY,
        .flags = CERTIFICATE_UNTRUSTED_ROOT | CERTIFICATE_NOT_YET_VALID |
                 CERTIFICATE_NAME_MISMATCH | CERTIFICATE_WEAK_KEY | CERTIFICATE_WRONG_USAGE,
        .alert = "bad_certificate"},
};

/* --- a row as a pair --- */

static void mint_list(X509_STORE *store, const struct minted *issuer, enum list list, long serial)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, MINT_NOW_S - MINT_DAY_S);
    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->certificate));
    X509_CRL_set1_lastUpdate(crl, time);
    if (list == LIST_REVOKES) {
        X509_REVOKED *revoked = X509_REVOKED_new();
        ASN1_INTEGER *number = ASN1_INTEGER_new();
        ASN1_INTEGER_set(number, serial);
        X509_REVOKED_set_serialNumber(revoked, number);
        X509_REVOKED_set_revocationDate(revoked, time);
        X509_CRL_add0_revoked(crl, revoked);
        ASN1_INTEGER_free(number);
    }
    ASN1_TIME_set(time, MINT_NOW_S + MINT_DAY_S);
    X509_CRL_set1_nextUpdate(crl, time);
    ck_assert_int_gt(X509_CRL_sign(crl, issuer->key, EVP_sha256()), 0);
    ck_assert_int_eq(X509_STORE_add_crl(store, crl), 1);
    ASN1_TIME_free(time);
    X509_CRL_free(crl);
}

static void tamper(X509 **certificate)
{
    unsigned char *der = NULL;
    int len = i2d_X509(*certificate, &der);
    der[len - 1] ^= 1; /* the end of the signature */
    const unsigned char *at = der;
    X509_free(*certificate);
    *certificate = d2i_X509(NULL, &at, len);
    OPENSSL_free(der);
    ck_assert_ptr_nonnull(*certificate);
}

static void row_init(struct pair *pair, const struct verify_row *row)
{
    bool self = row->shape == SHAPE_SELF || row->shape == SHAPE_TRUSTED_SELF;
    pair_init(pair);
    tls_identity_free(pair->identity);
    tls_trust_free(pair->trust);
    struct minted root = mint_make(&(struct mint){.common_name = "root",
                                       .extensions = row->root == NULL ? authority : row->root},
        NULL);
    struct minted intermediate = mint_make(
        &(struct mint){.common_name = "intermediate",
            .extensions = row->intermediate == NULL ? authority : row->intermediate},
        &root);
    struct minted leaf = mint_make(&(struct mint){.common_name = "a.test",
                                       .extensions = row->leaf == NULL ? stock_leaf : row->leaf,
                                       .key = row->leaf_key,
                                       .digest = row->digest,
                                       .from_s = row->from_s,
                                       .until_s = row->until_s,
                                       .serial = 77},
        self ? NULL : &intermediate);
    if (row->shape == SHAPE_TAMPERED) {
        tamper(&leaf.certificate);
    }
    X509 *const chain[] = {leaf.certificate, intermediate.certificate, root.certificate};
    size_t len = self || row->shape == SHAPE_LEAF_ONLY ? 1 : row->shape == SHAPE_WITH_ROOT ? 3 : 2;
    bool trusted = row->shape == SHAPE_CHAIN || row->shape == SHAPE_LEAF_ONLY ||
                   row->shape == SHAPE_TAMPERED;
    pair->identity = mint_identity(chain, len, leaf.key);
    pair->row.identity = pair->identity;
    pair->trust = mint_trust(trusted                            ? root.certificate
                             : row->shape == SHAPE_TRUSTED_SELF ? leaf.certificate
                                                                : NULL);
    if (row->list != LIST_NONE) {
        mint_list(tls_trust_get_store(pair->trust), &intermediate, row->list, 77);
    }
    pair->client_options.trust = pair->trust;
    pair->client_options.name = row->name == NULL ? "a.test" : row->name;
    pair->client_options.security_level = 2;
    mint_done(&root);
    mint_done(&intermediate);
    mint_done(&leaf);
}

static void row_run(struct pair *pair, const struct verify_row *row, unsigned protocol)
{
    pair->client_options.protocols = protocol;
    pair_start(pair);
    ck_assert_int_eq(
        X509_VERIFY_PARAM_set_flags(SSL_get0_param(pair->client->ssl), row->param_flags), 1);
    pair_run(pair);
}

static struct facts *client_facts(const struct pair *pair, struct arena *arena)
{
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_client(pair->client, facts);
    return facts;
}

static const char *fact_text(const struct facts *facts, const char *name)
{
    return value_as_text(facts_get(facts, name));
}

/* "a, b" of a list of texts. */
static void check_list(const struct facts *facts, const char *name, unsigned flags)
{
    const struct value *list = facts_get(facts, name);
    ck_assert_ptr_nonnull(list);
    ck_assert_int_eq(list->kind, VALUE_LIST);
    size_t found = 0;
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        if ((flags & certificate_flag_row(i)->bit) != 0) {
            ck_assert_uint_lt(found, list->len);
            ck_assert_str_eq(value_as_text(list->items[found++]), certificate_flag_row(i)->name);
        }
    }
    ck_assert_uint_eq(found, list->len);
}

/* --- what comes out --- */

static void check_refused(struct pair *pair, const struct verify_row *row)
{
    const struct tls_failure *failure = tls_session_failure(pair->client);
    ck_assert_int_eq(tls_session_state(pair->client), TLS_STATE_FAILED);
    ck_assert_msg(failure->kind == TLS_FAILURE_CERTIFICATE, "%s: %s", row->title, failure->text);
    ck_assert_int_eq(strncmp(failure->text, "certificate refused: ", 21), 0);
    ck_assert_msg(
        strcmp(failure->alert, row->alert) == 0, "%s: sent %s", row->title, failure->alert);
    ck_assert_int_eq(tls_session_state(pair->server), TLS_STATE_FAILED);
    const struct tls_failure *seen = tls_session_failure(pair->server);
    ck_assert_msg(seen->kind == TLS_FAILURE_ALERT_RECEIVED, "%s: %s", row->title, seen->text);
    ck_assert_str_eq(seen->alert, failure->alert);
}

static void check_open(struct pair *pair, const struct verify_row *row)
{
    ck_assert_msg(tls_session_state(pair->client) == TLS_STATE_OPEN, "%s: %s", row->title,
        tls_session_failure(pair->client)->text);
    ck_assert_int_eq(tls_session_state(pair->server), TLS_STATE_OPEN);
    ck_assert(tls_session_write(pair->client, SPAN_LITERAL("EHLO a.test\r\n")));
    ck_assert(tls_session_write(pair->server, SPAN_LITERAL("220 a.test\r\n")));
    pair_run(pair);
    ck_assert_uint_eq(tls_session_plain(pair->client)->len, 12);
    ck_assert_uint_eq(tls_session_plain(pair->server)->len, 13);
}

static void check_facts(const struct pair *pair, const struct verify_row *row, unsigned forgiven)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct facts *facts = client_facts(pair, arena);
    ck_assert_msg(tls_session_certificate_flags(pair->client) == row->flags,
        "%s: flags %#x, wanted %#x", row->title, tls_session_certificate_flags(pair->client),
        row->flags);
    check_list(facts, "certificate.flags", row->flags);
    check_list(facts, "certificate.unforgiven", row->flags & ~forgiven);
    ck_assert(facts_get(facts, "certificate.verified")->truth == (row->flags == 0));
    ck_assert(facts_get(facts, "certificate.name_matches")->truth ==
              ((row->flags & CERTIFICATE_NAME_MISMATCH) == 0));
    ck_assert_str_eq(fact_text(facts, "certificate.subject"), "CN=a.test");
}

static const unsigned protocols[] = {TLS_PROTOCOL_1_2, TLS_PROTOCOL_1_3};

START_TEST(test_every_flag_with_its_alert)
{
    for (size_t i = 0; i < ARRAY_LEN(rows) * ARRAY_LEN(protocols); i++) {
        const struct verify_row *row = &rows[i / 2];
        struct pair pair;
        row_init(&pair, row);
        row_run(&pair, row, protocols[i % 2]);
        check_facts(&pair, row, 0);
        if (row->flags == 0) {
            check_open(&pair, row);
        } else {
            check_refused(&pair, row);
        }
        pair_done(&pair);
    }
}
END_TEST

/* Before TLS 1.3 a client that looks at what is stapled decides later, when the library would pick
 * another alert: the same flags come out, and the same alert. */
START_TEST(test_who_waits_for_a_staple_comes_to_the_same)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct verify_row *row = &rows[i];
        struct pair pair;
        row_init(&pair, row);
        pair.client_options.asks_for_staple = true;
        pair.client_options.judges_staple = true;
        row_run(&pair, row, TLS_PROTOCOL_1_2);
        check_facts(&pair, row, 0);
        if (row->flags == 0) {
            check_open(&pair, row);
        } else {
            check_refused(&pair, row);
        }
        pair_done(&pair);
    }
}
END_TEST

START_TEST(test_what_is_forgiven_does_not_stop)
{
    for (size_t i = 0; i < ARRAY_LEN(rows) * ARRAY_LEN(protocols); i++) {
        const struct verify_row *row = &rows[i / 2];
        struct pair pair;
        row_init(&pair, row);
        pair.client_options.forgiven = row->flags;
        row_run(&pair, row, protocols[i % 2]);
        check_open(&pair, row);
        check_facts(&pair, row, row->flags);
        ck_assert_int_eq(SSL_get_verify_result(pair.client->ssl), X509_V_OK);
        pair_done(&pair);
    }
}
END_TEST

START_TEST(test_with_continue_flags_are_facts_only)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct pair pair;
        row_init(&pair, &rows[i]);
        pair.client_options.stop_on_problem = false;
        row_run(&pair, &rows[i], protocols[i % 2]);
        check_open(&pair, &rows[i]);
        check_facts(&pair, &rows[i], 0);
        pair_done(&pair);
    }
}
END_TEST

static const struct verify_row *row_of(const char *title)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(rows[i].title, title) == 0) {
            return &rows[i];
        }
    }
    ck_abort_msg("no row '%s'", title);
}

/* The depths and codes that were measured, in the library's order. */
START_TEST(test_problems_keep_depth_and_code)
{
    static const struct tls_problem wanted[] = {
        {1, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
        {0, X509_V_ERR_HOSTNAME_MISMATCH},
        {0, X509_V_ERR_CERT_HAS_EXPIRED},
    };
    const struct verify_row *row = row_of("late, wrong and unknown");
    struct pair pair;
    row_init(&pair, row);
    row_run(&pair, row, TLS_PROTOCOL_1_3);
    const struct tls_verify *verify = &pair.client->verify;
    ck_assert_uint_eq(verify->problems_len, ARRAY_LEN(wanted));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        ck_assert_int_eq(verify->problems[i].depth, wanted[i].depth);
        ck_assert_int_eq(verify->problems[i].code, wanted[i].code);
    }
    ck_assert_int_eq(verify->chain_len, 2);
    ck_assert_str_eq(tls_session_failure(pair.client)->text,
        "certificate refused: incomplete-chain, expired, name-mismatch");
    pair_done(&pair);
}
END_TEST

/* Which alert goes out is a matter of what is left when the forgiven is taken away. */
START_TEST(test_the_first_unforgiven_problem_picks_the_alert)
{
    static const struct {
        unsigned forgiven;
        const char *alert;
    } cases[] = {
        {0, "unknown_ca"},
        {CERTIFICATE_INCOMPLETE_CHAIN, "bad_certificate"},
        {CERTIFICATE_INCOMPLETE_CHAIN | CERTIFICATE_NAME_MISMATCH, "certificate_expired"},
    };
    const struct verify_row *row = row_of("late, wrong and unknown");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pair pair;
        row_init(&pair, row);
        pair.client_options.forgiven = cases[i].forgiven;
        row_run(&pair, row, TLS_PROTOCOL_1_3);
        ck_assert_int_eq(tls_session_failure(pair.client)->kind, TLS_FAILURE_CERTIFICATE);
        ck_assert_str_eq(tls_session_failure(pair.client)->alert, cases[i].alert);
        check_facts(&pair, row, cases[i].forgiven);
        pair_done(&pair);
    }
}
END_TEST

/* The issuer's digest needs a level of the client's own: what the server presents must not decide.
 */
START_TEST(test_a_weak_digest_is_a_matter_of_level)
{
    const struct verify_row row = {.title = "SHA-1",
        .shape = SHAPE_CHAIN,
        .digest = EVP_sha1(),
        .flags = CERTIFICATE_WEAK_SIGNATURE,
        .alert = "bad_certificate"};
    struct verify_row good = row;
    good.flags = 0;
    struct pair pair;
    row_init(&pair, &row);
    row_run(&pair, &row, TLS_PROTOCOL_1_3);
    check_facts(&pair, &row, 0);
    check_refused(&pair, &row);
    pair_stop(&pair);
    pair.client_options.security_level = 0;
    row_run(&pair, &good, TLS_PROTOCOL_1_3);
    check_facts(&pair, &good, 0);
    check_open(&pair, &good);
    pair_done(&pair);
}
END_TEST

/* RFC 9525 §6.3: the common name does not count, and no `a*.test`. */
START_TEST(test_names_are_matched_as_today)
{
    static const struct mint_extension nothing[] = {{NULL, NULL}};
    static const struct mint_extension partial[] = {
        {"subjectAltName", "DNS:mx*.a.test"}, {NULL, NULL}};
    static const struct mint_extension whole[] = {{"subjectAltName", "DNS:*.a.test"}, {NULL, NULL}};
    static const struct {
        const struct mint_extension *leaf;
        const char *name;
        bool matches;
    } cases[] = {
        {nothing, "a.test", false},
        {partial, "mx1.a.test", false},
        {whole, "mx1.a.test", true},
        {whole, "MX1.A.TEST.", true},
        {whole, "a.test", false},
        {whole, "b.mx1.a.test", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct verify_row row = {.title = cases[i].name,
            .shape = SHAPE_CHAIN,
            .leaf = cases[i].leaf,
            .name = cases[i].name,
            .flags = cases[i].matches ? 0 : CERTIFICATE_NAME_MISMATCH,
            .alert = "bad_certificate"};
        struct pair pair;
        row_init(&pair, &row);
        row_run(&pair, &row, TLS_PROTOCOL_1_3);
        check_facts(&pair, &row, 0);
        pair_done(&pair);
    }
}
END_TEST

UNIT_MAIN(test_every_flag_with_its_alert, test_who_waits_for_a_staple_comes_to_the_same,
    test_what_is_forgiven_does_not_stop, test_with_continue_flags_are_facts_only,
    test_problems_keep_depth_and_code, test_the_first_unforgiven_problem_picks_the_alert,
    test_a_weak_digest_is_a_matter_of_level, test_names_are_matched_as_today)
