#include "harness/base/secret.h"

#include "harness/base/text.h"

#define SECRET_FORM_MAX (64 * 1024) /* octets of one encoded form; a token may be long */

#define SECRET_PAIRS 65536

struct secret_form {
    uint8_t *data;
    size_t len;
    bool caseless; /* to be masked in whatever case its ASCII letters are */
    bool veil;     /* masked, and no secret */
};

struct secret_set {
    struct secret_form *forms;
    size_t len, capacity;
    size_t longest;                   /* form's octets */
    uint8_t begins[SECRET_PAIRS / 8]; /* a bit for each pair of octets that begins a form: nearly
                                         all text is passed over by it */
    bool show;
};

struct secret_set *secret_set_new(void)
{
    return mem_zalloc(1, sizeof(struct secret_set));
}

void secret_set_free(struct secret_set *set)
{
    if (set == NULL) {
        return;
    }
    for (size_t i = 0; i < set->len; i++) {
        mem_wipe(set->forms[i].data, set->forms[i].len);
        mem_free(set->forms[i].data);
    }
    mem_free(set->forms);
    mem_free(set);
}

static unsigned secret_pair(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static void secret_note_begin(struct secret_set *set, uint8_t first, uint8_t second)
{
    unsigned pair = secret_pair((const uint8_t[]){first, second});
    set->begins[pair / 8] |= (uint8_t)(1u << pair % 8);
}

/* The octet in the other case, itself where it has none. */
static uint8_t secret_other_case(uint8_t c)
{
    char lower = text_lower((char)c);
    return (uint8_t)(lower != (char)c ? lower : text_upper((char)c));
}

static void secret_note_form(struct secret_set *set, const struct secret_form *form)
{
    uint8_t first = form->data[0], second = form->data[1];
    secret_note_begin(set, first, second);
    if (form->caseless) {
        secret_note_begin(set, secret_other_case(first), second);
        secret_note_begin(set, first, secret_other_case(second));
        secret_note_begin(set, secret_other_case(first), secret_other_case(second));
    }
}

static void secret_add_as(struct secret_set *set, struct span bytes, bool caseless, bool veil)
{
    if (bytes.len < SECRET_SCAN_MIN) {
        return;
    }
    for (size_t i = 0; i < set->len; i++) {
        struct secret_form *form = &set->forms[i];
        if (span_equal(bytes, span_of(form->data, form->len))) {
            form->caseless = form->caseless || caseless;
            form->veil = form->veil && veil;
            secret_note_form(set, form);
            return;
        }
    }
    if (set->len == SECRET_FORMS_MAX) {
        return;
    }
    set->forms = mem_grow(set->forms, set->len, &set->capacity, sizeof *set->forms);
    struct secret_form *form = &set->forms[set->len++];
    *form = (struct secret_form){mem_alloc(bytes.len), bytes.len, caseless, veil};
    memcpy(form->data, bytes.data, bytes.len);
    secret_note_form(set, form);
    set->longest = bytes.len > set->longest ? bytes.len : set->longest;
}

static void secret_add(struct secret_set *set, struct span bytes, bool caseless)
{
    secret_add_as(set, bytes, caseless, false);
}

void secret_set_add_veil(struct secret_set *set, struct span bytes)
{
    secret_add_as(set, bytes, false, true);
}

void secret_set_add_form(struct secret_set *set, struct span bytes)
{
    secret_add(set, bytes, false);
}

/* Base64 of something that has the secret behind `before` other octets: only the letters that the
 * secret alone decides. */
static void secret_add_base64(struct secret_set *set, struct span secret, size_t before)
{
    struct buf plain, encoded;
    buf_init(&plain, SECRET_FORM_MAX);
    buf_init(&encoded, 2 * SECRET_FORM_MAX);
    buf_append(&plain, span_of("\0\0", before));
    buf_append(&plain, secret);
    text_base64_encode(buf_span(&plain), &encoded);
    size_t first = before == 0 ? 0 : before == 1 ? 2 : 3;
    size_t whole = plain.len * 8 / 6; /* letters with no bit of what follows */
    if (whole > first && encoded.len >= whole) {
        secret_set_add_form(set, span_of(encoded.data + first, whole - first));
        /* Where nothing follows, the letter that is half the secret's goes as well. */
        secret_set_add_form(set, span_of(encoded.data + first, encoded.len - first));
    }
    buf_wipe(&plain);
    buf_wipe(&encoded);
}

static void secret_add_hex(struct secret_set *set, struct span secret, const char *digits)
{
    struct buf hex;
    buf_init(&hex, 2 * SECRET_FORM_MAX);
    text_hex_encode(secret, digits, &hex);
    secret_add(set, buf_span(&hex), true);
    buf_wipe(&hex);
}

/* RFC 3986 §2.1, as in XOAUTH2 endpoints and connection URLs. */
static void secret_add_percent(struct secret_set *set, struct span secret, const char *digits)
{
    struct buf out;
    buf_init(&out, 3 * SECRET_FORM_MAX);
    for (size_t i = 0; i < secret.len; i++) {
        uint8_t c = secret.data[i];
        bool plain = (c >= '0' && c <= '9') ||
                     (text_lower((char)c) >= 'a' && text_lower((char)c) <= 'z') || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        if (plain) {
            buf_append_byte(&out, c);
        } else {
            buf_append_byte(&out, '%');
            buf_append_byte(&out, (uint8_t)digits[c >> 4]);
            buf_append_byte(&out, (uint8_t)digits[c & 15]);
        }
    }
    secret_add(set, buf_span(&out), true);
    buf_wipe(&out);
}

/* What value_show makes of it, bare (a name, a pattern) and within quotes. */
static void secret_add_shown(struct secret_set *set, struct span secret)
{
    struct buf shown;
    buf_init(&shown, SIZE_MAX / 2);
    text_escape(secret, true, &shown);
    secret_add(set, buf_span(&shown), true);
    if (span_find(secret, '"') < secret.len) {
        buf_clear(&shown);
        for (size_t quote = 0; (quote = span_find(secret, '"')) < secret.len;) {
            text_escape(span_first(secret, quote), true, &shown);
            buf_append_text(&shown, "\\\"");
            secret = span_from(secret, quote + 1);
        }
        text_escape(secret, true, &shown);
        secret_add(set, buf_span(&shown), true);
    }
    buf_wipe(&shown);
}

/* RFC 4514 §2.4, as a certificate's subject shows it. */
static void secret_add_name(struct secret_set *set, struct span secret)
{
    struct buf name;
    buf_init(&name, 3 * SECRET_FORM_MAX);
    for (size_t i = 0; i < secret.len; i++) {
        uint8_t c = secret.data[i];
        bool end = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == secret.len && c == ' ');
        if (c < 0x20 || c == 0x7f) {
            buf_printf(&name, "\\%02X", c);
            continue;
        }
        if (end || (c != 0 && strchr(",+\"\\<>;", c) != NULL)) {
            buf_append_byte(&name, '\\');
        }
        buf_append_byte(&name, c);
    }
    secret_add(set, buf_span(&name), true);
    secret_add_shown(set, buf_span(&name));
    buf_wipe(&name);
}

