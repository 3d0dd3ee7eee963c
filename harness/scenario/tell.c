#include "harness/scenario/tell.h"

#include <stdio.h>

#include "harness/base/secret.h"
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
    int place_len = snprintf(place, sizeof place, "%llx %u %u ",
        (unsigned long long)text_hash(span_text(mark->file)), mark->line, mark->column);
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

/* --- secrets --- */

void tell_keep_secret(struct tell *tell, struct span text)
{
    for (size_t i = 0; i < tell->secrets_len; i++) {
        if (span_equal(tell->secrets[i], text)) {
            return;
        }
    }
    struct span *secrets = arena_push(
        tell->diags->arena, (void *)tell->secrets, tell->secrets_len, sizeof *secrets);
    secrets[tell->secrets_len++] = text;
    tell->secrets = secrets;
}

/* Does the message give away a part of the secret? */
static bool tell_shares(const char *text, struct span secret)
{
    size_t piece = secret.len < TELL_SECRET_MIN ? secret.len : TELL_SECRET_MIN;
    for (size_t i = 0; text != NULL && piece > 0 && i + piece <= secret.len; i++) {
        if (memmem(text, strlen(text), secret.data + i, piece) != NULL) {
            return true;
        }
    }
    return false;
}

/* `text` with every secret masked; itself where it has none. */
static const char *tell_mask(struct tell *tell, const char *text)
{
    for (size_t i = 0; text != NULL && i < tell->secrets_len; i++) {
        struct span secret = tell->secrets[i];
        const char *found;
        while (secret.len >= TELL_SECRET_MIN &&
               (found = memmem(text, strlen(text), secret.data, secret.len)) != NULL) {
            text = arena_printf(tell->diags->arena, "%.*s%s%s", (int)(found - text), text,
                SECRET_MASK, found + secret.len);
        }
    }
    return text;
}

static void tell_text(struct tell *tell, enum diag_severity severity,
    const struct node_source *source, struct mark mark, const char *hint, const char *text)
{
    tell->raised += severity == DIAG_ERROR ? 1 : 0;
    text = tell_mask(tell, text);
    if (!tell_again(tell, &mark, text)) {
        diag_add(tell->diags, severity, mark, source == NULL ? SPAN_EMPTY : source->text,
            tell_mask(tell, hint), "%s", text);
    }
}

static void tell_node(struct tell *tell, enum diag_severity severity, const struct node *at,
    const char *hint, const char *text)
{
    if (at->lost) {
        tell->raised += severity == DIAG_ERROR ? 1 : 0;
        return;
    }
    bool password = at->secret && at->text.len >= TELL_SECRET_MIN;
    if (at->kind == NODE_SCALAR && (at->guarded || password) &&
        (tell_shares(text, at->text) || tell_shares(hint, at->text))) {
        text = at->guarded ? "the secret that is put in here is not what belongs here"
                           : "the password that stands here is not what belongs here";
        hint = NULL;
    }
    tell_text(tell, severity, at->source, at->mark, hint, text);
}

void tell_error(struct tell *tell, const struct node *at, const char *hint, const char *format, ...)
{
    char text[TELL_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tell_node(tell, DIAG_ERROR, at, hint, text);
}

void tell_warning(
    struct tell *tell, const struct node *at, const char *hint, const char *format, ...)
{
    char text[TELL_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tell_node(tell, DIAG_WARNING, at, hint, text);
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

void tell_sort(struct tell *tell, size_t from)
{
    struct diag_list *diags = tell->diags;
    for (size_t i = from + 1; i < diags->len; i++) {
        struct diag moved = diags->items[i];
        size_t at = i;
        for (; at > from; at--) {
            const struct mark *before = &diags->items[at - 1].mark;
            if (strcmp(before->file, moved.mark.file) != 0) {
                break;
            }
            if (before->line < moved.mark.line ||
                (before->line == moved.mark.line && before->column <= moved.mark.column)) {
                break;
            }
            diags->items[at] = diags->items[at - 1];
        }
        diags->items[at] = moved;
    }
}
