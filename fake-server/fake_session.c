#include "fake-server/fake_session.h"

#include "fake-server/fake_channel.h"
#include "fake-server/fake_chunk.h"
#include "fake-server/fake_command.h"
#include "fake-server/fake_parse.h"
#include "fake-server/fake_watch.h"
#include "harness/base/text.h"

#define TLS_RECORD_HANDSHAKE 22

void fake_session_init(struct fake_session *session, struct fake_server *server, unsigned number)
{
    *session = (struct fake_session){
        .server = server, .number = number, .arena = arena_new_small()};
    wire_queue_init(&session->queue);
    fake_channel_init(&session->channel);
    buf_init(&session->input, FAKE_SESSION_INPUT_MAX);
    buf_init(&session->piece, WIRE_QUEUE_BYTES_MAX);
    buf_init(&session->line, FAKE_LINES_MAX);
    buf_init(&session->overheard, FAKE_SESSION_INPUT_MAX);
    fake_script_counts_init(&session->counts, &server->script);
    fake_observe_init(&session->saw, session->arena,
        (struct fake_observe_secrets){server->passwords, server->environment.secrets});
}

void fake_session_done(struct fake_session *session)
{
    fake_run_clear(session);
    mem_free(session->runs);
    fake_lines_done(&session->lines);
    fake_lines_done(&session->overheard_lines);
    fake_sasl_done(&session->sasl);
    fake_body_done(&session->body);
    fake_script_counts_done(&session->counts);
    fake_observe_done(&session->saw);
    buf_wipe(&session->line);
    buf_wipe(&session->overheard);
    buf_done(&session->piece);
    buf_wipe(&session->input);
    fake_channel_done(&session->channel);
    wire_queue_done(&session->queue);
    arena_free(session->arena);
}

size_t fake_session_memory(const struct fake_session *session)
{
    return arena_used(session->arena);
}

const struct tls_session *fake_session_tls(const struct fake_session *session)
{
    return session->channel.tls;
}

bool fake_session_inside_tls(const struct fake_session *session)
{
    return session->channel.kind == FAKE_CHANNEL_TLS;
}

struct fake_capabilities fake_session_capabilities(const struct fake_session *session)
{
    return (struct fake_capabilities){
        .plan = session->server->plan,
        .tls = fake_session_inside_tls(session),
        .logged_in = session->logged_in,
    };
}

void fake_session_reply(
    struct fake_session *session, unsigned code, const char *enhanced, const char *text)
{
    struct fake_capabilities at = fake_session_capabilities(session);
    bool offered = (session->extended || !session->hello) &&
                   fake_capabilities_have(&at, "ENHANCEDSTATUSCODES", NULL);
    fake_reply_write(&session->piece, code, offered ? enhanced : NULL, text);
}

void fake_session_forget(struct fake_session *session)
{
    session->hello = false;
    session->extended = false;
    session->logged_in = false;
    session->mode = FAKE_MODE_COMMANDS;
    fake_session_end_transaction(session);
}

void fake_session_end_transaction(struct fake_session *session)
{
    session->transaction = (struct fake_transaction){0};
}

void fake_session_hang(struct fake_session *session)
{
    fake_channel_flush(session);
    fake_run_clear(session);
    session->life = FAKE_LIFE_HUNG;
}

static void fake_session_drop_input(struct fake_session *session)
{
    buf_clear(&session->channel.wire);
    session->channel.wire_at = 0;
    buf_clear(&session->input);
    session->input_at = 0;
    fake_lines_done(&session->lines);
}

void fake_session_close(struct fake_session *session, enum plan_close how)
{
    fake_run_clear(session);
    if (session->life == FAKE_LIFE_LEAVING || session->life == FAKE_LIFE_DONE) {
        return;
    }
    if (how == PLAN_CLOSE_FIN) {
        fake_channel_close_notify(session);
    }
    fake_channel_flush(session);
    if (how == PLAN_CLOSE_RESET) {
        /* What waits unread is lost with the connection, as if it had come a little later. */
        wire_queue_act(&session->queue, WIRE_ABORT);
        fake_session_drop_input(session);
        session->life = FAKE_LIFE_DONE;
    } else {
        wire_queue_act(&session->queue, WIRE_SHUT);
        session->life = FAKE_LIFE_LEAVING;
    }
}

