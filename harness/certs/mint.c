#include "harness/certs/mint.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <time.h>

#define MINT_SERIAL_LEN 16 /* octets; RFC 5280 §4.1.2.2 allows 20, public CAs take 16 to 18 */

_Static_assert(sizeof(time_t) >= sizeof(int64_t), "dates up to the year 9999 fit");

/* Positive (RFC 5280 §4.1.2.2), and never shorter than it says. */
static bool certs_mint_serial(X509 *certificate)
{
    uint8_t octets[MINT_SERIAL_LEN];
    if (RAND_bytes(octets, sizeof octets) != 1) {
        return false;
    }
    octets[0] = (uint8_t)((octets[0] & 0x7f) | 0x40);
    BIGNUM *number = BN_bin2bn(octets, sizeof octets, NULL);
    bool set = number != NULL &&
               BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return set;
}

static bool certs_mint_times(X509 *certificate, const struct certs_blueprint *blueprint)
{
    return ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)blueprint->not_before_s) !=
               NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)blueprint->not_after_s) != NULL;
}

static bool certs_mint_subject(X509 *certificate, const struct certs_blueprint *blueprint)
{
    struct span name = span_text(blueprint->common_name);
    X509_NAME *subject = X509_get_subject_name(certificate);
    if (name.len > 0 && X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                            name.data, (int)name.len, -1, 0) != 1) {
        return false;
    }
    const X509_NAME *issuer = blueprint->issuer == NULL ? subject
                                                        : X509_get_subject_name(blueprint->issuer);
    return X509_set_issuer_name(certificate, issuer) == 1;
}

static bool certs_mint_extend(X509 *certificate, X509V3_CTX *context, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, context, nid, value);
    bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static GENERAL_NAME *certs_mint_name(const struct certs_name *name)
{
    GENERAL_NAME *general = GENERAL_NAME_new();
    bool is_dns = name->dns != NULL;
    ASN1_STRING *value = ASN1_STRING_type_new(is_dns ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING);
    bool set = general != NULL && value != NULL &&
               (is_dns ? ASN1_STRING_set(value, name->dns, (int)strlen(name->dns))
                       : ASN1_STRING_set(value, name->address, (int)name->address_len)) == 1;
    if (!set) {
        GENERAL_NAME_free(general);
        ASN1_STRING_free(value);
        return NULL;
    }
    GENERAL_NAME_set0_value(general, is_dns ? GEN_DNS : GEN_IPADD, value);
    return general;
}

/* By hand, not as text: a name may hold the commas that OpenSSL's configuration language reads. */
static bool certs_mint_names(X509 *certificate, const struct certs_blueprint *blueprint)
{
    GENERAL_NAMES *list = sk_GENERAL_NAME_new_null();
    bool good = list != NULL;
    for (size_t i = 0; good && i < blueprint->names_len; i++) {
        GENERAL_NAME *name = certs_mint_name(&blueprint->names[i]);
        good = name != NULL && sk_GENERAL_NAME_push(list, name) > 0;
        if (!good) {
            GENERAL_NAME_free(name);
        }
    }
    /* RFC 5280 §4.2.1.6: critical where the subject is empty. */
    int critical = blueprint->common_name[0] == '\0';
    good = good && X509_add1_ext_i2d(
                       certificate, NID_subject_alt_name, list, critical, X509V3_ADD_APPEND) == 1;
    GENERAL_NAMES_free(list);
    return good;
}

struct certs_mint_profile {
    const char *key_usage, *extended_key_usage, *basic_constraints; /* NULL: not there */
};

/* RFC 5280 §4.2.1.3: only an RSA key enciphers the other side's secret. */
static struct certs_mint_profile certs_mint_profile(enum certs_role role, const EVP_PKEY *key)
{
    switch (role) {
    case CERTS_ROLE_ROOT:
        return (struct certs_mint_profile){
            "critical,keyCertSign,cRLSign", NULL, "critical,CA:TRUE"};
    case CERTS_ROLE_INTERMEDIATE:
        return (struct certs_mint_profile){"critical,digitalSignature,keyCertSign,cRLSign",
            "serverAuth,clientAuth", "critical,CA:TRUE,pathlen:0"};
    case CERTS_ROLE_LEAF:
        break;
    }
    bool is_rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    return (struct certs_mint_profile){
        is_rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature",
        "serverAuth", "critical,CA:FALSE"};
}

/* The subject's identifier comes before the authority's: what signs itself has the same one. */
static bool certs_mint_extensions(
    X509 *certificate, const struct certs_blueprint *blueprint, const EVP_PKEY *key)
{
    struct certs_mint_profile profile = certs_mint_profile(blueprint->role, key);
    X509 *issuer = blueprint->issuer == NULL ? certificate : blueprint->issuer;
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    return certs_mint_extend(certificate, &context, NID_key_usage, profile.key_usage) &&
           (profile.extended_key_usage == NULL ||
               certs_mint_extend(
                   certificate, &context, NID_ext_key_usage, profile.extended_key_usage)) &&
           certs_mint_extend(
               certificate, &context, NID_basic_constraints, profile.basic_constraints) &&
           certs_mint_extend(certificate, &context, NID_subject_key_identifier, "hash") &&
           (blueprint->role == CERTS_ROLE_ROOT ||
               certs_mint_extend(
                   certificate, &context, NID_authority_key_identifier, "keyid:always")) &&
           (!blueprint->must_staple ||
               certs_mint_extend(certificate, &context, NID_tlsfeature, "status_request")) &&
           (blueprint->names_len == 0 || certs_mint_names(certificate, blueprint));
}

static const EVP_MD *certs_mint_digest(enum plan_digest digest, const EVP_PKEY *key)
{
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) {
        return NULL; /* RFC 8410 §3: it hashes by itself */
    }
    switch (digest) {
    case PLAN_DIGEST_SHA256:
        return EVP_sha256();
    case PLAN_DIGEST_SHA384:
        return EVP_sha384();
    case PLAN_DIGEST_SHA1:
        return EVP_sha1();
    case PLAN_DIGEST_MD5:
        return EVP_md5();
    }
    return NULL;
}

X509 *certs_mint_certificate(const struct certs_blueprint *blueprint, EVP_PKEY *key)
{
    EVP_PKEY *signer = blueprint->issuer == NULL ? key : blueprint->issuer_key;
    X509 *certificate = X509_new();
    bool minted = certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
                  certs_mint_serial(certificate) && certs_mint_times(certificate, blueprint) &&
                  certs_mint_subject(certificate, blueprint) &&
                  X509_set_pubkey(certificate, key) == 1 &&
                  certs_mint_extensions(certificate, blueprint, key) &&
                  X509_sign(certificate, signer, certs_mint_digest(blueprint->digest, signer)) > 0;
    if (!minted) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

bool certs_mint_encode(X509 *certificate, struct arena *arena, struct span *ret)
{
    unsigned char *der = NULL;
    int der_len = i2d_X509(certificate, &der);
    if (der_len > 0) {
        *ret = arena_span(arena, span_of(der, (size_t)der_len));
    }
    OPENSSL_free(der);
    return der_len > 0;
}

bool certs_mint_spki(X509 *certificate, struct arena *arena, struct span *ret)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned char *der = NULL;
    unsigned digest_len = 0;
    int der_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool made = der_len > 0 &&
                EVP_Digest(der, (size_t)der_len, digest, &digest_len, EVP_sha256(), NULL) == 1;
    if (made) {
        *ret = arena_span(arena, span_of(digest, digest_len));
    }
    OPENSSL_free(der);
    return made;
}
