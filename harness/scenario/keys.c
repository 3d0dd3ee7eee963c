#include "harness/scenario/keys.h"

#include <assert.h>

#include "harness/plan/plan.h"

#define KEY_TYPE(symbol, name, size, decoder) static const char key_type_##symbol[] = name;
#include "harness/scenario/key_types.def"
#undef KEY_TYPE

#define KEY_TYPE(symbol, name, size, decoder) KEY_FILLED_##symbol = size,
enum {
#include "harness/scenario/key_types.def"
};
#undef KEY_TYPE

/* A row names its type, and an initialiser can only name functions: one for each type. */
#define KEY_TYPE(symbol, name, size, decoder)                                             \
    static void key_take_##symbol(                                                        \
        struct decode *decode, const struct key *key, const struct node *value, void *at) \
    {                                                                                     \
        decoder(decode, key, value, at);                                                  \
    }
#include "harness/scenario/key_types.def"
#undef KEY_TYPE

static const struct scenario_key_row rows[] = {
#define KEY(section, name, type, target, allowed, sentence, source) \
    {section, name, key_type_##type, allowed, false, sentence, source},
#define KEY_OWN(section, name, type, allowed, sentence, source) \
    {section, name, type, allowed, false, sentence, source},
#define KEY_NOT_YET(section, name, type, allowed, sentence, source) \
    {section, name, type, allowed, true, sentence, source},
#include "harness/scenario/keys.def"
#undef KEY
#undef KEY_OWN
#undef KEY_NOT_YET
};

#define WHOLE .offset = 0
#define KIND(from) .first = (int)(from)
#define AT_FROM(type, field, from) \
    .offset = offsetof(type, field), .size = sizeof(((type *)NULL)->field), .first = (int)(from)
#define AT(type, field) AT_FROM(type, field, 0)

/* As many as rows, in the same order. */
static const struct key keys[] = {
#define KEY(section, name, type, target, allowed, sentence, source) \
    {.take = key_take_##type, .filled = KEY_FILLED_##type, target},
#define KEY_OWN(section, name, type, allowed, sentence, source) {.take = NULL},
#define KEY_NOT_YET(section, name, type, allowed, sentence, source) {.take = NULL},
#include "harness/scenario/keys.def"
#undef KEY
#undef KEY_OWN
#undef KEY_NOT_YET
};
static_assert(ARRAY_LEN(keys) == ARRAY_LEN(rows), "one table");

const struct scenario_key_row *scenario_keys(size_t *ret_len)
{
    *ret_len = ARRAY_LEN(rows);
    return rows;
}

const struct scenario_key_row *keys_row(const struct key *key)
{
    return &rows[key - keys];
}

const struct key *keys_find(const char *section, struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (span_equal(name, span_text(rows[i].name)) && strcmp(rows[i].section, section) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

const struct key *keys_at(const char *section, size_t position)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(rows[i].section, section) == 0 && position-- == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

bool keys_is_of_file(struct span name)
{
    static const char *const names[] = {"version", "cases", "include", "templates"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_equal(name, span_text(names[i]))) {
            return true;
        }
    }
    return false;
}

const char *keys_section_with(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (span_equal(name, span_text(rows[i].name))) {
            return rows[i].section;
        }
    }
    return NULL;
}