/* A whole message: kept as it came, whatever the server is going to answer. */
void fake_session_message(struct fake_session *session)
{
    struct fake_messages *messages = &session->server->shared->messages;
    const struct fake_body *body = &session->body;
    messages->count++;
    messages->eight_bit = messages->eight_bit || body->eight_bit;
    messages->nul = messages->nul || body->nul;
    messages->bare = messages->bare || body->bare;
    if (body->longest_line > messages->longest_line) {
        messages->longest_line = body->longest_line;
    }
    struct buf subject;
    buf_init(&subject, FAKE_BODY_HEAD_MAX);
    fake_body_subject(&session->body, &subject);
    fake_watch_message(session, buf_span(&subject));
    fake_messages_keep(messages, session->server->arena,
        &(struct fake_message){session->transaction.from, session->transaction.to,
            session->transaction.to_len, body->octets, buf_span(&subject)});
    buf_done(&subject);
}

/* --- input --- */

void fake_session_input(struct fake_session *session, struct span bytes)
{
    if (!buf_append(&session->input, bytes)) {
        fake_session_close(session, PLAN_CLOSE_RESET);
    }
}

static struct span fake_session_unread(const struct fake_session *session)
{
    return span_from(buf_span(&session->input), session->input_at);
}

/* `len` octets of the input are worked off. They are searched only now, so that those which a reset
 * has overtaken count as never seen, whether they had come or not. */
static void fake_session_consume(struct fake_session *session, size_t len)
{
    size_t clear = session->channel.opened && len > session->clear_len ? session->clear_len : len;
    fake_observe_clear(&session->saw, span_first(fake_session_unread(session), clear));
    if (session->channel.opened) {
        session->clear_len -= clear;
    }
    session->taken_in_clear = clear > 0;
    session->input_at += len;
}

static bool fake_session_waits_for_tls(const struct fake_session *session)
{
    return session->tls_due && session->channel.kind == FAKE_CHANNEL_PLAIN;
}

static void fake_session_note_early(struct fake_session *session)
{
    /* A ClientHello that waits for a scripted pause is no speech before the greeting. */
    session->saw.early_bytes = session->saw.early_bytes || !fake_session_waits_for_tls(session);
}

/* The server was made to wait, and there is input: has it come too early? */
static void fake_session_note_haste(struct fake_session *session)
{
    if (session->talks_tls || fake_session_unread(session).len == 0) {
        return; /* nothing, or the rest of a hello that nobody reads */
    }
    bool early = !session->greeting_sent;
    for (size_t i = 0; i < session->runs_len; i++) {
        const struct fake_run *run = &session->runs[i];
        bool under_way = !run->answered || run->wait == FAKE_WAIT_DRIP;
        switch (run->kind) {
        case PLAN_MOMENT_COMMAND:
        case PLAN_MOMENT_AUTH_RESPONSE:
        case PLAN_MOMENT_MESSAGE:
            session->saw.pipelined = session->saw.pipelined || under_way;
            break;
        case PLAN_MOMENT_CONNECT:
        case PLAN_MOMENT_GREETING:
            early = early || run->wait == FAKE_WAIT_DRIP;
            break;
        default:
            break;
        }
    }
    if (early) {
        fake_session_note_early(session);
    }
}

/* Keeps the line of this moment: the input may move while its actions wait. */
static void fake_session_keep_line(struct fake_session *session, const struct fake_line *line)
{
    buf_clear(&session->line);
    buf_append(&session->line, line->text);
    session->line_too_long = line->too_long;
    struct span rest = buf_span(&session->line);
    session->verb = fake_parse_word(&rest);
    session->argument = text_trim(rest);
}

/* A server that hangs within an exchange owes an answer: what comes then is no response to
 * anything, and may be a farewell. */
static bool fake_session_is_response(const struct fake_session *session, bool serving)
{
    return session->mode == FAKE_MODE_AUTH &&
           (serving || !text_equal_caseless(buf_span(&session->line), SPAN_LITERAL("QUIT")));
}

