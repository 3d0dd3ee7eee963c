#include "fake-server/fake_run.h"

#include "fake-server/fake_channel.h"
#include "fake-server/fake_chunk.h"
#include "fake-server/fake_command.h"
#include "fake-server/fake_fault.h"
#include "fake-server/fake_modify.h"

#include <stdio.h>

static const struct plan_action normal_actions[] = {{.kind = PLAN_ACTION_NORMAL}};

/* There is one: the callers have looked. */
static struct fake_run *fake_run_top(struct fake_session *session)
{
    return &session->runs[session->runs_len - 1];
}

/* --- moments: what is normal, what an answer changes, what comes when it is over --- */

static void fake_run_perform_connect(struct fake_session *session)
{
    if (session->server->plan->tls == PLAN_TLS_ON_CONNECT) {
        fake_run_top(session)->start_tls = true;
    } else {
        fake_run_push(session, PLAN_MOMENT_GREETING, NULL, 0);
    }
}

static void fake_run_perform_handshake(struct fake_session *session)
{
    if (session->server->plan->tls == PLAN_TLS_ON_CONNECT ||
        fake_fault_is_on(session, PLAN_FAULT_GREETING_IN_TLS)) {
        fake_run_push(session, PLAN_MOMENT_GREETING, NULL, 0);
    }
}

static void fake_run_perform_greeting(struct fake_session *session)
{
    const struct plan_server *plan = session->server->plan;
    buf_append_text(&session->piece, "220 ");
    if (plan->greeting != NULL) {
        buf_append_text(&session->piece, plan->greeting);
    } else {
        buf_printf(&session->piece, "%s %s ready", plan->host, plan->lmtp ? "LMTP" : "ESMTP");
    }
    buf_append_text(&session->piece, "\r\n");
}

static void fake_run_advance_greeting(struct fake_session *session, unsigned code)
{
    session->greeting_sent = true;
    session->greeted = code / 100 == 2;
}

/* A scripted greeting in place of the normal one; behind STARTTLS there is none. */
static void fake_run_advance_handshake(struct fake_session *session, unsigned code)
{
    if (!session->greeting_sent) {
        fake_run_advance_greeting(session, code);
    }
}

static void fake_run_end_greeting(struct fake_session *session)
{
    session->greeting_sent = true;
}

static void fake_run_advance_body(struct fake_session *session, unsigned code)
{
    (void)code;
    session->body_answered = true;
}

static void fake_run_answer_message(struct fake_session *session)
{
    struct fake_capabilities at = fake_session_capabilities(session);
    int64_t limit = fake_capabilities_size_limit(&at);
    if (session->body.bare && fake_fault_is_on(session, PLAN_FAULT_REFUSES_BARE_LINE_ENDS)) {
        fake_session_reply(session, 550, "5.5.2", "A line ends in CR or LF alone");
    } else if (limit > 0 && session->body.octets > limit &&
               !fake_fault_is_on(session, PLAN_FAULT_IGNORES_SIZE)) {
        fake_session_reply(
            session, 552, "5.3.4", "Message is larger than SIZE"); /* RFC 1870 §6.3 */
    } else if (session->transaction.to_len == 0) {
        fake_session_reply(session, 554, "5.5.1", "No valid recipients"); /* RFC 2920 §3.1 */
    } else {
        char text[64];
        snprintf(text, sizeof text, "Queued as %u-%lld", session->number,
            (long long)session->server->shared->messages.count);
        fake_session_reply(session, 250, "2.0.0", text);
    }
}

/* RFC 2033 §4.2: one for each recipient that was taken. */
void fake_run_perform_message(struct fake_session *session)
{
    size_t replies = session->server->plan->lmtp ? session->transaction.to_len : 1;
    for (size_t i = 0; i < replies || i == 0; i++) {
        fake_run_answer_message(session);
    }
}

static void fake_run_end_message(struct fake_session *session)
{
    if (!fake_run_top(session)->transaction_set) {
        fake_session_end_transaction(session);
    }
}