/* SMTP is spoken in lines: what has several is seen in parts. */
static void secret_add_lines(struct secret_set *set, struct span secret)
{
    size_t end = span_find(secret, '\n');
    for (size_t lines = 0; end < secret.len && lines < SECRET_LINES_MAX; lines++) {
        struct span line = span_first(secret, end);
        line.len -= line.len > 0 && line.data[line.len - 1] == '\r' ? 1 : 0;
        secret_add(set, line, true);
        secret = span_from(secret, end + 1);
        end = span_find(secret, '\n');
        if (end == secret.len) {
            secret_add(set, secret, true);
        }
    }
}

void secret_set_add(struct secret_set *set, struct span bytes)
{
    if (bytes.len < SECRET_SCAN_MIN || bytes.len > SECRET_FORM_MAX - 2) {
        return;
    }
    secret_add(set, bytes, true);
    secret_add_lines(set, bytes);
    for (size_t before = 0; before < 3; before++) {
        secret_add_base64(set, bytes, before);
    }
    secret_add_hex(set, bytes, "0123456789abcdef");
    secret_add_hex(set, bytes, "0123456789ABCDEF");
    secret_add_percent(set, bytes, "0123456789abcdef");
    secret_add_percent(set, bytes, "0123456789ABCDEF");
    secret_add_shown(set, bytes);
    secret_add_name(set, bytes);
}

void secret_set_show_all(struct secret_set *set, bool show)
{
    set->show = show;
}

/* The next offset from `at` on where a form may begin; the length of `bytes` when there is none. */
static size_t secret_next(const struct secret_set *set, struct span bytes, size_t at)
{
    for (; at + SECRET_SCAN_MIN <= bytes.len; at++) {
        unsigned pair = secret_pair(bytes.data + at);
        if ((set->begins[pair / 8] & 1u << pair % 8) != 0) {
            return at;
        }
    }
    return bytes.len;
}

/* Does the form stand at the start of `bytes`? With `any_case`, of letters that tell nothing. */
static bool secret_fits(const struct secret_form *form, struct span bytes, bool any_case)
{
    if (form->len > bytes.len) {
        return false;
    }
    if (!any_case || !form->caseless) {
        return memcmp(form->data, bytes.data, form->len) == 0;
    }
    size_t i = 0;
    while (i < form->len && text_lower((char)form->data[i]) == text_lower((char)bytes.data[i])) {
        i++;
    }
    return i == form->len;
}