/* The chunk is whole: what its BDAT comes to. */
static void fake_session_end_chunk(struct fake_session *session)
{
    bool serving = session->life == FAKE_LIFE_SERVING && !session->body_answered;
    session->mode = FAKE_MODE_COMMANDS;
    if (serving &&
        fake_run_push(session, PLAN_MOMENT_COMMAND, fake_command_find(session->verb), 0)) {
        return;
    }
    if (fake_chunk_is_message(session)) {
        fake_session_message(session);
        if (serving) {
            fake_run_push(session, PLAN_MOMENT_MESSAGE, NULL, 0);
        } else {
            fake_session_end_transaction(session);
        }
    }
}

static void fake_session_take_line(struct fake_session *session, const struct fake_line *line)
{
    bool serving = session->life == FAKE_LIFE_SERVING;
    bool inside = session->channel.opened && !session->taken_in_clear;
    fake_session_keep_line(session, line);
    if (fake_session_is_response(session, serving)) {
        fake_observe_response(&session->saw, line, inside);
        if (serving) {
            fake_run_push(session, PLAN_MOMENT_AUTH_RESPONSE, NULL, 0);
        }
        return;
    }
    session->verb = fake_parse_capitals(
        session->verb, session->verb_capitals, sizeof session->verb_capitals);
    const struct fake_command *command = fake_command_find(session->verb);
    fake_observe_command(&session->saw, &(struct fake_observe_line){
                                            .line = line,
                                            .verb = session->verb,
                                            .argument = session->argument,
                                            .known = command != NULL,
                                            .tls = inside,
                                        });
    if (fake_chunk_begin(session)) {
        session->mode = FAKE_MODE_CHUNK;
        if (session->transaction.chunk_left == 0) {
            fake_session_end_chunk(session);
        }
    } else if (serving) {
        fake_run_push(session, PLAN_MOMENT_COMMAND, command, 0);
    }
}

/* TLS records where SMTP is spoken: how many lines that would make is chance, so it makes one; and
 * none where TLS was due and the script does not take it up. */
static bool fake_session_take_noise(struct fake_session *session, struct span unread)
{
    bool begins = !session->talks_tls && !session->channel.opened &&
                  session->mode == FAKE_MODE_COMMANDS && session->lines.dropped == 0 &&
                  unread.data[0] == TLS_RECORD_HANDSHAKE;
    if (begins) {
        session->talks_tls = true;
        if (!session->tls_due) {
            struct fake_line line = {.text = SPAN_LITERAL("(TLS)")};
            fake_session_take_line(session, &line);
        }
    }
    if (session->talks_tls) {
        fake_session_consume(session, unread.len);
    }
    return session->talks_tls;
}

static bool fake_session_take_command(struct fake_session *session, struct span unread)
{
    if (fake_session_take_noise(session, unread)) {
        return true;
    }
    struct fake_line line;
    size_t taken = 0;
    bool whole = fake_lines_take(&session->lines, unread, &taken, &line);
    fake_session_consume(session, taken);
    if (whole) {
        fake_session_take_line(session, &line);
    }
    return whole;
}

/* Up to the next amount that a rule waits for, or to the end. */
static bool fake_session_take_body(struct fake_session *session, struct span unread)
{
    struct fake_body *body = &session->body;
    int64_t next = fake_script_next(&session->server->script, PLAN_MOMENT_BODY, body->taken);
    size_t max = next == FAKE_SCRIPT_NEVER ? SIZE_MAX : (size_t)(next - body->taken);
    fake_session_consume(session, fake_body_take(body, unread, max));
    session->saw.mail_in_clear = session->saw.mail_in_clear || !session->channel.opened;
    bool serving = session->life == FAKE_LIFE_SERVING;
    if (body->ended) {
        session->mode = FAKE_MODE_COMMANDS;
        fake_session_message(session);
        if (serving && !session->body_answered) {
            fake_run_push(session, PLAN_MOMENT_MESSAGE, NULL, 0);
        } else {
            fake_session_end_transaction(session);
        }
    } else if (serving && body->taken == next) {
        fake_run_push(session, PLAN_MOMENT_BODY, NULL, next);
    }
    return true;
}

