#include "harness/scenario/schema.h"

#include "harness/base/mem.h"
#include "harness/evidence/certificate_flag.h"
#include "harness/evidence/fact.h"
#include "harness/evidence/finding.h"
#include "harness/scenario/keys.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/schema_types.h"

#define SCHEMA_NAME_MAX 200    /* octets of a fact's name, or of the pattern of one */
#define SCHEMA_PREFIXES_MAX 64 /* groups of facts */

static void schema_description(
    struct schema_json *json, const char *before, const char *sentence, const char *source)
{
    struct buf text;
    buf_init(&text, 4096);
    buf_printf(&text, "%s%s%s%s%s", before, sentence, source[0] != 0 ? " [" : "", source,
        source[0] != 0 ? "]" : "");
    schema_key(json, "description");
    schema_text(json, buf_text(&text));
    buf_done(&text);
}

/* What may stand wherever a value does. */
static void schema_always(struct schema_json *json)
{
    schema_item(json);
    schema_raw(json, "{\"$ref\": \"#/definitions/null\"}");
    schema_item(json);
    schema_raw(json, "{\"$ref\": \"#/definitions/substitution\"}");
}

/* --- sections --- */

static void schema_property(struct schema_json *json, const struct scenario_key_row *row)
{
    schema_key(json, row->name);
    schema_open(json, '{', false);
    schema_description(json, row->not_yet ? "Not yet: " : "", row->sentence, row->source);
    bool is_bare = strcmp(row->type, "nothing: the bare word") == 0; /* it has no value */
    if (row->not_yet || is_bare) {
        schema_key(json, "not");
        schema_raw(json, "{}");
    } else {
        schema_key(json, "anyOf");
        schema_open(json, '[', false);
        (void)schema_type(json, span_text(row->type), row->allowed);
        schema_always(json);
        schema_close(json, ']');
    }
    schema_close(json, '}');
}

/* What a map is, beside being of a section. */
enum schema_role {
    SCHEMA_FILE,     /* keys of a case, and those of the whole file */
    SCHEMA_CASE,     /* of `cases`: it has an id */
    SCHEMA_TEMPLATE, /* it has none */
    SCHEMA_SECTION,
};

static bool schema_has(enum schema_role role, const struct scenario_key_row *row)
{
    bool of_case = strcmp(row->section, "case") == 0;
    return role == SCHEMA_FILE || !of_case ||
           (!keys_is_of_file(span_text(row->name)) &&
               (role != SCHEMA_TEMPLATE || strcmp(row->name, "id") != 0));
}

static void schema_properties(struct schema_json *json, const char *section, enum schema_role role)
{
    size_t len;
    const struct scenario_key_row *rows = scenario_keys(&len);
    for (size_t i = 0; i < len; i++) {
        if (strcmp(rows[i].section, section) == 0 && schema_has(role, &rows[i])) {
            schema_property(json, &rows[i]);
        }
    }
}

static void schema_role(struct schema_json *json, enum schema_role role)
{
    if (role == SCHEMA_CASE) {
        schema_key(json, "required");
        schema_raw(json, "[\"id\"]");
    } else if (role == SCHEMA_FILE) {
        schema_key(json, "required");
        schema_raw(json, "[\"version\"]");
        schema_key(json, "dependencies");
        schema_raw(json, "{\"cases\": {\"not\": {\"required\": [\"id\"]}}}");
        schema_key(json, "patternProperties"); /* for anchors */
        schema_raw(
            json, "{\"^[Xx]-\": {\"description\": \"A place for anchors: nothing reads it.\"}}");
    }
}

static void schema_section(
    struct schema_json *json, const char *definition, const char *section, enum schema_role role)
{
    schema_key(json, definition);
    schema_open(json, '{', true);
    schema_key(json, "type");
    schema_text(json, "object");
    schema_role(json, role);
    if (strcmp(section, "action") == 0) {
        schema_key(json, "maxProperties");
        schema_raw(json, "1");
    }
    schema_key(json, "additionalProperties");
    schema_raw(json, strcmp(section, "matrix") == 0 /* its dimensions have any names */
                         ? "{\"type\": [\"array\", \"object\", \"string\"]}"
                         : "false");
    schema_key(json, "properties");
    schema_open(json, '{', true);
    schema_properties(json, section, role);
    if (strcmp(section, "rule") == 0) {
        schema_properties(json, "action", role); /* a single action may stand beside `on` */
    }
    schema_close(json, '}');
    schema_close(json, '}');
}

