/*
 * Any bytes to the small parsers of harness/base: what is written can be read again, and what one
 * says of a text agrees with what another does.
 */
#include "harness/base/quote.h"
#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/fuzz/fuzz.h"

#define OUT_MAX ((size_t)16 * 1024 * 1024)

static void demand_base64(struct span bytes)
{
    struct buf encoded;
    struct buf decoded;
    buf_init(&encoded, OUT_MAX);
    buf_init(&decoded, OUT_MAX);
    text_base64_encode(bytes, &encoded);
    FUZZ_DEMAND(text_base64_decode(buf_span(&encoded), &decoded));
    FUZZ_DEMAND(span_equal(buf_span(&decoded), bytes));
    buf_clear(&encoded);
    buf_clear(&decoded);
    if (text_base64_decode(bytes, &decoded)) {
        text_base64_encode(buf_span(&decoded), &encoded);
        FUZZ_DEMAND(span_equal(buf_span(&encoded), bytes)); /* one text for one value */
    } else {
        FUZZ_DEMAND(decoded.len == 0);
    }
    buf_done(&encoded);
    buf_done(&decoded);
}

static void demand_units(struct span text)
{
    struct buf shown;
    int64_t value;
    int64_t again = 0;
    buf_init(&shown, OUT_MAX);
    if (units_duration_us(text, &value)) {
        units_show_duration(value, &shown);
        FUZZ_DEMAND(units_duration_us(buf_span(&shown), &again) && again == value);
    }
    buf_clear(&shown);
    if (units_size(text, &value)) {
        units_show_size(value, &shown);
        FUZZ_DEMAND(units_size(buf_span(&shown), &again) && again == value);
    }
    buf_clear(&shown);
    if (units_date(text, &value)) {
        units_show_date(value, &shown);
        FUZZ_DEMAND(units_date(buf_span(&shown), &again) && again == value);
    }
    buf_clear(&shown);
    if (text_integer(text, &value)) {
        buf_printf(&shown, "%lld", (long long)value);
        FUZZ_DEMAND(text_integer(buf_span(&shown), &again) && again == value);
    }
    buf_done(&shown);
}

/* Nothing that a terminal or a parser obeys comes out. */
static void demand_shown(struct span bytes)
{
    struct buf shown;
    buf_init(&shown, OUT_MAX);
    text_escape(bytes, false, &shown);
    for (size_t i = 0; i < shown.len; i++) {
        FUZZ_DEMAND(shown.data[i] >= ' ' && shown.data[i] < 0x7f);
    }
    buf_clear(&shown);
    text_escape(bytes, true, &shown);
    FUZZ_DEMAND(text_is_utf8(buf_span(&shown)));
    buf_clear(&shown);
    quote_json(bytes, &shown);
    FUZZ_DEMAND(text_is_utf8(buf_span(&shown)) && shown.len >= 2);
    for (size_t i = 0; i < shown.len; i++) {
        FUZZ_DEMAND(shown.data[i] >= ' ');
    }
    buf_clear(&shown);
    quote_markdown(bytes, &shown);
    FUZZ_DEMAND(span_find(buf_span(&shown), '\n') == shown.len);
    buf_done(&shown);
}

static void demand_characters(struct span bytes)
{
    struct span rest = bytes;
    while (rest.len > 0) {
        bool plain = false;
        size_t len = text_character(rest, &plain);
        FUZZ_DEMAND(len >= 1 && len <= 4 && len <= rest.len);
        rest = span_from(rest, len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const words[] = {"starttls", "server", "script", "a", "", NULL};
    if (size > 65536) {
        return 0;
    }
    struct span bytes = span_of(data, size);
    demand_base64(bytes);
    demand_units(bytes);
    demand_shown(bytes);
    demand_characters(bytes);
    struct span trimmed = text_trim(bytes);
    FUZZ_DEMAND(trimmed.len <= size && text_equal_caseless(bytes, bytes));
    struct buf text;
    buf_init(&text, OUT_MAX);
    buf_append(&text, bytes);
    (void)text_nearest(buf_text(&text), words);
    FUZZ_DEMAND(size > 200 || text_distance(buf_text(&text), buf_text(&text), SIZE_MAX) == 0);
    buf_done(&text);
    return 0;
}
