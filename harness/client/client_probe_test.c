#include "harness/client/client_probe.h"

#include "harness/base/status.h"

#include "harness/tests/unit.h"

static const struct {
    struct span bytes;
    bool open;
} rows[] = {
#define ROW(text, open)                                   \
    {                                                     \
        {(const uint8_t *)(text), sizeof(text) - 1}, open \
    }
    ROW("", true),
    ROW(".\r\n", false),
    ROW(".\r", true),
    ROW("a\r\n.\r\n", false),
    ROW("a\r\r\n.\r\n", false),
    ROW("a\r\n.\r\r\n.\r\n", false),
    ROW("a\r\n.\r\n250 b", false),
    ROW("a\n.\n", true),
    ROW("a\n.\r\n", true),
    ROW("a\r\n.\n", true),
    ROW("a\r.\r", true),
    ROW("a\r\n\0.\r\n", true),
    ROW("a\r\r\n.\r\r\n", true),
    ROW("a\r\n..\r\n", true),
};

START_TEST(test_ends)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct client_probe whole, cut;
        client_probe_begin(&whole);
        client_probe_feed(&whole, rows[i].bytes);
        client_probe_begin(&cut);
        for (size_t j = 0; j < rows[i].bytes.len; j++) {
            client_probe_feed(&cut, span_first(span_from(rows[i].bytes, j), 1));
        }
        ck_assert_msg(whole.open == rows[i].open && cut.open == rows[i].open, "row %zu", i);
    }
}
END_TEST

START_TEST(test_none_has_begun)
{
    struct client_probe probe = {0};
    client_probe_feed(&probe, SPAN_LITERAL("a"));
    ck_assert(!probe.open);
}
END_TEST

UNIT_MAIN(test_ends, test_none_has_begun)
