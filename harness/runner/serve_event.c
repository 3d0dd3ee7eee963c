#include "harness/runner/serve_event.h"

#include <time.h>

#include "harness/base/units.h"
#include "harness/evidence/event.h"

static struct value *serve_event_masked(struct serve *serve, struct span bytes)
{
    struct buf shown;
    buf_init(&shown, SIZE_MAX / 2);
    secret_set_redact(serve->secrets, bytes, &shown);
    struct value *value = value_bytes(serve->event, buf_span(&shown));
    buf_done(&shown);
    return value;
}

static struct value *serve_event_begin(struct serve *serve, const char *name, unsigned connection)
{
    struct buf date;
    arena_reset(serve->event);
    struct value *event = value_map(serve->event);
    buf_init(&date, 64);
    units_show_date((int64_t)time(NULL), &date);
    value_put(serve->event, event, "event", value_text(serve->event, name));
    value_put(serve->event, event, "time", value_text(serve->event, buf_text(&date)));
    value_put(serve->event, event, "connection", value_integer(serve->event, connection));
    buf_done(&date);
    return event;
}

static void serve_event_end(struct serve *serve, const struct value *event)
{
    event_write(event, &serve->line);
    serve->options.event(serve->options.context, buf_span(&serve->line));
    buf_clear(&serve->line);
}

static void serve_event_text(
    struct serve_connection *connection, const char *name, const char *key, struct span text)
{
    struct serve *serve = connection->serve;
    if (serve->options.event != NULL) {
        struct value *event = serve_event_begin(serve, name, connection->number);
        value_put(serve->event, event, key, serve_event_masked(serve, text));
        serve_event_end(serve, event);
    }
}

/* Those below `path`, under its last word: the others are the client's. */
static void serve_event_facts(
    struct serve *serve, struct value *event, const struct facts *facts, const char *path)
{
    const struct value *tree = value_get_path(facts_tree(facts, serve->event, true), path);
    if (tree != NULL) {
        value_put(serve->event, event, strrchr(path, '.') + 1, value_copy(serve->event, tree));
    }
}

static void serve_event_tls(struct serve_connection *connection)
{
    struct serve *serve = connection->serve;
    if (serve->options.event == NULL) {
        return;
    }
    const struct tls_session *tls = fake_session_tls(connection->machine);
    struct value *event = serve_event_begin(serve, "tls", connection->number);
    struct facts *facts = facts_new(serve->event, serve->secrets);
    struct buf summary;
    buf_init(&summary, 1024);
    tls_session_summary(tls, &summary);
    facts_at_connection(facts, 1);
    tls_session_record_server(tls, facts);
    value_put(serve->event, event, "negotiated", serve_event_masked(serve, buf_span(&summary)));
    serve_event_facts(serve, event, facts, "server.saw.client_hello");
    serve_event_end(serve, event);
    buf_done(&summary);
}

static void serve_event_message(
    struct serve_connection *connection, const struct fake_news *news, const char *file)
{
    struct serve *serve = connection->serve;
    if (serve->options.event == NULL) {
        return;
    }
    struct value *event = serve_event_begin(serve, "message", connection->number);
    struct value *to = value_list(serve->event);
    for (size_t i = 0; i < news->to_len; i++) {
        value_append(serve->event, to, serve_event_masked(serve, news->to[i]));
    }
    value_put(serve->event, event, "from", serve_event_masked(serve, news->from));
    value_put(serve->event, event, "to", to);
    value_put(serve->event, event, "octets", value_integer(serve->event, news->octets));
    value_put(serve->event, event, "subject", serve_event_masked(serve, news->text));
    if (file != NULL) {
        value_put(serve->event, event, "file", value_text(serve->event, file));
    }
    serve_event_end(serve, event);
}

/* --- messages --- */

static void serve_event_message_begin(struct serve_connection *connection)
{
    const struct serve_options *options = &connection->serve->options;
    if (options->message_begin != NULL && connection->message == NULL) {
        connection->message = options->message_begin(options->context);
    }
}

const char *serve_event_message_end(struct serve_connection *connection, int64_t octets)
{
    const struct serve_options *options = &connection->serve->options;
    if (connection->message == NULL) {
        return NULL;
    }
    const char *file = options->message_end(options->context, connection->message, octets);
    connection->message = NULL;
    return file;
}

void serve_event_told(void *context, const struct fake_news *news)
{
    struct serve_connection *connection = context;
    const struct serve_options *options = &connection->serve->options;
    switch (news->kind) {
    case FAKE_NEWS_COMMAND:
        serve_event_text(connection, "command", "line", news->text);
        break;
    case FAKE_NEWS_RESPONSE:
        serve_event_text(connection, "response", "line", news->text);
        break;
    case FAKE_NEWS_TLS:
        serve_event_tls(connection);
        break;
    case FAKE_NEWS_TLS_FAILED:
        serve_event_text(connection, "tls-failed", "problem", news->text);
        break;
    case FAKE_NEWS_LOGIN:
        serve_event_text(connection, "login", "user", news->text);
        break;
    case FAKE_NEWS_BODY:
        serve_event_message_begin(connection);
        if (connection->message != NULL) {
            options->message_bytes(options->context, connection->message, news->text);
        }
        break;
    case FAKE_NEWS_MESSAGE:
        serve_event_message_begin(connection); /* one without an octet */
        serve_event_message(connection, news, serve_event_message_end(connection, news->octets));
        break;
    }
}

void serve_event_end_of(struct serve_connection *connection)
{
    struct serve *serve = connection->serve;
    if (serve->facts != NULL && connection->number <= FACTS_CONNECTIONS_MAX) {
        fake_session_record(connection->machine, connection->number, serve->facts);
    }
    serve->too_many_facts = serve->too_many_facts || connection->number > FACTS_CONNECTIONS_MAX;
    if (serve->options.event == NULL) {
        return;
    }
    /* What was not looked at yet is told while it is recorded: events of their own. */
    arena_reset(serve->last);
    struct facts *facts = facts_new(serve->last, serve->secrets);
    fake_session_record(connection->machine, 1, facts);
    struct value *event = serve_event_begin(serve, "end", connection->number);
    serve_event_facts(serve, event, facts, "server.saw");
    serve_event_end(serve, event);
}

void serve_event_connection(struct serve_connection *connection)
{
    struct serve *serve = connection->serve;
    if (serve->options.event == NULL) {
        return;
    }
    struct value *event = serve_event_begin(serve, "connection", connection->number);
    const char *from = arena_printf(serve->event, "%s:%u",
        net_stream_peer_address(connection->stream),
        (unsigned)net_stream_peer_port(connection->stream));
    value_put(serve->event, event, "from", value_text(serve->event, from));
    serve_event_end(serve, event);
}
