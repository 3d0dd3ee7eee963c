#include "fake-server/fake_sasl.h"

#include <stdio.h>

#include "harness/tests/unit.h"

static const struct plan_user users[] = {
    {"joe", "correct-horse"}, {"jane", ""}, {"j\xc3\xb6rg", "p\xc3\xa4ss"}};
static const struct plan_auth auth = {.users = users, .users_len = ARRAY_LEN(users)};
static const struct fake_sasl_setting setting = {.auth = &auth, .host = "a.test"};

#define NOT_GIVEN ((struct span){(const uint8_t *)"", SIZE_MAX})

/* Runs an exchange; the result of its last step. `challenges` is what was asked, joined. */
static enum fake_sasl_result run(
    const char *mechanism, const struct span *responses, size_t len, const char *challenges)
{
    struct fake_sasl sasl;
    struct buf asked;
    enum fake_sasl_result result = FAKE_SASL_CHALLENGE;
    fake_sasl_init(&sasl, &setting, span_text(mechanism));
    buf_init(&asked, 1000);
    for (size_t i = 0; i < len; i++) {
        bool given = responses[i].len != SIZE_MAX;
        ck_assert_int_eq(result, FAKE_SASL_CHALLENGE);
        result = fake_sasl_step(&sasl, given, given ? responses[i] : SPAN_EMPTY, &asked);
    }
    ck_assert_str_eq(buf_text(&asked), challenges);
    fake_sasl_done(&sasl);
    buf_done(&asked);
    return result;
}

static void check_plain(struct span response, enum fake_sasl_result wanted)
{
    const struct span two_steps[] = {NOT_GIVEN, response};
    ck_assert_int_eq(run("PLAIN", &response, 1, ""), wanted);
    ck_assert_int_eq(run("plain", two_steps, 2, ""), wanted);
}

START_TEST(test_plain)
{
    check_plain(SPAN_LITERAL("\0joe\0correct-horse"), FAKE_SASL_ACCEPTED);
    check_plain(SPAN_LITERAL("joe\0joe\0correct-horse"), FAKE_SASL_ACCEPTED);
    check_plain(SPAN_LITERAL("\0jane\0"), FAKE_SASL_ACCEPTED);
    check_plain(SPAN_LITERAL("\0j\xc3\xb6rg\0p\xc3\xa4ss"), FAKE_SASL_ACCEPTED);
    check_plain(SPAN_LITERAL("jane\0joe\0correct-horse"), FAKE_SASL_REFUSED);
    check_plain(SPAN_LITERAL("\0joe\0wrong-horse"), FAKE_SASL_REFUSED);
    check_plain(SPAN_LITERAL("\0joe\0correct-horse "), FAKE_SASL_REFUSED);
    check_plain(SPAN_LITERAL("\0joe\0"), FAKE_SASL_REFUSED);
    check_plain(SPAN_LITERAL("\0jim\0correct-horse"), FAKE_SASL_REFUSED);
    check_plain(SPAN_LITERAL("\0JOE\0correct-horse"), FAKE_SASL_REFUSED);
    check_plain(SPAN_LITERAL(""), FAKE_SASL_MALFORMED);
    check_plain(SPAN_LITERAL("joe"), FAKE_SASL_MALFORMED);
    check_plain(SPAN_LITERAL("\0joe"), FAKE_SASL_MALFORMED);
    check_plain(SPAN_LITERAL("\0\0correct-horse"), FAKE_SASL_MALFORMED);
    check_plain(SPAN_LITERAL("\0joe\0correct\0horse"), FAKE_SASL_MALFORMED);
    check_plain(SPAN_LITERAL("\0joe\0correct-horse\0"), FAKE_SASL_MALFORMED);
}
END_TEST

static enum fake_sasl_result login(struct span user, struct span password)
{
    const struct span responses[] = {NOT_GIVEN, user, password};
    const struct span initial[] = {user, password};
    enum fake_sasl_result result = run("LOGIN", responses, 3, "Username:Password:");
    ck_assert_int_eq(run("login", initial, 2, "Password:"), result);
    return result;
}

START_TEST(test_login)
{
    ck_assert_int_eq(login(SPAN_LITERAL("joe"), SPAN_LITERAL("correct-horse")), FAKE_SASL_ACCEPTED);
    ck_assert_int_eq(login(SPAN_LITERAL("jane"), SPAN_EMPTY), FAKE_SASL_ACCEPTED);
    ck_assert_int_eq(login(SPAN_LITERAL("joe"), SPAN_LITERAL("wrong-horse")), FAKE_SASL_REFUSED);
    ck_assert_int_eq(login(SPAN_LITERAL("joe"), SPAN_EMPTY), FAKE_SASL_REFUSED);
    ck_assert_int_eq(login(SPAN_EMPTY, SPAN_EMPTY), FAKE_SASL_REFUSED);
    ck_assert_int_eq(
        login(SPAN_LITERAL("joe\0"), SPAN_LITERAL("correct-horse")), FAKE_SASL_REFUSED);
    ck_assert_int_eq(
        login(SPAN_LITERAL("joe"), SPAN_LITERAL("correct-horse\0")), FAKE_SASL_REFUSED);
}
END_TEST

