#include "harness/tests/unit.h"
#include "reports/fixture.h"
#include "reports/report_show.h"

static struct fixture fixture;
static struct buf report;

static const char *write_text(unsigned verbosity, bool color)
{
    fixture_init(&fixture);
    report = fixture_report(&fixture.result, "text", verbosity, color);
    return buf_text(&report);
}

static void end(void)
{
    buf_done(&report);
    fixture_done(&fixture);
}

static void check_last_line(const struct run_result *result, const char *line)
{
    struct buf text = fixture_report(result, "text", 0, false);
    const char *whole = buf_text(&text);
    size_t line_len = strlen(line);
    ck_assert_uint_gt(text.len, line_len);
    ck_assert_int_eq(whole[text.len - 1], '\n');
    const char *last = whole + text.len - 1 - line_len;
    ck_assert_msg(strncmp(last, line, line_len) == 0 && (last == whole || last[-1] == '\n'),
        "%.2000s", whole);
    buf_done(&text);
}

/* So many cases of each verdict, and nothing else. */
static void check_counts(
    const char *world, const size_t by_verdict[VERDICT_COUNT], const char *line)
{
    struct case_result cases[32] = {{.id = NULL}};
    struct run_result result = {.header = {.world = world}, .cases = cases, .complete = true};
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        for (size_t j = 0; j < by_verdict[i]; j++) {
            cases[result.len].id = "case";
            cases[result.len++].verdict = (enum verdict)i;
        }
    }
    check_last_line(&result, line);
}

START_TEST(test_last_line_counts_everything)
{
    static const size_t none[VERDICT_COUNT] = {0}, one[VERDICT_COUNT] = {[VERDICT_PASS] = 1},
                        all[VERDICT_COUNT] = {1, 2, 3, 4, 5, 6, 7};
    check_counts("wire", none, "0 passed, 0 failed, 0 cases in the wire world");
    check_counts("simulated", one, "1 passed, 0 failed, 1 case in the simulated world");
    check_counts("simulated", all,
        "1 passed, 2 failed, 3 errors, 4 skipped, 7 flaky, 5 known-fail, 6 fixed, 28 cases in the "
        "simulated world");
}
END_TEST

START_TEST(test_last_line_tells_of_the_other_world)
{
    struct case_result cases[2] = {{.world = "wire", .verdict = VERDICT_PASS},
        {.world = "simulated", .verdict = VERDICT_PASS}};
    struct run_result result = {.header = {.world = "simulated"},
        .cases = cases,
        .len = ARRAY_LEN(cases),
        .complete = true};
    check_last_line(&result, "2 passed, 0 failed, 2 cases, 1 of them in the wire world");
    cases[1].world = "wire";
    check_last_line(&result, "2 passed, 0 failed, 2 cases in the wire world");
    cases[0].verdict = cases[1].verdict = VERDICT_SKIP; /* ran in no world */
    check_last_line(&result, "0 passed, 0 failed, 2 skipped, 2 cases in the simulated world");
}
END_TEST

START_TEST(test_passing_cases_are_silent)
{
    const char *text = write_text(0, false);
    ck_assert_ptr_null(strstr(text, "starttls/plain"));
    ck_assert_ptr_null(strstr(text, "world/wire")); /* skipped */
    ck_assert_ptr_nonnull(strstr(text, "known-fail known/fail: BUG-12: the server forgets\n"));
    ck_assert_ptr_nonnull(strstr(text, "flaky net/flaky: passed on attempt 2 of 3\n"));
    end();
}
END_TEST

