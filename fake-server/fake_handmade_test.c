#include "fake-server/fake_handmade.h"

#include "fake-server/fake_play_tls.h"
#include "fake-server/fake_tls_fault.h"
#include "harness/tests/unit.h"

static void plays_refusal(struct play *play)
{
    play_begins_tls(play);
    ck_assert_int_eq(tls_session_state(play->tls), TLS_STATE_FAILED);
    ck_assert_msg(play->shut, "an alert ends it");
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

static void saw_illegal_parameter(const struct facts *facts)
{
    play_fact(facts, "server.saw.tls_alert", "illegal_parameter");
    play_fact(facts, "server.saw.tls", "false");
    play_fact(facts, "server.saw.client_hello.sni", "mail.here.com");
    play_fact(facts, "server.saw.commands", "[]");
}

static void saw_unexpected_message(const struct facts *facts)
{
    play_fact(facts, "server.saw.tls_alert", "unexpected_message");
}

static void saw_protocol_version(const struct facts *facts)
{
    play_fact(facts, "server.saw.tls_alert", "protocol_version");
}

START_TEST(test_refused)
{
    play_open();
    PLAY_TLS(plays_refusal, saw_illegal_parameter, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_WRONG_CIPHER));
    PLAY_TLS(plays_refusal, saw_illegal_parameter, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_WRONG_CIPHER),
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(CLIENT_HELLO), PLAY_DO(PLAY_NORMAL))));
    PLAY_TLS(plays_refusal, saw_unexpected_message, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_HELLO_RETRY_TWICE));
    PLAY_TLS(plays_refusal, saw_protocol_version, ON_CONNECT, .protocols = PLAN_PROTOCOL_SSL3);
    play_close();
}
END_TEST

/* A ClientHello of SSL 2 (RFC 5246 §E.2) that offers TLS 1.2, and one that offers nothing newer. */
#define SSL2_HELLO(version)                                           \
    "\x80\x1c\x01\x03" version "\x00\x03\x00\x00\x00\x10\x00\x00\x2f" \
    "0123456789abcdef"

static void plays_ssl2(struct play *play)
{
    play_wire(play, SPAN_LITERAL(SSL2_HELLO("\x03")));
    ck_assert_uint_eq(play->heard.len, 32);
    ck_assert_int_eq(play->heard.data[0], 0x80);
    ck_assert(!play->shut);
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

static void saw_ssl2(const struct facts *facts)
{
    play_fact(facts, "server.saw.tls", "false");
    play_fact(facts, "server.saw.client_hello.versions", "[TLSv1.2]");
    play_fact(facts, "server.saw.left", "fin");
}

static void plays_clear_text_behind_it(struct play *play)
{
    play_begins_tls(play);
    tls_session_free(play->tls);
    play->tls = NULL;
    play_wire(play, SPAN_LITERAL("QUIT\r\n"));
    ck_assert(play->shut);
    play_ends(play, WIRE_FIN);
}

static void plays_clear_text_for_it(struct play *play)
{
    play_wire(play, SPAN_LITERAL("EHLO a\r\nQUIT\r\n"));
    ck_assert(play->shut);
    ck_assert_uint_eq(play->heard.len, 0);
    play_ends(play, WIRE_FIN);
}

static void plays_alert_for_it(struct play *play)
{
    play_wire(play, SPAN_LITERAL("\x15\x03\x01\0\x02\x02\x28"));
    ck_assert(play->shut);
    ck_assert_uint_eq(play->heard.len, 0);
    play_ends(play, WIRE_FIN);
}

/* A ClientHello and three octets more in its record. */
static void plays_more_in_the_record(struct play *play)
{
    static const char hello[] =
        "\x16\x03\x01\x00\x34\x01\x00\x00\x2d\x03\x03"
        "0123456789abcdef0123456789abcdef\x00\x00\x04\xc0\x2f\x00\xff\x01\x00\x00\x00xyz";
    play_wire(play, span_of(hello, sizeof hello - 1));
    ck_assert_uint_gt(play->heard.len, 0);
    ck_assert(!play->shut);
    play_ends(play, WIRE_FIN);
}

static void saw_no_hello(const struct facts *facts)
{
    play_fact(facts, "server.saw.tls", "false");
    play_fact(facts, "server.saw.client_hello.versions", "absent");
}

static void saw_clear_text_for_it(const struct facts *facts)
{
    saw_no_hello(facts);
    play_fact(facts, "server.saw.commands", "[EHLO, QUIT]");
}

static void saw_clear_text(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[QUIT]");
    play_fact(facts, "server.saw.left", "quit");
}

/* An alert that is only half there ends nothing. */
static void plays_half_an_alert(struct play *play)
{
    play_begins_tls(play);
    tls_session_free(play->tls);
    play->tls = NULL;
    play_wire(play, span_of("\x15\x03\x03\x00\x02\x02", 6));
    ck_assert(!play->shut);
    play_wire(play, span_of("\x28", 1));
    ck_assert(play->shut);
    play_ends(play, WIRE_FIN);
}

static void saw_handshake_failure(const struct facts *facts)
{
    play_fact(facts, "server.saw.tls_alert", "handshake_failure");
}

START_TEST(test_other_answers_of_the_client)
{
    play_open();
    PLAY_TLS(plays_ssl2, saw_ssl2, ON_CONNECT, .protocols = PLAN_PROTOCOL_SSL2);
    PLAY_TLS(
        plays_clear_text_behind_it, saw_clear_text, ON_CONNECT, .protocols = PLAN_PROTOCOL_SSL2);
    PLAY_TLS(
        plays_half_an_alert, saw_handshake_failure, ON_CONNECT, .protocols = PLAN_PROTOCOL_SSL2);
    PLAY_TLS(plays_clear_text_for_it, saw_clear_text_for_it, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_COMPRESSION_CHOSEN));
    PLAY_TLS(plays_clear_text_for_it, saw_clear_text_for_it, ON_CONNECT,
        .protocols = PLAN_PROTOCOL_SSL2);
    PLAY_TLS(plays_more_in_the_record, NULL, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_DOWNGRADE_SENTINEL));
    PLAY_TLS(plays_alert_for_it, saw_no_hello, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_COMPRESSION_CHOSEN));
    play_close();
}
END_TEST

