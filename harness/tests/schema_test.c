/*
 * The shipped JSON Schema: it is what `smtpvet schema` prints, it reads every type of the table of
 * keys, every shipped scenario fits it, and mistakes do not.
 *
 * The checker below knows the part of draft-07 that the schema uses, and fails on any other word,
 * so that nothing is passed over.
 */
#define UNIT_TIMEOUT_S 240 /* each shipped file by a checker that is not made for speed */

#include <glob.h>
#include <jansson.h>
#include <stdio.h>

#include "harness/base/text.h"
#include "harness/match/match.h"
#include "harness/scenario/parse.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/schema.h"
#include "harness/tests/unit.h"

#define SHIPPED "scenarios/scenario-v1.schema.json"
#define SCHEMA_MAX ((size_t)4 * 1024 * 1024)
#define DEPTH_MAX 64

/* --- YAML as JSON, typed as YAML 1.2's core schema does --- */

static json_t *scalar(const struct node *node)
{
    int64_t number;
    const char *text = (const char *)node->text.data;
    if (node->style != NODE_PLAIN) {
        return json_stringn_nocheck(text, node->text.len);
    }
    if (node->text.len == 0 || strcmp(text, "null") == 0) {
        return json_null();
    }
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        return json_boolean(text[0] == 't');
    }
    if (text_integer(node->text, &number)) {
        return json_integer(number);
    }
    if (text_is_digit(text[0]) && text[strspn(text, "0123456789.")] == 0 &&
        strchr(text, '.') == strrchr(text, '.')) {
        return json_real(1.5); /* a number that is not whole: which one says nothing here */
    }
    return json_stringn_nocheck(text, node->text.len);
}

static json_t *value_of(const struct node *node)
{
    if (node->kind == NODE_SCALAR) {
        return scalar(node);
    }
    json_t *made = node->kind == NODE_LIST ? json_array() : json_object();
    for (size_t i = 0; i < node->len; i++) {
        if (node->kind == NODE_LIST) {
            json_array_append_new(made, value_of(node->items[i]));
        } else {
            json_object_set_new_nocheck(
                made, (const char *)node->keys[i]->text.data, value_of(node->items[i]));
        }
    }
    return made;
}

/* --- the checker --- */

static json_t *schema;

static bool fits(const json_t *rule, const json_t *value, unsigned depth);

static bool is_type(const char *type, const json_t *value)
{
    const struct {
        const char *name;
        bool holds;
    } rows[] = {
        {"null", json_is_null(value)},
        {"boolean", json_is_boolean(value)},
        {"integer", json_is_integer(value)},
        {"number", json_is_number(value)},
        {"string", json_is_string(value)},
        {"array", json_is_array(value)},
        {"object", json_is_object(value)},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(rows[i].name, type) == 0) {
            return rows[i].holds;
        }
    }
    ck_abort_msg("unknown type %s", type);
    return false;
}

static bool pattern_fits(const char *text, const char *subject)
{
    struct fail fail = {0};
    struct match_pattern *pattern = match_pattern_new(span_text(text), false, &fail);
    ck_assert_msg(pattern != NULL, "%s: %s", text, fail.text);
    bool found = match_pattern_find(pattern, span_text(subject), NULL, NULL) == MATCH_YES;
    match_pattern_free(pattern);
    return found;
}

static bool any_fits(const json_t *rules, const json_t *value, unsigned depth)
{
    size_t i;
    json_t *rule;
    json_array_foreach(rules, i, rule)
    {
        if (fits(rule, value, depth)) {
            return true;
        }
    }
    return false;
}

static bool all_fit(const json_t *rules, const json_t *value, unsigned depth)
{
    size_t i;
    json_t *rule;
    json_array_foreach(rules, i, rule)
    {
        if (!fits(rule, value, depth)) {
            return false;
        }
    }
    return true;
}

static bool is_one_of(const json_t *words, const json_t *value)
{
    size_t i;
    json_t *word;
    json_array_foreach(words, i, word)
    {
        if (json_equal(word, value)) {
            return true;
        }
    }
    return false;
}

static bool type_fits(const json_t *types, const json_t *value)
{
    size_t i;
    json_t *type;
    if (json_is_string(types)) {
        return is_type(json_string_value(types), value);
    }
    json_array_foreach(types, i, type)
    {
        if (is_type(json_string_value(type), value)) {
            return true;
        }
    }
    return false;
}

