/*
 * The fake server against a client that says anything. The first octets choose what the server is,
 * and its faults: any of the first sixteen by a bit, and up to three of the table by number. Of the
 * rest, 0xfe lets time pass. The same comes of it whole, octet by octet and in fives.
 */
#include "fake-server/fake_server.h"
#include "harness/fuzz/fuzz.h"
#include "harness/tls/random.h"

#define CLOCK_S INT64_C(1767225600)
#define PAUSE 0xfe
#define PAUSE_US (INT64_C(45) * 1000 * 1000)
#define EVENTS_MAX 100000 /* deadlines of one pause */
#define HEARD_MAX ((size_t)64 * 1024 * 1024)

static struct tls_worker *tls;
static struct fake_server_worker *worker;
static struct certs_cache *volatile certs; /* owns `minted`; else nobody reads it, and it "leaks" */
static const struct certs_minted *minted;

static const struct plan_certificate recipe = {
    .issuer = PLAN_ISSUER_TRUSTED,
    .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
    .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
};

static void prepare(void)
{
    struct fail fail = {0};
    if (tls != NULL) {
        return;
    }
    tls_library_init();
    tls_random_install();
    tls = tls_worker_new(&fail);
    worker = fake_server_worker_new(tls);
    certs = certs_cache_new(NULL);
    FUZZ_DEMAND(tls != NULL && certs != NULL);
    FUZZ_DEMAND(certs_mint(certs, &recipe, "mail.here.com", CLOCK_S, &minted, &fail) == STATUS_OK);
}

/* --- what the server is --- */

static const struct plan_action slow[] = {
    {.kind = PLAN_ACTION_DELAY, .duration_us = 5000000}, {.kind = PLAN_ACTION_NORMAL}};
static const struct plan_action dripping[] = {
    {.kind = PLAN_ACTION_DRIP, .duration_us = 1000000, .number = 3}, {.kind = PLAN_ACTION_NORMAL}};
static const uint8_t injected[] = "250-x\r\n25";
static const struct plan_action spoilt[] = {
    {.kind = PLAN_ACTION_INJECT, .bytes = {injected, sizeof injected - 1}},
    {.kind = PLAN_ACTION_CORRUPT, .number = 4}, {.kind = PLAN_ACTION_NORMAL}};
static const struct plan_action hanging[] = {{.kind = PLAN_ACTION_HANG}};
static const struct plan_action resetting[] = {
    {.kind = PLAN_ACTION_CLOSE, .close = PLAN_CLOSE_RESET}};
static const struct plan_moment_at on_mail = {PLAN_MOMENT_COMMAND, "MAIL"};
static const struct plan_moment_at on_ehlo = {PLAN_MOMENT_COMMAND, "EHLO"};
static const struct plan_moment_at on_vrfy = {PLAN_MOMENT_COMMAND, "VRFY"};
static const struct plan_moment_at on_body = {PLAN_MOMENT_BODY, NULL};
static const struct plan_moment_at on_idle = {PLAN_MOMENT_IDLE, NULL};
static const struct plan_moment_at on_response = {PLAN_MOMENT_AUTH_RESPONSE, NULL};

#define RULE(moment, does, ...)                                     \
    {                                                               \
        .on = &(moment), .on_len = 1, .tls = -1, .actions = (does), \
        .actions_len = ARRAY_LEN(does), __VA_ARGS__                 \
    }
static const struct plan_rule rules[] = {
    RULE(on_mail, slow, .match = "slow"),
    RULE(on_ehlo, dripping, .match = "drip"),
    RULE(on_response, spoilt, .nth = NULL),
    RULE(on_vrfy, hanging, .nth = NULL),
    RULE(on_body, resetting, .body_after = 100),
    RULE(on_idle, dripping, .idle_us = 30000000),
};

