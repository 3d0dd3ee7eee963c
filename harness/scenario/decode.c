#include "harness/scenario/decode.h"

#include "harness/base/text.h"
#include "harness/scenario/words.h"

void decode_not_yet(struct decode *decode, const struct node *at, const char *what)
{
    tell_error(decode->tell, at, NULL,
        "`%s` is part of the language, but this version cannot act on it yet", what);
}

/* "server.tls" beside `server`: only facts may be written with dots. */
static const char *decode_dotted_hint(
    struct decode *decode, const char *section, const struct node *name)
{
    size_t dot = span_find(name->text, '.');
    if (dot == 0 || dot + 1 >= name->text.len ||
        keys_find(section, span_first(name->text, dot)) == NULL) {
        return NULL;
    }
    return tell_hint(decode->tell, "only facts have dots; write %.*s: {%s: ...}", (int)dot,
        (const char *)name->text.data, (const char *)name->text.data + dot + 1);
}

void decode_unknown(struct decode *decode, const char *const *sections, const struct node *name)
{
    const char *hint = NULL, *text = (const char *)name->text.data;
    const char *words[WORDS_MAX + 1] = {0};
    size_t len = 0;
    for (size_t i = 0; sections[i] != NULL && !tell_is_full(decode->tell); i++) {
        const struct key *key;
        for (size_t at = 0; (key = keys_at(sections[i], at)) != NULL && len < WORDS_MAX; at++) {
            words[len++] = keys_row(key)->name;
        }
    }
    if (!tell_is_full(decode->tell)) {
        hint = decode_dotted_hint(decode, sections[0], name);
        hint = hint == NULL ? tell_nearest(decode->tell, text, words) : hint;
        const char *other = keys_section_with(name->text);
        hint = hint == NULL && other != NULL
                   ? tell_hint(decode->tell, "'%s' belongs to %s", text, other)
                   : hint;
    }
    tell_error(decode->tell, name, hint, "unknown key '%.100s' in %s", text, sections[0]);
}

void decode_entry(struct decode *decode, const struct key *key, const struct node *name,
    const struct node *value, void *out)
{
    if (keys_row(key)->not_yet) {
        decode_not_yet(decode, name, keys_row(key)->name);
    } else if (node_is_null(value)) {
        return; /* as if the key were not there */
    } else if (node_is_empty(value)) {
        tell_error(decode->tell, name, "null deletes a key, \"\" is an empty text",
            "nothing stands behind '%s'", keys_row(key)->name);
    } else if (key->take != NULL) {
        key->take(decode, key, value, (char *)out + key->offset);
    }
}

bool decode_section(struct decode *decode, const char *section, const char *first,
    const struct node *map, void *out)
{
    if (map->kind != NODE_MAP) {
        decode_expected(
            decode, map, tell_hint(decode->tell, "a map with keys of %s", section), NULL);
        return false;
    }
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < map->len; i++) {
            bool goes_first = first != NULL && text_starts_caseless(map->keys[i]->text, first);
            const struct key *key = keys_find(section, map->keys[i]->text);
            if (goes_first != (round == 0)) {
                continue;
            }
            if (key == NULL) {
                decode_unknown(decode, (const char *const[]){section, NULL}, map->keys[i]);
            } else {
                decode_entry(decode, key, map->keys[i], map->items[i], out);
            }
        }
    }
    return true;
}

bool decode_demand(struct decode *decode, const struct node *map, const char *key)
{
    const struct node *value = node_get(map, key);
    if (map->kind == NODE_MAP && (value == NULL || node_is_null(value)) && !decode->partial) {
        tell_error(decode->tell, map, NULL, "'%s' is missing here", key);
        return false;
    }
    return value != NULL;
}