static void schema_sections(struct schema_json *json)
{
    size_t len;
    const struct scenario_key_row *rows = scenario_keys(&len);
    schema_section(json, "file", "case", SCHEMA_FILE);
    schema_section(json, "case", "case", SCHEMA_CASE);
    schema_section(json, "template", "case", SCHEMA_TEMPLATE);
    for (size_t i = 1; i < len; i++) { /* the first section is the case's */
        if (strcmp(rows[i].section, rows[i - 1].section) != 0) {
            struct buf name;
            buf_init(&name, SCHEMA_NAME_MAX);
            buf_printf(&name, "section.%s", rows[i].section);
            schema_section(json, buf_text(&name), rows[i].section, SCHEMA_SECTION);
            buf_done(&name);
        }
    }
}

/* --- facts --- */

/* One value of a fact, or of an item of a list. */
static void schema_fact_scalar(struct schema_json *json, enum fact fact)
{
    static const char *const scalars[] = {
        [FACT_TYPE_TRUTH] = "{\"type\": \"boolean\"}",
        [FACT_TYPE_INTEGER] = "{\"type\": \"integer\"}",
        [FACT_TYPE_WORD] = "{\"$ref\": \"#/definitions/text\"}",
        [FACT_TYPE_TEXT] = "{\"$ref\": \"#/definitions/text\"}",
        [FACT_TYPE_VERSION] = "{\"$ref\": \"#/definitions/fact.version\"}",
        [FACT_TYPE_CODE] = "{\"$ref\": \"#/definitions/fact.code\"}",
        [FACT_TYPE_ENHANCED] = "{\"$ref\": \"#/definitions/fact.enhanced\"}",
        [FACT_TYPE_DATE] = "{\"type\": \"string\"}",
        [FACT_TYPE_DURATION] = "{\"$ref\": \"#/definitions/duration\"}",
        [FACT_TYPE_SIZE] = "{\"$ref\": \"#/definitions/size\"}",
        [FACT_TYPE_LIST] = "{\"$ref\": \"#/definitions/text\"}",
        [FACT_TYPE_VERSIONS] = "{\"$ref\": \"#/definitions/fact.version\"}",
        [FACT_TYPE_CODES] = "{\"$ref\": \"#/definitions/fact.code\"}",
        [FACT_TYPE_SIZES] = "{\"$ref\": \"#/definitions/size\"}",
    };
    schema_item(json);
    if (fact == FACT_CERTIFICATE_FLAGS || fact == FACT_CERTIFICATE_UNFORGIVEN) {
        schema_raw(json, "{\"$ref\": \"#/definitions/fact.flag\"}");
    } else if (fact == FACT_FINDINGS) {
        schema_raw(json, "{\"$ref\": \"#/definitions/fact.finding\"}");
    } else if (fact_row(fact)->allowed != NULL) {
        schema_words(json, fact_row(fact)->allowed);
    } else {
        schema_raw(json, scalars[fact_row(fact)->type]);
    }
}

static bool schema_fact_is_list(enum fact_type type)
{
    return type == FACT_TYPE_LIST || type == FACT_TYPE_VERSIONS || type == FACT_TYPE_CODES ||
           type == FACT_TYPE_SIZES;
}

static void schema_fact(struct schema_json *json, const char *key, enum fact fact)
{
    const struct fact_row *row = fact_row(fact);
    schema_key(json, key);
    schema_open(json, '{', false);
    schema_description(json, "", row->sentence, row->source);
    schema_key(json, "anyOf");
    schema_open(json, '[', false);
    if (schema_fact_is_list(row->type)) {
        schema_item(json);
        schema_raw(json, "{\"type\": \"array\", \"items\": {\"anyOf\": ");
        schema_open(json, '[', false);
        schema_fact_scalar(json, fact);
        schema_item(json);
        schema_raw(json, "{\"type\": \"object\"}, {\"$ref\": \"#/definitions/substitution\"}");
        schema_close(json, ']');
        schema_raw(json, "}}");
    } else {
        schema_fact_scalar(json, fact);
    }
    schema_item(json);
    schema_raw(json, "{\"$ref\": \"#/definitions/section.matcher\"}");
    schema_always(json);
    schema_close(json, ']');
    schema_close(json, '}');
}

/* Appends a name, or the part of one, as a pattern: "replies\.(mail|rcpt)\.code". */
static void schema_name_pattern(const char *name, struct buf *out)
{
    for (const char *at = name; *at != 0; at++) {
        if (strncmp(at, "<stage>", 7) == 0) {
            buf_printf(out, "(%s)", fact_row(FACT_STAGE)->allowed);
            at += 6;
        } else if (*at == '<') {
            buf_append_text(out, "[^.]+");
            at += strcspn(at, ">");
        } else {
            buf_printf(out, *at == '.' ? "\\%c" : "%c", *at);
        }
    }
}