static const struct fake_run_moment {
    void (*perform)(struct fake_session *session); /* NULL: its normal behaviour is nothing */
    void (*advance)(struct fake_session *session, unsigned code);
    void (*end)(struct fake_session *session);
} moments[] = {
    [PLAN_MOMENT_CONNECT] = {.perform = fake_run_perform_connect,
        .advance = fake_run_advance_greeting},
    [PLAN_MOMENT_CLIENT_HELLO] = {.perform = fake_channel_answer_hello},
    [PLAN_MOMENT_HANDSHAKE] = {.perform = fake_run_perform_handshake,
        .advance = fake_run_advance_handshake},
    [PLAN_MOMENT_GREETING] = {.perform = fake_run_perform_greeting,
        .advance = fake_run_advance_greeting,
        .end = fake_run_end_greeting},
    [PLAN_MOMENT_COMMAND] = {0}, /* fake_command's table */
    [PLAN_MOMENT_AUTH_RESPONSE] = {.perform = fake_auth_perform_response,
        .advance = fake_auth_advance_response},
    [PLAN_MOMENT_BODY] = {.advance = fake_run_advance_body},
    [PLAN_MOMENT_MESSAGE] = {.perform = fake_run_perform_message, .end = fake_run_end_message},
    [PLAN_MOMENT_IDLE] = {0},
};

/* Whether the moment is a command that asks something of the mail transaction. */
static bool fake_run_asks(const struct fake_run *run)
{
    return run->command != NULL && run->command->grant != NULL;
}

static void fake_run_perform(struct fake_session *session, const struct fake_run *run)
{
    if (run->kind == PLAN_MOMENT_COMMAND) {
        fake_command_perform(session, run->command);
    } else if (moments[run->kind].perform != NULL) {
        moments[run->kind].perform(session);
    }
}

static void fake_run_advance(
    struct fake_session *session, const struct fake_run *run, unsigned code)
{
    if (run->kind == PLAN_MOMENT_COMMAND) {
        fake_command_advance(session, run->command, code);
        if (fake_run_asks(run) && !run->transaction_set &&
            fake_command_is_granted(run->command, code)) {
            run->command->grant(session);
        }
    } else if (moments[run->kind].advance != NULL) {
        moments[run->kind].advance(session, code);
    }
}

/* --- the stack --- */

bool fake_run_push(struct fake_session *session, enum plan_moment kind,
    const struct fake_command *command, int64_t reached)
{
    const struct fake_moment moment = {
        .kind = kind,
        .verb = session->verb,
        .known = command != NULL,
        .line = kind == PLAN_MOMENT_COMMAND || kind == PLAN_MOMENT_AUTH_RESPONSE
                    ? buf_span(&session->line)
                    : SPAN_EMPTY,
        .reached = reached,
        .tls = fake_session_inside_tls(session),
        .connection = session->in_case,
    };
    const struct fake_rule *rule = fake_script_match(
        &session->server->script, &session->counts, &moment);
    if (session->counts.gave_up != NULL) {
        session->server->gave_up = session->counts.gave_up;
    }
    bool nothing = kind == PLAN_MOMENT_BODY || kind == PLAN_MOMENT_IDLE ||
                   (kind == PLAN_MOMENT_COMMAND && fake_chunk_is_message(session));
    if (session->runs_len == FAKE_SESSION_RUNS_MAX || (rule == NULL && nothing)) {
        return false;
    }
    if (session->runs == NULL) {
        session->runs = mem_zalloc(FAKE_SESSION_RUNS_MAX, sizeof *session->runs);
    }
    struct fake_run *run = &session->runs[session->runs_len++];
    *run = (struct fake_run){
        .kind = kind,
        .command = command,
        .rule = rule,
        .actions = rule == NULL ? normal_actions : rule->plan->actions,
        .actions_len = rule == NULL ? ARRAY_LEN(normal_actions) : rule->plan->actions_len,
        .before = session->transaction,
    };
    buf_init(&run->drip, WIRE_QUEUE_BYTES_MAX);
    session->sasl_stepped = false;
    int64_t pause_us = fake_fault_pause_us(session, kind);
    if (pause_us > 0) {
        run->paused = true;
        run->wait = FAKE_WAIT_TIME;
        run->resume_us = fake_run_after(session->now_us, pause_us);
    }
    return true;
}

static void fake_run_pop(struct fake_session *session)
{
    struct fake_run *run = fake_run_top(session);
    enum plan_moment kind = run->kind;
    if (moments[kind].end != NULL) {
        moments[kind].end(session);
    }
    buf_done(&run->drip);
    session->runs_len--;
    if (session->quitting) {
        fake_session_close(session, PLAN_CLOSE_FIN);
    }
}

void fake_run_clear(struct fake_session *session)
{
    while (session->runs_len > 0) {
        buf_done(&session->runs[--session->runs_len].drip);
    }
}

int64_t fake_run_after(int64_t at_us, int64_t duration_us)
{
    int64_t sum_us;
    return __builtin_add_overflow(at_us, duration_us, &sum_us) ? WIRE_NEVER : sum_us;
}

