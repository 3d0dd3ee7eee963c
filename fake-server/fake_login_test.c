/* What is seen of logins, however they end and however the client's octets are cut. */
#include "fake-server/fake_play_rules.h"
#include "harness/tests/unit.h"

static const struct plan_user users[] = {{"joe", PLAY_PASSWORD}};
static const struct plan_user tokens[] = {{"joe", "token-of-joe"}};

#define PLAY_LOGINS(plays, seen, ...)                                                        \
    play_both(&(struct play_stage){.plan = &(struct plan_server){PLAY_SERVER,                \
                                       .auth = {.before_tls = PLAY_LIST("PLAIN", "LOGIN",    \
                                                    "CRAM-MD5", "XOAUTH2", "SCRAM-SHA-256"), \
                                           .iterations = 1,                                  \
                                           .salt = "salt",                                   \
                                           .users = users,                                   \
                                           .users_len = 1,                                   \
                                           .tokens = tokens,                                 \
                                           .tokens_len = 1},                                 \
                                       __VA_ARGS__}},                                        \
        (struct play_plot){plays, seen})

#define REFUSED "535 5.7.8 Authentication credentials invalid\r\n"
#define ACCEPTED "235 2.7.0 Authentication successful\r\n"
#define CANCELLED "501 5.7.0 Authentication cancelled\r\n"
/* user=joe^Aauth=Bearer token-of-joe^A^A, and of a wrong token */
#define TOKEN "dXNlcj1qb2UBYXV0aD1CZWFyZXIgdG9rZW4tb2Ytam9lAQE="
#define WRONG_TOKEN "dXNlcj1qb2UBYXV0aD1CZWFyZXIgd3JvbmcBAQ=="
#define REASON                                                                                     \
    "334 "                                                                                         \
    "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuaGVyZS5jb20vIn0=" \
    "\r\n"

static void plays_failures(struct play *play)
{
    play_hello(play);
    play_asks(play, "AUTH XOAUTH2 " WRONG_TOKEN "\r\n", REASON);
    play_asks(play, "\r\n", REFUSED);
    play_asks(play, "AUTH PLAIN AGpvZQB4\r\n", REFUSED);
    play_says(play, "AUTH CRAM-MD5\r\n");
    play_hears_anything(play);
    play_asks(play, "*\r\n", CANCELLED);
    play_asks(play, "AUTH PLAIN amltAGpvZQBjb3JyZWN0LWhvcnNl\r\n", REFUSED);
    play_asks(play, "AUTH XOAUTH2\r\n", "334 \r\n");
    play_asks(play, TOKEN "\r\n", ACCEPTED);
}

static void saw_failures(const struct facts *facts)
{
    play_fact(facts, "server.saw.auth_mechanisms", "[XOAUTH2, PLAIN, CRAM-MD5, PLAIN, XOAUTH2]");
    play_fact(facts, "server.saw.auth_users", "[joe, joe, joe, joe]");
    play_fact(facts, "server.saw.auth_authorize_as", "[jim]");
    play_fact(facts, "server.saw.auth_bindings", "[]");
    play_fact(facts, "server.saw.auth_attempts", "5");
    play_fact(facts, "server.saw.auth_initial_responses", "3");
    play_fact(facts, "server.saw.auth_responses", "6");
    play_fact(facts, "server.saw.auth_cancelled", "1");
    play_fact(facts, "server.saw.logged_in", "joe");
    play_fact(facts, "server.saw.password_in_clear", "true");
}

START_TEST(test_failures)
{
    PLAY_LOGINS(plays_failures, saw_failures, .faults = 0);
}
END_TEST

/* n,a=jim,n=joe,r=abc: who says so much and goes was seen all the same. */
static void plays_left_alone(struct play *play)
{
    play_hello(play);
    play_says(play, "AUTH SCRAM-SHA-256 bixhPWppbSxuPWpvZSxyPWFiYw==\r\n");
    play_hears_anything(play);
    play_ends(play, WIRE_FIN);
}

static void saw_left_alone(const struct facts *facts)
{
    play_fact(facts, "server.saw.auth_users", "[joe]");
    play_fact(facts, "server.saw.auth_authorize_as", "[jim]");
    play_fact(facts, "server.saw.auth_bindings", "[n]");
    play_fact(facts, "server.saw.auth_cancelled", "0");
    play_fact(facts, "server.saw.password_in_clear", "false");
    play_fact(facts, "server.saw.left", "fin");
}

START_TEST(test_left_alone)
{
    PLAY_LOGINS(plays_left_alone, saw_left_alone, .faults = 0);
}
END_TEST

/* Outside TLS a token is as good as a password, wrong ones too. */
static void plays_wrong_token(struct play *play)
{
    play_hello(play);
    play_asks(play, "AUTH XOAUTH2\r\n", "334 \r\n");
    play_asks(play, WRONG_TOKEN "\r\n", REASON);
    play_asks(play, "*\r\n", CANCELLED);
}

static void saw_wrong_token(const struct facts *facts)
{
    play_fact(facts, "server.saw.password_in_clear", "true");
    play_fact(facts, "server.saw.auth_cancelled", "1");
    play_fact(facts, "server.saw.logged_in", "absent");
}

START_TEST(test_wrong_token)
{
    PLAY_LOGINS(plays_wrong_token, saw_wrong_token, .faults = 0);
}
END_TEST

/* play_both compares what is heard: one seed, one row of nonces. */
static void plays_nonces(struct play *play)
{
    play_hello(play);
    play_says(play, "AUTH SCRAM-SHA-256 biwsbj1qb2Uscj1hYmM=\r\n");
    play_hears_anything(play);
    play_asks(play, "*\r\n", CANCELLED);
    play_says(play, "AUTH SCRAM-SHA-256 biwsbj1qb2Uscj1hYmM=\r\n");
    play_hears_anything(play);
}

START_TEST(test_nonces_repeat)
{
    PLAY_LOGINS(plays_nonces, NULL, .faults = 0);
}
END_TEST

static void plays_any_token(struct play *play)
{
    play_hello(play);
    play_asks(play, "AUTH XOAUTH2 " WRONG_TOKEN "\r\n", ACCEPTED);
}

START_TEST(test_any_token)
{
    PLAY_LOGINS(plays_any_token, NULL, .faults = PLAN_FAULT_BIT(PLAN_FAULT_ANY_PASSWORD));
}
END_TEST

UNIT_MAIN(test_failures, test_left_alone, test_wrong_token, test_nonces_repeat, test_any_token)
