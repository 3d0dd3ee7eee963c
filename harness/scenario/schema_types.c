#include "harness/scenario/schema_types.h"

#include <assert.h>

#include "harness/base/quote.h"
#include "harness/base/text.h"
#include "harness/evidence/alert.h"
#include "harness/evidence/certificate_flag.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/words.h"

/* --- JSON --- */

static void schema_line(struct schema_json *json)
{
    buf_append_byte(json->out, '\n');
    for (unsigned i = 0; i < json->depth; i++) {
        buf_append_text(json->out, "  ");
    }
}

void schema_open(struct schema_json *json, char bracket, bool lines)
{
    assert(json->depth + 1 < SCHEMA_DEPTH_MAX);
    buf_append_byte(json->out, (uint8_t)bracket);
    json->depth++;
    json->begun[json->depth] = false;
    json->lines[json->depth] = lines;
}

void schema_close(struct schema_json *json, char bracket)
{
    bool line = json->lines[json->depth] && json->begun[json->depth];
    json->depth--;
    if (line) {
        schema_line(json);
    }
    buf_append_byte(json->out, (uint8_t)bracket);
}

void schema_item(struct schema_json *json)
{
    if (json->begun[json->depth]) {
        buf_append_text(json->out, json->lines[json->depth] ? "," : ", ");
    }
    json->begun[json->depth] = true;
    if (json->lines[json->depth]) {
        schema_line(json);
    }
}

void schema_key(struct schema_json *json, const char *key)
{
    schema_item(json);
    schema_text(json, key);
    buf_append_text(json->out, ": ");
}

void schema_text(struct schema_json *json, const char *text)
{
    quote_json(span_text(text), json->out);
}

void schema_raw(struct schema_json *json, const char *text)
{
    buf_append_text(json->out, text);
}

void schema_reference(struct schema_json *json, const char *prefix, struct span name)
{
    buf_printf(json->out, "{\"$ref\": \"#/definitions/%s", prefix);
    for (size_t i = 0; i < name.len; i++) { /* a placeholder's brackets cannot stand there */
        if (name.data[i] != '<' && name.data[i] != '>') {
            buf_append_byte(json->out, name.data[i]);
        }
    }
    buf_append_text(json->out, "\"}");
}

void schema_words(struct schema_json *json, const char *allowed)
{
    struct span rest = span_text(allowed);
    schema_raw(json, "{\"enum\": ");
    schema_open(json, '[', false);
    while (rest.len > 0) {
        size_t bar = span_find(rest, '|');
        schema_item(json);
        quote_json(span_first(rest, bar), json->out);
        rest = span_from(rest, bar + 1);
    }
    schema_close(json, ']');
    schema_raw(json, "}");
}

static void schema_list_of(struct schema_json *json, const char *const *words)
{
    schema_raw(json, "{\"enum\": ");
    schema_open(json, '[', false);
    for (; *words != NULL; words++) {
        schema_item(json);
        schema_text(json, *words);
    }
    schema_close(json, ']');
    schema_raw(json, "}");
}

/* --- types that depend on what is allowed --- */

static void schema_word(struct schema_json *json, const char *allowed)
{
    if (allowed == NULL) {
        schema_raw(json, "{\"$ref\": \"#/definitions/text\"}");
    } else {
        schema_words(json, allowed);
    }
}

/* "0..5", "1..65535|auto" */
static void schema_number(struct schema_json *json, const char *allowed)
{
    struct span range = span_text(allowed);
    range = span_first(range, span_find(range, '|'));
    size_t dot = span_find(range, '.');
    schema_raw(json, "{\"type\": \"integer\"");
    if (dot < range.len) {
        struct span high = span_from(range, dot + 2);
        buf_printf(json->out, ", \"minimum\": %.*s, \"maximum\": %.*s", (int)dot,
            (const char *)range.data, (int)high.len, (const char *)high.data);
    }
    schema_raw(json, "}");
}

static void schema_port(struct schema_json *json, const char *allowed)
{
    schema_number(json, allowed);
    if (strchr(allowed, '|') != NULL) {
        schema_item(json);
        schema_raw(json, "{\"enum\": [\"auto\"]}");
    }
}

static void schema_moment(struct schema_json *json, const char *allowed)
{
    schema_words(json, allowed);
    schema_item(json);
    schema_raw(json, "{\"type\": \"string\", \"pattern\": \"^[A-Z][A-Z0-9-]*$\"}");
}

static void schema_alert(struct schema_json *json, const char *allowed)
{
    (void)allowed;
    schema_list_of(json, alert_names());
    schema_item(json);
    schema_raw(json, "{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 255}");
}

static void schema_flag(struct schema_json *json, const char *allowed)
{
    (void)allowed;
    schema_list_of(json, certificate_flag_names());
}

static void schema_fault(struct schema_json *json, const char *allowed)
{
    (void)allowed;
    schema_list_of(json, plan_fault_names());
}

