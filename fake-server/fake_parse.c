#include "fake-server/fake_parse.h"

#include "harness/base/text.h"

static bool fake_parse_is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

struct span fake_parse_word(struct span *rest)
{
    size_t end = 0;
    while (end < rest->len && !fake_parse_is_blank(rest->data[end])) {
        end++;
    }
    struct span word = span_first(*rest, end);
    while (end < rest->len && fake_parse_is_blank(rest->data[end])) {
        end++;
    }
    *rest = span_from(*rest, end);
    return word;
}

struct span fake_parse_capitals(struct span word, char *capitals, size_t max)
{
    word = span_first(word, max);
    for (size_t i = 0; i < word.len; i++) {
        capitals[i] = text_upper((char)word.data[i]);
    }
    return span_of(capitals, word.len);
}

/* The offset of the `>` that ends a path which begins at offset 0 behind its `<`. */
static size_t fake_parse_path_end(struct span text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (quoted && byte == '\\') {
            i++;
        } else if (byte == '"') {
            quoted = !quoted;
        } else if (!quoted && byte == '>') {
            return i;
        }
    }
    return text.len;
}

bool fake_parse_path(struct span argument, const char *keyword, struct span *ret_address,
    struct span *ret_parameters)
{
    if (!text_starts_caseless(argument, keyword)) {
        return false;
    }
    struct span rest = text_trim(span_from(argument, strlen(keyword)));
    if (rest.len == 0 || rest.data[0] != '<') {
        return false;
    }
    rest = span_from(rest, 1);
    size_t end = fake_parse_path_end(rest);
    if (end == rest.len) {
        return false;
    }
    struct span address = span_first(rest, end);
    struct span parameters = span_from(rest, end + 1);
    if (parameters.len > 0 && !fake_parse_is_blank(parameters.data[0])) {
        return false;
    }
    if (address.len > 0 && address.data[0] == '@') {
        address = span_from(address, span_find(address, ':') + 1);
        if (address.len == 0) { /* a route that leads nowhere is not the null path */
            return false;
        }
    }
    *ret_address = address;
    *ret_parameters = text_trim(parameters);
    return true;
}

bool fake_parse_number(struct span text, int64_t *ret)
{
    int64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!text_is_digit((char)text.data[i])) {
            return false;
        }
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, text.data[i] - '0', &number)) {
            number = INT64_MAX;
        }
    }
    if (text.len > 0) {
        *ret = number;
    }
    return text.len > 0;
}

bool fake_parse_parameter(struct span *rest, struct span *ret_name, struct span *ret_value)
{
    struct span word = fake_parse_word(rest);
    if (word.len == 0) {
        return false;
    }
    size_t equals = span_find(word, '=');
    *ret_name = span_first(word, equals);
    *ret_value = span_from(word, equals + 1);
    return true;
}
