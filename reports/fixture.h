/*
 * fixture — the run that the tests of reports show: one case of each verdict, a hostile peer among
 * them, and nothing in it that depends on the day or the machine.
 *
 * Knows: values only; the arena owns them all. Refuses to know: Check, what a report should be.
 * Only tests include it.
 */
#ifndef SMTPVET_REPORTS_FIXTURE_H
#define SMTPVET_REPORTS_FIXTURE_H

#include "reports/report.h"

#define FIXTURE_REPORT_MAX ((size_t)64 * 1024 * 1024)

/* ESC sequences, NUL, invalid UTF-8, the end of a CDATA section, a tag, an entity, a turn of the
 * writing direction, U+FFFF, a C1 control, a backslash that looks like an escape, a quote. */
#define FIXTURE_HOSTILE                                                          \
    "220 \x1b[2J\x1b]0;owned\x07 \0 \xff\xc0\xaf ]]> <script>alert(1)</script> " \
    "&lt; \xe2\x80\xae word \xef\xbf\xbf \xc2\x9bm \\x41 \"'` gr\xc3\xbc\xc3\x9f"

struct fixture {
    struct arena *arena;
    struct run_result result;
    struct case_result cases[16];
};

static inline struct case_result *fixture_case(
    struct fixture *fixture, enum verdict verdict, const char *id)
{
    static const char *tags[] = {"starttls", "auth"};
    struct run_result *result = &fixture->result;
    struct case_result *added = &fixture->cases[result->len++];
    *added = (struct case_result){.id = id,
        .name = arena_printf(fixture->arena, "A case that ends as %s", verdict_name(verdict)),
        .requirement = "A client must do as it is told.\n",
        .file = arena_printf(fixture->arena, "scenarios/%.*s.yaml", (int)strcspn(id, "#"), id),
        .line = 3,
        .severity = "normal",
        .world = "simulated",
        .tags = tags,
        .tags_len = ARRAY_LEN(tags),
        .seed = UINT64_MAX - result->len,
        .verdict = verdict,
        .expectations = 2,
        .virtual_us = 1234567,
        .elapsed_us = 2345678};
    run_counts_add(&result->counts, verdict);
    result->header.cases = result->len;
    return added;
}

static inline void fixture_say(struct fixture *fixture, struct case_result *result,
    enum transcript_kind kind, bool inside_tls, struct span text)
{
    result->transcript = arena_push(
        fixture->arena, result->transcript, result->transcript_len, sizeof *result->transcript);
    /* The first three at once, the last ones on a second connection. */
    size_t index = result->transcript_len++;
    result->transcript[index] = (struct transcript_entry){
        index < 3 ? 0 : INT64_C(300000000), kind, index >= 17 ? 2 : 1, inside_tls, text};
}

static inline void fixture_talk(struct fixture *fixture, struct case_result *result, size_t noops)
{
    fixture_say(fixture, result, TRANSCRIPT_NOTE, false, SPAN_LITERAL("connected"));
    fixture_say(fixture, result, TRANSCRIPT_RECEIVED, false,
        span_of(FIXTURE_HOSTILE, sizeof FIXTURE_HOSTILE - 1));
    fixture_say(fixture, result, TRANSCRIPT_SENT, false, SPAN_LITERAL("STARTTLS"));
    fixture_say(fixture, result, TRANSCRIPT_TLS, false, SPAN_LITERAL("the handshake begins"));
    for (size_t i = 0; i < noops; i++) {
        fixture_say(fixture, result, TRANSCRIPT_SENT, true, SPAN_LITERAL("NOOP"));
    }
    fixture_say(fixture, result, TRANSCRIPT_RECEIVED, true, SPAN_LITERAL("250 ok"));
}

static inline void fixture_know(struct fixture *fixture, struct case_result *result)
{
    struct arena *arena = fixture->arena;
    struct value *facts = value_map(arena), *flags = value_list(arena);
    struct span hostile = span_of(FIXTURE_HOSTILE, sizeof FIXTURE_HOSTILE - 1);
    value_put_path(arena, facts, "outcome", value_text(arena, "sent"));
    value_put_path(arena, facts, "reply.code", value_integer(arena, 250));
    value_put_path(arena, facts, "reply.text", value_text(arena, "first\nsecond"));
    value_put_path(arena, facts, "greeting.text", value_bytes(arena, hostile));
    value_append(arena, flags, value_text(arena, "expired"));
    value_put_path(arena, facts, "certificate.flags", flags);
    value_put_path(arena, facts, "problem", value_null(arena));
    result->facts = facts;
}

static inline void fixture_fill(struct fixture *fixture)
{
    static struct reason reasons[] = {
        {"tls.version", "at least TLSv1.3", "TLSv1.2", "scenarios/tls/version.yaml", 40, 5, 2},
        {"greeting.text", "hello", "\"220 \\x1b[2J <script> ]]>\"", "tls.yaml", 41, 5, 0},
    };
    struct case_result *result = fixture_case(fixture, VERDICT_PASS, "starttls/plain");
    fixture_talk(fixture, result, 2);
    fixture_know(fixture, result);
    result = fixture_case(fixture, VERDICT_FAIL, "tls/version#new[tls=1.3,mech=PLAIN]");
    fixture_talk(fixture, result, 15);
    fixture_know(fixture, result);
    result->reasons = reasons;
    result->reasons_len = ARRAY_LEN(reasons);
    result = fixture_case(fixture, VERDICT_PASS, "tls/version#old");
    result = fixture_case(fixture, VERDICT_ERROR, "real/it's here");
    result->message = "cannot resolve mail.here.com: no such host";
    fixture_say(fixture, result, TRANSCRIPT_NOTE, false, SPAN_LITERAL("resolving mail.here.com"));
    result = fixture_case(fixture, VERDICT_SKIP, "world/wire");
    result->message = "makes sense on real TCP only: it counts segments";
    result = fixture_case(fixture, VERDICT_KNOWN_FAIL, "known/fail");
    result->message = "BUG-12: the server forgets";
    result->reasons = reasons;
    result->reasons_len = 1;
    fixture_talk(fixture, result, 0);
    result = fixture_case(fixture, VERDICT_FIXED, "known/fixed");
    result->message = "BUG-11: it forgot once";
    fixture_talk(fixture, result, 1);
    result = fixture_case(fixture, VERDICT_FLAKY, "net/flaky");
    result->message = "passed on attempt 2 of 3";
    result->name = result->requirement = NULL;
}

static inline void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.arena = arena_new()};
    fixture->result = (struct run_result){.header = {"1.2.3", "OpenSSL 3.0.0 of the fixture",
                                              "simulated", 7, 0x0123456789abcdef, 0, false, 0},
        .cases = fixture->cases,
        .complete = true};
    fixture_fill(fixture);
}

static inline void fixture_done(struct fixture *fixture)
{
    arena_free(fixture->arena);
}

/* One report; `over` is set where it did not fit. The caller frees it with buf_done. */
static inline struct buf fixture_report(
    const struct run_result *result, const char *format, unsigned verbosity, bool color)
{
    struct buf out;
    buf_init(&out, FIXTURE_REPORT_MAX);
    report_write(report_find(format), result,
        &(struct report_options){verbosity, color, 0, 1767225600, "ci-7"}, &out);
    return out;
}

#endif