/* --- groups of facts --- */

struct schema_prefixes {
    struct arena *arena;
    const char *items[SCHEMA_PREFIXES_MAX];
    size_t len;
};

/* "server", "server.saw" of "server.saw.commands". */
static void schema_take_prefixes(struct schema_prefixes *prefixes, const char *name)
{
    for (const char *dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        const char *prefix = arena_memdup(prefixes->arena, name, (size_t)(dot - name));
        bool known = false;
        for (size_t i = 0; i < prefixes->len; i++) {
            known = known || strcmp(prefixes->items[i], prefix) == 0;
        }
        if (!known && prefixes->len < SCHEMA_PREFIXES_MAX) {
            prefixes->items[prefixes->len++] = prefix;
        }
    }
}

/* What stands behind `prefix` and a dot; NULL where the name does not begin so. */
static const char *schema_behind(const char *name, const char *prefix)
{
    size_t len = strlen(prefix);
    if (len == 0) {
        return name;
    }
    return strncmp(name, prefix, len) == 0 && name[len] == '.' ? name + len + 1 : NULL;
}

/* A group of facts, which names them all. */
static void schema_group_reference(struct schema_json *json, const char *key, const char *prefix)
{
    struct buf names;
    buf_init(&names, 4096);
    buf_append_text(&names, "Facts: ");
    for (size_t i = 0, len = 0; i < FACT_COUNT; i++) {
        const char *rest = schema_behind(fact_row((enum fact)i)->name, prefix);
        if (rest != NULL) {
            buf_printf(&names, "%s%s", len++ == 0 ? "" : ", ", rest);
        }
    }
    buf_append_byte(&names, '.');
    schema_key(json, key);
    schema_open(json, '{', false);
    schema_description(json, "", buf_text(&names), "");
    schema_key(json, "allOf");
    schema_open(json, '[', false);
    schema_item(json);
    schema_reference(json, "expect.", span_text(prefix));
    schema_close(json, ']');
    schema_close(json, '}');
    buf_done(&names);
}

/* Facts and groups below a prefix; with `patterns` those whose names have a placeholder, else the
 * others. */
static void schema_group_properties(struct schema_json *json,
    const struct schema_prefixes *prefixes, const char *prefix, bool patterns)
{
    struct buf pattern;
    buf_init(&pattern, 4096);
    for (size_t i = 0; i < FACT_COUNT + prefixes->len; i++) {
        bool is_fact = i < FACT_COUNT;
        const char *name = is_fact ? fact_row((enum fact)i)->name : prefixes->items[i - FACT_COUNT];
        const char *rest = schema_behind(name, prefix);
        if (rest == NULL || (strchr(rest, '<') != NULL) != patterns) {
            continue;
        }
        buf_clear(&pattern);
        if (patterns) {
            buf_append_byte(&pattern, '^');
            schema_name_pattern(rest, &pattern);
            buf_append_byte(&pattern, '$');
        }
        const char *key = patterns ? buf_text(&pattern) : rest;
        if (is_fact) {
            schema_fact(json, key, (enum fact)i);
        } else {
            schema_group_reference(json, key, name);
        }
    }
    buf_done(&pattern);
}

/* Facts of a numbered connection, whatever is expected of them. */
static void schema_connections(struct schema_json *json, const char *before)
{
    struct buf pattern;
    buf_init(&pattern, SIZE_MAX / 2);
    buf_printf(&pattern, "^%s[1-9][0-9]*\\.(", before);
    bool first = true;
    for (size_t i = 0; i < FACT_COUNT; i++) {
        const struct fact_row *row = fact_row((enum fact)i);
        if ((row->flags & FACT_FLAG_PER_CONNECTION) != 0) {
            buf_append_text(&pattern, first ? "" : "|");
            schema_name_pattern(row->name, &pattern);
            first = false;
        }
    }
    buf_append_text(&pattern, ")$");
    schema_key(json, buf_text(&pattern));
    schema_raw(json, "{\"description\": \"A fact of the connection with this number.\"}");
    buf_clear(&pattern);
    buf_printf(&pattern, "^%s[1-9][0-9]*$", before);
    schema_key(json, buf_text(&pattern));
    schema_raw(json, "{\"description\": \"Facts of the connection with this number.\", "
                     "\"type\": \"object\"}");
    buf_done(&pattern);
}