START_TEST(test_huge)
{
    struct buf huge;
    buf_init(&huge, 4 * FAKE_SASL_VALUE_MAX);
    for (size_t i = 0; i < 2 * FAKE_SASL_VALUE_MAX; i++) {
        buf_append_byte(&huge, 'a');
    }
    ck_assert_int_eq(login(SPAN_LITERAL("joe"), buf_span(&huge)), FAKE_SASL_REFUSED);
    ck_assert_int_eq(login(buf_span(&huge), SPAN_LITERAL("x")), FAKE_SASL_REFUSED);
    check_plain(buf_span(&huge), FAKE_SASL_MALFORMED);
    huge.data[0] = 0;
    huge.data[4] = 0;
    check_plain(buf_span(&huge), FAKE_SASL_REFUSED);
    buf_done(&huge);
}
END_TEST

START_TEST(test_newest_value_counts)
{
    struct fake_sasl sasl;
    struct buf asked;
    fake_sasl_init(&sasl, &setting, SPAN_LITERAL("LOGIN"));
    buf_init(&asked, 1000);
    (void)fake_sasl_step(&sasl, true, SPAN_LITERAL("joe"), &asked);
    (void)fake_sasl_step(&sasl, true, SPAN_LITERAL("wrong"), &asked);
    ck_assert_int_eq(
        fake_sasl_step(&sasl, true, SPAN_LITERAL("correct-horse"), &asked), FAKE_SASL_ACCEPTED);
    fake_sasl_done(&sasl);
    fake_sasl_done(&sasl);
    buf_done(&asked);
}
END_TEST

START_TEST(test_unknown_mechanisms)
{
    const struct span responses[] = {NOT_GIVEN, SPAN_LITERAL("x")};
    ck_assert(fake_sasl_knows(SPAN_LITERAL("PLAIN")));
    ck_assert(fake_sasl_knows(SPAN_LITERAL("Login")));
    ck_assert(!fake_sasl_knows(SPAN_LITERAL("PLAI")));
    ck_assert(!fake_sasl_knows(SPAN_LITERAL("PLAIN\0")));
    ck_assert(!fake_sasl_knows(SPAN_EMPTY));
    ck_assert_int_eq(run("X-UNHEARD-OF", responses, 1, ""), FAKE_SASL_CHALLENGE);
    ck_assert_int_eq(run("X-UNHEARD-OF", responses, 2, ""), FAKE_SASL_REFUSED);
}
END_TEST

/* --- whatever comes, nothing breaks, and nobody gets in --- */

static const char *const all[] = {"PLAIN", "LOGIN", "EXTERNAL", "CRAM-MD5", "DIGEST-MD5", "NTLM",
    "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-256-PLUS", "XOAUTH2",
    "OAUTHBEARER"};

/* Beginnings that lead into a mechanism; a few octets of them are changed, or they are cut. */
static void spoil(struct random_source *random, struct buf *response)
{
    const struct span seeds[] = {SPAN_LITERAL("\0joe\0correct-hors"), SPAN_LITERAL("joe"),
        SPAN_LITERAL("n,,n=joe,r=abcdefgh"), SPAN_LITERAL("p=tls-unique,a=joe,n=joe,r=abcdefgh"),
        SPAN_LITERAL("c=biws,r=abcdefgh,p=AAAA"),
        SPAN_LITERAL("username=\"joe\",realm=\"a.test\",nonce=\"a\\\"b\",cnonce=\"c\",nc=00000001,"
                     "digest-uri=\"smtp/a.test\",response=00,qop=auth"),
        SPAN_LITERAL("NTLMSSP\0\1\0\0\0\1\2\0\0"),
        SPAN_LITERAL("NTLMSSP\0\3\0\0\0\x18\0\x18\0\0\0\0\0\x18\0\x18\0\4\0\0\0\6\0\6\0\2\0\0\0\6\0"
                     "\6\0\1\0\0\0\xff\xff\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0"),
        SPAN_LITERAL("user=joe\1auth=Bearer x\1\1"), SPAN_LITERAL("n,a=joe,\1auth=Bearer x\1\1")};
    buf_append(response, seeds[random_below(random, ARRAY_LEN(seeds))]);
    for (uint64_t i = random_below(random, 4); i > 0 && response->len > 0; i--) {
        response->data[random_below(random, response->len)] = (uint8_t)random_next(random);
    }
    if (random_below(random, 4) == 0) {
        response->len = random_below(random, response->len + 1);
    }
}

