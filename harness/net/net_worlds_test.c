/*
 * The two worlds against each other: both ends of a connection do things at random, and each must
 * be told the same, at the same time, whether a simulated line or TCP lies between them.
 */
#include "harness/base/random.h"
#include "harness/net/net_play.h"

#define SCRIPTS 300
#define DEEDS_MAX 12
#define PLAYED_US (12 * PLAY_SECOND) /* the deeds, what they cause, and two lingerings */
#define OCTETS_MAX ((size_t)200 * 1000)

enum deed_kind { DEED_SEND, DEED_SHUT, DEED_ABORT, DEED_RELEASE, DEED_STOP_READING, DEED_READ };

struct deed {
    enum deed_kind kind;
    bool by_server;
    size_t len;
    struct net_timer timer;
    struct play *play;
};

struct script {
    struct net_shape shape;
    struct deed deeds[DEEDS_MAX];
    size_t deeds_len;
    bool server_greets, client_answers;
};

static uint8_t octets[OCTETS_MAX];
static const struct script *playing; /* one at a time */

static void do_deed(void *context)
{
    struct deed *deed = context;
    struct play_end *end = deed->by_server ? &deed->play->server : &deed->play->client;
    if (end->stream == NULL) {
        return;
    }
    switch (deed->kind) {
    case DEED_SEND:
        net_stream_send(end->stream, span_of(octets, deed->len));
        break;
    case DEED_SHUT:
        net_stream_shut(end->stream);
        break;
    case DEED_ABORT:
        play_abort(end);
        break;
    case DEED_RELEASE:
        play_release(end);
        break;
    case DEED_STOP_READING:
        net_stream_read(end->stream, false);
        break;
    case DEED_READ:
        net_stream_read(end->stream, true);
        break;
    }
}

static void server_reacts(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED && playing->server_greets) {
        play_send(end, "220 mail.here.com");
    }
}

static void client_reacts(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_BYTES && playing->client_answers && end->pieces == 1) {
        play_send(end, "EHLO there.com");
    }
}

/* A deed every 100 ms and a bit: none at a moment at which anything else falls due. */
static void script_init(struct script *script, uint64_t seed)
{
    struct random_source random;
    random_seed(&random, seed);
    *script = (struct script){
        .server_greets = random_below(&random, 2) == 0,
        .client_answers = random_below(&random, 2) == 0,
        .deeds_len = 1 + (size_t)random_below(&random, DEEDS_MAX),
    };
    for (size_t i = 0; i < script->deeds_len; i++) {
        static const enum deed_kind kinds[] = {DEED_SEND, DEED_SEND, DEED_SEND, DEED_SEND,
            DEED_SHUT, DEED_ABORT, DEED_RELEASE, DEED_STOP_READING, DEED_STOP_READING, DEED_READ,
            DEED_READ};
        struct deed *deed = &script->deeds[i];
        deed->kind = kinds[random_below(&random, ARRAY_LEN(kinds))];
        deed->by_server = random_below(&random, 2) == 0;
        deed->len = 1 + (size_t)random_below(
                            &random, random_below(&random, 3) == 0 ? OCTETS_MAX - 1 : 100);
        /* Some at one moment, so that one end does several things in one go. */
        deed->timer.at_us = random_below(&random, 3) == 0 && i > 0
                                ? script->deeds[i - 1].timer.at_us
                                : (int64_t)(i + 1) * 100 * PLAY_MS + 17;
    }
    if (random_below(&random, 2) == 0) {
        script->shape.latency_us = (int64_t)random_below(&random, 3) * 30 * PLAY_MS;
        script->shape.segment = (int64_t)random_below(&random, 2) * 1000;
        if (random_below(&random, 2) == 0) {
            script->shape.cut_from = random_below(&random, 2) == 0 ? NET_CUT_SERVER
                                                                   : NET_CUT_CLIENT;
            script->shape.cut_after = (int64_t)random_below(&random, 3000);
            script->shape.cut_reset = random_below(&random, 2) == 0;
        }
    }
}

static void script_play(const struct script *script, enum play_world world, struct buf *ret)
{
    struct net *net = play_net(world, 1);
    struct play play;
    struct deed deeds[DEEDS_MAX];
    playing = script;
    play_init(&play, net);
    play_listen(&play, &script->shape);
    play.server.react = server_reacts;
    play.client.react = client_reacts;
    play.client.log_times = play.server.log_times = true;
    play_connect(&play, net_listener_port(play.listener));
    for (size_t i = 0; i < script->deeds_len; i++) {
        deeds[i] = script->deeds[i];
        deeds[i].play = &play;
        deeds[i].timer.function = do_deed;
        deeds[i].timer.context = &deeds[i];
        net_timer_set(net, &deeds[i].timer, script->deeds[i].timer.at_us);
    }
    play_run_for(&play, PLAYED_US);
    buf_printf(ret, "client: %sflushed %s\nserver: %sflushed %s\n", play_told(&play.client),
        buf_text(&play.client.flushes), play_told(&play.server), buf_text(&play.server.flushes));
    net_free(net);
    play_done(&play);
}

static void script_show(const struct script *script, struct buf *out)
{
    static const char *const names[] = {"send", "shut", "abort", "release", "stop", "read"};
    buf_printf(out, "greets %d answers %d latency %lld segment %lld cut %d after %lld reset %d\n",
        script->server_greets, script->client_answers, (long long)script->shape.latency_us,
        (long long)script->shape.segment, (int)script->shape.cut_from,
        (long long)script->shape.cut_after, script->shape.cut_reset);
    for (size_t i = 0; i < script->deeds_len; i++) {
        const struct deed *deed = &script->deeds[i];
        buf_printf(out, "%lld %s %s %zu\n", (long long)deed->timer.at_us,
            deed->by_server ? "server" : "client", names[deed->kind], deed->len);
    }
}

START_TEST(test_both_worlds_tell_the_same)
{
    size_t resets = 0, flushes = 0;
    for (uint64_t seed = 1; seed <= SCRIPTS; seed++) {
        struct script script;
        struct buf simulated, real, shown;
        buf_init(&simulated, PLAY_BYTES_MAX);
        buf_init(&real, PLAY_BYTES_MAX);
        buf_init(&shown, PLAY_BYTES_MAX);
        script_init(&script, seed);
        script_play(&script, PLAY_SIMULATED, &simulated);
        script_play(&script, PLAY_SCALED, &real);
        script_show(&script, &shown);
        ck_assert_msg(span_equal(buf_span(&simulated), buf_span(&real)),
            "script %llu:\n%ssimulated\n%sreal\n%s", (unsigned long long)seed, buf_text(&shown),
            buf_text(&simulated), buf_text(&real));
        resets += strstr(buf_text(&simulated), "reset") != NULL ? 1 : 0;
        flushes += strstr(buf_text(&simulated), "flushed 1") != NULL ? 1 : 0;
        buf_done(&simulated);
        buf_done(&real);
        buf_done(&shown);
    }
    ck_assert_uint_gt(resets, SCRIPTS / 20);
    ck_assert_uint_gt(flushes, SCRIPTS / 20);
}
END_TEST

UNIT_MAIN(test_both_worlds_tell_the_same)