static void schema_group(
    struct schema_json *json, const struct schema_prefixes *prefixes, const char *prefix)
{
    schema_open(json, '{', true);
    schema_key(json, "type");
    schema_raw(json, "[\"object\", \"null\"]");
    schema_key(json, "additionalProperties");
    schema_raw(json, "false");
    schema_key(json, "properties");
    schema_open(json, '{', true);
    schema_group_properties(json, prefixes, prefix, false);
    schema_close(json, '}');
    schema_key(json, "patternProperties");
    schema_open(json, '{', true);
    schema_group_properties(json, prefixes, prefix, true);
    /* A name that is put together: the loader checks what it gives. */
    schema_key(json, "\\$\\{\\{");
    schema_raw(json, "{\"description\": \"A name that is put together.\"}");
    if (prefix[0] == 0) {
        schema_connections(json, "connections\\.");
    } else if (strcmp(prefix, "connections") == 0) {
        schema_connections(json, "");
    }
    schema_close(json, '}');
    schema_close(json, '}');
}

static void schema_facts(struct schema_json *json)
{
    struct schema_prefixes prefixes = {.arena = arena_new()};
    for (size_t i = 0; i < FACT_COUNT; i++) {
        schema_take_prefixes(&prefixes, fact_row((enum fact)i)->name);
    }
    schema_key(json, "expect");
    schema_group(json, &prefixes, "");
    for (size_t i = 0; i < prefixes.len; i++) {
        struct buf name;
        buf_init(&name, SCHEMA_NAME_MAX);
        buf_append_text(&name, "expect.");
        for (const char *at = prefixes.items[i]; *at != 0; at++) {
            if (*at != '<' && *at != '>') {
                buf_append_byte(&name, (uint8_t)*at);
            }
        }
        schema_key(json, buf_text(&name));
        schema_group(json, &prefixes, prefixes.items[i]);
        buf_done(&name);
    }
    arena_free(prefixes.arena);
}

static void schema_fact_definitions(struct schema_json *json)
{
    schema_key(json, "fact.version");
    schema_words(
        json, "ssl2|ssl3|tls1|tls1.1|tls1.2|tls1.3|SSLv2|SSLv3|TLSv1|TLSv1.1|TLSv1.2|TLSv1.3");
    schema_key(json, "fact.code");
    schema_raw(json, "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 200, \"maximum\": 599}, "
                     "{\"type\": \"string\", \"pattern\": "
                     "\"^[2-5]([0-5xX][0-9xX]|[6-9][0-9])$\"}]}");
    schema_key(json, "fact.enhanced");
    schema_raw(json, "{\"type\": \"string\", \"pattern\": \"^[0-9x]+\\\\.[0-9x]+\\\\.[0-9x]+$\"}");
    schema_key(json, "fact.flag");
    schema_open(json, '{', false);
    schema_key(json, "enum");
    schema_open(json, '[', false);
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        schema_item(json);
        schema_text(json, certificate_flag_row(i)->name);
    }
    schema_close(json, ']');
    schema_close(json, '}');
    schema_key(json, "fact.finding");
    schema_open(json, '{', false);
    schema_key(json, "enum");
    schema_open(json, '[', false);
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        schema_item(json);
        schema_text(json, finding_row(i)->name);
    }
    schema_close(json, ']');
    schema_close(json, '}');
}

/* --- the whole --- */

void schema_write(struct buf *out)
{
    struct schema_json json = {.out = out};
    schema_open(&json, '{', true);
    schema_key(&json, "$schema");
    schema_text(&json, "http://json-schema.org/draft-07/schema#");
    schema_key(&json, "title");
    schema_text(&json, "A scenario of smtpvet, version 1");
    schema_key(&json, "allOf");
    schema_raw(&json, "[{\"$ref\": \"#/definitions/file\"}]");
    schema_key(&json, "definitions");
    schema_open(&json, '{', true);
    schema_sections(&json);
    schema_facts(&json);
    schema_fact_definitions(&json);
    schema_type_definitions(&json);
    schema_close(&json, '}');
    schema_close(&json, '}');
    buf_append_byte(out, '\n');
}

const char *schema_unknown_type(void)
{
    size_t len;
    const struct scenario_key_row *rows = scenario_keys(&len);
    struct buf unread;
    buf_init(&unread, SIZE_MAX / 2);
    const char *unknown = NULL;
    for (size_t i = 0; i < len && unknown == NULL; i++) {
        struct schema_json json = {.out = &unread};
        if (!schema_type(&json, span_text(rows[i].type), rows[i].allowed)) {
            unknown = rows[i].type;
        }
    }
    buf_done(&unread);
    return unknown;
}
