#include "harness/runner/needs.h"

#include "harness/base/text.h"
#include "harness/net/net.h"
#include "harness/tls/tls.h"

static struct net_handler needs_refuse(void *context, struct net_stream *stream)
{
    (void)context;
    (void)stream;
    return (struct net_handler){0};
}

static bool needs_ipv6(void)
{
    struct fail fail = {0};
    struct net *net = net_real_new(&(struct net_real_options){.time_scale = 1}, &fail);
    bool there = net != NULL && net_listen(net, "::1", 0, NULL, needs_refuse, NULL, &fail) != NULL;
    net_free(net);
    return there;
}

bool needs_is_at_least(const char *version, int64_t major, int64_t minor)
{
    struct span text = span_text(version);
    int64_t numbers[2] = {0, 0};
    text = span_from(text, span_find(text, ' ') + 1);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        size_t dot = span_find(text, '.');
        if (dot == text.len || !text_integer(span_first(text, dot), &numbers[i])) {
            return false;
        }
        text = span_from(text, dot + 1);
    }
    return numbers[0] > major || (numbers[0] == major && numbers[1] >= minor);
}

unsigned needs_check(unsigned wanted)
{
    unsigned there = 0;
    if ((wanted & PLAN_NEED_IPV6) != 0) {
        there |= needs_ipv6() ? PLAN_NEED_IPV6 : 0;
    }
    there |= needs_is_at_least(tls_library_version(), 3, 2) ? PLAN_NEED_OPENSSL_3_2 : 0;
    there |= needs_is_at_least(tls_library_version(), 3, 5) ? PLAN_NEED_OPENSSL_3_5 : 0;
    return there & wanted;
}

const char *needs_reason(struct arena *arena, unsigned unmet)
{
    const char *reason = "";
    for (size_t i = 0; i < PLAN_NEED_COUNT; i++) {
        if ((unmet & 1u << i) != 0) {
            reason = arena_printf(arena, "%s%s%s (%s)", reason, reason[0] == 0 ? "needs " : ", ",
                plan_need_row(i)->name, plan_need_row(i)->sentence);
        }
    }
    return reason;
}
