#include "fake-server/fake_modify.h"

#include "harness/base/text.h"
#include "harness/tests/unit.h"

/* What one modifier makes of `text`. */
static void check(const struct plan_action *action, struct span text, struct span wanted)
{
    struct fail fail = {0};
    struct match_pattern *pattern = NULL;
    struct buf piece;
    if (action->find != NULL) {
        pattern = match_pattern_new(span_text(action->find), false, &fail);
        ck_assert_msg(pattern != NULL, "%s", fail.text);
    }
    buf_init(&piece, 10000);
    buf_append(&piece, text);
    fake_modify_apply(action, pattern, &piece);
    ck_assert_msg(span_equal(buf_span(&piece), wanted), "'%s', wanted '%.*s'", buf_text(&piece),
        (int)wanted.len, (const char *)wanted.data);
    buf_done(&piece);
    match_pattern_free(pattern);
}

START_TEST(test_inject)
{
    const struct plan_action inject = {
        .kind = PLAN_ACTION_INJECT, .bytes = SPAN_LITERAL("250-\0x\r\n")};
    check(&inject, SPAN_LITERAL("220 go\r\n"), SPAN_LITERAL("220 go\r\n250-\0x\r\n"));
    check(&inject, SPAN_EMPTY, SPAN_LITERAL("250-\0x\r\n"));
}
END_TEST

START_TEST(test_truncate)
{
    struct plan_action truncate = {.kind = PLAN_ACTION_TRUNCATE, .number = 3};
    check(&truncate, SPAN_LITERAL("220 go\r\n"), SPAN_LITERAL("220"));
    check(&truncate, SPAN_LITERAL("22"), SPAN_LITERAL("22"));
    truncate.number = 0;
    check(&truncate, SPAN_LITERAL("220 go\r\n"), SPAN_EMPTY);
    truncate.number = -1;
    check(&truncate, SPAN_LITERAL("220"), SPAN_LITERAL("220"));
    truncate.number = INT64_MAX;
    check(&truncate, SPAN_LITERAL("220"), SPAN_LITERAL("220"));
}
END_TEST

START_TEST(test_corrupt)
{
    struct plan_action corrupt = {.kind = PLAN_ACTION_CORRUPT, .number = 0};
    check(&corrupt, SPAN_LITERAL("220"), SPAN_LITERAL("320"));
    corrupt.number = 2;
    check(&corrupt, SPAN_LITERAL("220"), SPAN_LITERAL("221"));
    corrupt.number = 3;
    check(&corrupt, SPAN_LITERAL("220"), SPAN_LITERAL("220"));
    corrupt.number = -1;
    check(&corrupt, SPAN_LITERAL("220"), SPAN_LITERAL("220"));
    check(&corrupt, SPAN_EMPTY, SPAN_EMPTY);
}
END_TEST

START_TEST(test_edit)
{
    struct plan_action edit = {
        .kind = PLAN_ACTION_EDIT, .find = "[0-9]{3}", .put = SPAN_LITERAL("4\0")};
    check(&edit, SPAN_LITERAL("220 go 221\r\n"), SPAN_LITERAL("4\0 go 221\r\n"));
    check(&edit, SPAN_LITERAL("go\r\n"), SPAN_LITERAL("go\r\n"));
    edit.find = "^";
    edit.put = SPAN_LITERAL("X");
    check(&edit, SPAN_LITERAL("220\r\n"), SPAN_LITERAL("X220\r\n"));
    edit.find = "\r\n";
    edit.put = SPAN_EMPTY;
    check(&edit, SPAN_LITERAL("220\r\n"), SPAN_LITERAL("220"));
}
END_TEST

/* `before` and `after` stand in base64 between `head` and CRLF. */
static void check_inside(const char *head, const char *before, const char *after)
{
    const struct plan_action edit = {.kind = PLAN_ACTION_EDIT,
        .find = "v=.*",
        .put = SPAN_LITERAL("v=AA"),
        .inside_base64 = true};
    struct buf text;
    struct buf wanted;
    buf_init(&text, 1000);
    buf_init(&wanted, 1000);
    buf_append_text(&text, head);
    buf_append_text(&wanted, head);
    text_base64_encode(span_text(before), &text);
    text_base64_encode(span_text(after), &wanted);
    buf_append_text(&text, "\r\n");
    buf_append_text(&wanted, "\r\n");
    check(&edit, buf_span(&text), buf_span(&wanted));
    buf_done(&text);
    buf_done(&wanted);
}

START_TEST(test_edit_inside_base64)
{
    check_inside("334 ", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "v=AA");
    check_inside("235-", "a=1,v=xyz", "a=1,v=AA");
    check_inside("", "v=x", "v=AA");
    check_inside("334 ", "nothing", "nothing");
    check_inside("334 ", "", "");
    check_inside("235-2.7.0 in words\r\n235 ", "v=x", "v=AA");
}
END_TEST

START_TEST(test_only_the_first_match_is_replaced)
{
    const struct plan_action edit = {
        .kind = PLAN_ACTION_EDIT, .find = "a", .put = SPAN_LITERAL("b"), .inside_base64 = true};
    /* "aa" is YWE=, "ba" is YmE= */
    check(
        &edit, SPAN_LITERAL("334-YWE=\r\n334 YWE=\r\n"), SPAN_LITERAL("334-YmE=\r\n334 YWE=\r\n"));
    check(&edit, SPAN_LITERAL("334 not base64 a\r\n"), SPAN_LITERAL("334 not base64 a\r\n"));
}
END_TEST

START_TEST(test_the_others_change_nothing)
{
    static const enum plan_action_kind kinds[] = {
        PLAN_ACTION_DRIP, PLAN_ACTION_DELAY, PLAN_ACTION_NORMAL, PLAN_ACTION_SEND, PLAN_ACTION_SET};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct plan_action action = {
            .kind = kinds[i], .number = 1, .bytes = SPAN_LITERAL("x")};
        check(&action, SPAN_LITERAL("220 go\r\n"), SPAN_LITERAL("220 go\r\n"));
    }
}
END_TEST

UNIT_MAIN(test_inject, test_truncate, test_corrupt, test_edit, test_edit_inside_base64,
    test_only_the_first_match_is_replaced, test_the_others_change_nothing)
