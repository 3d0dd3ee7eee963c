/*
 * Any bytes as replies: the reader says the same of them whole and octet by octet, and stays within
 * its limits.
 */
#include "harness/client/client_reply.h"
#include "harness/fuzz/fuzz.h"

#define TOLD_MAX ((size_t)16 * 1024 * 1024)

static void tell(enum client_reply_progress progress, const struct client_reply_reader *reader,
    struct span line, const struct client_reply *reply, struct buf *told)
{
    buf_printf(told, "%d:%zu\n", (int)progress, line.len);
    if (progress == CLIENT_REPLY_BAD) {
        FUZZ_DEMAND(reader->problem[0] != '\0');
        buf_append_text(told, reader->problem);
    } else if (progress == CLIENT_REPLY_WHOLE) {
        FUZZ_DEMAND(reply->code >= 200 && reply->code <= 599 && reply->lines > 0);
        FUZZ_DEMAND(reply->lines <= CLIENT_REPLY_LINES_MAX);
        FUZZ_DEMAND(reply->text.len <= CLIENT_REPLY_OCTETS_MAX);
        buf_printf(told, "%u %zu %s ", reply->code, reply->lines, reply->enhanced);
        buf_append(told, reply->text);
        struct span rest = reply->text;
        struct span one;
        size_t lines = reply->lines;
        size_t counted = 0;
        while (client_reply_next_line(&rest, &lines, &one)) {
            counted++;
        }
        FUZZ_DEMAND(counted == reply->lines);
    }
}

/* Reads all of `input`, of which `step` more octets are there each time. */
static void read_all(struct span input, size_t step, struct buf *told)
{
    struct client_reply_reader reader;
    client_reply_init(&reader);
    size_t there = 0;
    size_t taken_all = 0;
    enum client_reply_progress progress = CLIENT_REPLY_MORE;
    while (progress != CLIENT_REPLY_BAD && (there < input.len || progress != CLIENT_REPLY_MORE)) {
        if (progress == CLIENT_REPLY_MORE) {
            there = step < input.len - there ? there + step : input.len;
        }
        struct span seen = span_from(span_first(input, there), taken_all);
        uint8_t *copy = fuzz_copy(seen);
        size_t taken = 0;
        struct span line = SPAN_EMPTY;
        struct client_reply reply = {0};
        progress = client_reply_read(&reader, span_of(copy, seen.len), &taken, &line, &reply);
        FUZZ_DEMAND(taken <= seen.len);
        taken_all += taken;
        if (progress != CLIENT_REPLY_MORE) {
            tell(progress, &reader, line, &reply, told);
        }
        mem_free(copy);
    }
    client_reply_done(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t steps[] = {SIZE_MAX, 1, 7};
    struct buf told[ARRAY_LEN(steps)];
    if (size > FUZZ_INPUT_MAX) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        buf_init(&told[i], TOLD_MAX);
        /* Octet by octet is quadratic: long inputs come in larger pieces. */
        read_all(span_of(data, size), size > 4096 && steps[i] == 1 ? 997 : steps[i], &told[i]);
        FUZZ_DEMAND(span_equal(buf_span(&told[i]), buf_span(&told[0])));
    }
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        buf_done(&told[i]);
    }
    return 0;
}
