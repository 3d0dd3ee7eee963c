/*
 * The client's machine against a server that says anything. The first octets choose what the client
 * is told and how the server's are cut; of the rest, 0xfe ends a turn, 0xfd lets time pass to the
 * next deadline. However it goes, the client comes to an end that has a name, and no password goes
 * out in clear text that was not to.
 */
#include "harness/client/client.h"
#include "harness/evidence/fact.h"
#include "harness/fuzz/fuzz.h"

#define CLOCK_S INT64_C(1767225600)
#define TURN 0xfe
#define PAUSE 0xfd
#define EVENTS_MAX \
    10000 /* deadlines behind the last octet; a client that needs more stands still */
#define PASSWORD "correct-horse"

static struct client_worker *worker;
static struct tls_worker *tls;

struct stage {
    struct arena *arena;
    struct secret_set *secrets;
    struct facts *facts;
    struct transcript transcript;
    struct client *client;
    struct buf said;
    int64_t now_us;
    size_t connects; /* that are still to be told to stand */
};

static void perform(struct stage *stage)
{
    struct wire_queue *queue = client_queue(stage->client);
    for (size_t i = 0; i < queue->len; i++) {
        if (queue->actions[i].kind == WIRE_CONNECT) {
            stage->connects++;
        } else if (queue->actions[i].kind == WIRE_SEND) {
            buf_append(&stage->said, wire_queue_bytes(queue, &queue->actions[i]));
        }
    }
    wire_queue_clear(queue);
}

static void event(struct stage *stage, enum wire_event_kind kind, struct span bytes)
{
    if (client_is_done(stage->client)) {
        return;
    }
    client_event(stage->client, &(struct wire_event){.kind = kind, .bytes = bytes}, stage->now_us);
    perform(stage);
    while (stage->connects > 0 && !client_is_done(stage->client)) {
        stage->connects--;
        client_event(stage->client, &(struct wire_event){.kind = WIRE_OPENED}, stage->now_us);
        perform(stage);
    }
}

static void hear(struct stage *stage, struct span bytes, size_t cut)
{
    while (bytes.len > 0) {
        struct span piece = span_first(bytes, cut);
        uint8_t *copy = fuzz_copy(piece);
        event(stage, WIRE_BYTES, span_of(copy, piece.len));
        mem_free(copy);
        bytes = span_from(bytes, piece.len);
    }
    event(stage, WIRE_FLUSHED, SPAN_EMPTY);
}

/* False when no deadline is left. */
static bool pass_time(struct stage *stage)
{
    int64_t deadline_us = client_deadline_us(stage->client);
    if (client_is_done(stage->client) || deadline_us == WIRE_NEVER) {
        return false;
    }
    stage->now_us = deadline_us > stage->now_us ? deadline_us : stage->now_us;
    event(stage, WIRE_TIME, SPAN_EMPTY);
    return true;
}

static void play(struct stage *stage, struct span text, size_t cut)
{
    event(stage, WIRE_FLUSHED, SPAN_EMPTY); /* opens the connection that was asked for */
    while (text.len > 0) {
        size_t len = 0;
        while (len < text.len && text.data[len] != TURN && text.data[len] != PAUSE) {
            len++;
        }
        hear(stage, span_first(text, len), cut);
        if (len < text.len && text.data[len] == PAUSE) {
            (void)pass_time(stage);
        }
        text = span_from(text, len + 1);
    }
    event(stage, WIRE_FIN, SPAN_EMPTY);
    size_t events = 0;
    while (pass_time(stage)) {
        FUZZ_DEMAND(++events < EVENTS_MAX);
    }
}

static void choose(uint8_t what, uint8_t login, struct plan_client *plan)
{
    static const char *const recipients[] = {"jane@there.com", "jim@bücher.example"};
    static const uint8_t body[] = "one\r\n.two\r\n";
    static const struct plan_message messages[] = {
        {.from = "joe@here.com",
            .to = {recipients, ARRAY_LEN(recipients)},
            .subject = "Grüße",
            .body = {body, sizeof body - 1}},
        {.from = "", .to = {recipients, 1}, .size = 5000},
    };
    static const char *const one_mechanism[] = {"CRAM-MD5"};
    *plan = (struct plan_client){
        .host = "mail.here.com",
        .port = 25,
        .ssl_mode = (enum plan_ssl_mode)((what & 7) % PLAN_SSL_MODE_COUNT),
        .ssl_mode_written = true,
        .hello = (enum plan_hello)((what >> 3) % 3),
        .verify.level = -1,
        .messages = messages,
        .messages_len = (size_t)(what >> 6) % 3,
        .reconnect = 2,
        .login = {.wanted = (login & 1) != 0,
            .user = "joe",
            .password = PASSWORD,
            .required = (login & 2) != 0,
            .in_clear = (login & 4) != 0 ? PLAN_IN_CLEAR_ANY : PLAN_IN_CLEAR_NEVER,
            .on_failure = (login & 8) != 0 ? PLAN_ON_FAILURE_NEXT : PLAN_ON_FAILURE_STOP,
            .order = (enum plan_order)((login >> 4) % 3),
            .try_unlisted = (login & 64) != 0},
    };
    if ((login & 128) != 0) {
        plan->login.mechanisms = (struct plan_text_list){one_mechanism, 1};
    }
}

static void demand_end(struct stage *stage, const struct plan_client *plan)
{
    FUZZ_DEMAND(client_is_done(stage->client));
    FUZZ_DEMAND(client_fail(stage->client) != NULL || facts_get(stage->facts, "outcome") != NULL);
    FUZZ_DEMAND(plan->login.in_clear == PLAN_IN_CLEAR_ANY ||
                !secret_set_found(stage->secrets, buf_span(&stage->said)));
    FUZZ_DEMAND(facts_tree(stage->facts, stage->arena, true) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_of(data, size);
    struct fail fail = {0};
    struct plan_client plan;
    if (size > FUZZ_INPUT_MAX) {
        return 0;
    }
    if (worker == NULL) {
        tls_library_init();
        worker = client_worker_new(&fail);
        tls = tls_worker_new(&fail);
        FUZZ_DEMAND(worker != NULL && tls != NULL);
    }
    uint8_t what = fuzz_take_byte(&rest);
    uint8_t login = fuzz_take_byte(&rest);
    uint8_t cut = fuzz_take_byte(&rest);
    choose(what, login, &plan);
    struct stage stage = {.arena = arena_new(), .secrets = secret_set_new()};
    secret_set_add(stage.secrets, SPAN_LITERAL(PASSWORD));
    buf_init(&stage.said, (size_t)64 * 1024 * 1024);
    stage.facts = facts_new(stage.arena, stage.secrets);
    transcript_init(&stage.transcript, stage.arena, stage.secrets);
    const struct client_environment environment = {
        .worker = worker,
        .tls_worker = tls,
        .facts = stage.facts,
        .transcript = &stage.transcript,
        .secrets = stage.secrets,
        .clock_s = CLOCK_S,
    };
    stage.client = client_new(&plan, &environment);
    client_start(stage.client, 0);
    perform(&stage);
    play(&stage, rest, cut == 0 ? SIZE_MAX : cut);
    demand_end(&stage, &plan);
    client_free(stage.client);
    buf_done(&stage.said);
    secret_set_free(stage.secrets);
    arena_free(stage.arena);
    return 0;
}