START_TEST(test_failures_say_everything)
{
    const char *text = write_text(0, false);
    const char *expected = "FAIL tls/version#new[tls=1.3,mech=PLAIN]\n"
                           "  A case that ends as fail\n"
                           "  requirement: A client must do as it is told.\n"
                           "  unmet: tls.version\n"
                           "    wanted at least TLSv1.3\n"
                           "    found  TLSv1.2\n"
                           "    at scenarios/tls/version.yaml:40:5, transcript line 2\n"
                           "  unmet: greeting.text\n"
                           "    wanted hello\n"
                           "    found  \"220 \\x1b[2J <script> ]]>\"\n"
                           "    at tls.yaml:41:5\n"
                           "  transcript, its last 12 of 20 lines (-v: all):\n"
                           "   ...\n";
    ck_assert_ptr_nonnull(strstr(text, expected));
    ck_assert_ptr_nonnull(
        strstr(text, "  again: smtpvet run 'scenarios/tls/version.yaml#new[tls=1.3,mech=PLAIN]' "
                     "--seed 7\n\n"));
    ck_assert_ptr_nonnull(strstr(text, "ERROR real/it's here\n"));
    ck_assert_ptr_nonnull(strstr(text, "  because: cannot resolve mail.here.com: no such host\n"));
    ck_assert_ptr_nonnull(strstr(text, "FIXED known/fixed\n"));
    end();
}
END_TEST

/* One finding that is in the table, and what a forged log may call one. */
static void find_in(struct arena *arena, struct case_result *result)
{
    struct value *facts = value_copy(arena, result->facts), *findings = value_list(arena);
    value_append(arena, findings, value_text(arena, "no-goodbye"));
    value_append(
        arena, findings, value_bytes(arena, span_of(FIXTURE_HOSTILE, sizeof FIXTURE_HOSTILE - 1)));
    value_put_path(arena, facts, "findings", findings);
    result->facts = facts;
}

START_TEST(test_findings_are_counted_and_listed)
{
    static const char counted[] = "\n2 findings in 1 case; -v lists them\n2 passed, ";
    static const char listed[] =
        "  finding: no-goodbye (interop): The server closed instead of answering QUIT. [RFC 5321 "
        "\xc2\xa7"
        "4.1.1.10]\n"
        "  finding: 220 \\x1b[2J";
    fixture_init(&fixture);
    find_in(fixture.arena, &fixture.cases[1]); /* a failure */
    report = fixture_report(&fixture.result, "text", 0, false);
    ck_assert_ptr_nonnull(strstr(buf_text(&report), counted));
    ck_assert_ptr_null(strstr(buf_text(&report), "  finding:"));
    buf_done(&report);
    report = fixture_report(&fixture.result, "text", 1, false);
    ck_assert_ptr_nonnull(strstr(buf_text(&report), "\n2 findings in 1 case\n2 passed, "));
    ck_assert_ptr_nonnull(strstr(buf_text(&report), listed));
    end();
}
END_TEST

/* A case that passes is silent, but not what was found in it. */
START_TEST(test_findings_of_passing_cases)
{
    struct fixture one = {.arena = arena_new()};
    one.result = (struct run_result){
        .header = {.world = "simulated"}, .cases = one.cases, .complete = true};
    struct case_result *result = fixture_case(&one, VERDICT_PASS, "end/silence");
    struct value *facts = value_map(one.arena), *findings = value_list(one.arena);
    value_put_path(one.arena, facts, "findings", findings);
    result->facts = facts;
    check_last_line(&one.result, "1 passed, 0 failed, 1 case in the simulated world");
    struct buf text = fixture_report(&one.result, "text", 1, false);
    ck_assert_str_eq(buf_text(&text), "1 passed, 0 failed, 1 case in the simulated world\n");
    buf_done(&text);
    value_append(one.arena, findings, value_text(one.arena, "goodbye-timed-out"));
    text = fixture_report(&one.result, "text", 1, false);
    ck_assert_str_eq(buf_text(&text),
        "pass end/silence\n"
        "  finding: goodbye-timed-out (interop): QUIT was not answered before the time limit. "
        "[RFC 5321 \xc2\xa7"
        "4.1.1.10]\n"
        "1 finding in 1 case\n"
        "1 passed, 0 failed, 1 case in the simulated world\n");
    buf_done(&text);
    text = fixture_report(&one.result, "text", 0, false);
    ck_assert_str_eq(buf_text(&text), "1 finding in 1 case; -v lists them\n"
                                      "1 passed, 0 failed, 1 case in the simulated world\n");
    buf_done(&text);
    fixture_done(&one);
}
END_TEST

