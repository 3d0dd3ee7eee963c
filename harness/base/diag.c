#include "harness/base/diag.h"

#include <stdio.h>

#include "harness/base/text.h"

#define DIAG_LINE_MAX 400 /* octets of a source line that are shown */

void diag_list_init(struct diag_list *list)
{
    *list = (struct diag_list){.arena = arena_new()};
}

void diag_list_done(struct diag_list *list)
{
    arena_free(list->arena);
    *list = (struct diag_list){0};
}

static struct span diag_line(struct span source, unsigned line)
{
    for (unsigned at = 1; at < line; at++) {
        source = span_from(source, span_find(source, '\n') + 1);
    }
    struct span found = span_first(source, span_find(source, '\n'));
    if (found.len > 0 && found.data[found.len - 1] == '\r') {
        found.len--;
    }
    return span_first(found, DIAG_LINE_MAX);
}

void diag_add(struct diag_list *list, enum diag_severity severity, struct mark mark,
    struct span source, const char *hint, const char *format, ...)
{
    if (severity == DIAG_ERROR) {
        list->errors++;
    } else {
        list->warnings++;
    }
    if (list->len == DIAG_COUNT_MAX) {
        return;
    }
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    list->items = arena_push(list->arena, list->items, list->len, sizeof *list->items);
    struct diag *diag = &list->items[list->len++];
    diag->severity = severity;
    diag->mark = mark;
    diag->mark.file = mark.file == NULL ? NULL : arena_strdup(list->arena, mark.file);
    diag->message = arena_strdup(list->arena, message);
    diag->hint = hint == NULL ? NULL : arena_strdup(list->arena, hint);
    if (mark.line > 0 && source.data != NULL) {
        struct span line = diag_line(source, mark.line);
        diag->source_line = arena_memdup(list->arena, line.data, line.len);
    }
}

/* One character for one, because an escape would move what the caret points at; tabs are kept. */
static void diag_show_line(const struct diag *diag, struct buf *out)
{
    struct span line = span_text(diag->source_line);
    while (line.len > 0) {
        bool plain;
        size_t len = text_character(line, &plain);
        if (plain || line.data[0] == '\t') {
            buf_append(out, span_first(line, len));
        } else {
            buf_append_byte(out, '?');
        }
        line = span_from(line, len);
    }
    buf_append_byte(out, '\n');
}

/* The columns that the first character of `line`, as diag_show_line shows it, takes; the character
 * is taken off. */
static unsigned diag_columns(struct span *line)
{
    bool plain;
    size_t len = text_character(*line, &plain);
    unsigned columns = plain ? text_width(span_first(*line, len)) : 1;
    *line = span_from(*line, len);
    return columns;
}

/* A blank for each column before the place, with tabs kept so that the caret stands under it. */
static void diag_show_caret(const struct diag *diag, struct buf *out)
{
    struct span line = span_text(diag->source_line);
    unsigned marked = 0;
    for (unsigned column = 1; line.len > 0 && column < diag->mark.column; column++) {
        char blank = line.data[0] == '\t' ? '\t' : ' ';
        for (unsigned columns = diag_columns(&line); columns > 0; columns--) {
            buf_append_byte(out, (uint8_t)blank);
        }
    }
    for (unsigned width = 0; width < diag->mark.width && width < DIAG_LINE_MAX; width++) {
        marked += line.len > 0 ? diag_columns(&line) : 1;
    }
    buf_append_byte(out, '^');
    for (; marked > 1; marked--) {
        buf_append_byte(out, '~');
    }
    buf_append_byte(out, '\n');
}

/* What is to be written has backslashes that are to be written. */
static void diag_show_hint(const char *hint, struct buf *out)
{
    for (struct span rest = span_text(hint); rest.len > 0;) {
        size_t len = span_find(rest, '\\');
        text_escape(span_first(rest, len), true, out);
        buf_append_text(out, len < rest.len ? "\\" : "");
        rest = span_from(rest, len + 1);
    }
}

void diag_show(const struct diag *diag, struct buf *out)
{
    if (diag->mark.file != NULL) {
        text_escape(span_text(diag->mark.file), true, out);
        buf_append_text(out, diag->mark.line > 0 ? ":" : ": ");
    }
    if (diag->mark.line > 0) {
        buf_printf(out, "%u:%u: ", diag->mark.line, diag->mark.column);
    }
    buf_printf(out, "%s: ", diag->severity == DIAG_ERROR ? "error" : "warning");
    text_escape(span_text(diag->message), true, out);
    if (diag->hint != NULL) {
        buf_append_text(out, " (");
        diag_show_hint(diag->hint, out);
        buf_append_byte(out, ')');
    }
    buf_append_byte(out, '\n');
    if (diag->source_line == NULL) {
        return;
    }
    buf_printf(out, "%5u | ", diag->mark.line);
    diag_show_line(diag, out);
    buf_append_text(out, "      | ");
    diag_show_caret(diag, out);
}