int64_t fake_run_deadline_us(const struct fake_session *session)
{
    if (session->runs_len == 0) {
        return WIRE_NEVER;
    }
    const struct fake_run *run = &session->runs[session->runs_len - 1];
    bool timed = run->wait == FAKE_WAIT_TIME || run->wait == FAKE_WAIT_DRIP;
    return timed ? run->resume_us : WIRE_NEVER;
}

/* What actions have set of hello and login, whatever an answer made of it. */
static void fake_run_hold(struct fake_session *session, const struct fake_run *run)
{
    bool said = run->hello_set == PLAN_SET_TRUE;
    if (run->hello_set != PLAN_SET_KEEP && session->hello != said) {
        session->hello = session->extended = said;
        session->greeted = session->greeted || said;
    }
    if (run->login_set != PLAN_SET_KEEP) {
        session->logged_in = run->login_set == PLAN_SET_TRUE;
    }
}

/* --- sending actions --- */

/* The first complete reply is the server's answer, whatever else is sent: as it goes out, behind
 * all modifiers, because that is what the client will go by. */
static void fake_run_follow(struct fake_session *session, struct fake_run *run)
{
    if (run->answered) {
        return;
    }
    fake_answer_feed(&run->answer, buf_span(&session->piece));
    if (run->answer.code != 0) {
        run->answered = true;
        fake_run_advance(session, run, run->answer.code);
        fake_run_hold(session, run);
    }
}

static void fake_run_put(struct fake_session *session, bool below, struct span bytes)
{
    if (below) {
        fake_channel_put_below(session, bytes);
    } else {
        fake_channel_put(session, bytes);
    }
}

/* Applies the modifiers that stand before action `at`; the last drip among them is returned. */
static const struct plan_action *fake_run_modify(
    struct fake_session *session, struct fake_run *run, size_t at)
{
    const struct plan_action *drip = NULL;
    for (size_t i = run->modifiers_from; i < at; i++) {
        if (run->actions[i].kind == PLAN_ACTION_DRIP) {
            drip = &run->actions[i];
        }
        fake_modify_apply(
            &run->actions[i], run->rule == NULL ? NULL : run->rule->edits[i], &session->piece);
    }
    run->modifiers_from = at + 1;
    return drip;
}

/* Fills the session's piece; true when it is wire bytes, below TLS. */
static bool fake_run_produce(
    struct fake_session *session, struct fake_run *run, const struct plan_action *action)
{
    switch (action->kind) {
    case PLAN_ACTION_REPLY:
        fake_reply_write_lines(&session->piece, &action->lines);
        fake_fault_spoil(session, run->kind);
        return false;
    case PLAN_ACTION_SEND:
        buf_append(&session->piece, action->bytes);
        return false;
    case PLAN_ACTION_CHALLENGE:
        fake_reply_write_challenge(&session->piece, action->bytes);
        fake_fault_spoil(session, run->kind);
        return false;
    case PLAN_ACTION_BELOW_TLS:
        buf_append(&session->piece, action->bytes);
        return true;
    case PLAN_ACTION_ALERT:
        fake_channel_alert(session, (unsigned)action->number);
        session->quitting = true;
        return true;
    default: /* PLAN_ACTION_NORMAL */
        fake_run_perform(session, run);
        if (run->kind == PLAN_MOMENT_CLIENT_HELLO) {
            return true;
        }
        fake_fault_spoil(session, run->kind);
        return false;
    }
}

static void fake_run_send(
    struct fake_session *session, struct fake_run *run, const struct plan_action *action, size_t at)
{
    buf_clear(&session->piece);
    bool below = fake_run_produce(session, run, action);
    const struct plan_action *drip = fake_run_modify(session, run, at);
    if (!below) {
        fake_run_follow(session, run);
    }
    if (drip == NULL || session->piece.len == 0) {
        fake_run_put(session, below, buf_span(&session->piece));
        return;
    }
    fake_channel_flush(session);
    buf_clear(&run->drip);
    buf_append(&run->drip, buf_span(&session->piece));
    run->drip_at = 0;
    run->drip_below = below;
    run->drip_every_us = drip->duration_us;
    run->drip_octets = drip->number < 1 ? 1 : (size_t)drip->number;
    run->wait = FAKE_WAIT_DRIP;
    run->resume_us = session->now_us;
}

