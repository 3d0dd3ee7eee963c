#include "harness/evidence/transcript.h"

#include "harness/tests/unit.h"

static struct arena *arena;
static struct transcript transcript;

static void begin(const struct secret_set *secrets)
{
    arena = arena_new();
    transcript_init(&transcript, arena, secrets);
}

static void end(void)
{
    arena_free(arena);
}

static void add(const char *text)
{
    transcript_add(&transcript, 0, 1, TRANSCRIPT_SENT, false, span_text(text));
}

static const char *text_of(size_t index)
{
    return (const char *)transcript.entries[index].text.data;
}

START_TEST(test_entries_keep_what_they_were_given)
{
    begin(NULL);
    transcript_add(&transcript, 1500, 2, TRANSCRIPT_RECEIVED, true, span_of("a\0b\xff", 4));
    ck_assert_uint_eq(transcript.len, 1);
    const struct transcript_entry *entry = &transcript.entries[0];
    ck_assert_int_eq(entry->time_us, 1500);
    ck_assert_uint_eq(entry->connection, 2);
    ck_assert_int_eq(entry->kind, TRANSCRIPT_RECEIVED);
    ck_assert(entry->inside_tls);
    ck_assert(span_equal(entry->text, span_of("a\0b\xff", 4)));
    ck_assert(!transcript.cut);
    end();
}
END_TEST

START_TEST(test_secrets_are_redacted_in_every_form)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_add(secrets, SPAN_LITERAL("correct-horse"));
    begin(secrets);
    add("PASS correct-horse");
    add("AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl"); /* base64 of NUL joe NUL correct-horse */
    transcript_note(&transcript, 0, 1, TRANSCRIPT_NOTE, false, "the peer said %s",
        "636f72726563742d686f727365");
    ck_assert_str_eq(text_of(0), "PASS ***");
    ck_assert_ptr_nonnull(strstr(text_of(1), "***"));
    ck_assert_str_eq(text_of(2), "the peer said ***");
    for (size_t i = 0; i < transcript.len; i++) {
        ck_assert(!secret_set_found(secrets, transcript.entries[i].text));
    }
    secret_set_show_all(secrets, true);
    add("PASS correct-horse");
    ck_assert_str_eq(text_of(3), "PASS correct-horse");
    end();
    secret_set_free(secrets);
}
END_TEST

/* Were the line cut first, the beginning of a secret could stay at its end. */
START_TEST(test_no_half_of_a_secret_stays_at_a_cut)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_add(secrets, SPAN_LITERAL("correct-horse"));
    char line[TRANSCRIPT_LINE_MAX + 8];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = 0;
    memcpy(line + TRANSCRIPT_LINE_MAX - 7, "correct-horse", 13);
    begin(secrets);
    add(line);
    transcript_note(&transcript, 0, 1, TRANSCRIPT_NOTE, false, "%s", line);
    ck_assert_ptr_null(strstr(text_of(0), "correct"));
    ck_assert_ptr_null(strstr(text_of(1), "correct"));
    ck_assert_ptr_nonnull(strstr(text_of(0), "***"));
    ck_assert_ptr_nonnull(strstr(text_of(1), "***"));
    end();
    secret_set_free(secrets);
}
END_TEST

START_TEST(test_a_long_line_is_cut_and_says_by_how_much)
{
    begin(NULL);
    char *line = mem_zalloc(100001, 1);
    memset(line, 'a', 100000);
    add(line);
    line[TRANSCRIPT_LINE_MAX] = 0;
    add(line);
    mem_free(line);
    ck_assert_uint_eq(strspn(text_of(0), "a"), TRANSCRIPT_LINE_MAX);
    ck_assert_str_eq(text_of(0) + TRANSCRIPT_LINE_MAX, " (and 98976 octets more)");
    ck_assert_uint_eq(transcript.entries[1].text.len, TRANSCRIPT_LINE_MAX); /* fits, to the octet */
    end();
}
END_TEST

static void note(const char *text)
{
    transcript_note(&transcript, 0, 1, TRANSCRIPT_NOTE, false, "%s", text);
}

static void check_cut(size_t len)
{
    ck_assert(transcript.cut);
    ck_assert_uint_ge(transcript.len, len);
    ck_assert_int_eq(transcript.entries[len - 1].kind, TRANSCRIPT_NOTE);
    ck_assert_str_eq(text_of(len - 1),
        "(the transcript's limit is reached: what is said from here on is left out)");
}

START_TEST(test_too_many_lines_end_with_one_entry_that_says_so)
{
    begin(NULL);
    const size_t said = TRANSCRIPT_LINES_MAX - TRANSCRIPT_LINES_KEPT;
    for (size_t i = 0; i < said; i++) {
        add("line");
    }
    ck_assert(!transcript.cut); /* as many as there may be */
    for (size_t i = 0; i < 10; i++) {
        add("line");
    }
    check_cut(said + 1);
    ck_assert_uint_eq(transcript.len, said + 1);
    end();
}
END_TEST

START_TEST(test_too_many_bytes_end_it_too)
{
    begin(NULL);
    char line[TRANSCRIPT_LINE_MAX + 1];
    memset(line, 'b', sizeof line - 1);
    line[sizeof line - 1] = 0;
    for (size_t i = 0; i < 1000; i++) {
        add(line);
    }
    check_cut((TRANSCRIPT_BYTES_MAX - TRANSCRIPT_BYTES_KEPT) / TRANSCRIPT_LINE_MAX + 1);
    size_t len = transcript.len;
    note("closed: the limit of octets");
    ck_assert_uint_eq(transcript.len, len + 1);
    ck_assert_str_eq(text_of(len), "closed: the limit of octets");
    end();
}
END_TEST

