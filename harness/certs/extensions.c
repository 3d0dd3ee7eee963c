#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "harness/certs/mint.h"

#define EXTENSIONS_IDENTIFIER_LEN 20 /* octets: SHA-1 of the key, as everybody has it */

/* In the order of the words of `extended_key_usage`. */
static const int extensions_usages[PLAN_EXTENDED_KEY_USAGES] = {NID_server_auth, NID_client_auth,
    NID_email_protect, NID_code_sign, NID_time_stamp, NID_OCSP_sign, NID_anyExtendedKeyUsage};

static bool certs_extensions_put(X509 *certificate, int nid, void *value, bool critical)
{
    return value != NULL &&
           X509_add1_ext_i2d(certificate, nid, value, critical ? 1 : 0, X509V3_ADD_APPEND) == 1;
}

static bool certs_extensions_key_usage(X509 *certificate, const struct certs_body *body)
{
    if (body->key_usage == 0) {
        return true;
    }
    ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
    for (int i = 0; bits != NULL && i < PLAN_KEY_USAGES; i++) {
        if ((body->key_usage & 1U << i) != 0 && ASN1_BIT_STRING_set_bit(bits, i, 1) != 1) {
            ASN1_BIT_STRING_free(bits);
            bits = NULL;
        }
    }
    bool critical = (body->not_critical & PLAN_NOT_CRITICAL_KEY_USAGE) == 0;
    bool added = certs_extensions_put(certificate, NID_key_usage, bits, critical);
    ASN1_BIT_STRING_free(bits);
    return added;
}

static bool certs_extensions_extended_key_usage(X509 *certificate, const struct certs_body *body)
{
    if (body->extended_key_usage == 0) {
        return true;
    }
    EXTENDED_KEY_USAGE *usages = sk_ASN1_OBJECT_new_null();
    bool good = usages != NULL;
    for (size_t i = 0; good && i < PLAN_EXTENDED_KEY_USAGES; i++) {
        if ((body->extended_key_usage & 1U << i) != 0) {
            good = sk_ASN1_OBJECT_push(usages, OBJ_nid2obj(extensions_usages[i])) > 0;
        }
    }
    good = good && certs_extensions_put(certificate, NID_ext_key_usage, usages, false);
    sk_ASN1_OBJECT_pop_free(usages, ASN1_OBJECT_free);
    return good;
}

static bool certs_extensions_constraints(X509 *certificate, const struct certs_body *body)
{
    if (body->ca == PLAN_CA_ABSENT) {
        return true;
    }
    BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
    bool good = constraints != NULL;
    if (good) {
        constraints->ca = body->ca == PLAN_CA_YES ? 0xff : 0;
    }
    if (good && body->path_length >= 0) {
        constraints->pathlen = ASN1_INTEGER_new();
        good = constraints->pathlen != NULL &&
               ASN1_INTEGER_set_int64(constraints->pathlen, body->path_length) == 1;
    }
    bool critical = (body->not_critical & PLAN_NOT_CRITICAL_CONSTRAINTS) == 0;
    good = good && certs_extensions_put(certificate, NID_basic_constraints, constraints, critical);
    BASIC_CONSTRAINTS_free(constraints);
    return good;
}

/* By OpenSSL's own words: what signs itself has the subject's identifier as the authority's, so
 * that one comes first. */