/* At the top of a file only: its version, and its cases. */
static void schema_of_file(struct schema_json *json, const char *allowed)
{
    if (allowed != NULL) {
        buf_printf(json->out, "{\"enum\": [%s]}", allowed);
    } else {
        schema_raw(json, "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": "
                         "\"#/definitions/case\"}}");
    }
}

/* --- names of types --- */

#define REF(name) "{\"$ref\": \"#/definitions/" name "\"}"

static const struct {
    const char *one, *many; /* many: behind "list of" or "map of"; NULL: never stands there */
    const char *json;       /* or: */
    void (*write)(struct schema_json *json, const char *allowed);
} types[] = {
    {"text", "text", REF("text"), NULL},
    {"one line of text", "lines", REF("text"), NULL},
    {"line", NULL, REF("text"), NULL},
    {"text that begins with a code", NULL, REF("text"), NULL},
    {"hexadecimal digits", NULL, REF("text"), NULL},
    {"host name or address", NULL, REF("text"), NULL},
    {"name of letters, digits, dots, dashes and underscores", NULL, REF("text"), NULL},
    {"name", "names", REF("text"), NULL},
    {"pin", "pins", "{\"type\": \"string\", \"pattern\": \"^(server|sha256/[0-9A-Za-z+/]{43}=)$\"}",
        NULL},
    {"file", "files", REF("text"), NULL},
    {"alternative name", "alternative names", REF("bytes"), NULL},
    {"password", "passwords", REF("text"), NULL},
    {"token", "tokens", REF("text"), NULL},
    {"mechanism", "mechanisms", REF("text"), NULL},
    {"protocol", "protocols", REF("text"), NULL},
    {"pattern (PCRE2)", NULL, REF("text"), NULL},
    {"pattern (PCRE2, caseless)", NULL, REF("text"), NULL},
    {"catalogue id", "catalogue ids", REF("catalogue-id"), NULL},
    {"true or false", NULL, "{\"type\": \"boolean\"}", NULL},
    {"true", NULL, "{\"enum\": [true]}", NULL},
    {"auto", NULL, "{\"enum\": [\"auto\"]}", NULL},
    {"random", NULL, "{\"enum\": [\"random\"]}", NULL},
    {"nothing: the bare word", NULL, "{\"enum\": [true]}", NULL},
    {"the bare word", NULL, "{\"type\": \"null\"}", NULL},
    {"word", "words", NULL, schema_word},
    {"a word", NULL, NULL, schema_word},
    {"version", "versions", NULL, schema_word},
    {"moment", "moments", NULL, schema_moment},
    {"chain certificate", "chain certificates",
        "{\"enum\": [\"leaf\", \"intermediate\", \"root\", \"cross\", \"other\"]}", NULL},
    {"certificate flag", "certificate flags", NULL, schema_flag},
    {"fault", "faults", NULL, schema_fault},
    {"TLS alert", NULL, NULL, schema_alert},
    {"number", "numbers", NULL, schema_number},
    {"range", NULL, REF("range"), NULL},
    {"port", NULL, NULL, schema_port},
    {"duration", NULL, REF("duration"), NULL},
    {"duration from the case's clock", NULL, REF("duration"), NULL},
    {"size", NULL, REF("size"), NULL},
    {"date", NULL, REF("date"), NULL},
    {"bytes", NULL, REF("bytes"), NULL},
    {"ADDRESS:PORT", NULL, "{\"type\": \"string\", \"pattern\": \":[0-9]+$\"}", NULL},
    {"facts", NULL, REF("expect"), NULL},
    {"matcher", NULL, REF("section.matcher"), NULL},
    {"value", "values", "{}", NULL},
    {"list", "lists", "{\"type\": \"array\"}", NULL},
    {"map", "maps", "{\"type\": \"object\"}", NULL},
    {"section", NULL, "{\"type\": \"object\"}", NULL},
    {"template", "templates", REF("template"), NULL},
    {"server", "servers", REF("section.server"), NULL},
    {"of the whole file", NULL, NULL, schema_of_file},
};

