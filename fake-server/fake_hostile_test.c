/* Clients that mean no good. Whatever comes, the server lives, and the same comes of it however it
 * was cut. */
#include "fake-server/fake_observe.h"
#include "fake-server/fake_play_both.h"
#include "harness/base/random.h"
#include "harness/tests/unit.h"

#define ROUNDS 400
#define ROUND_BYTES_MAX 600

/* Scraps that lead far into the server when they are strung together. */
static const char *const scraps[] = {"EHLO a\r\n", "HELO a\r\n", "MAIL FROM:<a@b>", " SIZE=10",
    "\r\n", "RCPT TO:<c@d>\r\n", "DATA\r\n", ".\r\n", "\r\n.\r\n", "..\r\n", "AUTH PLAIN",
    " AGpvZQBjb3JyZWN0LWhvcnNl", "AUTH LOGIN\r\n", "am9l\r\n", "*\r\n", "STARTTLS\r\n", "RSET\r\n",
    "NOOP\r\n", "QUIT\r\n", "\n", "\r", "BDAT 5\r\n", "VRFY \"<", "\x16\x03\x01", "\x80\x10\x01",
    "\x15\x03\x03", "=", " ", "XYZZY"};

/* A third of it is noise. */
static void fill(struct random_source *random, struct buf *out)
{
    size_t len = random_below(random, ROUND_BYTES_MAX);
    while (out->len < len) {
        if (random_below(random, 3) == 0) {
            uint8_t noise[16];
            random_fill(random, noise, sizeof noise);
            buf_append(out, span_of(noise, 1 + random_below(random, sizeof noise)));
        } else {
            buf_append_text(out, scraps[random_below(random, ARRAY_LEN(scraps))]);
        }
    }
}

static struct buf garbage; /* of this round */
static uint64_t how;       /* the client leaves in this round */

static void plays_garbage(struct play *play)
{
    play_wire(play, buf_span(&garbage));
    play_waits(play, (int64_t)(how % 7) * 10);
    if (how % 3 != 0) {
        play_ends(play, how % 3 == 1 ? WIRE_FIN : WIRE_RESET);
    }
    play_waits(play, 100);
}

static void play_rounds(const struct plan_server *plan, struct tls_worker *worker, uint64_t seed)
{
    struct random_source random;
    random_seed(&random, seed);
    for (int round = 0; round < ROUNDS; round++) {
        buf_init(&garbage, 4096);
        fill(&random, &garbage);
        how = random_next(&random);
        play_both(&(struct play_stage){.plan = plan, .tls_worker = worker},
            (struct play_plot){plays_garbage, NULL});
        buf_done(&garbage);
    }
}

START_TEST(test_garbage)
{
    const struct plan_server plan = {
        PLAY_SERVER, .auth = {.before_tls = PLAY_LIST("PLAIN", "LOGIN"), PLAY_USERS}};
    play_rounds(&plan, NULL, 1);
}
END_TEST

START_TEST(test_garbage_against_rules)
{
    const struct plan_server plan = {PLAY_SERVER,
        .auth = {.before_tls = PLAY_LIST("PLAIN", "LOGIN"), PLAY_USERS},
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("MAIL"),
                        PLAY_DO(PLAY_DELAY(5), PLAY_DRIP(1, 3), PLAY_NORMAL)),
            PLAY_RULE(PLAY_ON_COMMAND("VRFY"), PLAY_DO(PLAY_CLOSE(RESET))),
            PLAY_RULE(PLAY_ON_COMMAND("RSET"), PLAY_DO(PLAY_REPLY("250 a"), PLAY_HANG)),
            PLAY_RULE(PLAY_ON_COMMAND("HELO"), PLAY_DO(PLAY_STOP_READING, PLAY_NORMAL)),
            PLAY_RULE(PLAY_ON(AUTH_RESPONSE), PLAY_DO(PLAY_DELAY(3), PLAY_CHALLENGE("x"))),
            PLAY_RULE(PLAY_ON(BODY), .body_after = 20, PLAY_DO(PLAY_DELAY(2), PLAY_NORMAL)),
            PLAY_RULE(PLAY_ON(IDLE), .idle_us = 30 * PLAY_SECOND,
                PLAY_DO(PLAY_REPLY("421 bye"), PLAY_CLOSE(FIN))),
            PLAY_RULE(PLAY_ON(UNKNOWN), .match = "^X", PLAY_DO(PLAY_ALERT(40))))};
    play_rounds(&plan, NULL, 2);
}
END_TEST