static void choose(struct span *rest, struct plan_server *plan)
{
    static const char *const families[][3] = {{"PLAIN", "LOGIN", "CRAM-MD5"},
        {"SCRAM-SHA-256", "DIGEST-MD5", "NTLM"}, {"XOAUTH2", "OAUTHBEARER", "EXTERNAL"},
        {"SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "ANONYMOUS"}};
    static const struct plan_user users[] = {{"joe", "correct-horse"}};
    uint8_t what = fuzz_take_byte(rest);
    uint8_t login = fuzz_take_byte(rest);
    const char *const *mechanisms = families[login >> 6];
    *plan = (struct plan_server){
        .host = "mail.here.com",
        .port = 25,
        .tls = (enum plan_tls)((what & 3) % 3),
        .starttls = (enum plan_starttls)(what >> 2 & 3),
        .helo_only = (what & 16) != 0,
        .capabilities_exact = (what & 32) != 0,
        .certificates = &recipe,
        .certificates_len = 1,
        .script = rules,
        .script_len = (what & 64) != 0 ? ARRAY_LEN(rules) : 0,
        .auth = {.before_tls = {mechanisms, (size_t)(login & 3)},
            .after_tls = {mechanisms, (size_t)(login >> 2 & 3)},
            .style_standard = true,
            .style_equals = (login & 16) != 0,
            .require = (login & 32) != 0,
            .iterations = 1,
            .users = users,
            .users_len = ARRAY_LEN(users),
            .tokens = users,
            .tokens_len = ARRAY_LEN(users)},
    };
    plan->faults = fuzz_take_byte(rest);
    plan->faults |= (plan_fault_set)fuzz_take_byte(rest) << 8;
}

static enum wire_event_kind choose_end(struct span *rest, struct plan_server *plan)
{
    uint8_t end = fuzz_take_byte(rest);
    for (unsigned further = end >> 1 & 3; further > 0; further--) {
        plan->faults |= PLAN_FAULT_BIT(fuzz_take_byte(rest) % PLAN_FAULT_COUNT);
    }
    return (end & 1) != 0 ? WIRE_RESET : WIRE_FIN;
}

/* --- a play --- */

struct stage {
    struct fake_session *session;
    struct buf heard;
    int64_t now_us;
};

static void event(struct stage *stage, enum wire_event_kind kind, struct span bytes)
{
    struct wire_queue *queue = fake_session_queue(stage->session);
    fake_session_event(
        stage->session, &(struct wire_event){.kind = kind, .bytes = bytes}, stage->now_us);
    for (size_t i = 0; i < queue->len; i++) {
        if (queue->actions[i].kind == WIRE_SEND) {
            buf_append(&stage->heard, wire_queue_bytes(queue, &queue->actions[i]));
        } else {
            buf_printf(&stage->heard, "<%d>", (int)queue->actions[i].kind);
        }
    }
    wire_queue_clear(queue);
}

static void pass_time(struct stage *stage)
{
    int64_t until_us = stage->now_us + PAUSE_US;
    for (size_t events = 0; fake_session_deadline_us(stage->session) <= until_us; events++) {
        FUZZ_DEMAND(events < EVENTS_MAX);
        int64_t deadline_us = fake_session_deadline_us(stage->session);
        stage->now_us = deadline_us > stage->now_us ? deadline_us : stage->now_us;
        event(stage, WIRE_TIME, SPAN_EMPTY);
    }
    stage->now_us = until_us;
}

static void play(struct stage *stage, struct span text, size_t cut, enum wire_event_kind end)
{
    event(stage, WIRE_OPENED, SPAN_EMPTY);
    while (text.len > 0) {
        size_t len = span_find(text, PAUSE);
        for (size_t at = 0; at < len; at += cut) {
            struct span piece = span_first(span_from(span_first(text, len), at), cut);
            uint8_t *copy = fuzz_copy(piece);
            event(stage, WIRE_BYTES, span_of(copy, piece.len));
            mem_free(copy);
        }
        if (len < text.len) {
            pass_time(stage);
        }
        text = span_from(text, len + 1);
    }
    event(stage, end, SPAN_EMPTY);
    pass_time(stage);
}

/* All that came of it, for people: facts, and what was heard. */
static void run(const struct plan_server *plan, struct span text, size_t cut,
    enum wire_event_kind end, struct buf *told)
{
    struct fail fail = {0};
    struct random_source random;
    random_seed(&random, 1);
    struct random_source *previous = tls_random_enter(&random);
    struct arena *arena = arena_new();
    struct secret_set *secrets = secret_set_new();
    secret_set_add(secrets, SPAN_LITERAL("correct-horse"));
    struct fake_server *server = fake_server_new(plan,
        &(struct fake_server_environment){.worker = worker, .minted = &minted, .secrets = secrets},
        &fail);
    FUZZ_DEMAND(server != NULL);
    struct stage stage = {.session = fake_session_new(server)};
    buf_init(&stage.heard, HEARD_MAX);
    play(&stage, text, cut, end);
    struct facts *facts = facts_new(arena, secrets);
    fake_server_record(server, facts);
    value_show(facts_tree(facts, arena, true), told);
    FUZZ_DEMAND(!secret_set_hides(secrets, buf_span(told)));
    buf_append(told, buf_span(&stage.heard));
    buf_done(&stage.heard);
    fake_server_free(server);
    secret_set_free(secrets);
    arena_free(arena);
    tls_random_enter(previous);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t cuts[] = {SIZE_MAX / 2, 1, 5};
    struct buf told[ARRAY_LEN(cuts)];
    struct span rest = span_of(data, size);
    struct plan_server plan;
    if (size > 16384) { /* octet by octet */
        return 0;
    }
    prepare();
    choose(&rest, &plan);
    enum wire_event_kind end = choose_end(&rest, &plan);
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        buf_init(&told[i], 2 * HEARD_MAX);
        run(&plan, rest, cuts[i], end, &told[i]);
        if (!span_equal(buf_span(&told[i]), buf_span(&told[0]))) {
            fprintf(stderr, "whole:\n%s\nin pieces of %zu:\n%s\n", buf_text(&told[0]), cuts[i],
                buf_text(&told[i]));
            abort();
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        buf_done(&told[i]);
    }
    return 0;
}