static bool members_fit(const json_t *rule, const json_t *value, unsigned depth)
{
    const json_t *named = json_object_get(rule, "properties");
    const json_t *patterns = json_object_get(rule, "patternProperties");
    const json_t *others = json_object_get(rule, "additionalProperties");
    const char *key, *pattern;
    json_t *member, *own;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        const json_t *property = json_object_get(named, key);
        bool known = property != NULL;
        if (known && !fits(property, member, depth)) {
            return false;
        }
        json_object_foreach((json_t *)(uintptr_t)patterns, pattern, own)
        {
            bool is_meant = pattern_fits(pattern, key);
            known = known || is_meant;
            if (is_meant && !fits(own, member, depth)) {
                return false;
            }
        }
        if (!known && others != NULL &&
            (json_is_false(others) || (json_is_object(others) && !fits(others, member, depth)))) {
            return false;
        }
    }
    return true;
}

static bool items_fit(const json_t *rule, const json_t *value, unsigned depth)
{
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        if (!fits(rule, item, depth)) {
            return false;
        }
    }
    return true;
}

static bool has_all(const json_t *keys, const json_t *value)
{
    size_t i;
    json_t *key;
    json_array_foreach(keys, i, key)
    {
        if (json_is_object(value) && json_object_get(value, json_string_value(key)) == NULL) {
            return false;
        }
    }
    return true;
}

static bool dependencies_hold(const json_t *operand, const json_t *value, unsigned depth)
{
    const char *key;
    json_t *rule;
    json_object_foreach((json_t *)(uintptr_t)operand, key, rule)
    {
        if (json_object_get(value, key) != NULL && !fits(rule, value, depth)) {
            return false;
        }
    }
    return true;
}

/* Words about a value alone. */
static bool simple_word_fits(const char *word, const json_t *operand, const json_t *value)
{
    static const char *const silent[] = {"$schema", "title", "description", "definitions"};
    if (strcmp(word, "type") == 0) {
        return type_fits(operand, value);
    }
    if (strcmp(word, "enum") == 0) {
        return is_one_of(operand, value);
    }
    if (strcmp(word, "required") == 0) {
        return has_all(operand, value);
    }
    if (strcmp(word, "pattern") == 0) {
        return !json_is_string(value) ||
               pattern_fits(json_string_value(operand), json_string_value(value));
    }
    if (strcmp(word, "minimum") == 0) {
        return !json_is_integer(value) || json_integer_value(value) >= json_integer_value(operand);
    }
    if (strcmp(word, "maximum") == 0) {
        return !json_is_integer(value) || json_integer_value(value) <= json_integer_value(operand);
    }
    if (strcmp(word, "minItems") == 0) {
        return !json_is_array(value) ||
               json_array_size(value) >= (size_t)json_integer_value(operand);
    }
    if (strcmp(word, "maxProperties") == 0) {
        return !json_is_object(value) ||
               json_object_size(value) <= (size_t)json_integer_value(operand);
    }
    for (size_t i = 0; i < ARRAY_LEN(silent); i++) {
        if (strcmp(word, silent[i]) == 0) {
            return true;
        }
    }
    ck_abort_msg("the schema says %s, which this test does not know", word);
    return false;
}

static bool word_fits(const char *word, const json_t *operand, const json_t *rule,
    const json_t *value, unsigned depth)
{
    if (strcmp(word, "$ref") == 0) {
        const char *name = strrchr(json_string_value(operand), '/') + 1;
        const json_t *target = json_object_get(json_object_get(schema, "definitions"), name);
        ck_assert_msg(target != NULL, "nothing is called %s", name);
        return fits(target, value, depth);
    }
    if (strcmp(word, "anyOf") == 0) {
        return any_fits(operand, value, depth);
    }
    if (strcmp(word, "allOf") == 0) {
        return all_fit(operand, value, depth);
    }
    if (strcmp(word, "not") == 0) {
        return !fits(operand, value, depth);
    }
    if (strcmp(word, "dependencies") == 0) {
        return dependencies_hold(operand, value, depth);
    }
    if (strcmp(word, "items") == 0) {
        return items_fit(operand, value, depth);
    }
    if (strcmp(word, "properties") == 0 || strcmp(word, "patternProperties") == 0 ||
        strcmp(word, "additionalProperties") == 0) {
        return members_fit(rule, value, depth);
    }
    return simple_word_fits(word, operand, value);
}

