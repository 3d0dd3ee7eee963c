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

bool needs_is_at_least(const char *version, const int64_t wanted[NEEDS_VERSION_PARTS])
{
    struct span text = span_text(version);
    text = span_from(text, span_find(text, ' ') + 1);
    for (size_t i = 0; i < NEEDS_VERSION_PARTS; i++) {
        int64_t number = 0;
        size_t len = 0;
        while (len < text.len && text_is_digit((char)text.data[len])) { /* "3.5.0-beta1" */
            len++;
        }
        if (len == 0 || !text_integer(span_first(text, len), &number)) {
            return false;
        }
        if (number != wanted[i]) {
            return number > wanted[i];
        }
        text = span_from(text, len + 1);
    }
    return true;
}

unsigned needs_check(unsigned wanted)
{
    unsigned there = 0;
    if ((wanted & PLAN_NEED_IPV6) != 0) {
        there |= needs_ipv6() ? PLAN_NEED_IPV6 : 0;
    }
    static const struct {
        unsigned need;
        int64_t version[NEEDS_VERSION_PARTS];
    } libraries[] = {
        {PLAN_NEED_OPENSSL_3_0_15, {3, 0, 15}},
        {PLAN_NEED_OPENSSL_3_2, {3, 2, 0}},
        {PLAN_NEED_OPENSSL_3_5, {3, 5, 0}},
    };
    for (size_t i = 0; i < ARRAY_LEN(libraries); i++) {
        bool met = needs_is_at_least(tls_library_version(), libraries[i].version);
        there |= met ? libraries[i].need : 0;
    }
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