static bool fake_session_take_chunk(struct fake_session *session, struct span unread)
{
    struct fake_body *body = &session->body;
    int64_t next = fake_script_next(&session->server->script, PLAN_MOMENT_BODY, body->taken);
    int64_t left = session->transaction.chunk_left;
    int64_t max = next != FAKE_SCRIPT_NEVER && next - body->taken < left ? next - body->taken
                                                                         : left;
    struct span part = span_first(unread, (size_t)max);
    fake_chunk_take(session, part);
    fake_session_consume(session, part.len);
    session->saw.mail_in_clear = session->saw.mail_in_clear || !session->channel.opened;
    if (session->transaction.chunk_left == 0) {
        fake_session_end_chunk(session);
    } else if (session->life == FAKE_LIFE_SERVING && body->taken == next) {
        fake_run_push(session, PLAN_MOMENT_BODY, NULL, next);
    }
    return true;
}

/* Takes the next moment out of the input; false when there is no whole one. */
static bool fake_session_take(struct fake_session *session)
{
    struct span unread = fake_session_unread(session);
    if (unread.len == 0 || session->deaf) {
        return false;
    }
    if (!session->greeting_sent) { /* and none will be: it has had its moment */
        fake_session_note_early(session);
    }
    if (session->mode == FAKE_MODE_BODY) {
        return fake_session_take_body(session, unread);
    }
    if (session->mode == FAKE_MODE_CHUNK) {
        return fake_session_take_chunk(session, unread);
    }
    return fake_session_take_command(session, unread);
}

/* --- what nobody answers --- */

static void fake_session_overhear_line(
    struct fake_session *session, const struct fake_line *line, bool tls)
{
    char capitals[FAKE_OBSERVE_VERB_MAX];
    struct span rest = line->text;
    struct span verb = fake_parse_capitals(fake_parse_word(&rest), capitals, sizeof capitals);
    fake_observe_command(&session->saw, &(struct fake_observe_line){
                                            .line = line,
                                            .verb = verb,
                                            .argument = text_trim(rest),
                                            .known = fake_command_find(verb) != NULL,
                                            .tls = tls,
                                        });
}

void fake_session_drop_lines(struct fake_session *session)
{
    struct fake_line line;
    bool whole = true;
    if (session->talks_tls) { /* the rest of a hello has no lines */
        fake_session_consume(session, fake_session_unread(session).len);
        return;
    }
    while (whole) {
        size_t taken = 0;
        whole = fake_lines_take(&session->lines, fake_session_unread(session), &taken, &line);
        fake_session_consume(session, taken);
        if (whole) {
            fake_session_overhear_line(
                session, &line, session->channel.opened && !session->taken_in_clear);
        }
    }
}

void fake_session_overhear(struct fake_session *session, struct span bytes)
{
    session->saw.early_bytes = session->saw.early_bytes || !session->greeting_sent;
    fake_observe_clear(&session->saw, bytes);
    (void)buf_append(&session->overheard, bytes); /* a flood is not noted to its end */
}

/* Behind all that came inside TLS, which may have to wait. */
static bool fake_session_take_overheard(struct fake_session *session)
{
    struct fake_line line;
    size_t taken = 0;
    bool whole = fake_lines_take(
        &session->overheard_lines, buf_span(&session->overheard), &taken, &line);
    if (whole) {
        fake_session_overhear_line(session, &line, false);
    }
    buf_consume(&session->overheard, taken);
    return whole;
}

void fake_session_settle(struct fake_session *session)
{
    fake_run_clear(session);
    if (session->life != FAKE_LIFE_DONE) {
        session->life = FAKE_LIFE_LEAVING;
    }
    while (fake_session_take(session) || fake_session_take_overheard(session)) {
    }
    if (!session->deaf) { /* the beginning of a line */
        fake_session_consume(session, fake_session_unread(session).len);
    }
    fake_session_drop_input(session);
    fake_channel_read_hello(session);
    fake_auth_end(session); /* one that was left in the midst of it */
    if (session->saw.fin) {
        fake_channel_end(session);
    }
}

/* --- the pump --- */

static int64_t fake_session_idle_next_us(const struct fake_session *session)
{
    if (session->life != FAKE_LIFE_SERVING || session->runs_len > 0) {
        return FAKE_SCRIPT_NEVER;
    }
    return fake_script_next(&session->server->script, PLAN_MOMENT_IDLE, session->idle_fired_us);
}