static bool fits(const json_t *rule, const json_t *value, unsigned depth)
{
    const char *word;
    json_t *operand;
    ck_assert_uint_lt(depth, DEPTH_MAX);
    ck_assert(json_is_object(rule));
    json_object_foreach((json_t *)(uintptr_t)rule, word, operand)
    {
        if (!word_fits(word, operand, rule, value, depth + 1)) {
            return false;
        }
    }
    return true;
}

static void read_schema(void)
{
    json_error_t error;
    json_decref(schema);
    schema = json_load_file(SHIPPED, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(schema != NULL, "%s:%d: %s", SHIPPED, error.line, error.text);
}

static bool text_fits(const char *name, struct span text)
{
    struct diag_list diags;
    struct tell tell;
    struct arena *arena = arena_new();
    diag_list_init(&diags);
    tell_init(&tell, &diags);
    const struct node *root = parse_text(arena, name, text, 0, &tell);
    ck_assert_msg(root != NULL, "%s is no YAML", name);
    json_t *value = value_of(root);
    bool good = fits(schema, value, 0);
    json_decref(value);
    diag_list_done(&diags);
    arena_free(arena);
    return good;
}

static struct buf read_file(const char *path)
{
    struct buf text;
    buf_init(&text, SCHEMA_MAX);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be opened", path);
    uint8_t block[4096];
    for (size_t len; (len = fread(block, 1, sizeof block, file)) > 0;) {
        buf_append(&text, span_of(block, len));
    }
    fclose(file);
    return text;
}

/* --- tests --- */

START_TEST(test_the_shipped_file_is_what_the_tables_say)
{
    struct buf shipped = read_file(SHIPPED), made;
    buf_init(&made, SCHEMA_MAX);
    schema_write(&made);
    ck_assert_msg(span_equal(buf_span(&shipped), buf_span(&made)),
        SHIPPED " is stale: write it anew with `smtpvet schema`");
    buf_done(&shipped);
    buf_done(&made);
}
END_TEST

START_TEST(test_every_type_is_known)
{
    const char *unknown = schema_unknown_type();
    ck_assert_msg(unknown == NULL, "the schema cannot read the type '%s'", unknown);
}
END_TEST

START_TEST(test_every_reference_leads_somewhere)
{
    read_schema();
    struct buf text = read_file(SHIPPED);
    const json_t *definitions = json_object_get(schema, "definitions");
    static const char mark[] = "#/definitions/";
    size_t seen = 0;
    for (const char *at = strstr(buf_text(&text), mark); at != NULL; at = strstr(at, mark)) {
        char name[200] = {0};
        at += sizeof mark - 1;
        size_t len = strcspn(at, "\"");
        ck_assert_uint_lt(len, sizeof name);
        memcpy(name, at, len);
        ck_assert_msg(json_object_get(definitions, name) != NULL, "nothing is called %s", name);
        seen++;
    }
    ck_assert_uint_gt(seen, 200);
    buf_done(&text);
}
END_TEST

/* Editors show it: every key that an object may have says what it is. */
static void check_descriptions(const json_t *rule, size_t *seen)
{
    const char *key, *name;
    size_t i;
    json_t *item, *property;
    json_array_foreach(rule, i, item)
    {
        check_descriptions(item, seen);
    }
    json_object_foreach((json_t *)rule, key, item)
    {
        bool named = strcmp(key, "properties") == 0 || strcmp(key, "patternProperties") == 0;
        json_object_foreach(item, name, property)
        {
            if (named && ++*seen) {
                const char *text = json_string_value(json_object_get(property, "description"));
                size_t len = text == NULL ? 0 : strlen(text);
                bool whole = len > 3 && (text[len - 1] == '.' || text[len - 1] == ']');
                ck_assert_msg(whole, "%s has no description", name);
            }
        }
        check_descriptions(item, seen);
    }
}

START_TEST(test_every_property_has_a_description)
{
    size_t seen = 0;
    read_schema();
    check_descriptions(schema, &seen);
    ck_assert_uint_gt(seen, 300);
}
END_TEST

START_TEST(test_every_shipped_scenario_fits)
{
    read_schema();
    glob_t found;
    ck_assert_int_eq(glob("scenarios/*/*.yaml", 0, NULL, &found), 0);
    ck_assert_uint_gt(found.gl_pathc, 40);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct buf text = read_file(found.gl_pathv[i]);
        ck_assert_msg(text_fits(found.gl_pathv[i], buf_span(&text)), "%s does not fit the schema",
            found.gl_pathv[i]);
        buf_done(&text);
    }
    globfree(&found);
}
END_TEST

