/* Hosts: names, in other scripts too, and addresses. */
#include "harness/base/text.h"
#include "harness/scenario/decode.h"
#include "harness/scenario/host.h"

static bool decode_is_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

const char *decode_ascii(struct decode *decode, const struct node *node, struct span text)
{
    const char *name = arena_memdup(decode->arena, text.data, text.len);
    struct fail fail = {0};
    struct buf ascii;
    if (decode_is_ascii(text)) {
        return name;
    }
    if (decode->checks == NULL) {
        tell_error(decode->tell, node, "other scripts go as xn--...", "%s is no host name in ASCII",
            node_got(decode->scratch, node));
        return NULL;
    }
    buf_init(&ascii, 4 * (size_t)HOST_NAME_MAX);
    if (decode->checks->name(name, &ascii, &fail) != STATUS_OK) {
        tell_error(decode->tell, node, NULL, "%s is no host name: %s",
            node_got(decode->scratch, node), fail.text);
        name = NULL;
    } else {
        name = arena_strdup(decode->arena, buf_text(&ascii));
    }
    buf_done(&ascii);
    return name;
}

/* The first octet that stands in no host; 0 where there is none. */
static char decode_host_stranger(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && !text_is_digit((char)c) && strchr(".-_:*", c) == NULL && c < 0x80) {
            return (char)c;
        }
    }
    return 0;
}

const char *decode_take_host(
    struct decode *decode, const struct node *node, struct span text, bool star)
{
    char stranger = decode_host_stranger(text);
    const char *shown = arena_memdup(decode->scratch, text.data, text.len);
    const uint8_t *colon = text.len == 0 ? NULL : memchr(text.data, ':', text.len);
    if (stranger != 0) {
        tell_error(decode->tell, node, stranger == ' ' ? NULL : "a host is a name alone",
            "'%.100s' is no host name: '%c' cannot stand in one", shown, stranger);
        return NULL;
    }
    if (text.len == 0 || text.len > HOST_NAME_MAX) {
        tell_error(
            decode->tell, node, NULL, "a host name has 1 to 253 octets, this has %zu", text.len);
        return NULL;
    }
    if (colon != NULL && strchr((const char *)colon + 1, ':') == NULL) { /* IPv6 has several */
        tell_error(decode->tell, node, "the port has a key of its own: `port`",
            "'%.100s' is no host name: ':' cannot stand in one", shown);
        return NULL;
    }
    const char *ascii = decode_ascii(decode, node, text);
    const char *problem = ascii == NULL ? NULL : host_problem(span_text(ascii), star);
    if (problem != NULL) {
        tell_error(decode->tell, node, NULL, "'%.100s' is no host: %s", shown, problem);
        return NULL;
    }
    return ascii;
}

static void decode_host_into(struct decode *decode, const struct node *value, bool star, void *at)
{
    const char *text;
    if (decode_take_text(decode, value, "a host name or an address", &text)) {
        const char *host = decode_take_host(decode, value, span_text(text), star);
        if (host != NULL) {
            *(const char **)at = host;
        }
    }
}

void decode_host(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    decode_host_into(decode, value, false, at);
}
