#include "harness/certs/name.h"

#include "harness/base/text.h"
#include "harness/certs/certs.h"

#define NAME_ADDRESS_TEXT_MAX 45               /* six groups of IPv6 and a dotted IPv4 */
#define NAME_ADDRESS_GROUP_MAX 4               /* digits between the dots or colons */
#define NAME_ID_ON_DNS_SRV "1.3.6.1.5.5.7.8.7" /* RFC 4985 §2 */

enum status certs_name_refuse(struct fail *fail, struct span name, const char *why)
{
    struct buf shown;
    buf_init(&shown, SIZE_MAX / 2);
    text_escape(name, true, &shown); /* whole: it may hold what is masked later */
    fail_set(fail, FAIL_USAGE, "certificate: a name %s: '%s'", why, buf_text(&shown));
    buf_done(&shown);
    return STATUS_FAILED;
}

/* --- reading --- */

/* a2i_IPADDRESS forgives blanks, signs and numbers that overflow: those are sorted out before. */
static bool certs_name_is_address_text(const char *text)
{
    size_t len = strlen(text), group = 0;
    if (len > NAME_ADDRESS_TEXT_MAX) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        bool separator = text[i] == '.' || text[i] == ':';
        char c = text_lower(text[i]);
        if (!separator && !text_is_digit(c) && (c < 'a' || c > 'f')) {
            return false;
        }
        group = separator ? 0 : group + 1;
        if (group > NAME_ADDRESS_GROUP_MAX) {
            return false;
        }
    }
    return true;
}

static bool certs_name_address(const char *text, struct certs_name *ret)
{
    if (!certs_name_is_address_text(text)) {
        return false;
    }
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(text);
    if (address == NULL) {
        return false;
    }
    *ret = (struct certs_name){
        .kind = CERTS_NAME_ADDRESS, .address_len = (size_t)ASN1_STRING_length(address)};
    memcpy(ret->address, ASN1_STRING_get0_data(address), ret->address_len);
    ASN1_OCTET_STRING_free(address);
    return true;
}

/* RFC 5280 §7.2: other scripts as xn--. */
static enum status certs_name_text(enum certs_name_kind kind, const char *text, const char *shown,
    struct certs_name *ret, struct fail *fail)
{
    size_t len = strlen(text);
    if (len == 0) {
        return fail_set(fail, FAIL_USAGE, "certificate: a name is empty");
    }
    if (len > CERTS_NAME_MAX) {
        return certs_name_refuse(fail, span_text(shown), "is longer than 253 octets");
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~') {
            return certs_name_refuse(fail, span_text(shown),
                "has a character that no DNS name has (other scripts go as xn--…)");
        }
        if (text[i] == ':' && kind == CERTS_NAME_DNS) {
            return certs_name_refuse(
                fail, span_text(shown), "is of no kind that is known (addresses go as ip:…)");
        }
    }
    *ret = (struct certs_name){.kind = kind, .text = span_text(text)};
    return STATUS_OK;
}

enum status certs_name_parse(const char *text, struct certs_name *ret, struct fail *fail)
{
    if (strncmp(text, "srv:", 4) == 0) {
        return certs_name_text(CERTS_NAME_SERVICE, text + 4, text, ret, fail);
    }
    if (strncmp(text, "email:", 6) == 0) {
        return certs_name_text(CERTS_NAME_EMAIL, text + 6, text, ret, fail);
    }
    if (strncmp(text, "ip:", 3) != 0) {
        return certs_name_text(CERTS_NAME_DNS, text, text, ret, fail);
    }
    if (!certs_name_address(text + 3, ret)) {
        return certs_name_refuse(fail, span_text(text), "holds no IP address");
    }
    return STATUS_OK;
}

enum status certs_name_of_host(const char *host, struct certs_name *ret, struct fail *fail)
{
    host = host == NULL ? "" : host;
    if (certs_name_address(host, ret)) {
        return STATUS_OK;
    }
    return certs_name_text(CERTS_NAME_DNS, host, host, ret, fail);
}

/* --- making --- */

static ASN1_STRING *certs_name_string(int type, struct span octets)
{
    ASN1_STRING *string = ASN1_STRING_type_new(type);
    if (string != NULL && ASN1_STRING_set(string, octets.data, (int)octets.len) != 1) {
        ASN1_STRING_free(string);
        string = NULL;
    }
    return string;
}

/* RFC 4985 §2: an otherName that holds an IA5String. */
static bool certs_name_make_service(GENERAL_NAME *general, struct span text)
{
    ASN1_OBJECT *type = OBJ_txt2obj(NAME_ID_ON_DNS_SRV, 1);
    ASN1_STRING *string = certs_name_string(V_ASN1_IA5STRING, text);
    ASN1_TYPE *value = ASN1_TYPE_new();
    if (type == NULL || string == NULL || value == NULL) {
        ASN1_OBJECT_free(type);
        ASN1_STRING_free(string);
        ASN1_TYPE_free(value);
        return false;
    }
    ASN1_TYPE_set(value, V_ASN1_IA5STRING, string);
    if (GENERAL_NAME_set0_othername(general, type, value) != 1) {
        ASN1_OBJECT_free(type);
        ASN1_TYPE_free(value);
        return false;
    }
    return true;
}

/* By hand, not as text: a name may hold the commas that OpenSSL's configuration language reads, and
 * octets that end a text. */
GENERAL_NAME *certs_name_make(const struct certs_name *name)
{
    static const struct {
        int type, string;
    } kinds[] = {
        [CERTS_NAME_DNS] = {GEN_DNS, V_ASN1_IA5STRING},
        [CERTS_NAME_ADDRESS] = {GEN_IPADD, V_ASN1_OCTET_STRING},
        [CERTS_NAME_EMAIL] = {GEN_EMAIL, V_ASN1_IA5STRING},
    };
    GENERAL_NAME *general = GENERAL_NAME_new();
    bool made = false;
    if (general != NULL && name->kind == CERTS_NAME_SERVICE) {
        made = certs_name_make_service(general, name->text);
    } else if (general != NULL) {
        struct span octets = name->kind == CERTS_NAME_ADDRESS
                                 ? span_of(name->address, name->address_len)
                                 : name->text;
        ASN1_STRING *string = certs_name_string(kinds[name->kind].string, octets);
        made = string != NULL;
        if (made) {
            GENERAL_NAME_set0_value(general, kinds[name->kind].type, string);
        }
    }
    if (!made) {
        GENERAL_NAME_free(general);
    }
    return made ? general : NULL;
}