START_TEST(test_transcripts_of_failures)
{
    const char *text = write_text(0, false);
    ck_assert_ptr_nonnull(strstr(text, "     2      +0.000s <  220 ")); /* a reason points to it */
    ck_assert_ptr_null(strstr(text, "     8    +300.000s >> NOOP\n"));
    ck_assert_ptr_nonnull(strstr(text, "     9    +300.000s >> NOOP\n"));
    ck_assert_ptr_nonnull(strstr(text, "    20    +300.000s << 250 ok\n"));
    ck_assert_ptr_nonnull(strstr(text, "   --- connection 2 ---\n    18 "));
    ck_assert_ptr_nonnull(strstr(text, "     4    +300.000s =  the handshake begins\n"));
    end();
    text = write_text(1, false);
    ck_assert_ptr_nonnull(strstr(text, "     8    +300.000s >> NOOP\n"));
    ck_assert_ptr_null(strstr(text, "...\n"));
    end();
}
END_TEST

START_TEST(test_verbosity_tells_of_the_others)
{
    const char *text = write_text(1, false);
    ck_assert_ptr_nonnull(strstr(text, "skip world/wire: makes sense on real TCP only: it counts"));
    ck_assert_ptr_null(strstr(text, "pass starttls/plain"));
    end();
    text = write_text(2, false);
    const char *pass = strstr(
        text, "pass starttls/plain\n  transcript:\n     1      +0.000s *  conn");
    ck_assert_ptr_nonnull(pass);
    ck_assert_ptr_nonnull(strstr(text, "pass tls/version#old\n"));
    end();
}
END_TEST

/* Without the colours it is the same text: colour says nothing alone. */
START_TEST(test_color_is_never_the_only_carrier)
{
    write_text(2, true);
    struct buf plain = fixture_report(&fixture.result, "text", 2, false);
    struct buf stripped;
    buf_init(&stripped, FIXTURE_REPORT_MAX);
    size_t colors = 0;
    for (size_t i = 0; i < report.len; i++) {
        if (report.data[i] != 0x1b) {
            buf_append_byte(&stripped, report.data[i]);
            continue;
        }
        colors++;
        while (report.data[i] != 'm') {
            i++;
        }
    }
    /* Of each case, of the three that are named again, of the last line. */
    ck_assert_uint_eq(colors, 2 * (fixture.result.len + 3 + 1));
    ck_assert(span_equal(buf_span(&plain), buf_span(&stripped)));
    ck_assert_ptr_null(memchr(plain.data, 0x1b, plain.len));
    buf_done(&plain);
    buf_done(&stripped);
    end();
}
END_TEST

/* Prose is broken at blanks, and says the same; what people copy (commands, ids) and what a peer
 * said (transcripts) is not. */
START_TEST(test_prose_is_broken_at_the_width)
{
    fixture_init(&fixture);
    fixture.cases[1]
        .requirement = "A client must do as it is told, as often as it is told, gr\xc3\xbc\xc3\x9f"
                       "e from "
                       "\xc3\xbc"
                       "ber there and "
                       "a-word-that-is-longer-than-any-line-can-ever-be-that-has-a-width end.";
    buf_init(&report, FIXTURE_REPORT_MAX);
    report_write(report_find("text"), &fixture.result,
        &(struct report_options){.verbosity = 1, .width = 64}, &report);
    ck_assert_ptr_nonnull(strstr(buf_text(&report),
        "  requirement: A client must do as it is told, as often as it is\n"
        "    told, gr\xc3\xbc\xc3\x9f"
        "e from \xc3\xbc"
        "ber there and\n"
        "    a-word-that-is-longer-than-any-line-can-ever-be-that-has-a-width\n"
        "    end.\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&report),
        "\nskip world/wire: makes sense on real TCP only: it counts\n  segments\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&report),
        "\n  again: smtpvet run 'scenarios/tls/version.yaml#new[tls=1.3,mech=PLAIN]' --seed 7\n"));
    end();
}
END_TEST

