#include "fake-server/fake_tls_fault.h"

#include "fake-server/fake_play_tls.h"
#include "harness/tests/unit.h"

static void plays_good_handshake(struct play *play)
{
    play_begins_tls(play);
    play_is_inside_tls(play);
    play_hears(play, "220 mail.here.com ESMTP ready\r\n");
    play_asks(play, "QUIT\r\n", "221 2.0.0 Goodbye\r\n");
    ck_assert(tls_session_close_notify_received(play->tls));
    ck_assert(play->shut);
    play_ends(play, WIRE_FIN);
}

static void saw_good_handshake(const struct facts *facts)
{
    play_fact(facts, "server.saw.tls", "true");
    play_fact(facts, "server.saw.commands", "[QUIT]");
}

START_TEST(test_what_a_client_bears)
{
    play_open();
    PLAY_TLS(plays_good_handshake, saw_good_handshake, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_EMPTY_RECORDS));
    PLAY_TLS(plays_good_handshake, saw_good_handshake, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_KEY_UPDATES_ASKED));
    PLAY_TLS(plays_good_handshake, saw_good_handshake, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_WARNING_ALERTS));
    PLAY_TLS(plays_good_handshake, saw_good_handshake, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_CCS_MISSING));
    PLAY_TLS(plays_good_handshake, saw_good_handshake, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_ALERT_BETWEEN_FRAGMENTS));
    play_close();
}
END_TEST

static void plays_bad_record(struct play *play)
{
    play_begins_tls(play);
    ck_assert_int_eq(tls_session_state(play->tls), TLS_STATE_FAILED);
    ck_assert(play->shut);
    play_ends(play, WIRE_FIN);
}

static void saw_bad_record(const struct facts *facts)
{
    play_fact(facts, "server.saw.tls_alert", "bad_record_mac");
}

static void plays_reset(struct play *play)
{
    play_begins_tls(play);
    ck_assert(play->aborted);
    play_hears(play, "");
}

static void saw_hello(const struct facts *facts)
{
    play_fact(facts, "server.saw.tls", "false");
    play_fact(facts, "server.saw.client_hello.sni", "mail.here.com");
    play_fact(facts, "server.saw.commands", "[]");
}

/* This hello is small, and so it gets through. */
START_TEST(test_what_ends_it)
{
    play_open();
    PLAY_TLS(
        plays_bad_record, saw_bad_record, ON_CONNECT, .faults = PLAN_FAULT_BIT(PLAN_FAULT_BAD_MAC));
    PLAY_TLS(plays_reset, saw_hello, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_RESETS_SERVER_NAME));
    PLAY_TLS(
        plays_reset, saw_hello, ON_CONNECT, .faults = PLAN_FAULT_BIT(PLAN_FAULT_RESETS_TLS_1_3));
    PLAY_TLS(plays_good_handshake, saw_good_handshake, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_DROPS_LARGE_HELLO));
    play_protocols = PLAN_PROTOCOL_TLS1_2;
    PLAY_TLS(plays_good_handshake, saw_good_handshake, ON_CONNECT,
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_RESETS_TLS_1_3));
    play_close();
}
END_TEST

UNIT_MAIN(test_what_a_client_bears, test_what_ends_it)
