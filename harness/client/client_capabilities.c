#include "harness/client/client_capabilities.h"

#include "harness/base/text.h"
#include "harness/client/client_rules.h"

void client_capabilities_forget(struct client_capabilities *capabilities)
{
    *capabilities = (struct client_capabilities){0};
}

static bool client_capabilities_is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* Takes the first word off `*rest`. */
static struct span client_capabilities_word(struct span *rest)
{
    struct span text = text_trim(*rest);
    size_t end = 0;
    while (end < text.len && !client_capabilities_is_blank(text.data[end])) {
        end++;
    }
    *rest = text_trim(span_from(text, end));
    return span_first(text, end);
}

/* RFC 4422 §3.1: letters, digits, `-` and `_`; what else stands in the list is no mechanism. */
bool client_capabilities_is_mechanism(struct span word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = text_upper((char)word.data[i]);
        bool letter = c >= 'A' && c <= 'Z';
        if (!letter && !text_is_digit(c) && c != '-' && c != '_') {
            return false;
        }
    }
    return word.len > 0 && word.len <= CLIENT_CAPABILITIES_KEYWORD_MAX;
}

static const char *client_capabilities_capitals(struct arena *arena, struct span word)
{
    char *text = arena_memdup(arena, word.data, word.len);
    for (size_t i = 0; i < word.len; i++) {
        text[i] = client_keeps(CLIENT_RULE_KEYWORDS_ARE_CASELESS) ? text_upper(text[i]) : text[i];
    }
    return text;
}

bool client_capabilities_has_mechanism(
    const struct client_capabilities *capabilities, const char *name)
{
    for (size_t i = 0; i < capabilities->mechanisms_len; i++) {
        if (strcmp(capabilities->mechanisms[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void client_capabilities_add_mechanisms(
    struct client_capabilities *capabilities, struct arena *arena, struct span list)
{
    if (capabilities->auth && !client_keeps(CLIENT_RULE_AUTH_LINES_ADD_UP)) {
        return;
    }
    capabilities->auth = true;
    while (list.len > 0) {
        struct span word = client_capabilities_word(&list);
        if (!client_capabilities_is_mechanism(word) ||
            capabilities->mechanisms_len == CLIENT_CAPABILITIES_MECHANISMS_MAX) {
            continue;
        }
        const char *name = client_capabilities_capitals(arena, word);
        if (!client_capabilities_has_mechanism(capabilities, name)) {
            capabilities->mechanisms = (const char **)arena_push(arena, capabilities->mechanisms,
                capabilities->mechanisms_len, sizeof *capabilities->mechanisms);
            capabilities->mechanisms[capabilities->mechanisms_len++] = name;
        }
    }
}

static void client_capabilities_add(
    struct client_capabilities *capabilities, struct arena *arena, struct span line)
{
    struct span rest = line;
    struct span word = client_capabilities_word(&rest);
    /* With a NUL in it "STARTTLS" and what follows would pass for STARTTLS. */
    if (word.len == 0 || word.len > CLIENT_CAPABILITIES_KEYWORD_MAX || !text_is_utf8(word) ||
        span_find(word, 0) < word.len) {
        return;
    }
    capabilities->keywords = arena_push(
        arena, capabilities->keywords, capabilities->keywords_len, sizeof *capabilities->keywords);
    capabilities->keywords[capabilities->keywords_len++] = (struct client_keyword){
        .name = client_capabilities_capitals(arena, word),
        .parameters = arena_span(arena, rest),
    };
    if (text_equal_caseless(word, SPAN_LITERAL("AUTH"))) {
        client_capabilities_add_mechanisms(capabilities, arena, rest);
    } else if (text_starts_caseless(word, "AUTH=") &&
               client_keeps(CLIENT_RULE_OLD_AUTH_COUNTS)) { /* from before RFC 2554; still sent */
        client_capabilities_add_mechanisms(
            capabilities, arena, span_from(text_trim(line), strlen("AUTH=")));
    }
}

void client_capabilities_read(
    struct client_capabilities *capabilities, struct arena *arena, const struct client_reply *reply)
{
    struct span rest = reply->text;
    size_t lines = reply->lines;
    struct span line;
    if (client_keeps(CLIENT_RULE_CAPABILITIES_ARE_FORGOTTEN)) {
        client_capabilities_forget(capabilities);
    }
    capabilities->extended = true;
    if (client_keeps(CLIENT_RULE_GREETING_LINE_IS_NO_KEYWORD)) {
        (void)client_reply_next_line(&rest, &lines, &line);
    }
    while (client_reply_next_line(&rest, &lines, &line)) {
        client_capabilities_add(capabilities, arena, line);
    }
}

const struct client_keyword *client_capabilities_find(
    const struct client_capabilities *capabilities, const char *name)
{
    for (size_t i = 0; i < capabilities->keywords_len; i++) {
        const char *there = capabilities->keywords[i].name;
        if (client_keeps(CLIENT_RULE_KEYWORDS_ARE_WHOLE_WORDS) ? strcmp(there, name) == 0
                                                               : strstr(there, name) != NULL) {
            return &capabilities->keywords[i];
        }
    }
    return NULL;
}

int64_t client_capabilities_size(const struct client_capabilities *capabilities)
{
    const struct client_keyword *size = client_capabilities_find(capabilities, "SIZE");
    int64_t octets = 0;
    if (size == NULL || !text_integer(size->parameters, &octets) || octets < 0) {
        return 0;
    }
    return octets;
}
