#include "harness/scenario/tell.h"

#include <stdio.h>

#include "harness/base/text.h"

#define TELL_TEXT_MAX 1024 /* octets of one message, as diag keeps */

void tell_init(struct tell *tell, struct diag_list *diags)
{
    *tell = (struct tell){.diags = diags};
}

bool tell_is_full(const struct tell *tell)
{
    return tell->diags->len >= DIAG_COUNT_MAX;
}

/* The same words about the same place were told before? Remembers them otherwise. */
static bool tell_again(struct tell *tell, const struct mark *mark, const char *text)
{
    char place[64];
    int place_len = snprintf(
        place, sizeof place, "%p %u %u ", (const void *)mark->file, mark->line, mark->column);
    uint64_t hash = text_hash(span_of(place, (size_t)place_len)) ^ text_hash(span_text(text));
    for (size_t i = 0; i < tell->seen_len; i++) {
        if (tell->seen[i] == hash) {
            return true;
        }
    }
    if (tell->seen_len < ARRAY_LEN(tell->seen)) {
        tell->seen[tell->seen_len++] = hash;
    }
    return false;
}

static void tell_text(struct tell *tell, enum diag_severity severity,
    const struct node_source *source, struct mark mark, const char *hint, const char *text)
{
    tell->raised += severity == DIAG_ERROR ? 1 : 0;
    if (!tell_again(tell, &mark, text)) {
        diag_add(tell->diags, severity, mark, source == NULL ? SPAN_EMPTY : source->text, hint,
            "%s", text);
    }
}

void tell_error(struct tell *tell, const struct node *at, const char *hint, const char *format, ...)
{
    char text[TELL_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tell_text(tell, DIAG_ERROR, at->source, at->mark, hint, text);
}

void tell_warning(
    struct tell *tell, const struct node *at, const char *hint, const char *format, ...)
{
    char text[TELL_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tell_text(tell, DIAG_WARNING, at->source, at->mark, hint, text);
}

void tell_at(struct tell *tell, enum diag_severity severity, const struct node_source *source,
    struct mark mark, const char *hint, const char *format, ...)
{
    char text[TELL_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tell_text(tell, severity, source, mark, hint, text);
}

const char *tell_hint(struct tell *tell, const char *format, ...)
{
    if (tell_is_full(tell)) {
        return NULL;
    }
    char text[TELL_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return arena_strdup(tell->diags->arena, text);
}

const char *tell_did_you_mean(struct tell *tell, const char *word)
{
    return word == NULL ? NULL : tell_hint(tell, "did you mean '%s'?", word);
}

const char *tell_nearest(struct tell *tell, const char *word, const char *const *words)
{
    return tell_is_full(tell) ? NULL : tell_did_you_mean(tell, text_nearest(word, words));
}