static void fake_run_drip(struct fake_session *session, struct fake_run *run)
{
    struct span rest = span_from(buf_span(&run->drip), run->drip_at);
    struct span piece = span_first(rest, run->drip_octets);
    fake_run_put(session, run->drip_below, piece);
    fake_channel_flush(session);
    run->drip_at += piece.len;
    run->resume_us = fake_run_after(run->resume_us, run->drip_every_us);
    if (piece.len == rest.len) {
        run->wait = FAKE_WAIT_NOTHING;
    }
}

/* --- the other actions --- */

/* What the command asked of the transaction is granted or not, whatever was or will be answered.
 * What asks nothing of it opens or ends it. */
static void fake_run_set_transaction(
    struct fake_session *session, struct fake_run *run, bool granted)
{
    run->transaction_set = true;
    if (!fake_run_asks(run)) {
        if (granted) {
            session->transaction.open = true;
        } else {
            fake_session_end_transaction(session);
        }
        return;
    }
    int64_t recipients = session->transaction.recipients; /* they count, whatever became of them */
    session->transaction = run->before;
    session->transaction.recipients = recipients;
    session->mode = FAKE_MODE_COMMANDS; /* as for every command */
    if (granted) {
        run->command->grant(session);
    }
}

static void fake_run_set(
    struct fake_session *session, struct fake_run *run, const struct plan_action *action)
{
    run->hello_set = action->set_hello != PLAN_SET_KEEP ? action->set_hello : run->hello_set;
    run->login_set = action->set_logged_in != PLAN_SET_KEEP ? action->set_logged_in
                                                            : run->login_set;
    fake_run_hold(session, run);
    if (action->set_transaction != PLAN_SET_KEEP) {
        fake_run_set_transaction(session, run, action->set_transaction == PLAN_SET_TRUE);
    }
}

static void fake_run_start_tls(struct fake_session *session, struct fake_run *run)
{
    if (session->channel.kind == FAKE_CHANNEL_PLAIN) {
        run->wait = FAKE_WAIT_TLS;
        fake_channel_start_tls(session, run->kind != PLAN_MOMENT_CONNECT);
    }
}

static void fake_run_act(
    struct fake_session *session, struct fake_run *run, const struct plan_action *action, size_t at)
{
    switch (action->kind) {
    case PLAN_ACTION_REPLY:
    case PLAN_ACTION_SEND:
    case PLAN_ACTION_CHALLENGE:
    case PLAN_ACTION_BELOW_TLS:
    case PLAN_ACTION_ALERT:
    case PLAN_ACTION_NORMAL:
        fake_run_send(session, run, action, at);
        break;
    case PLAN_ACTION_DELAY:
        fake_channel_flush(session);
        run->wait = FAKE_WAIT_TIME;
        run->resume_us = fake_run_after(session->now_us, action->duration_us);
        break;
    case PLAN_ACTION_FLUSH:
        fake_channel_flush(session);
        break;
    case PLAN_ACTION_START_TLS:
        fake_run_start_tls(session, run);
        break;
    case PLAN_ACTION_HANG:
        fake_session_hang(session);
        break;
    case PLAN_ACTION_STOP_READING:
        wire_queue_act(&session->queue, WIRE_STOP_READING);
        session->deaf = true;
        break;
    case PLAN_ACTION_CLOSE:
        fake_session_close(session, action->close);
        break;
    case PLAN_ACTION_SET:
        fake_run_set(session, run, action);
        break;
    case PLAN_ACTION_INJECT:
    case PLAN_ACTION_TRUNCATE:
    case PLAN_ACTION_CORRUPT:
    case PLAN_ACTION_EDIT:
    case PLAN_ACTION_DRIP:
        break; /* with the action that they change */
    }
}

bool fake_run_step(struct fake_session *session)
{
    struct fake_run *run = fake_run_top(session);
    switch (run->wait) {
    case FAKE_WAIT_TIME:
    case FAKE_WAIT_DRIP:
        if (session->now_us < run->resume_us) {
            return false;
        }
        if (run->wait == FAKE_WAIT_DRIP) {
            fake_run_drip(session, run);
            return true;
        }
        break;
    case FAKE_WAIT_TLS:
        if (session->channel.kind != FAKE_CHANNEL_TLS) {
            return false;
        }
        break;
    case FAKE_WAIT_NOTHING:
        break;
    }
    run->wait = FAKE_WAIT_NOTHING;
    if (run->paused) {
        run->paused = false;
        fake_fault_pause_over(session, run->kind);
    }
    if (run->start_tls) {
        run->start_tls = false;
        fake_run_start_tls(session, run);
    } else if (run->next == run->actions_len) {
        fake_run_pop(session);
    } else {
        size_t at = run->next++;
        fake_run_act(session, run, &run->actions[at], at);
    }
    return true;
}