START_TEST(test_who_is_answered_by_hand)
{
    static const struct {
        unsigned protocols;
        enum tls_handmade kind;
    } rows[] = {
        {0, TLS_HANDMADE_NONE},
        {PLAN_PROTOCOL_SSL2, TLS_HANDMADE_SSL2},
        {PLAN_PROTOCOL_SSL3, TLS_HANDMADE_SSL3},
        {PLAN_PROTOCOL_SSL2 | PLAN_PROTOCOL_SSL3, TLS_HANDMADE_SSL3},
        {PLAN_PROTOCOL_SSL2 | PLAN_PROTOCOL_TLS1_0, TLS_HANDMADE_NONE},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct plan_server plan = {.protocols = rows[i].protocols};
        ck_assert_int_eq(fake_handmade_kind(&plan), rows[i].kind);
    }
}
END_TEST

/* Of two answers a server would give the first, and nobody would know. */
START_TEST(test_answers_are_rivals)
{
    size_t answers = 0;
    for (size_t i = 0; i < PLAN_FAULT_COUNT; i++) {
        for (size_t j = 0; j < PLAN_FAULT_COUNT; j++) {
            const struct plan_server one = {.faults = PLAN_FAULT_BIT(i)};
            const struct plan_server other = {.faults = PLAN_FAULT_BIT(j)};
            bool both = (fake_handmade_kind(&one) != TLS_HANDMADE_NONE &&
                            fake_handmade_kind(&other) != TLS_HANDMADE_NONE) ||
                        (fake_tls_fault_spoil(&one) != TLS_SPOIL_NOTHING &&
                            fake_tls_fault_spoil(&other) != TLS_SPOIL_NOTHING);
            answers += both;
            ck_assert_msg(!both || i == j || plan_fault_rival(one.faults, other.faults) != NULL,
                "%s and %s", plan_fault_row(i)->name, plan_fault_row(j)->name);
        }
    }
    ck_assert_uint_gt(answers, 0);
    ck_assert_ptr_null(plan_fault_rival(
        PLAN_FAULT_BIT(PLAN_FAULT_ANY_PASSWORD), PLAN_FAULT_BIT(PLAN_FAULT_WRONG_CIPHER)));
}
END_TEST

UNIT_MAIN(test_refused, test_other_answers_of_the_client, test_who_is_answered_by_hand,
    test_answers_are_rivals)
