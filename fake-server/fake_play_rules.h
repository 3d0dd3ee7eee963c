/*
 * fake_play_rules — plays against a clear-text server with rules, for the tests of this room.
 *
 * Knows: what such a server says of itself, and the usual commands. Refuses to know: which rules.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_PLAY_RULES_H
#define SMTPVET_FAKE_SERVER_FAKE_PLAY_RULES_H

#include "fake-server/fake_play_both.h"

#define PLAY_WELCOME "220 mail.here.com ESMTP ready\r\n"
#define PLAY_SENDER_OK "250 2.1.0 Sender ok\r\n"
#define PLAY_RCPT_OK "250 2.1.5 Recipient ok\r\n"
#define PLAY_OK "250 2.0.0 Ok\r\n"
#define PLAY_MAIL "MAIL FROM:<a@b>\r\n"
#define PLAY_RCPT "RCPT TO:<c@d>\r\n"

/* Plays `plays` against a clear-text server with these rules. */
#define PLAY_RULES(plays, seen, ...)                                                              \
    play_both(                                                                                    \
        &(struct play_stage){.plan = &(struct plan_server){PLAY_SERVER,                           \
                                 .auth = {.before_tls = PLAY_LIST("PLAIN", "LOGIN"), PLAY_USERS}, \
                                 PLAY_SCRIPT(__VA_ARGS__)}},                                      \
        (struct play_plot){plays, seen})

static inline void play_hello(struct play *play)
{
    play_hears(play, PLAY_WELCOME);
    play_says(play, "EHLO client.test\r\n");
    play_hears_anything(play);
}

#endif
