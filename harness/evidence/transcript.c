#include "harness/evidence/transcript.h"

#include <stdio.h>

#include "harness/base/text.h"

void transcript_init(
    struct transcript *transcript, struct arena *arena, const struct secret_set *secrets)
{
    *transcript = (struct transcript){.arena = arena, .secrets = secrets};
}

static void transcript_push(struct transcript *transcript, struct transcript_entry entry)
{
    transcript->entries = arena_push(
        transcript->arena, transcript->entries, transcript->len, sizeof *transcript->entries);
    transcript->entries[transcript->len++] = entry;
    transcript->bytes += entry.text.len;
}

static bool transcript_is_full(const struct transcript *transcript, bool said)
{
    size_t lines = said ? TRANSCRIPT_LINES_KEPT : 2; /* the cut itself and the end */
    size_t bytes = said ? TRANSCRIPT_BYTES_KEPT : 0;
    return transcript->len >= TRANSCRIPT_LINES_MAX - lines ||
           transcript->bytes >= TRANSCRIPT_BYTES_MAX - bytes;
}

/* One entry says that there was more. */
static void transcript_cut(struct transcript *transcript, struct transcript_entry entry)
{
    transcript->cut = true;
    entry.kind = TRANSCRIPT_NOTE;
    entry.text = SPAN_LITERAL(
        "(the transcript's limit is reached: what is said from here on is left out)");
    transcript_push(transcript, entry);
    transcript->cut_len = transcript->len;
}

/* The newest is the end of the story, so it is the one that stays; the cut itself stays too. */
static void transcript_push_last(struct transcript *transcript, struct transcript_entry entry)
{
    if (transcript->len == transcript->cut_len) {
        transcript_push(transcript, entry);
        return;
    }
    struct transcript_entry *last = &transcript->entries[transcript->len - 1];
    transcript->bytes -= last->text.len;
    transcript->bytes += entry.text.len;
    *last = entry;
}

void transcript_add(struct transcript *transcript, int64_t time_us, unsigned connection,
    enum transcript_kind kind, bool inside_tls, struct span text)
{
    struct transcript_entry entry = {time_us, kind, connection, inside_tls, SPAN_EMPTY};
    bool said = kind == TRANSCRIPT_SENT || kind == TRANSCRIPT_RECEIVED;
    bool full = transcript_is_full(transcript, said);
    if (full && !transcript->cut) {
        transcript_cut(transcript, entry);
    }
    if (said && transcript->cut) {
        return;
    }
    struct buf line;
    buf_init(&line, SIZE_MAX / 2);
    secret_set_redact(transcript->secrets, text, &line); /* before cutting: no half of a secret */
    if (line.len > TRANSCRIPT_LINE_MAX) {
        size_t more = line.len - TRANSCRIPT_LINE_MAX;
        line.len = TRANSCRIPT_LINE_MAX;
        buf_printf(&line, " (and %zu octets more)", more);
    }
    entry.text = arena_span(transcript->arena, buf_span(&line));
    buf_done(&line);
    if (full) {
        transcript_push_last(transcript, entry);
    } else {
        transcript_push(transcript, entry);
    }
}

void transcript_note(struct transcript *transcript, int64_t time_us, unsigned connection,
    enum transcript_kind kind, bool inside_tls, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    transcript_note_list(transcript, time_us, connection, kind, inside_tls, format, arguments);
    va_end(arguments);
}

void transcript_note_list(struct transcript *transcript, int64_t time_us, unsigned connection,
    enum transcript_kind kind, bool inside_tls, const char *format, va_list arguments)
{
    char brief[TRANSCRIPT_LINE_MAX];
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(brief, sizeof brief, format, arguments);
    size_t size = len < 0 ? 0 : (size_t)len;
    if (size < sizeof brief) {
        transcript_add(transcript, time_us, connection, kind, inside_tls, span_of(brief, size));
    } else { /* the whole text, since transcript_add redacts before it cuts */
        char *text = mem_zalloc(size + 1, 1);
        vsnprintf(text, size + 1, format, again);
        transcript_add(transcript, time_us, connection, kind, inside_tls, span_of(text, size));
        mem_free(text);
    }
    va_end(again);
}

static const struct {
    char sign;
    const char *name;
} kinds[TRANSCRIPT_KIND_COUNT] = {
    [TRANSCRIPT_SENT] = {'>', "sent"},
    [TRANSCRIPT_RECEIVED] = {'<', "received"},
    [TRANSCRIPT_NOTE] = {'*', "note"},
    [TRANSCRIPT_TLS] = {'=', "tls"},
};

char transcript_kind_sign(enum transcript_kind kind)
{
    return kinds[kind].sign;
}

const char *transcript_kind_name(enum transcript_kind kind)
{
    return kinds[kind].name;
}

bool transcript_kind_find(const char *name, enum transcript_kind *ret)
{
    for (size_t i = 0; i < TRANSCRIPT_KIND_COUNT; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *ret = (enum transcript_kind)i;
            return true;
        }
    }
    return false;
}

void transcript_show(const struct transcript_entry *entry, size_t number, struct buf *out)
{
    char sign = transcript_kind_sign(entry->kind);
    bool line = entry->kind == TRANSCRIPT_SENT || entry->kind == TRANSCRIPT_RECEIVED;
    buf_printf(out, "%4zu %+11.3fs ", number, (double)entry->time_us / 1e6);
    buf_append_byte(out, (uint8_t)sign);
    buf_append_byte(out, line && entry->inside_tls ? (uint8_t)sign : ' ');
    buf_append_byte(out, ' ');
    text_escape(entry->text, true, out);
}