/* A peer that never stops talking must not hide why the session ended. */
START_TEST(test_what_ended_it_stands_behind_a_cut)
{
    begin(NULL);
    for (size_t i = 0; i < 2 * TRANSCRIPT_LINES_MAX; i++) {
        add("line");
    }
    size_t cut = transcript.len;
    transcript_note(&transcript, 0, 1, TRANSCRIPT_TLS, false, "close_notify");
    add("line");
    note("closed: the reply has too many lines");
    check_cut(cut);
    ck_assert_uint_eq(transcript.len, cut + 2);
    ck_assert_str_eq(text_of(cut), "close_notify");
    ck_assert_str_eq(text_of(cut + 1), "closed: the reply has too many lines");
    end();
}
END_TEST

static void check_notes_only(const char *many, size_t times)
{
    begin(NULL);
    for (size_t i = 0; i < times; i++) {
        note(many);
        ck_assert_uint_le(transcript.len, TRANSCRIPT_LINES_MAX);
        ck_assert_uint_le(transcript.bytes, TRANSCRIPT_BYTES_MAX + 3 * TRANSCRIPT_LINE_MAX);
    }
    check_cut(transcript.cut_len);
    note("the end");
    ck_assert_uint_eq(transcript.len, transcript.cut_len + 1);
    ck_assert_str_eq(text_of(transcript.len - 1), "the end");
    end();
}

START_TEST(test_the_last_of_too_many_notes_stays)
{
    char line[TRANSCRIPT_LINE_MAX + 1];
    memset(line, 'n', sizeof line - 1);
    line[sizeof line - 1] = 0;
    check_notes_only("note", 2 * TRANSCRIPT_LINES_MAX);
    check_notes_only(line, TRANSCRIPT_LINES_MAX);
    /* The places kept for notes run out behind a cut. */
    begin(NULL);
    for (size_t i = 0; i < TRANSCRIPT_LINES_MAX; i++) {
        add("line");
    }
    for (size_t i = 0; i < TRANSCRIPT_LINES_MAX; i++) {
        note("note");
    }
    note("the end");
    ck_assert_uint_le(transcript.len, TRANSCRIPT_LINES_MAX);
    ck_assert_str_eq(text_of(transcript.len - 1), "the end");
    end();
}
END_TEST

static void check_shown(
    int64_t time_us, enum transcript_kind kind, bool tls, struct span text, const char *shown)
{
    struct buf out;
    buf_init(&out, 1024);
    const struct transcript_entry entry = {time_us, kind, 1, tls, text};
    transcript_show(&entry, 12, &out);
    ck_assert_str_eq(buf_text(&out), shown);
    buf_done(&out);
}

START_TEST(test_showing)
{
    check_shown(
        0, TRANSCRIPT_SENT, false, SPAN_LITERAL("EHLO a.test"), "  12      +0.000s >  EHLO a.test");
    check_shown(1500000, TRANSCRIPT_SENT, true, SPAN_LITERAL("QUIT"), "  12      +1.500s >> QUIT");
    check_shown(300000000, TRANSCRIPT_RECEIVED, true, SPAN_LITERAL("250 ok"),
        "  12    +300.000s << 250 ok");
    check_shown(
        0, TRANSCRIPT_RECEIVED, false, SPAN_LITERAL("220 hi"), "  12      +0.000s <  220 hi");
    check_shown(0, TRANSCRIPT_NOTE, true, SPAN_LITERAL("closed"), "  12      +0.000s *  closed");
    check_shown(0, TRANSCRIPT_TLS, true, SPAN_LITERAL("TLSv1.3"), "  12      +0.000s =  TLSv1.3");
    check_shown(0, TRANSCRIPT_RECEIVED, false, span_of("\x1b[2J\0\xff\\", 7),
        "  12      +0.000s <  \\x1b[2J\\0\\xff\\\\");
}
END_TEST

START_TEST(test_kinds_have_names_that_are_found_again)
{
    for (size_t i = 0; i < TRANSCRIPT_KIND_COUNT; i++) {
        enum transcript_kind found = TRANSCRIPT_KIND_COUNT;
        ck_assert(transcript_kind_find(transcript_kind_name((enum transcript_kind)i), &found));
        ck_assert_uint_eq(found, i);
        ck_assert_int_eq(transcript_kind_sign((enum transcript_kind)i), "><*="[i]);
    }
    enum transcript_kind untouched = TRANSCRIPT_NOTE;
    ck_assert(!transcript_kind_find("said", &untouched));
    ck_assert_int_eq(untouched, TRANSCRIPT_NOTE);
}
END_TEST

UNIT_MAIN(test_entries_keep_what_they_were_given, test_secrets_are_redacted_in_every_form,
    test_no_half_of_a_secret_stays_at_a_cut, test_a_long_line_is_cut_and_says_by_how_much,
    test_too_many_lines_end_with_one_entry_that_says_so, test_too_many_bytes_end_it_too,
    test_what_ended_it_stands_behind_a_cut, test_the_last_of_too_many_notes_stays, test_showing,
    test_kinds_have_names_that_are_found_again)