/* The length of the longest form that begins at the start of `bytes`, 0 for none. */
static size_t secret_at(const struct secret_set *set, struct span bytes)
{
    size_t longest = 0;
    for (size_t i = 0; i < set->len; i++) {
        const struct secret_form *form = &set->forms[i];
        if (form->len > longest && secret_fits(form, bytes, true)) {
            longest = form->len;
        }
    }
    return longest;
}

static bool secret_is_at(const struct secret_set *set, struct span bytes)
{
    for (size_t i = 0; i < set->len; i++) {
        if (!set->forms[i].veil && secret_fits(&set->forms[i], bytes, false)) {
            return true;
        }
    }
    return false;
}

bool secret_set_found(const struct secret_set *set, struct span bytes)
{
    size_t at = secret_next(set, bytes, 0);
    while (at < bytes.len && !secret_is_at(set, span_from(bytes, at))) {
        at = secret_next(set, bytes, at + 1);
    }
    return at < bytes.len;
}

/* --- masking --- */

static bool secret_masks(const struct secret_set *set)
{
    return set != NULL && !set->show && set->len > 0;
}

/* A run of octets to be masked, from `begin` up to `end`. */
struct secret_run {
    size_t begin, end;
};

/* The first run from `at` on; a form that begins inside another makes it longer. False: none. */
static bool secret_next_run(
    const struct secret_set *set, struct span bytes, size_t at, struct secret_run *ret)
{
    for (at = secret_next(set, bytes, at); at < bytes.len; at = secret_next(set, bytes, at + 1)) {
        size_t end = at + secret_at(set, span_from(bytes, at));
        if (end == at) {
            continue;
        }
        for (size_t i = at + 1; i < end; i++) {
            size_t other = i + secret_at(set, span_from(bytes, i));
            end = other > end ? other : end;
        }
        *ret = (struct secret_run){at, end};
        return true;
    }
    return false;
}

bool secret_set_hides(const struct secret_set *set, struct span bytes)
{
    struct secret_run run;
    return secret_masks(set) && secret_next_run(set, bytes, 0, &run);
}

/* Appends the first `max` octets, masked. Returns where in `bytes` that ended: beyond `max` where a
 * secret reached over it. */
static size_t secret_redact_to(
    const struct secret_set *set, struct span bytes, size_t max, struct buf *out)
{
    struct secret_run run;
    size_t kept = 0; /* up to here it has been written */
    while (secret_masks(set) && kept < max && secret_next_run(set, bytes, kept, &run) &&
           run.begin < max) {
        buf_append(out, span_of(bytes.data + kept, run.begin - kept));
        buf_append_text(out, SECRET_MASK);
        kept = run.end;
    }
    if (kept < max) {
        buf_append(out, span_from(span_first(bytes, max), kept));
        kept = max;
    }
    return kept;
}

void secret_set_redact(const struct secret_set *set, struct span bytes, struct buf *out)
{
    (void)secret_redact_to(set, bytes, bytes.len, out);
}

void secret_set_redact_first(
    const struct secret_set *set, struct span bytes, size_t max, struct buf *out)
{
    if (secret_masks(set) && max < bytes.len) { /* no further than a secret reaches over the cut */
        bytes = span_first(bytes, set->longest < bytes.len - max ? max + set->longest : bytes.len);
    }
    (void)secret_redact_to(set, bytes, max < bytes.len ? max : bytes.len, out);
}

/* Where the beginning of a form stands at the very end; the length of `bytes` for nowhere. */
static size_t secret_stump(const struct secret_set *set, struct span bytes)
{
    size_t at = bytes.len > set->longest ? bytes.len - set->longest : 0;
    for (at = secret_next(set, bytes, at); at < bytes.len; at = secret_next(set, bytes, at + 1)) {
        struct span rest = span_from(bytes, at);
        for (size_t i = 0; i < set->len; i++) {
            struct secret_form begin = set->forms[i];
            begin.len = begin.len < rest.len ? begin.len : rest.len;
            if (begin.len == rest.len && secret_fits(&begin, rest, true)) {
                return at;
            }
        }
    }
    return bytes.len;
}

void secret_set_redact_stump(const struct secret_set *set, struct span bytes, struct buf *out)
{
    size_t whole = secret_masks(set) ? secret_stump(set, bytes) : bytes.len;
    if (secret_redact_to(set, bytes, whole, out) == whole && whole < bytes.len) {
        buf_append_text(out, SECRET_MASK);
    }
}

void secret_show(const struct secret_set *set, struct span bytes, struct buf *out)
{
    if (set != NULL && set->show) {
        buf_append(out, bytes);
    } else {
        buf_append_text(out, SECRET_MASK);
    }
}
