#include "harness/scenario/catalogue.h"

#include "harness/base/text.h"
#include "harness/scenario/decode.h"

static const struct catalogue_area areas[] = {
#define CATALOGUE_AREA(name, ids, sentence) {name, ids, sentence},
#include "harness/scenario/catalogue.def"
#undef CATALOGUE_AREA
};

const struct catalogue_area *catalogue_areas(size_t *ret_len)
{
    *ret_len = ARRAY_LEN(areas);
    return areas;
}

bool catalogue_find(struct span id, size_t *ret_area, unsigned *ret_number)
{
    size_t dash = span_find(id, '-');
    struct span digits = span_from(id, dash + 1);
    *ret_area = 0;
    while (*ret_area < ARRAY_LEN(areas) &&
           !span_equal(span_first(id, dash), span_text(areas[*ret_area].name))) {
        (*ret_area)++;
    }
    if (*ret_area == ARRAY_LEN(areas) || digits.len != 2 || !text_is_digit((char)digits.data[0]) ||
        !text_is_digit((char)digits.data[1])) {
        return false;
    }
    *ret_number = (unsigned)(digits.data[0] - '0') * 10 + (unsigned)(digits.data[1] - '0');
    return *ret_number >= 1 && *ret_number <= areas[*ret_area].ids;
}

/* --- the key `covers` --- */

static const char *catalogue_hint(struct decode *decode, const struct node *item, size_t area)
{
    const char *names[ARRAY_LEN(areas) + 1] = {NULL};
    const char *text = (const char *)item->text.data;
    if (area < ARRAY_LEN(areas)) {
        return tell_hint(decode->tell, "%s has %s-01 to %s-%02u", areas[area].name,
            areas[area].name, areas[area].name, areas[area].ids);
    }
    for (size_t i = 0; i < ARRAY_LEN(areas); i++) {
        names[i] = areas[i].name;
    }
    size_t dash = span_find(item->text, '-');
    const char *near = text_nearest(arena_memdup(decode->scratch, text, dash), names);
    return near == NULL ? "an id is an area and two digits: STL-02"
                        : tell_hint(decode->tell, "did you mean '%s%s'?", near, text + dash);
}

void decode_case_covers(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    decode_lines(decode, key, value, at);
    for (size_t i = 0; value->kind == NODE_LIST && i < value->len; i++) {
        const struct node *item = value->items[i];
        size_t area;
        unsigned number;
        if (item->kind == NODE_SCALAR && item->text.len > 0 && /* else told by decode_lines */
            !catalogue_find(item->text, &area, &number)) {
            tell_error(decode->tell, item, catalogue_hint(decode, item, area),
                "the catalogue has no %s", node_got(decode->scratch, item));
        }
    }
}
