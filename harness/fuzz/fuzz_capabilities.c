/*
 * Any bytes as the text of a 250 to EHLO: names are in capitals and within their limit, and can be
 * found again.
 */
#include "harness/client/client_capabilities.h"
#include "harness/fuzz/fuzz.h"

static void demand_name(const char *name, size_t max)
{
    FUZZ_DEMAND(name[0] != '\0' && strlen(name) <= max);
    for (const char *at = name; *at != '\0'; at++) {
        FUZZ_DEMAND(*at < 'a' || *at > 'z');
    }
}

static void demand_capabilities(const struct client_capabilities *capabilities)
{
    for (size_t i = 0; i < capabilities->keywords_len; i++) {
        demand_name(capabilities->keywords[i].name, CLIENT_CAPABILITIES_KEYWORD_MAX);
        FUZZ_DEMAND(client_capabilities_find(capabilities, capabilities->keywords[i].name) != NULL);
    }
    FUZZ_DEMAND(capabilities->mechanisms_len <= CLIENT_CAPABILITIES_MECHANISMS_MAX);
    FUZZ_DEMAND(capabilities->mechanisms_len == 0 || capabilities->auth);
    for (size_t i = 0; i < capabilities->mechanisms_len; i++) {
        demand_name(capabilities->mechanisms[i], CLIENT_REPLY_LINE_MAX);
        FUZZ_DEMAND(client_capabilities_has_mechanism(capabilities, capabilities->mechanisms[i]));
    }
    FUZZ_DEMAND(client_capabilities_size(capabilities) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct client_reply reply = {.code = 250, .lines = 1, .text = span_of(data, size)};
    struct client_capabilities capabilities = {0};
    if (size > CLIENT_REPLY_OCTETS_MAX) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        reply.lines += data[i] == '\n';
    }
    struct arena *arena = arena_new();
    client_capabilities_read(&capabilities, arena, &reply);
    demand_capabilities(&capabilities);
    client_capabilities_read(
        &capabilities, arena, &reply); /* in place of the first, not beside it */
    demand_capabilities(&capabilities);
    client_capabilities_forget(&capabilities);
    FUZZ_DEMAND(capabilities.keywords_len == 0 && capabilities.mechanisms_len == 0);
    arena_free(arena);
    return 0;
}
