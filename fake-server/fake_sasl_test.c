#include "fake-server/fake_sasl.h"

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

UNIT_MAIN(test_plain, test_login, test_huge, test_newest_value_counts, test_unknown_mechanisms)