START_TEST(test_failures_are_named_again_at_the_end)
{
    static const char named[] = "\n3 cases failed or could not be told:\n"
                                "  FAIL tls/version#new[tls=1.3,mech=PLAIN]\n"
                                "  ERROR real/it's here\n  FIXED known/fixed\n2 passed, ";
    ck_assert_ptr_nonnull(strstr(write_text(0, false), named));
    end();
    struct fixture many = {.arena = arena_new()};
    many.result = (struct run_result){
        .header = {.world = "simulated"}, .cases = many.cases, .complete = true};
    (void)fixture_case(&many, VERDICT_FAIL, "a#alone");
    report = fixture_report(&many.result, "text", 0, false);
    ck_assert_ptr_null(strstr(buf_text(&report), "failed or could not be told")); /* just above */
    buf_done(&report);
    struct case_result *cases = mem_zalloc(25, sizeof *cases);
    for (size_t i = 0; i < 25; i++) {
        cases[i] = many.cases[0];
    }
    many.result.cases = cases;
    many.result.len = 25;
    report = fixture_report(&many.result, "text", 0, false);
    ck_assert_ptr_nonnull(strstr(buf_text(&report), "\n25 cases failed or could not be told:\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&report), "\n  FAIL a#alone\n  and 5 more\n"));
    buf_done(&report);
    mem_free(cases);
    fixture_done(&many);
}
END_TEST

START_TEST(test_a_log_that_was_cut_off_is_not_whole)
{
    fixture_init(&fixture);
    fixture.result.complete = false;
    fixture.result.header.cases = 20;
    report = fixture_report(&fixture.result, "text", 0, false);
    ck_assert_ptr_nonnull(strstr(
        buf_text(&report), "\nINCOMPLETE: the run log ends after 8 of 20 cases\n2 passed, "));
    buf_done(&report);
    fixture.result.complete = fixture.result.interrupted = true;
    report = fixture_report(&fixture.result, "text", 0, false);
    ck_assert_ptr_nonnull(strstr(buf_text(&report),
        "\nINTERRUPTED: the run was stopped; cases that had not begun are skipped\n2 passed, "));
    end();
}
END_TEST

/* --- the command --- */

static void check_command(
    const char *id, const char *file, uint64_t seed, const char *world, const char *command)
{
    const struct run_header header = {.seed = seed, .world = world};
    const struct case_result result = {.id = id, .file = file};
    struct buf out;
    buf_init(&out, 1024);
    report_show_command(&header, &result, &out);
    ck_assert_str_eq(buf_text(&out), command);
    buf_done(&out);
}

START_TEST(test_command)
{
    check_command("a/b", "scenarios/a/b.yaml", 1, "simulated", "smtpvet run 'scenarios/a/b.yaml'");
    check_command("a/b#c", "a/b.yaml", 1, "wire", "smtpvet run 'a/b.yaml#c' --wire");
    check_command(
        "a/b#c[x=1]", "a/b.yaml", 0, "wire", "smtpvet run 'a/b.yaml#c[x=1]' --seed 0 --wire");
    check_command(
        "a", "a.yaml", INT64_MAX, "simulated", "smtpvet run 'a.yaml' --seed 9223372036854775807");
    check_command("x", "-x.yaml", 1, "simulated", "smtpvet run './-x.yaml'");
    check_command("a/b[x=1]", "a/b.yaml", 1, "simulated", "smtpvet run 'a/b.yaml[x=1]'");
    check_command("c/a", "a.yaml", 1, "simulated", "smtpvet run 'a.yaml'");
}
END_TEST

START_TEST(test_command_of_a_file_with_a_hash)
{
    check_command("a#b", "a#b.yaml", 1, "simulated", "smtpvet run 'a#b.yaml'");
    check_command("d/a#b#c", "d/a#b.yaml", 1, "simulated", "smtpvet run 'd/a#b.yaml#c'");
    check_command("d#e/a", "d#e/a.yaml", 1, "simulated", "smtpvet run 'd#e/a.yaml'");
    check_command("a#b[x=1]", "a#b.yaml", 1, "simulated", "smtpvet run 'a#b.yaml' -k 'a#b[x=1]'");
}
END_TEST

START_TEST(test_command_keeps_the_time_scale)
{
    struct run_header header = {.seed = 1, .world = "wire", .time_scale = 50};
    const struct case_result result = {.id = "a", .file = "a.yaml"};
    struct buf out;
    buf_init(&out, 1024);
    report_show_command(&header, &result, &out);
    ck_assert_str_eq(buf_text(&out), "smtpvet run 'a.yaml' --wire --time-scale 50");
    buf_done(&out);
}
END_TEST

START_TEST(test_command_of_what_a_case_was_loaded_with)
{
    struct run_header header = {.seed = 7, .world = "simulated", .secrets_shown = true};
    const char *given[] = {"a=1", "b=it's"};
    const struct case_result result = {.id = "a/b#c",
        .file = "-s/a/b.yaml",
        .within = "-s",
        .given = given,
        .given_len = 2,
        .repeated = true,
        .run_seed = 9};
    struct buf out;
    buf_init(&out, 1024);
    report_show_command(&header, &result, &out);
    ck_assert_str_eq(buf_text(&out),
        "smtpvet run './-s' -k 'a/b#c' --var 'a=1' --var 'b=it'\\''s' --seed 9 --show-secrets");
    buf_done(&out);
}
END_TEST

START_TEST(test_shown_secrets_are_said)
{
    static const char said[] = "\nsecrets are shown: this report may hold passwords\n2 passed, ";
    fixture_init(&fixture);
    report = fixture_report(&fixture.result, "text", 0, false);
    ck_assert_ptr_null(strstr(buf_text(&report), "secrets are shown"));
    buf_done(&report);
    fixture.result.header.secrets_shown = true;
    report = fixture_report(&fixture.result, "text", 0, false);
    ck_assert_ptr_nonnull(strstr(buf_text(&report), said));
    end();
}
END_TEST

START_TEST(test_command_is_quoted_for_a_shell)
{
    check_command("a", "it's; rm -rf $HOME `id`\\.yaml", 1, "simulated",
        "smtpvet run 'it'\\''s; rm -rf $HOME `id`\\.yaml'");
    check_command(
        "a", "gr\xc3\xbc\xc3\x9f.yaml", 1, "simulated", "smtpvet run 'gr\xc3\xbc\xc3\x9f.yaml'");
    check_command("a", "\x1b[2J'\n\xff\\%.yaml", 1, "simulated",
        "smtpvet run \"$(printf '\\033[2J'\\''\\012\\377\\134%%.yaml')\"");
}
END_TEST

static void check_line(const char *text, const char *shown)
{
    struct buf out;
    buf_init(&out, 1024);
    report_show_line(text, &out);
    ck_assert_str_eq(buf_text(&out), shown);
    buf_done(&out);
}

START_TEST(test_lines)
{
    check_line(NULL, "");
    check_line("", "");
    check_line("  two\nlines\n\n", "two lines");
    check_line("\\x1b stays, \x1b does not", "\\x1b stays, \\x1b does not");
    check_line("\\", "\\");
    check_line("\n", "");
    check_line("\t\xff\x7f", "\\xff\\x7f");
}
END_TEST

UNIT_MAIN(test_last_line_counts_everything, test_last_line_tells_of_the_other_world,
    test_passing_cases_are_silent, test_failures_say_everything,
    test_findings_are_counted_and_listed, test_findings_of_passing_cases,
    test_transcripts_of_failures, test_verbosity_tells_of_the_others,
    test_color_is_never_the_only_carrier, test_prose_is_broken_at_the_width,
    test_failures_are_named_again_at_the_end, test_a_log_that_was_cut_off_is_not_whole,
    test_command, test_command_is_quoted_for_a_shell, test_command_of_a_file_with_a_hash,
    test_command_of_what_a_case_was_loaded_with, test_command_keeps_the_time_scale,
    test_shown_secrets_are_said, test_lines)
