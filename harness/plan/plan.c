#include "harness/plan/plan.h"

#include <assert.h>

size_t plan_servers_len(const struct plan_case *plan)
{
    return plan->servers_len > 0 ? plan->servers_len : plan->server != NULL;
}

const struct plan_server *plan_server_at(const struct plan_case *plan, size_t index)
{
    return plan->servers_len > 0 ? plan->servers[index] : plan->server;
}

static const struct plan_need_row needs[] = {
#define NEED(symbol, name, sentence) {name, sentence},
#include "harness/plan/needs.def"
#undef NEED
};

const struct plan_need_row *plan_need_row(size_t position)
{
    return &needs[position];
}

static const struct {
    const char *name;
    int64_t limit_s;
} stages[] = {
    [PLAN_STAGE_RESOLVE] = {"resolve", 300},
    [PLAN_STAGE_CONNECT] = {"connect", 300},
    [PLAN_STAGE_HANDSHAKE] = {"handshake", 300},
    [PLAN_STAGE_GREETING] = {"greeting", 300}, /* RFC 5321 §4.5.3.2.1 */
    [PLAN_STAGE_HELLO] = {"hello", 300},
    [PLAN_STAGE_STARTTLS] = {"starttls", 300},
    [PLAN_STAGE_AUTH] = {"auth", 300},
    [PLAN_STAGE_MAIL] = {"mail", 300},       /* §4.5.3.2.2 */
    [PLAN_STAGE_RCPT] = {"rcpt", 300},       /* §4.5.3.2.3 */
    [PLAN_STAGE_DATA] = {"data", 120},       /* §4.5.3.2.4 */
    [PLAN_STAGE_BODY] = {"body", 180},       /* §4.5.3.2.5 */
    [PLAN_STAGE_MESSAGE] = {"message", 600}, /* §4.5.3.2.6 */
    [PLAN_STAGE_RSET] = {"rset", 300},
    [PLAN_STAGE_QUIT] = {"quit", 300},
};
static_assert(ARRAY_LEN(stages) == PLAN_STAGE_COUNT, "a row for each stage");

const char *plan_stage_name(enum plan_stage stage)
{
    return stages[stage].name;
}

int64_t plan_stage_default_limit_us(enum plan_stage stage)
{
    return stages[stage].limit_s * 1000 * 1000;
}

static const char *const ssl_modes[] = {
    [PLAN_SSL_MODE_AUTO] = "auto",
    [PLAN_SSL_MODE_NONE] = "none",
    [PLAN_SSL_MODE_ON_CONNECT] = "on-connect",
    [PLAN_SSL_MODE_STARTTLS] = "starttls",
    [PLAN_SSL_MODE_STARTTLS_IF_SUPPORTED] = "starttls-if-supported",
    [PLAN_SSL_MODE_STARTTLS_OPPORTUNISTIC] = "starttls-opportunistic",
    [PLAN_SSL_MODE_STARTTLS_IF_AUTH_HIDDEN] = "starttls-if-auth-hidden",
};
static_assert(ARRAY_LEN(ssl_modes) == PLAN_SSL_MODE_COUNT, "a name for each mode");

const char *plan_ssl_mode_name(enum plan_ssl_mode mode)
{
    return ssl_modes[mode];
}

const char *plan_severity_name(enum plan_severity severity)
{
    static const char *const names[] = {"normal", "serious", "advice"};
    return names[severity];
}

const char *plan_world_name(enum plan_world world)
{
    static const char *const names[] = {"any", "simulated", "wire"};
    return names[world];
}

static const char *const steps[] = {
    [PLAN_STEP_CONNECT] = "connect",
    [PLAN_STEP_HELLO] = "hello",
    [PLAN_STEP_STARTTLS] = "starttls",
    [PLAN_STEP_HANDSHAKE] = "handshake",
    [PLAN_STEP_LOGIN] = "login",
    [PLAN_STEP_MAIL] = "mail",
    [PLAN_STEP_RCPT] = "rcpt",
    [PLAN_STEP_DATA] = "data",
    [PLAN_STEP_NOOP] = "noop",
    [PLAN_STEP_RSET] = "rset",
    [PLAN_STEP_COMMAND] = "command",
    [PLAN_STEP_RAW] = "raw",
    [PLAN_STEP_BELOW_TLS] = "below_tls",
    [PLAN_STEP_READ] = "read",
    [PLAN_STEP_WAIT] = "wait",
    [PLAN_STEP_SILENCE] = "silence",
    [PLAN_STEP_QUIT] = "quit",
    [PLAN_STEP_DISCONNECT] = "disconnect",
    [PLAN_STEP_CLOSE] = "close",
};
static_assert(ARRAY_LEN(steps) == PLAN_STEP_COUNT, "a name for each step");

const char *plan_step_name(enum plan_step_kind kind)
{
    return steps[kind];
}
