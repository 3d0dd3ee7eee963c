#include "harness/evidence/run_log.h"

#include "harness/base/random.h"
#include "harness/base/text.h"
#include "harness/evidence/run_log_text.h"
#include "harness/tests/unit.h"

#define LOG_MAX ((size_t)256 * 1024 * 1024)

static struct arena *arena;

/* --- text --- */

static void check_text(struct span bytes, const char *escaped)
{
    struct buf text, back;
    buf_init(&text, LOG_MAX);
    buf_init(&back, LOG_MAX);
    run_log_text_escape(bytes, &text);
    if (escaped != NULL) {
        ck_assert_str_eq(buf_text(&text), escaped);
    }
    ck_assert(text_is_utf8(buf_span(&text)));
    ck_assert(run_log_text_unescape(buf_span(&text), &back));
    ck_assert(span_equal(buf_span(&back), bytes));
    buf_done(&text);
    buf_done(&back);
}

START_TEST(test_text_comes_back_exactly)
{
    check_text(SPAN_EMPTY, "");
    check_text(SPAN_LITERAL("250 ok"), "250 ok");
    check_text(SPAN_LITERAL("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    check_text(SPAN_LITERAL("two\nlines\n"), "two\nlines\n");
    check_text(span_of("\0"
                       "12",
                   3),
        "\\012");
    check_text(SPAN_LITERAL("\\012"), "\\\\012"); /* what merely looks escaped */
    check_text(SPAN_LITERAL("\\x41"), "\\\\x41");
    check_text(SPAN_LITERAL("\xff\\"), "\\xff\\\\");
    check_text(SPAN_LITERAL("\r\t\x1b"), "\\r\\t\\x1b");
    check_text(SPAN_LITERAL("\xe2\x80\xae\xc2\x9b"), "\\xe2\\x80\\xae\\xc2\\x9b");
    uint8_t every[256];
    for (size_t i = 0; i < sizeof every; i++) {
        every[i] = (uint8_t)i;
        check_text(span_of(&every[i], 1), NULL);
    }
    check_text(span_of(every, sizeof every), NULL);
    struct random_source random;
    random_seed(&random, 1);
    for (size_t i = 0; i < 2000; i++) {
        uint8_t bytes[40];
        random_fill(&random, bytes, sizeof bytes);
        check_text(span_of(bytes, (size_t)random_below(&random, sizeof bytes)), NULL);
    }
}
END_TEST

START_TEST(test_text_that_nobody_escaped)
{
    static const char *const bad[] = {"\\", "a\\", "\\x", "\\x4", "\\x4g", "\\x4G", "\\xFF", "\\a",
        "\\n", "\\u0041", "\\ ", "ok \\\\\\"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf out;
        buf_init(&out, 100);
        buf_append_text(&out, "kept");
        ck_assert_msg(!run_log_text_unescape(span_text(bad[i]), &out), "%s", bad[i]);
        ck_assert_str_eq(buf_text(&out), "kept");
        buf_done(&out);
    }
}
END_TEST

/* --- writing and reading --- */

#define HOSTILE "\x1b[2J \xff \\x41 \xe2\x80\xae ]]> \" \n\r\t"

static const struct value *some_facts(void)
{
    struct value *facts = value_map(arena), *list = value_list(arena), *odd = value_map(arena);
    value_put_path(arena, facts, "outcome", value_text(arena, "sent"));
    value_put_path(arena, facts, "reply.code", value_integer(arena, INT64_MAX));
    value_put_path(arena, facts, "message.size", value_integer(arena, INT64_MIN));
    value_put_path(arena, facts, "greeting.text",
        value_bytes(arena, span_of(HOSTILE "\0z", sizeof HOSTILE + 1)));
    value_put_path(arena, facts, "starttls.used", value_truth(arena, true));
    value_put_path(arena, facts, "starttls.offered", value_truth(arena, false));
    value_put_path(arena, facts, "problem", value_null(arena));
    value_put_path(arena, facts, "certificate.names", value_list(arena));
    value_append(arena, list, value_text(arena, "expired"));
    value_append(arena, list, value_bytes(arena, span_of("\xff\0", 2)));
    value_append(arena, list, value_map(arena));
    value_put_path(arena, facts, "certificate.flags", list);
    /* Keywords are the peer's words: one that is called as an encoding is, one of bytes. */
    value_put(arena, odd, "bytes", value_text(arena, "QUJD"));
    value_put(arena, odd, "\xff\"\\x41", value_text(arena, ""));
    value_put_path(arena, facts, "hello.parameters", odd);
    return facts;
}

static void some_run(struct run_result *ret)
{
    static const char *texts[] = {"rfc3207#4", HOSTILE};
    static struct reason reasons[] = {
        {"tls.version", "at least TLSv1.3", HOSTILE, "a.yaml", UINT32_MAX, 5, 2},
        {"outcome", "sent", "refused", NULL, 0, 0, 0}};
    static struct transcript_entry entries[] = {
        {-5, TRANSCRIPT_NOTE, 0, false, {(const uint8_t *)"", 0}},
        {INT64_MAX, TRANSCRIPT_RECEIVED, UINT32_MAX, true, {(const uint8_t *)"\0\xff\\", 3}},
        {1, TRANSCRIPT_SENT, 1, false, {(const uint8_t *)HOSTILE, sizeof HOSTILE - 1}},
        {2, TRANSCRIPT_TLS, 1, true, {(const uint8_t *)"TLSv1.3", 7}}};
    static const char *ids[VERDICT_COUNT] = {"a", "b", "c#d", "e/f[x=1]", HOSTILE, "g", "A"};
    static struct case_result cases[VERDICT_COUNT];
    *ret = (struct run_result){
        .header = {"1.2.3", "OpenSSL " HOSTILE, "simulated", UINT64_MAX, UINT64_MAX - 1, 7, true,
            100},
        .cases = cases,
        .len = VERDICT_COUNT,
        .complete = true,
        .interrupted = true,
    };
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        bool much = i % 2 == 1;
        cases[i] = (struct case_result){
            .id = ids[i],
            .name = much ? HOSTILE : NULL,
            .requirement = much ? "It must." : NULL,
            .file = much ? "a.yaml" : NULL,
            .line = (unsigned)i,
            .severity = "normal",
            .world = "wire",
            .spec = texts,
            .covers = texts,
            .spec_len = much ? 2 : 0,
            .covers_len = 1,
            .seed = UINT64_MAX - i,
            .within = much ? HOSTILE : NULL,
            .given = texts,
            .given_len = much ? 2 : 0,
            .repeated = much,
            .run_seed = much ? UINT64_MAX : 0,
            .verdict = (enum verdict)i,
            .message = much ? HOSTILE : NULL,
            .expectations = i,
            .reasons = reasons,
            .reasons_len = much ? 2 : 0,
            .facts = much ? some_facts() : NULL,
            .transcript = entries,
            .transcript_len = much ? ARRAY_LEN(entries) : 0,
            .transcript_cut = much,
            .virtual_us = much ? INT64_MIN : 12,
            .elapsed_us = 77,
        };
        run_counts_add(&ret->counts, cases[i].verdict);
    }
}

static struct buf write_log(const struct run_result *result)
{
    struct buf log;
    buf_init(&log, LOG_MAX);
    run_log_write_header(&result->header, &log);
    for (size_t i = 0; i < result->len; i++) {
        run_log_write_case(&result->cases[i], true, &log);
    }
    if (result->complete) {
        run_log_write_trailer(&result->counts, result->interrupted, &log);
    }
    ck_assert(!log.over);
    return log;
}

static void read_good(struct span log, struct run_result *ret)
{
    struct fail fail = {0};
    enum status status = run_log_read(log, "x.ndjson", arena, ret, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
}

START_TEST(test_write_read_write_gives_the_same_bytes)
{
    arena = arena_new();
    struct run_result result, again;
    some_run(&result);
    struct buf log = write_log(&result);
    read_good(buf_span(&log), &again);
    struct buf second = write_log(&again);
    ck_assert(span_equal(buf_span(&log), buf_span(&second)));
    ck_assert(again.complete && again.interrupted);
    ck_assert_uint_eq(again.len, result.len);
    ck_assert_mem_eq(&again.counts, &result.counts, sizeof result.counts);
    ck_assert_uint_eq(again.header.seed, UINT64_MAX);
    ck_assert_uint_eq(again.header.suite_digest, UINT64_MAX - 1);
    ck_assert(again.header.secrets_shown);
    ck_assert_uint_eq(again.header.time_scale, 100);
    for (size_t i = 0; i < result.len; i++) {
        const struct case_result *a = &result.cases[i], *b = &again.cases[i];
        ck_assert_str_eq(a->id, b->id);
        ck_assert(value_equal(a->facts, b->facts));
        for (size_t j = 0; j < a->transcript_len; j++) {
            ck_assert(span_equal(a->transcript[j].text, b->transcript[j].text));
            ck_assert_int_eq(a->transcript[j].kind, b->transcript[j].kind);
        }
    }
    ck_assert_str_eq(again.cases[1].reasons[0].found, HOSTILE);
    buf_done(&log);
    buf_done(&second);
    arena_free(arena);
}
END_TEST

START_TEST(test_records_are_these)
{
    struct buf log;
    buf_init(&log, LOG_MAX);
    const struct run_header header = {"0.1.0", "OpenSSL", "wire", 1, 0xabc, 2, false, 1};
    run_log_write_header(&header, &log);
    ck_assert_str_eq(buf_text(&log),
        "{\"type\":\"header\",\"format\":1,\"version\":\"0.1.0\",\"libraries\":\"OpenSSL\","
        "\"world\":\"wire\",\"seed\":\"1\",\"suite\":\"0000000000000abc\",\"cases\":2}\n");
    buf_clear(&log);
    const struct run_header unusual = {"", "", "wire", 1, 0xabc, 2, true, 100};
    run_log_write_header(&unusual, &log);
    ck_assert_ptr_nonnull(
        strstr(buf_text(&log), ",\"cases\":2,\"secrets_shown\":true,\"time_scale\":100}\n"));
    buf_clear(&log);
    static const char *tags[] = {"auth"};
    const struct case_result result = {.id = "a#b",
        .file = "a.yaml",
        .line = 3,
        .severity = "serious",
        .world = "simulated",
        .tags = tags,
        .tags_len = 1,
        .seed = 18,
        .verdict = VERDICT_SKIP,
        .message = "not now",
        .elapsed_us = 99};
    run_log_write_case(&result, false, &log);
    ck_assert_str_eq(buf_text(&log),
        "{\"type\":\"case\",\"id\":\"a#b\",\"name\":null,\"requirement\":null,\"file\":\"a.yaml\","
        "\"line\":3,\"severity\":\"serious\",\"world\":\"simulated\",\"spec\":[],\"covers\":[],"
        "\"tags\":[\"auth\"],\"seed\":\"18\",\"verdict\":\"skip\",\"message\":\"not now\","
        "\"expectations\":0,\"unmet\":[],\"facts\":null,\"transcript\":[],\"transcript_cut\":false,"
        "\"virtual_us\":0}\n");
    buf_clear(&log);
    run_log_write_trailer(&(struct run_counts){{1, 2, 3, 4, 5, 6, 7}, 28}, false, &log);
    ck_assert_str_eq(buf_text(&log),
        "{\"type\":\"trailer\",\"counts\":{\"pass\":1,\"fail\":2,\"error\":3,\"skip\":4,"
        "\"known-fail\":5,\"fixed\":6,\"flaky\":7},\"total\":28}\n");
    buf_done(&log);
}
END_TEST

static void check_facts(const struct value *facts, bool with_varying, const char *shown)
{
    struct buf log;
    buf_init(&log, LOG_MAX);
    const struct case_result result = {.id = "a", .facts = facts};
    run_log_write_case(&result, with_varying, &log);
    ck_assert_msg(strstr(buf_text(&log), shown) != NULL, "%s", buf_text(&log));
    buf_done(&log);
}

START_TEST(test_facts_that_vary_stand_there_only_when_asked_for)
{
    arena = arena_new();
    struct value *facts = value_map(arena);
    static const char *const names[] = {"connection.address", "connection.host", "timing.total",
        "connections.1.connection.address", "connections.1.connection.host",
        "connections.2.timing.handshake", "certificate.fingerprint_sha256",
        "hello.parameters.address"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        value_put_path(arena, facts, names[i], value_integer(arena, (int64_t)i));
    }
    value_put_path(arena, facts, "tls", value_map(arena)); /* was empty before: stays */
    check_facts(facts, true,
        "\"facts\":{\"connection\":{\"address\":0,\"host\":1},\"timing\":{\"total\":2},"
        "\"connections\":{\"1\":{\"connection\":{\"address\":3,\"host\":4}},"
        "\"2\":{\"timing\":{\"handshake\":5}}},\"certificate\":{\"fingerprint_sha256\":6},"
        "\"hello\":{\"parameters\":{\"address\":7}},\"tls\":{}},");
    check_facts(facts, false,
        "\"facts\":{\"connection\":{\"host\":1},"
        "\"connections\":{\"1\":{\"connection\":{\"host\":4}}},"
        "\"hello\":{\"parameters\":{\"address\":7}},\"tls\":{}},");
    arena_free(arena);
}
END_TEST

/* --- logs that end early --- */

/* As if the disk had been full after each byte of it. */
START_TEST(test_a_cut_log_reads_as_far_as_it_goes)
{
    arena = arena_new();
    struct run_result result, again;
    some_run(&result);
    struct buf log = write_log(&result);
    size_t header_len = span_find(buf_span(&log), '\n');
    for (size_t len = 0; len <= log.len; len++) {
        struct arena *own = arena_new();
        struct fail fail = {0};
        enum status status = run_log_read(
            span_first(buf_span(&log), len), "x.ndjson", own, &again, &fail);
        if (len < header_len) {
            ck_assert_int_eq(status, STATUS_FAILED);
            ck_assert_int_eq(fail.class, FAIL_USAGE);
        } else {
            ck_assert_msg(status == STATUS_OK, "%zu octets: %s", len, fail.text);
            ck_assert(again.complete == (len + 1 >= log.len)); /* the last LF may be missing */
            ck_assert_uint_le(again.len, result.len);
        }
        arena_free(own);
    }
    buf_done(&log);
    arena_free(arena);
}
END_TEST

/* --- logs that are none --- */

static void check_bad(const char *log, const char *said)
{
    arena = arena_new();
    struct run_result untouched = {.len = 42};
    struct fail fail = {0};
    ck_assert_msg(
        run_log_read(span_text(log), "x.ndjson", arena, &untouched, &fail) == STATUS_FAILED,
        "%.2000s", log);
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    ck_assert_msg(strstr(fail.text, said) != NULL, "'%s' does not say '%s'", fail.text, said);
    ck_assert_uint_eq(untouched.len, 42);
    arena_free(arena);
}

#define HEADER_OF(cases)                                                                         \
    "{\"type\":\"header\",\"format\":1,\"version\":\"1\",\"libraries\":\"\",\"world\":\"wire\"," \
    "\"seed\":\"1\",\"suite\":\"0\",\"cases\":" cases "}\n"
#define HEADER HEADER_OF("1")
#define CASE_WITH(id, facts)                                                                       \
    "{\"type\":\"case\",\"id\":" id ",\"name\":null,\"requirement\":null,\"file\":null,"           \
    "\"line\":0,\"severity\":\"normal\",\"world\":\"wire\",\"spec\":[],\"covers\":[],\"tags\":[]," \
    "\"seed\":\"1\",\"verdict\":\"pass\",\"message\":null,\"expectations\":0,\"unmet\":[],"        \
    "\"facts\":" facts ",\"transcript\":[],\"transcript_cut\":false,\"virtual_us\":0}\n"
#define CASE CASE_WITH("\"a\"", "null")
#define TRAILER_WITH(passed, total)                                                            \
    "{\"type\":\"trailer\",\"counts\":{\"pass\":" passed ",\"fail\":0,\"error\":0,\"skip\":0," \
    "\"known-fail\":0,\"fixed\":0,\"flaky\":0},\"total\":" total "}\n"
#define TRAILER TRAILER_WITH("1", "1")

START_TEST(test_logs_that_are_none)
{
    check_bad("", "x.ndjson: no run log: it is empty");
    check_bad("\n", "x.ndjson:1:");
    check_bad("hello\n", "x.ndjson:1:");
    check_bad("[]\n", "x.ndjson:1: no run log: 'type'");
    check_bad("{}\n", "x.ndjson:1: no run log: 'type'");
    check_bad(CASE, "x.ndjson:1: no run log: 'type'");
    check_bad("{\"type\":\"header\"}\n", "x.ndjson:1: no run log: 'format'");
    check_bad("{\"type\":\"header\",\"format\":2}\n",
        "x.ndjson:1: a run log of format 2; this smtpvet reads up to format 1");
    check_bad("{\"type\":\"header\",\"format\":0}\n", "x.ndjson:1: no run log: 'format'");
    check_bad(HEADER HEADER, "x.ndjson:2: no run log: 'type'");
    check_bad(HEADER "{\"type\":\"case\"}\n", "x.ndjson:2: no run log: 'id'");
    check_bad(HEADER "{\"type\":\"other\"}\n", "x.ndjson:2: no run log: 'type'");
    check_bad(HEADER "oops\n" CASE, "x.ndjson:2:");
    check_bad(HEADER "\n" CASE, "x.ndjson:2:");
    check_bad(HEADER CASE "{\"type\":\"trai\n", "x.ndjson:3:"); /* a line with its LF is whole */
    check_bad(HEADER CASE CASE, "x.ndjson: no run log: 2 cases where 1 were due");
    check_bad(HEADER TRAILER_WITH("0", "0"), "x.ndjson:2: the trailer does not count");
    check_bad(HEADER CASE TRAILER_WITH("2", "2"), "x.ndjson:3: the trailer does not count");
    check_bad(HEADER CASE TRAILER_WITH("1", "2"), "x.ndjson:3: the trailer does not count");
    check_bad(HEADER CASE TRAILER CASE, "x.ndjson:4: no run log: 'type'");
    check_bad(HEADER CASE TRAILER "junk", "x.ndjson:4:");
    check_bad(HEADER CASE_WITH("\"a\"", "{\"x\":1,\"x\":2}"), "x.ndjson:2:");
    check_bad(
        "{\"type\":\"header\",\"format\":1,\"version\":\"1\",\"libraries\":\"\",\"world\":\"wire\","
        "\"seed\":\"18446744073709551616\",\"suite\":\"0\",\"cases\":1}\n",
        "x.ndjson:1: no run log: 'seed' is not a number of 64 bits");
    check_bad(HEADER "\xff\xfe\n", "x.ndjson:2:");
}
END_TEST

START_TEST(test_one_id_twice)
{
    check_bad(HEADER_OF("3") CASE CASE_WITH("\"b\"", "null") CASE,
        "x.ndjson:4: the case a stands on line 2 already");
}
END_TEST

/* Every field in turn is missing, and of every wrong type. */
START_TEST(test_fields_that_are_missing_or_wrong)
{
    static const char *const records[] = {HEADER, CASE, TRAILER};
    static const char *const wrong[] = {"{}", "[]", "[1]", "[null]", "[{}]", "true", "-1", "1.5",
        "1e999", "99999999999999999999", "\"\\\\\"", "\"\\u0000\"", "\"\\ud800\"", "\"-1\"",
        "\"18446744073709551616\"", "\" 1\"", "\"nonsense\""};
    struct fail fail;
    struct run_result result;
    size_t tried = 0, refused = 0;
    for (size_t r = 0; r < ARRAY_LEN(records); r++) {
        for (const char *at = strchr(records[r], '"'); at != NULL; at = strchr(at, ',')) {
            at += *at == ',' ? 1 : 0;
            const char *value = strchr(at, ':');
            size_t value_len = value == NULL ? 0 : strcspn(value + 1, ",}");
            for (size_t w = 0; w <= ARRAY_LEN(wrong) && value != NULL; w++) {
                struct buf log;
                buf_init(&log, 8192);
                buf_append_text(&log, r > 0 ? HEADER : "");
                buf_append_text(&log, r > 1 ? CASE : "");
                size_t name_len = (size_t)(value - at);
                bool missing = w == ARRAY_LEN(wrong);
                buf_append(&log, span_of(records[r], (size_t)(at - records[r])));
                buf_append(&log, missing ? SPAN_LITERAL("\"x\"") : span_of(at, name_len));
                buf_append_byte(&log, ':');
                buf_append(&log, missing ? span_of(value + 1, value_len) : span_text(wrong[w]));
                buf_append_text(&log, value + 1 + value_len);
                arena = arena_new();
                fail = (struct fail){0};
                enum status status = run_log_read(
                    buf_span(&log), "x.ndjson", arena, &result, &fail);
                ck_assert_msg(status == STATUS_OK || fail.class == FAIL_USAGE, "%s", fail.text);
                ck_assert_msg(!missing || status == STATUS_FAILED, "%s", buf_text(&log));
                tried++;
                refused += status == STATUS_OK ? 0 : 1;
                arena_free(arena);
                buf_done(&log);
            }
        }
    }
    ck_assert_uint_gt(tried, 500);
    ck_assert_uint_gt(refused, tried * 3 / 4);
}
END_TEST

static struct span repeat(const char *piece, size_t times, struct buf *out)
{
    for (size_t i = 0; i < times; i++) {
        buf_append_text(out, piece);
    }
    return buf_span(out);
}

/* A record whose facts are `times` openings, something inside, and as many closings. */
static void check_nested(const char *open, const char *close, size_t times, bool good)
{
    struct buf log;
    buf_init(&log, LOG_MAX);
    char *record = mem_strdup(CASE_WITH("\"a\"", "@"));
    char *at = strchr(record, '@');
    *at = 0;
    buf_append_text(&log, HEADER);
    buf_append_text(&log, record);
    repeat(open, times, &log);
    buf_append_text(&log, "{}");
    repeat(close, times, &log);
    buf_append_text(&log, at + 1);
    struct run_result result;
    struct fail fail = {0};
    arena = arena_new();
    enum status status = run_log_read(buf_span(&log), "x.ndjson", arena, &result, &fail);
    ck_assert_msg((status == STATUS_OK) == good, "%zu levels: %s", times, fail.text);
    ck_assert(good || fail.class == FAIL_USAGE);
    arena_free(arena);
    mem_free(record);
    buf_done(&log);
}

START_TEST(test_deep_nesting)
{
    check_nested("{\"a\":", "}", 5, true);
    check_nested("{\"a\":", "}", RUN_LOG_DEPTH_MAX, true);
    check_nested("{\"a\":", "}", RUN_LOG_DEPTH_MAX + 1, false);
    check_nested("{\"a\":", "}", 1000, false);
    check_nested("{\"a\":[", "]}", 1000000, false);
    check_nested("{\"a\":", "", 100000, false);
}
END_TEST

START_TEST(test_long_lines_and_many_values)
{
    struct buf log;
    buf_init(&log, LOG_MAX);
    ck_assert(run_log_is_bounded(repeat("[[[],", 1000, &log)));
    buf_clear(&log);
    ck_assert(run_log_is_bounded(repeat("{", RUN_LOG_VALUES_MAX, &log)));
    ck_assert(!run_log_is_bounded(repeat(",", 1, &log)));
    buf_clear(&log);
    buf_append_byte(&log, '"');
    repeat("{,[\\\"", RUN_LOG_VALUES_MAX, &log); /* inside a string it costs nothing */
    ck_assert(run_log_is_bounded(buf_span(&log)));
    buf_clear(&log);
    ck_assert(run_log_is_bounded(repeat("a", RUN_LOG_LINE_MAX, &log)));
    ck_assert(!run_log_is_bounded(repeat("a", 1, &log)));
    buf_clear(&log);
    buf_append_text(&log, HEADER);
    repeat(" ", RUN_LOG_LINE_MAX + 1, &log);
    check_bad(buf_text(&log), "x.ndjson:2: no run log: longer than");
    buf_done(&log);
}
END_TEST

/* A record that could not be read back loses what is long, never its verdict. */
START_TEST(test_a_record_past_the_limit_keeps_its_verdict)
{
    arena = arena_new();
    struct value *facts = value_map(arena);
    uint8_t *bytes = mem_zalloc(RUN_LOG_LINE_MAX / 4, 1);
    value_put(arena, facts, "problem", value_bytes(arena, span_of(bytes, RUN_LOG_LINE_MAX / 4)));
    mem_free(bytes);
    struct transcript_entry entry = {0, TRANSCRIPT_NOTE, 1, false, SPAN_LITERAL("connected")};
    struct reason reason = {"outcome", "sent", "refused", "a.yaml", 1, 1, 1};
    struct case_result one = {.id = "a",
        .verdict = VERDICT_FAIL,
        .facts = facts,
        .transcript = &entry,
        .transcript_len = 1,
        .reasons = &reason,
        .reasons_len = 1};
    struct run_result result = {.header = {.version = "", .libraries = "", .world = "", .cases = 1},
                          .cases = &one,
                          .len = 1},
                      again;
    struct buf log = write_log(&result);
    read_good(buf_span(&log), &again);
    ck_assert_ptr_nonnull(again.cases[0].facts); /* just within it */
    buf_done(&log);
    value_put(arena, facts, "greeting", value_get(facts, "problem"));
    log = write_log(&result);
    read_good(buf_span(&log), &again);
    ck_assert_ptr_null(again.cases[0].facts);
    ck_assert_uint_eq(again.cases[0].transcript_len, 0);
    ck_assert(again.cases[0].transcript_cut);
    ck_assert_int_eq(again.cases[0].verdict, VERDICT_FAIL);
    ck_assert_uint_eq(again.cases[0].reasons_len, 1);
    buf_done(&log);
    arena_free(arena);
}
END_TEST

START_TEST(test_what_does_not_fit_is_not_written_in_part)
{
    arena = arena_new();
    struct run_result result;
    some_run(&result);
    struct buf log;
    buf_init(&log, 200);
    run_log_write_case(&result.cases[1], false, &log);
    ck_assert(log.over);
    ck_assert_uint_eq(log.len, 0);
    buf_done(&log);
    buf_init(&log, 50);
    run_log_write_header(&result.header, &log);
    run_log_write_trailer(&result.counts, false, &log);
    ck_assert(log.over);
    ck_assert_uint_eq(log.len, 0);
    buf_done(&log);
    arena_free(arena);
}
END_TEST

/* A log with one byte changed is refused or read, and harms nobody. */
START_TEST(test_changed_bytes)
{
    arena = arena_new();
    struct run_result result, again;
    some_run(&result);
    struct buf log = write_log(&result);
    struct random_source random;
    random_seed(&random, 5);
    for (size_t i = 0; i < 3000; i++) {
        size_t at = (size_t)random_below(&random, log.len);
        uint8_t before = log.data[at];
        log.data[at] = i % 2 == 0 ? (uint8_t)random_next(&random)
                                  : (uint8_t) "\"{}[],:\\\n019-"[i / 2 % 13];
        struct arena *own = arena_new();
        struct fail fail = {0};
        enum status status = run_log_read(buf_span(&log), "x.ndjson", own, &again, &fail);
        ck_assert(status == STATUS_OK || fail.class == FAIL_USAGE);
        if (status == STATUS_OK) {
            struct buf second = write_log(&again);
            buf_done(&second);
        }
        arena_free(own);
        log.data[at] = before;
    }
    buf_done(&log);
    arena_free(arena);
}
END_TEST

UNIT_MAIN(test_text_comes_back_exactly, test_text_that_nobody_escaped,
    test_write_read_write_gives_the_same_bytes, test_records_are_these,
    test_facts_that_vary_stand_there_only_when_asked_for, test_a_cut_log_reads_as_far_as_it_goes,
    test_logs_that_are_none, test_one_id_twice, test_fields_that_are_missing_or_wrong,
    test_deep_nesting, test_long_lines_and_many_values,
    test_a_record_past_the_limit_keeps_its_verdict, test_what_does_not_fit_is_not_written_in_part,
    test_changed_bytes)