static bool fake_session_take_idle(struct fake_session *session)
{
    int64_t next_us = fake_session_idle_next_us(session);
    if (next_us == FAKE_SCRIPT_NEVER || session->now_us - session->last_byte_us < next_us) {
        return false;
    }
    session->idle_fired_us = next_us;
    fake_run_push(session, PLAN_MOMENT_IDLE, NULL, next_us);
    return true;
}

static bool fake_session_drips(const struct fake_session *session)
{
    return session->runs_len > 0 && session->runs[session->runs_len - 1].wait == FAKE_WAIT_DRIP;
}

/* All that was read is worked off, and the client will send no more. */
static void fake_session_finish(struct fake_session *session)
{
    bool waits_for_time = fake_run_deadline_us(session) != WIRE_NEVER;
    if (!session->client_finished || waits_for_time || session->life == FAKE_LIFE_DONE) {
        return;
    }
    fake_session_close(session, PLAN_CLOSE_FIN);
    if (session->saw.fin && session->life != FAKE_LIFE_DONE) {
        fake_session_settle(session);
        wire_queue_act(&session->queue, WIRE_CLOSE);
        session->life = FAKE_LIFE_DONE;
    }
}

/* One step of whatever can go on. The order is what makes the cut of the input not matter: nothing
 * more is looked at before all that can come of the last has come. */
static bool fake_session_step(struct fake_session *session)
{
    if (session->channel.failed && !fake_session_drips(session)) {
        fake_session_close(
            session, session->channel.resets ? PLAN_CLOSE_RESET : PLAN_CLOSE_WITHOUT_CLOSE_NOTIFY);
    }
    if (session->runs_len > 0) {
        if (fake_run_step(session)) {
            return true;
        }
        fake_session_note_haste(session);
    } else if (fake_session_take(session) || fake_session_take_overheard(session) ||
               fake_session_take_idle(session)) {
        return true;
    }
    return fake_channel_take(session);
}

static void fake_session_pump(struct fake_session *session)
{
    while (session->life != FAKE_LIFE_DONE && fake_session_step(session)) {
    }
    fake_channel_flush(session);
    buf_consume(&session->input, session->input_at);
    session->input_at = 0;
    buf_consume(&session->channel.wire, session->channel.wire_at);
    session->channel.wire_at = 0;
    fake_session_finish(session);
}

void fake_session_event(
    struct fake_session *session, const struct wire_event *event, int64_t now_us)
{
    session->now_us = now_us;
    if (session->life == FAKE_LIFE_DONE) {
        return;
    }
    switch (event->kind) {
    case WIRE_OPENED:
        session->last_byte_us = now_us;
        session->tls_due = session->server->plan->tls == PLAN_TLS_ON_CONNECT;
        fake_run_push(session, PLAN_MOMENT_CONNECT, NULL, 0);
        break;
    case WIRE_BYTES:
        session->last_byte_us = now_us;
        session->idle_fired_us = 0;
        fake_channel_receive(session, event->bytes);
        break;
    case WIRE_FIN:
        session->saw.fin = true;
        session->client_finished = true;
        break;
    case WIRE_RESET:
        session->saw.reset = true;
        fake_session_settle(session);
        session->life = FAKE_LIFE_DONE;
        return;
    case WIRE_FAILED:
    case WIRE_TIME:
    case WIRE_FLUSHED:
        break;
    }
    fake_session_pump(session);
}

struct wire_queue *fake_session_queue(struct fake_session *session)
{
    return &session->queue;
}

int64_t fake_session_deadline_us(const struct fake_session *session)
{
    if (session->life == FAKE_LIFE_DONE) {
        return WIRE_NEVER;
    }
    int64_t run_us = fake_run_deadline_us(session);
    int64_t idle_us = fake_session_idle_next_us(session);
    if (idle_us != FAKE_SCRIPT_NEVER) {
        idle_us = fake_run_after(session->last_byte_us, idle_us);
    }
    return run_us < idle_us ? run_us : idle_us;
}

bool fake_session_is_done(const struct fake_session *session)
{
    return session->life == FAKE_LIFE_DONE;
}
