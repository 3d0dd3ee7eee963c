#include "harness/scenario/parse_mask.h"

#include "harness/base/text.h"

#define PARSE_MASK_KEY_MAX 16 /* octets; a longer key is no mistyped `password` */

static bool parse_mask_is_near(struct span key, const char *const *words)
{
    char word[PARSE_MASK_KEY_MAX + 1] = {0};
    if (key.len == 0 || key.len > PARSE_MASK_KEY_MAX) {
        return false;
    }
    memcpy(word, key.data, key.len);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return text_nearest(word, words) != NULL;
}

bool parse_mask_is_secret(struct span key)
{
    static const char *const words[] = {"password", "passwd", "pwd", "pass", "passphrase",
        "credential", "credentials", "token", "secret", NULL};
    return parse_mask_is_near(key, words);
}

bool parse_mask_is_harmless(struct span key)
{
    static const char *const words[] = {"user", "mechanisms", "authorize_as", "initial_response",
        "required", "in_clear", "on_failure", "order", "try_unlisted", "attempts"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_equal(key, span_text(words[i]))) {
            return true;
        }
    }
    return false;
}

bool parse_mask_has_secrets(struct span key)
{
    static const char *const words[] = {"users", "tokens", NULL};
    return parse_mask_is_near(key, words);
}

/* The line with that number, without its end. */
static struct span parse_mask_line(struct span text, unsigned line)
{
    for (unsigned at = 1; at < line; at++) {
        text = span_from(text, span_find(text, '\n') + 1);
    }
    return span_first(text, span_find(text, '\n'));
}

static bool parse_mask_has_suspect_word(struct span line)
{
    static const char *const words[] = {"pass", "pw", "token", "secret", "credential", "user"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        for (size_t from = 0; from < line.len; from++) {
            if (text_starts_caseless(span_from(line, from), words[i])) {
                return true;
            }
        }
    }
    return false;
}

/* Does a value begin on the line, so that it cannot go on with one that began above? */
static bool parse_mask_begins_value(struct span line)
{
    size_t colon = span_find(line, ':');
    return colon < line.len && (colon + 1 == line.len || line.data[colon + 1] == ' ');
}

bool parse_mask_is_suspect(struct span text, unsigned line)
{
    for (unsigned at = line; at > 0; at--) {
        struct span words = parse_mask_line(text, at);
        if (parse_mask_has_suspect_word(words)) {
            return true;
        }
        if (at < line && parse_mask_begins_value(words)) {
            return false;
        }
    }
    return false;
}

void parse_mask_init(struct parse_mask *mask, struct arena *arena, struct span text, uint8_t *shown)
{
    *mask = (struct parse_mask){
        .arena = arena, .text = text, .shown = shown, .line = 1, .column = 1};
}

void parse_mask_note(struct parse_mask *mask, struct node *scalar)
{
    mask->scalars = (struct node **)arena_push(
        mask->arena, mask->scalars, mask->scalars_len, sizeof *mask->scalars);
    mask->scalars[mask->scalars_len++] = scalar;
}

/* Octets of the line's end at `offset`, 0 where there is none: CR LF, CR, LF, and Unicode's NEL,
 * LS and PS, which YAML 1.1 counts as well. */
static size_t parse_mask_break(struct span text, size_t offset)
{
    struct span rest = span_from(text, offset);
    const uint8_t *at = rest.data;
    if (rest.len == 0) {
        return 0;
    }
    if (at[0] == '\r') {
        return rest.len > 1 && at[1] == '\n' ? 2 : 1;
    }
    if (at[0] == '\n') {
        return 1;
    }
    if (rest.len > 1 && at[0] == 0xc2 && at[1] == 0x85) {
        return 2;
    }
    bool separator = rest.len > 2 && at[0] == 0xe2 && at[1] == 0x80 &&
                     (at[2] == 0xa8 || at[2] == 0xa9);
    return separator ? 3 : 0;
}

/* One character on; stars over it where `hide` says so. */
static void parse_mask_step(struct parse_mask *mask, bool hide)
{
    size_t end = parse_mask_break(mask->text, mask->offset);
    if (end > 0) {
        mask->offset += end;
        mask->line++;
        mask->column = 1;
        return;
    }
    do {
        if (hide) {
            mask->shown[mask->offset] = '*';
        }
        mask->offset++;
    } while (mask->offset < mask->text.len && (mask->text.data[mask->offset] & 0xc0) == 0x80);
    mask->column++;
}

static bool parse_mask_is_before(const struct parse_mask *mask, unsigned line, unsigned column)
{
    return mask->offset < mask->text.len &&
           (mask->line < line || (mask->line == line && mask->column < column));
}

void parse_mask_node(struct parse_mask *mask, const struct node *node)
{
    if (!parse_mask_is_before(mask, node->mark.line, node->mark.column) &&
        (mask->line != node->mark.line || mask->column != node->mark.column)) {
        mask->offset = 0; /* from the beginning again */
        mask->line = mask->column = 1;
    }
    while (parse_mask_is_before(mask, node->mark.line, node->mark.column)) {
        parse_mask_step(mask, false);
    }
    while (parse_mask_is_before(mask, node->end_line, node->end_column)) {
        parse_mask_step(mask, true);
    }
}

void parse_mask_copies(struct parse_mask *mask, const struct secret_set *secrets)
{
    for (size_t i = 0; i < mask->scalars_len; i++) {
        struct node *scalar = mask->scalars[i];
        scalar->secret = scalar->secret || secret_set_hides(secrets, scalar->text);
    }
    size_t end = 0;
    for (size_t at = 0; at < mask->text.len; at = end + 1) {
        end = at + span_find(span_from(mask->text, at), '\n');
        if (!secret_set_hides(secrets, span_of(mask->shown + at, end - at))) {
            continue;
        }
        for (size_t i = at; i < end; i++) {
            mask->shown[i] = mask->shown[i] == ' ' ? ' ' : '*';
        }
    }
}