static bool certs_extensions_words(
    X509 *certificate, const struct certs_blueprint *blueprint, int nid, const char *value)
{
    X509V3_CTX context;
    X509 *issuer = blueprint->issuer == NULL ? certificate : blueprint->issuer;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
    bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool certs_extensions_wrong_authority(X509 *certificate)
{
    uint8_t octets[EXTENSIONS_IDENTIFIER_LEN];
    AUTHORITY_KEYID *authority = AUTHORITY_KEYID_new();
    bool good = authority != NULL && RAND_bytes(octets, sizeof octets) == 1;
    if (good) {
        authority->keyid = ASN1_OCTET_STRING_new();
        good = authority->keyid != NULL &&
               ASN1_OCTET_STRING_set(authority->keyid, octets, sizeof octets) == 1;
    }
    good = good &&
           certs_extensions_put(certificate, NID_authority_key_identifier, authority, false);
    AUTHORITY_KEYID_free(authority);
    return good;
}

/* An issuer without an identifier of its own leaves nothing to repeat: then there is none. */
static bool certs_extensions_identifiers(X509 *certificate, const struct certs_blueprint *blueprint)
{
    const struct certs_body *body = blueprint->body;
    const X509 *issuer = blueprint->issuer == NULL ? certificate : blueprint->issuer;
    if (body->subject_identifier &&
        !certs_extensions_words(certificate, blueprint, NID_subject_key_identifier, "hash")) {
        return false;
    }
    if (body->authority_is_wrong) {
        return certs_extensions_wrong_authority(certificate);
    }
    bool repeats = body->authority_identifier &&
                   X509_get_ext_by_NID(issuer, NID_subject_key_identifier, -1) >= 0;
    return !repeats || certs_extensions_words(
                           certificate, blueprint, NID_authority_key_identifier, "keyid:always");
}

static bool certs_extensions_names(X509 *certificate, const struct certs_body *body)
{
    if (body->names_len == 0) {
        return true;
    }
    GENERAL_NAMES *list = sk_GENERAL_NAME_new_null();
    bool good = list != NULL;
    for (size_t i = 0; good && i < body->names_len; i++) {
        GENERAL_NAME *name = certs_name_make(&body->names[i]);
        good = name != NULL && sk_GENERAL_NAME_push(list, name) > 0;
        if (!good) {
            GENERAL_NAME_free(name);
        }
    }
    /* RFC 5280 §4.2.1.6: critical where the subject is empty. */
    bool critical = body->common_name[0] == '\0' &&
                    (body->not_critical & PLAN_NOT_CRITICAL_NAMES) == 0;
    good = good && certs_extensions_put(certificate, NID_subject_alt_name, list, critical);
    GENERAL_NAMES_free(list);
    return good;
}

/* --- name constraints --- */

static STACK_OF(GENERAL_SUBTREE) * certs_extensions_subtrees(const char *const *domains, size_t len)
{
    STACK_OF(GENERAL_SUBTREE) *list = sk_GENERAL_SUBTREE_new_null();
    for (size_t i = 0; list != NULL && i < len; i++) {
        GENERAL_SUBTREE *subtree = GENERAL_SUBTREE_new();
        GENERAL_NAME *name = certs_name_make(
            &(struct certs_name){.kind = CERTS_NAME_DNS, .text = span_text(domains[i])});
        if (subtree == NULL || name == NULL || sk_GENERAL_SUBTREE_push(list, subtree) <= 0) {
            GENERAL_NAME_free(name);
            GENERAL_SUBTREE_free(subtree);
            sk_GENERAL_SUBTREE_pop_free(list, GENERAL_SUBTREE_free);
            return NULL;
        }
        GENERAL_NAME_free(subtree->base);
        subtree->base = name;
    }
    return list;
}

static bool certs_extensions_name_constraints(X509 *certificate, const struct certs_body *body)
{
    if (body->permit_len + body->exclude_len == 0) {
        return true;
    }
    NAME_CONSTRAINTS *constraints = NAME_CONSTRAINTS_new();
    bool good = constraints != NULL;
    if (good && body->permit_len > 0) {
        constraints->permittedSubtrees = certs_extensions_subtrees(body->permit, body->permit_len);
        good = constraints->permittedSubtrees != NULL;
    }
    if (good && body->exclude_len > 0) {
        constraints->excludedSubtrees = certs_extensions_subtrees(body->exclude, body->exclude_len);
        good = constraints->excludedSubtrees != NULL;
    }
    good = good && certs_extensions_put(certificate, NID_name_constraints, constraints, true);
    NAME_CONSTRAINTS_free(constraints);
    return good;
}

/* --- further ones --- */

static bool certs_extensions_further(
    X509 *certificate, const struct plan_certificate_extension *further)
{
    ASN1_OBJECT *object = OBJ_txt2obj(further->oid, 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension = NULL;
    if (object != NULL && value != NULL &&
        ASN1_OCTET_STRING_set(value, further->value.data, (int)further->value.len) == 1) {
        extension = X509_EXTENSION_create_by_OBJ(NULL, object, further->critical ? 1 : 0, value);
    }
    bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(object);
    return added;
}

bool certs_extensions_add(X509 *certificate, const struct certs_blueprint *blueprint)
{
    const struct certs_body *body = blueprint->body;
    bool good = certs_extensions_key_usage(certificate, body) &&
                certs_extensions_extended_key_usage(certificate, body) &&
                certs_extensions_constraints(certificate, body) &&
                certs_extensions_identifiers(certificate, blueprint) &&
                (!body->must_staple || certs_extensions_words(certificate, blueprint,
                                           NID_tlsfeature, "status_request")) &&
                certs_extensions_names(certificate, body) &&
                certs_extensions_name_constraints(certificate, body);
    for (size_t i = 0; good && i < body->extensions_len; i++) {
        good = certs_extensions_further(certificate, &body->extensions[i]);
    }
    return good;
}