#define SERVER "version: 1\nexpect: {outcome: sent}\n"
#define EXPECT "version: 1\nserver: {}\n"
#define GOOD "version: 1\nserver: {}\nexpect: {outcome: sent}\n"

static const char *const good[] = {
    GOOD,
    GOOD "name: 5\ntimeout: 10s\ncovers: [STL-02]\nseverity: serious\n",
    GOOD "cases: [{id: a, client: null}, {id: b, timeout: \"${{ vars.x }}\"}]\n",
    "version: 1\nserver: {port: \"${{ vars.p }}\", tls: on-connect, script: [{on: XFOO, reply: 250 "
    "ok}, "
    "{on: [MAIL, connect], nth: 2.., do: [normal, {send: [a, {hex: 0d0a, times: 3}]}, hang]}]}\n"
    "expect: {outcome: {one_of: [sent, refused]}}\n",
    "version: 1\nserver: {tls: starttls, auth: {users: {joe: x}}, certificate: [self-signed, "
    "{issuer: trusted, "
    "not_after: -1d}]}\n"
    "client: {login: true, verify: {except: [expired]}, ssl_protocol: tls1.1..tls1.3, send: [{to: "
    "[a@b.test]}, true],\n"
    "  steps: [connect, {hello: helo}, {starttls: true, if: {starttls.offered: true}}, {wait: "
    "2s}]}\n"
    "expect: {}\n",
    "version: 1\nserver: {}\nexpect: {starttls: {offered: true}, server.saw: {commands: [EHLO]}, "
    "server: {saw: "
    "{bare_lf: false}}, replies.mail.code: 2xx, replies: {rcpt: {code: 250}}, tls.version: "
    "{at_least: tls1.2}, certificate.flags: [expired, untrusted-root], hello.parameters.size: 10, "
    "connections.2.reply.code: 250, connections: {2: {tls.version: tls1.3}}, reply.enhanced: "
    "5.7.x}\n",
    GOOD "x-own: &a {at: [all]}\nX-MORE: 5\n",
    GOOD "templates: {t: {server: {port: 25}, extends: u}, u: {tags: [a]}}\ninclude: []\n",
    GOOD "client: {login: false, send: [false, true]}\n",
};