START_TEST(test_garbage_where_tls_is_due)
{
    struct fail fail = {0};
    tls_library_init();
    struct tls_worker *worker = tls_worker_new(&fail);
    ck_assert_msg(worker != NULL, "%s", fail.text);
    struct plan_server plan = {PLAY_SERVER, .tls = PLAN_TLS_STARTTLS};
    play_rounds(&plan, worker, 3);
    plan.tls = PLAN_TLS_ON_CONNECT;
    play_rounds(&plan, worker, 4);
    const struct plan_server scripted = {PLAY_SERVER, .tls = PLAN_TLS_STARTTLS,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("STARTTLS"), .nth = &(struct plan_range){1, 1},
                        .nth_len = 1, PLAY_DO(PLAY_REPLY("220 go"), PLAY_DELAY(2), PLAY_NORMAL)),
            PLAY_RULE(PLAY_ON(CLIENT_HELLO), PLAY_DO(PLAY_DELAY(2), PLAY_NORMAL)))};
    play_rounds(&scripted, worker, 5);
    tls_worker_free(worker);
}
END_TEST

/* --- much of it --- */

static void plays_many_commands(struct play *play)
{
    struct buf commands;
    buf_init(&commands, (size_t)1024 * 1024);
    for (size_t i = 0; i < 10000; i++) {
        buf_append_text(&commands, i % 2 == 0 ? "NOOP\r\n" : "XYZZY\r\n");
    }
    play_hears_anything(play);
    play_says_bytes(play, buf_span(&commands));
    struct span heard = span_from(buf_span(&play->heard), play->heard_at);
    ck_assert_uint_eq(heard.len, 5000 * strlen("250 2.0.0 Ok\r\n500 5.5.1 Unknown command\r\n"));
    play_hears_anything(play);
    play_asks(play, "QUIT\r\n", "221 2.0.0 Goodbye\r\n");
    play_ends(play, WIRE_FIN);
    buf_done(&commands);
}

static void saw_many_commands(const struct facts *facts)
{
    play_fact(facts, "server.saw.left", "quit");
    ck_assert_uint_eq(facts_value(facts, FACT_SAW_COMMANDS)->len, FAKE_OBSERVE_LINES_MAX);
}

START_TEST(test_many_commands)
{
    const struct plan_server plan = {
        PLAY_SERVER, PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("NOOP"), .match = "never"))};
    play_both(&(struct play_stage){.plan = &plan},
        (struct play_plot){plays_many_commands, saw_many_commands});
}
END_TEST

/* A client that never stops while the server waits. */
START_TEST(test_flood)
{
    const struct plan_server plan = {PLAY_SERVER,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("NOOP"), PLAY_DO(PLAY_DELAY(1000), PLAY_NORMAL)))};
    struct play play;
    struct buf flood;
    buf_init(&flood, (size_t)8 * 1024 * 1024);
    memset(buf_reserve(&flood, flood.max), 'x', flood.max);
    buf_commit(&flood, flood.max);
    play_init(&play, &(struct play_stage){.plan = &plan}, 0);
    play_connects(&play);
    play_says(&play, "NOOP\r\n");
    for (int i = 0; i < 8; i++) {
        play_says_bytes(&play, buf_span(&flood));
        ck_assert(!play.aborted);
    }
    play_says(&play, "x");
    ck_assert(play.aborted);
    play_done(&play);
    buf_done(&flood);
}
END_TEST

UNIT_MAIN(test_garbage, test_garbage_against_rules, test_garbage_where_tls_is_due,
    test_many_commands, test_flood)
