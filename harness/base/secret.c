#include "harness/base/secret.h"

#include "harness/base/text.h"

#define SECRET_FORM_MAX (64 * 1024) /* octets of one encoded form; a token may be long */

#define SECRET_PAIRS 65536

struct secret_form {
    uint8_t *data;
    size_t len;
};

struct secret_set {
    struct secret_form *forms;
    size_t len, capacity;
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

void secret_set_add_form(struct secret_set *set, struct span bytes)
{
    if (bytes.len < SECRET_SCAN_MIN || set->len == SECRET_FORMS_MAX) {
        return;
    }
    for (size_t i = 0; i < set->len; i++) {
        if (span_equal(bytes, span_of(set->forms[i].data, set->forms[i].len))) {
            return;
        }
    }
    set->forms = mem_grow(set->forms, set->len, &set->capacity, sizeof *set->forms);
    struct secret_form *form = &set->forms[set->len++];
    form->len = bytes.len;
    form->data = mem_alloc(bytes.len);
    memcpy(form->data, bytes.data, bytes.len);
    unsigned pair = secret_pair(form->data);
    set->begins[pair / 8] |= (uint8_t)(1u << pair % 8);
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
    secret_set_add_form(set, buf_span(&hex));
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
    secret_set_add_form(set, buf_span(&out));
    buf_wipe(&out);
}

void secret_set_add(struct secret_set *set, struct span bytes)
{
    if (bytes.len < SECRET_SCAN_MIN || bytes.len > SECRET_FORM_MAX - 2) {
        return;
    }
    secret_set_add_form(set, bytes);
    for (size_t before = 0; before < 3; before++) {
        secret_add_base64(set, bytes, before);
    }
    secret_add_hex(set, bytes, "0123456789abcdef");
    secret_add_hex(set, bytes, "0123456789ABCDEF");
    secret_add_percent(set, bytes, "0123456789abcdef");
    secret_add_percent(set, bytes, "0123456789ABCDEF");
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

/* The length of the longest form that begins at the start of `bytes`, 0 for none. */
static size_t secret_at(const struct secret_set *set, struct span bytes)
{
    size_t longest = 0;
    for (size_t i = 0; i < set->len; i++) {
        const struct secret_form *form = &set->forms[i];
        if (form->len > longest && form->len <= bytes.len &&
            memcmp(form->data, bytes.data, form->len) == 0) {
            longest = form->len;
        }
    }
    return longest;
}

bool secret_set_found(const struct secret_set *set, struct span bytes)
{
    size_t at = secret_next(set, bytes, 0);
    while (at < bytes.len && secret_at(set, span_from(bytes, at)) == 0) {
        at = secret_next(set, bytes, at + 1);
    }
    return at < bytes.len;
}

void secret_set_redact(const struct secret_set *set, struct span bytes, struct buf *out)
{
    if (set == NULL || set->show || set->len == 0) {
        buf_append(out, bytes);
        return;
    }
    size_t kept = 0; /* up to here it has been written */
    for (size_t i = secret_next(set, bytes, 0); i < bytes.len; i = secret_next(set, bytes, i + 1)) {
        size_t end = i + secret_at(set, span_from(bytes, i));
        if (end == i) {
            continue;
        }
        buf_append(out, span_of(bytes.data + kept, i - kept));
        buf_append_text(out, SECRET_MASK);
        for (size_t j = i + 1; j < end; j++) { /* a form that begins inside makes the run longer */
            size_t other = j + secret_at(set, span_from(bytes, j));
            end = other > end ? other : end;
        }
        kept = end;
        i = end - 1;
    }
    buf_append(out, span_from(bytes, kept));
}

void secret_show(const struct secret_set *set, struct span bytes, struct buf *out)
{
    if (set != NULL && set->show) {
        buf_append(out, bytes);
    } else {
        buf_append_text(out, SECRET_MASK);
    }
}