void schema_type_definitions(struct schema_json *json)
{
    static const char *const definitions[][2] = {
        {"null", "{\"type\": \"null\"}"},
        {"substitution", "{\"type\": \"string\", \"pattern\": \"\\\\$\\\\{\\\\{\"}"},
        {"text", "{\"type\": [\"string\", \"number\", \"boolean\"]}"},
        {"range", "{\"type\": \"string\", \"pattern\": \"^[a-z0-9.]*\\\\.\\\\.[a-z0-9.]*$\"}"},
        {"duration", "{\"type\": \"string\", \"pattern\": "
                     "\"^[-+]?[0-9]+(\\\\.[0-9]+)?(us|ms|s|m|h|d|w)$\"}"},
        {"size", "{\"anyOf\": [{\"type\": \"integer\"}, {\"type\": \"string\", \"pattern\": "
                 "\"^([0-9]+|[0-9]+(\\\\.[0-9]+)?(B|KB|MB|GB|KiB|MiB|GiB))$\"}]}"},
        {"date", "{\"type\": \"string\", \"pattern\": \"^[0-9]{4}-[0-9]{2}-[0-9]{2}\"}"},
        {"catalogue-id", "{\"type\": \"string\", \"pattern\": \"^[A-Z]{3}-[0-9]{2}$\"}"},
        {"bytes",
            "{\"anyOf\": [" REF("text") ", " REF("section.bytes") ", {\"type\": \"array\", "
                                                                  "\"items\": " REF("bytes") "}]}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(definitions); i++) {
        schema_key(json, definitions[i][0]);
        schema_raw(json, definitions[i][1]);
    }
}

/* --- how names are put together --- */

static bool schema_starts(struct span *text, const char *prefix)
{
    size_t len = strlen(prefix);
    if (text->len < len || memcmp(text->data, prefix, len) != 0) {
        return false;
    }
    *text = span_from(*text, len);
    return true;
}

static bool schema_simple(
    struct schema_json *json, struct span type, const char *allowed, bool many)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        const char *name = many ? types[i].many : types[i].one;
        if (name == NULL || !span_equal(type, span_text(name))) {
            continue;
        }
        schema_item(json);
        if (types[i].json != NULL) {
            schema_raw(json, types[i].json);
        } else {
            types[i].write(json, allowed);
        }
        return true;
    }
    return false;
}

/* Keys of a section that may stand alone, as a word. */
static void schema_bare_words(struct schema_json *json, struct span section)
{
    size_t len;
    const struct scenario_key_row *keys = scenario_keys(&len);
    bool begun = false;
    for (size_t i = 0; i < len; i++) {
        if (!span_equal(section, span_text(keys[i].section)) ||
            strstr(keys[i].type, "the bare word") == NULL) {
            continue;
        }
        if (!begun) {
            schema_item(json);
            schema_raw(json, "{\"enum\": ");
            schema_open(json, '[', false);
            begun = true;
        }
        schema_item(json);
        schema_text(json, keys[i].name);
    }
    if (begun) {
        schema_close(json, ']');
        schema_raw(json, "}");
    }
}

/* What is behind "list of" or "map of": "words", "rules (section rule)". */
static bool schema_many(struct schema_json *json, struct span type, const char *allowed)
{
    static const char mark[] = " (section ";
    const uint8_t *at = memmem(type.data, type.len, mark, sizeof mark - 1);
    if (at == NULL) {
        return schema_simple(json, type, allowed, true);
    }
    struct span section = span_from(type, (size_t)(at - type.data) + sizeof mark - 1);
    section = span_first(section, span_find(section, ')'));
    schema_item(json);
    schema_reference(json, "section.", section);
    schema_bare_words(json, section);
    return true;
}

/* A list, or a map, of what `inner` writes. */
static bool schema_container(struct schema_json *json, struct span of, const char *allowed,
    const char *begin, bool (*inner)(struct schema_json *, struct span, const char *))
{
    schema_item(json);
    schema_raw(json, begin);
    schema_open(json, '[', false);
    bool known = inner(json, of, allowed);
    schema_item(json);
    schema_raw(json, REF("substitution"));
    schema_close(json, ']');
    schema_raw(json, "}}");
    return known;
}

#define SCHEMA_LIST "{\"type\": \"array\", \"items\": {\"anyOf\": "
#define SCHEMA_MAP "{\"type\": \"object\", \"additionalProperties\": {\"anyOf\": "

bool schema_type(struct schema_json *json, struct span type, const char *allowed)
{
    static const char these[] = ", or a list of these";
    size_t these_len = sizeof these - 1;
    if (schema_simple(json, type, allowed, false)) {
        return true;
    }
    if (type.len > these_len && text_ends((const char *)type.data, these) &&
        type.data[type.len] == 0) {
        struct span each = span_first(type, type.len - these_len);
        bool known = schema_type(json, each, allowed);
        return schema_container(json, each, allowed, SCHEMA_LIST, schema_type) && known;
    }
    size_t comma = span_find(type, ',');
    if (comma < type.len) {
        struct span rest = text_trim(span_from(type, comma + 1));
        (void)schema_starts(&rest, "or ");
        bool known = schema_type(json, span_first(type, comma), allowed);
        return schema_type(json, rest, allowed) && known;
    }
    (void)schema_starts(&type, "a ");
    if (schema_starts(&type, "list of ")) {
        return schema_container(json, type, allowed, SCHEMA_LIST, schema_many);
    }
    if (schema_starts(&type, "map of ")) {
        return schema_container(json, type, allowed, SCHEMA_MAP, schema_many);
    }
    if (schema_starts(&type, "section ")) {
        schema_item(json);
        schema_reference(json, "section.", type);
        return true;
    }
    schema_item(json);
    schema_raw(json, "{}");
    return false;
}
