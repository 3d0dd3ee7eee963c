/*
 * fake_play_plan — a server's plan in few words, for the tests of this room.
 *
 * Knows: how rules and actions are put down inside a function, whose block they live as long as.
 * Refuses to know: what a rule does.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_PLAY_PLAN_H
#define SMTPVET_FAKE_SERVER_FAKE_PLAY_PLAN_H

#include "harness/plan/server.h"

#define PLAY_PASSWORD "correct-horse"
#define PLAY_SECOND INT64_C(1000000)

#define PLAY_LEN(type, ...) (sizeof((type[]){__VA_ARGS__}) / sizeof(type))
#define PLAY_LIST(...)        \
    ((struct plan_text_list){ \
        (const char *const[]){__VA_ARGS__}, PLAY_LEN(const char *, __VA_ARGS__)})

/* A rule: PLAY_RULE(PLAY_ON(GREETING, NULL), PLAY_DO(…)), narrowings in between. */
#define PLAY_RULE(...) ((struct plan_rule){__VA_ARGS__})
#define PLAY_ON_ANY_OF(within, ...)                              \
    .tls = within, .on = (struct plan_moment_at[]){__VA_ARGS__}, \
    .on_len = PLAY_LEN(struct plan_moment_at, __VA_ARGS__)
#define PLAY_MOMENT(moment, verb) ((struct plan_moment_at){PLAN_MOMENT_##moment, verb})
#define PLAY_ON(moment) PLAY_ON_ANY_OF(-1, PLAY_MOMENT(moment, NULL))
#define PLAY_ON_COMMAND(verb) PLAY_ON_ANY_OF(-1, PLAY_MOMENT(COMMAND, verb))
#define PLAY_DO(...)                                \
    .actions = (struct plan_action[]){__VA_ARGS__}, \
    .actions_len = PLAY_LEN(struct plan_action, __VA_ARGS__)
#define PLAY_SCRIPT(...)                         \
    .script = (struct plan_rule[]){__VA_ARGS__}, \
    .script_len = PLAY_LEN(struct plan_rule, __VA_ARGS__)

#define PLAY_ACTION(kind_, ...) ((struct plan_action){.kind = PLAN_ACTION_##kind_, __VA_ARGS__})
#define PLAY_NORMAL PLAY_ACTION(NORMAL, .number = 0)
#define PLAY_HANG PLAY_ACTION(HANG, .number = 0)
#define PLAY_FLUSH PLAY_ACTION(FLUSH, .number = 0)
#define PLAY_STOP_READING PLAY_ACTION(STOP_READING, .number = 0)
#define PLAY_START_TLS PLAY_ACTION(START_TLS, .number = 0)
#define PLAY_DELAY(seconds) PLAY_ACTION(DELAY, .duration_us = (seconds)*PLAY_SECOND)
#define PLAY_CLOSE(how) PLAY_ACTION(CLOSE, .close = PLAN_CLOSE_##how)
#define PLAY_REPLY(...) PLAY_ACTION(REPLY, .lines = PLAY_LIST(__VA_ARGS__))
#define PLAY_SEND(text) PLAY_ACTION(SEND, .bytes = SPAN_LITERAL(text))
#define PLAY_CHALLENGE(text) PLAY_ACTION(CHALLENGE, .bytes = SPAN_LITERAL(text))
#define PLAY_BELOW_TLS(text) PLAY_ACTION(BELOW_TLS, .bytes = SPAN_LITERAL(text))
#define PLAY_ALERT(alert) PLAY_ACTION(ALERT, .number = alert)
#define PLAY_INJECT(text) PLAY_ACTION(INJECT, .bytes = SPAN_LITERAL(text))
#define PLAY_EDIT(find_, put_) PLAY_ACTION(EDIT, .find = find_, .put = SPAN_LITERAL(put_))
#define PLAY_TRUNCATE(octets) PLAY_ACTION(TRUNCATE, .number = octets)
#define PLAY_DRIP(seconds, octets) \
    PLAY_ACTION(DRIP, .duration_us = (seconds)*PLAY_SECOND, .number = octets)

static const struct plan_user play_users[] = {{"joe", PLAY_PASSWORD}};
#define PLAY_SERVER .host = "mail.here.com", .port = 25
#define PLAY_USERS .users = play_users, .users_len = sizeof play_users / sizeof play_users[0]

#endif