static void check_spoilt(const char *mechanism, struct random_source *random)
{
    struct fake_sasl sasl;
    enum fake_sasl_result result = FAKE_SASL_CHALLENGE;
    fake_sasl_init(&sasl, &setting, span_text(mechanism));
    for (int round = 0; round < 6 && result == FAKE_SASL_CHALLENGE; round++) {
        struct buf response;
        struct buf challenge;
        buf_init(&response, 1000);
        buf_init(&challenge, 1000);
        bool given = round > 0 || random_below(random, 2) == 0;
        if (given) {
            spoil(random, &response);
        }
        result = fake_sasl_step(&sasl, given, buf_span(&response), &challenge);
        ck_assert_msg(result != FAKE_SASL_ACCEPTED, "%s accepts", mechanism);
        buf_done(&response);
        buf_done(&challenge);
    }
    fake_sasl_done(&sasl);
}

START_TEST(test_hostile_responses)
{
    struct random_source random;
    random_seed(&random, 1);
    for (int i = 0; i < 500; i++) {
        for (size_t j = 0; j < ARRAY_LEN(all); j++) {
            check_spoilt(all[j], &random);
        }
    }
}
END_TEST

/* --- who asks first --- */

START_TEST(test_server_first)
{
    const struct span initial = SPAN_LITERAL("joe");
    ck_assert_int_eq(run("CRAM-MD5", &initial, 1, ""), FAKE_SASL_MALFORMED);
    ck_assert_int_eq(run("DIGEST-MD5", &initial, 1, ""), FAKE_SASL_MALFORMED);
}
END_TEST

START_TEST(test_external_without_a_certificate)
{
    const struct span nobody = SPAN_EMPTY;
    const struct span joe = SPAN_LITERAL("joe");
    const struct span nul = SPAN_LITERAL("joe\0");
    ck_assert_int_eq(run("EXTERNAL", &nobody, 1, ""), FAKE_SASL_REFUSED);
    ck_assert_int_eq(run("EXTERNAL", &joe, 1, ""), FAKE_SASL_REFUSED);
    ck_assert_int_eq(run("EXTERNAL", &nul, 1, ""), FAKE_SASL_MALFORMED);
}
END_TEST

/* --- SCRAM: what a client may say of channel binding --- */

static enum fake_sasl_result first(const char *mechanism, const char *header, bool offers)
{
    struct fake_sasl sasl;
    struct buf challenge;
    char message[100];
    struct fake_sasl_setting here = setting;
    here.offers_binding = offers;
    buf_init(&challenge, 1000);
    snprintf(message, sizeof message, "%sn=joe,r=abc", header);
    fake_sasl_init(&sasl, &here, span_text(mechanism));
    enum fake_sasl_result result = fake_sasl_step(&sasl, true, span_text(message), &challenge);
    ck_assert((challenge.len > 0) == (result == FAKE_SASL_CHALLENGE));
    fake_sasl_done(&sasl);
    buf_done(&challenge);
    return result;
}

START_TEST(test_flags)
{
    ck_assert_int_eq(first("SCRAM-SHA-256", "n,,", true), FAKE_SASL_CHALLENGE);
    ck_assert_int_eq(first("SCRAM-SHA-256", "y,,", false), FAKE_SASL_CHALLENGE);
    ck_assert_int_eq(first("SCRAM-SHA-256", "y,,", true), FAKE_SASL_REFUSED); /* RFC 5802 §6 */
    ck_assert_int_eq(first("SCRAM-SHA-256", "p=tls-unique,,", true), FAKE_SASL_REFUSED);
    ck_assert_int_eq(first("SCRAM-SHA-256-PLUS", "n,,", true), FAKE_SASL_REFUSED);
    ck_assert_int_eq(first("SCRAM-SHA-256-PLUS", "p=tls-unique,,", true), FAKE_SASL_REFUSED);
    ck_assert_int_eq(first("SCRAM-SHA-256", "x,,", true), FAKE_SASL_MALFORMED);
    ck_assert_int_eq(first("SCRAM-SHA-256", "n,joe,", true), FAKE_SASL_MALFORMED);
    ck_assert_int_eq(first("SCRAM-SHA-256", "n,a=jo=2Ce,", true), FAKE_SASL_CHALLENGE);
    ck_assert_int_eq(first("SCRAM-SHA-256", "n,a=jo=2De,", true), FAKE_SASL_MALFORMED);
    ck_assert_int_eq(first("SCRAM-SHA-256", "n,,m=x,", true), FAKE_SASL_MALFORMED);
}
END_TEST

UNIT_MAIN(test_plain, test_login, test_huge, test_newest_value_counts, test_unknown_mechanisms,
    test_hostile_responses, test_server_first, test_external_without_a_certificate, test_flags)