static const char *const wrong[] = {
    "server: {}\n",                          /* no version */
    "version: 2\nserver: {}\n",              /* another one */
    GOOD "sever: {}\n",                      /* an unknown key */
    GOOD "cases: [{id: a, version: 1}]\n",   /* a key of the whole file in a case */
    GOOD "cases: []\n",                      /* none */
    GOOD "timeout: 10\n",                    /* no unit */
    GOOD "severity: high\n",                 /* no such word */
    GOOD "tags: starttls\n",                 /* no list */
    GOOD "covers: [STL-2]\n",                /* no id */
    SERVER "server: {starttsl: required}\n", /* mistyped */
    SERVER "server: {port: 70000}\n",        /* out of range */
    SERVER "server: {port: \"25\"}\n",       /* text */
    SERVER "server: {tls: yes}\n",
    SERVER "server: {protocols: [tls1.4]}\n",
    SERVER "server: {script: [{on: mail, reply: 250}]}\n", /* verbs have capitals */
    SERVER "server: {script: [{on: MAIL, do: [nromal]}]}\n",
    SERVER "server: {script: [{on: MAIL, do: [{repyl: 250}]}]}\n",
    SERVER "server: {script: [{on: MAIL, do: [{send: {hxe: 00}}]}]}\n",
    SERVER "server: {certificate: selfsigned}\n",
    SERVER "server: {certificate: [{issuer: nobody}]}\n",
    GOOD "client: {verify: {except: [exipred]}}\n",
    GOOD "client: {steps: [conect]}\n",
    GOOD "client: {steps: [{wait: 5}]}\n",
    EXPECT "expect: {outcom: sent}\n",
    EXPECT "expect: {outcome: snet}\n",
    EXPECT "expect: {outcome: {one_fo: [sent]}}\n",
    EXPECT "expect: {starttls: {ofered: true}}\n",
    EXPECT "expect: {starttls.offered: 5}\n",
    EXPECT "expect: {replies.mial.code: 250}\n",
    EXPECT "expect: {connections.2.reply.cod: 250}\n",
    EXPECT "expect: {certificate.flags: [exipred]}\n",
    EXPECT "expect: {findings: [no-goodbey]}\n",
    EXPECT "expect: {tls.version: 1.3}\n",
    GOOD "cases: [{name: no id}]\n",
    GOOD "id: a\ncases: [{id: b}]\n",
    GOOD "cases: [{id: a, include: [x.yaml]}]\n",
    GOOD "cases: [{id: a, templates: {}}]\n",
    GOOD "cases: [{id: a, cases: [{id: b}]}]\n",
    GOOD "cases: [{id: a, x-own: 5}]\n",
    GOOD "templates: {t: {include: x.yaml}}\n",
    GOOD "templates: {t: {templates: {}}}\n",
    GOOD "templates: {t: {version: 1}}\n",
    GOOD "templates: {t: {id: a}}\n",
    GOOD "templates: {t: {sever: {}}}\n",
    GOOD "templates: [a]\n",
    SERVER "server: {script: [{on: MAIL, hang: true}]}\n",
    SERVER "server: {script: [{on: MAIL, do: [{reply: 250 ok, delay: 1s}]}]}\n",
    GOOD "client: {time_limits: {resolve: 5s}}\n",
    GOOD "client: {connect_to: nowhere}\n",
};

/* Mistakes that the loader tells of a text that is no file. */
static size_t errors_of(const char *text)
{
    struct diag_list diags;
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    diag_list_init(&diags);
    ck_assert_msg(
        scenario_load_text("text.yaml", span_text(text), NULL, &diags, &suite, &fail) == STATUS_OK,
        "%s", fail.text);
    size_t errors = diags.errors;
    scenario_suite_free(suite);
    diag_list_done(&diags);
    return errors;
}

/* The schema and the loader agree, but for what needs more than one look: `${{ }}`, files. */
START_TEST(test_right_and_wrong)
{
    read_schema();
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        bool closed = strstr(good[i], "${{") == NULL;
        ck_assert_msg(text_fits("good", span_text(good[i])), "does not fit:\n%s", good[i]);
        ck_assert_msg(!closed || errors_of(good[i]) == 0, "the loader refuses\n%s", good[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        ck_assert_msg(!text_fits("wrong", span_text(wrong[i])), "fits:\n%s", wrong[i]);
        ck_assert_msg(errors_of(wrong[i]) > 0, "the loader takes\n%s", wrong[i]);
    }
}
END_TEST

#define FILE_BEFORE ""
#define CASE_BEFORE GOOD
#define SERVER_BEFORE SERVER
#define EXPECT_BEFORE EXPECT
#define ERROR_SEVERITY false
#define WARNING_SEVERITY true

/* All that is worth a warning loads, so it fits. */
START_TEST(test_warnings_fit)
{
    static const struct {
        const char *text;
        bool is_warning;
    } rows[] = {
#define MISTAKE(before, text, severity, line, column, message, hint) \
    {before##_BEFORE text, severity##_SEVERITY},
#include "harness/scenario/mistakes.def"
#undef MISTAKE
    };
    size_t tried = 0;
    read_schema();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].is_warning) {
            ck_assert_msg(
                text_fits("warning", span_text(rows[i].text)), "does not fit:\n%s", rows[i].text);
            tried++;
        }
    }
    ck_assert_uint_gt(tried, 5);
}
END_TEST

UNIT_MAIN(test_the_shipped_file_is_what_the_tables_say, test_every_type_is_known,
    test_every_reference_leads_somewhere, test_every_property_has_a_description,
    test_every_shipped_scenario_fits, test_right_and_wrong, test_warnings_fit)
