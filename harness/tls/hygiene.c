#include "harness/tls/hygiene.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#define HYGIENE_SENT_MAX 32 /* certificates looked at: each is compared with each */
#define HYGIENE_RSA_BITS 2048
#define HYGIENE_EC_BITS 224  /* RFC 9325 §4.5 */
#define HYGIENE_DAYS_MAX 398 /* of a leaf; no public CA gives more since 2020 */

struct tls_hygiene {
    const struct tls_verify *verify;
    X509 *sent[HYGIENE_SENT_MAX]; /* the leaf first */
    size_t sent_len;
    struct facts *facts;
};

static void tls_hygiene_find_if(const struct tls_hygiene *hygiene, bool found, enum finding finding)
{
    if (found) {
        facts_finding(hygiene->facts, finding);
    }
}

static bool tls_hygiene_is_self_issued(const X509 *certificate)
{
    return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) ==
           0;
}

/* By name: whether the signature fits is for the verification to say. */
static bool tls_hygiene_issued(const X509 *issuer, const X509 *subject)
{
    return X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(subject)) == 0;
}

/* --- the chain --- */

/* Marks what the names lead to from the leaf; the count of those marked. */
static void tls_hygiene_follow(const struct tls_hygiene *hygiene, bool *reached)
{
    reached[0] = true;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 1; i < hygiene->sent_len; i++) {
            for (size_t j = 0; j < hygiene->sent_len && !reached[i]; j++) {
                reached[i] = reached[j] && !tls_hygiene_is_self_issued(hygiene->sent[j]) &&
                             tls_hygiene_issued(hygiene->sent[i], hygiene->sent[j]);
                more = more || reached[i];
            }
        }
    }
}

static bool tls_hygiene_is_again(const struct tls_hygiene *hygiene, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (X509_cmp(hygiene->sent[i], hygiene->sent[at]) == 0) {
            return true;
        }
    }
    return false;
}

/* A certificate whose issuer is there, and not behind it. */
static bool tls_hygiene_is_disordered(const struct tls_hygiene *hygiene, size_t at)
{
    const X509 *certificate = hygiene->sent[at];
    bool later = false, next = at + 1 < hygiene->sent_len &&
                               tls_hygiene_issued(hygiene->sent[at + 1], certificate);
    for (size_t i = 1; i < hygiene->sent_len; i++) {
        later = later || (i != at && tls_hygiene_issued(hygiene->sent[i], certificate));
    }
    return later && !next && !tls_hygiene_is_self_issued(certificate);
}

/* RFC 8446 §4.4.2: each certifies the one before it, and the root may stay at home. */
static void tls_hygiene_in_chain(const struct tls_hygiene *hygiene)
{
    bool reached[HYGIENE_SENT_MAX] = {false};
    bool again = false, disordered = false, unrelated = false, root = false;
    tls_hygiene_follow(hygiene, reached);
    for (size_t i = 0; i < hygiene->sent_len; i++) {
        bool twice = tls_hygiene_is_again(hygiene, i);
        again = again || twice;
        unrelated = unrelated || (!twice && !reached[i]);
        root = root || (i > 0 && reached[i] && tls_hygiene_is_self_issued(hygiene->sent[i]));
        disordered = disordered || (!twice && tls_hygiene_is_disordered(hygiene, i));
    }
    tls_hygiene_find_if(hygiene, disordered && !again, FINDING_CERTIFICATE_CHAIN_DISORDERED);
    tls_hygiene_find_if(hygiene, again, FINDING_CERTIFICATE_CHAIN_TWICE);
    tls_hygiene_find_if(hygiene, unrelated, FINDING_CERTIFICATE_CHAIN_UNRELATED);
    tls_hygiene_find_if(hygiene, root, FINDING_CERTIFICATE_CHAIN_ROOT);
}

/* One that has the subject and the key of the root where the client ended, and another issuer: who
 * follows what is sent comes to another root. */
static void tls_hygiene_in_cross(const struct tls_hygiene *hygiene)
{
    const X509 *root = hygiene->verify->root;
    for (size_t i = 1; root != NULL && i < hygiene->sent_len; i++) {
        const X509 *sent = hygiene->sent[i];
        bool crossed = !tls_hygiene_is_self_issued(sent) && tls_hygiene_is_self_issued(root) &&
                       X509_NAME_cmp(X509_get_subject_name(sent), X509_get_subject_name(root)) ==
                           0 &&
                       EVP_PKEY_eq(X509_get0_pubkey(sent), X509_get0_pubkey(root)) == 1;
        tls_hygiene_find_if(hygiene, crossed, FINDING_CERTIFICATE_CHAIN_CROSSED);
    }
}

/* The names fit and the identifiers do not: it looks like a missing intermediate and is another. */
static void tls_hygiene_in_identifiers(const struct tls_hygiene *hygiene)
{
    for (size_t i = 0; i < hygiene->sent_len; i++) {
        const ASN1_OCTET_STRING *wanted = X509_get0_authority_key_id(hygiene->sent[i]);
        bool other = false, found = false;
        for (size_t j = 1; wanted != NULL && j < hygiene->sent_len; j++) {
            const ASN1_OCTET_STRING *has = X509_get0_subject_key_id(hygiene->sent[j]);
            bool named = has != NULL && j != i &&
                         tls_hygiene_issued(hygiene->sent[j], hygiene->sent[i]);
            found = found || (named && ASN1_OCTET_STRING_cmp(wanted, has) == 0);
            other = other || (named && ASN1_OCTET_STRING_cmp(wanted, has) != 0);
        }
        tls_hygiene_find_if(hygiene, other && !found, FINDING_CERTIFICATE_ISSUER_KEY_DIFFERS);
    }
}

/* --- keys and digests --- */

static bool tls_hygiene_has_small_key(X509 *certificate)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    int kind = key == NULL ? NID_undef : EVP_PKEY_get_base_id(key);
    if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS) {
        return EVP_PKEY_get_bits(key) < HYGIENE_RSA_BITS;
    }
    return kind == EVP_PKEY_EC && EVP_PKEY_get_bits(key) < HYGIENE_EC_BITS;
}

static bool tls_hygiene_has_weak_digest(const X509 *certificate)
{
    int digest = NID_undef, key = NID_undef;
    (void)OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, &key);
    return digest == NID_md5 || digest == NID_sha1;
}

/* Nobody asks who signed a root, or how; its key counts. */
static void tls_hygiene_in_algorithms(const struct tls_hygiene *hygiene)
{
    for (size_t i = 0; i < hygiene->sent_len; i++) {
        X509 *sent = hygiene->sent[i];
        bool root = i > 0 && tls_hygiene_is_self_issued(sent);
        tls_hygiene_find_if(
            hygiene, tls_hygiene_has_small_key(sent), FINDING_CERTIFICATE_KEY_SMALL);
        tls_hygiene_find_if(
            hygiene, !root && tls_hygiene_has_weak_digest(sent), FINDING_CERTIFICATE_DIGEST_WEAK);
    }
}

/* --- the leaf --- */

/* RFC 5280 §4.2.1.3: what ECDHE and TLS 1.3 use a server's key for is signing. */
static void tls_hygiene_in_usage(const struct tls_hygiene *hygiene, X509 *leaf)
{
    uint32_t flags = X509_get_extension_flags(leaf), usage = X509_get_key_usage(leaf);
    uint32_t extended = X509_get_extended_key_usage(leaf);
    bool enciphers = (flags & EXFLAG_KUSAGE) != 0 && (usage & KU_KEY_ENCIPHERMENT) != 0 &&
                     (usage & KU_DIGITAL_SIGNATURE) == 0;
    bool anything = (flags & EXFLAG_XKUSAGE) != 0 && (extended & XKU_ANYEKU) != 0 &&
                    (extended & XKU_SSL_SERVER) == 0;
    tls_hygiene_find_if(hygiene, enciphers, FINDING_CERTIFICATE_CANNOT_SIGN);
    tls_hygiene_find_if(hygiene, anything, FINDING_CERTIFICATE_FOR_ANYTHING);
    tls_hygiene_find_if(hygiene, (flags & EXFLAG_CA) != 0, FINDING_CERTIFICATE_IS_CA);
}

static void tls_hygiene_in_dates(const struct tls_hygiene *hygiene, X509 *leaf)
{
    int days = 0, seconds = 0;
    bool known = ASN1_TIME_diff(
                     &days, &seconds, X509_get0_notBefore(leaf), X509_get0_notAfter(leaf)) == 1;
    bool longer = known && (days > HYGIENE_DAYS_MAX || (days == HYGIENE_DAYS_MAX && seconds > 0));
    tls_hygiene_find_if(hygiene, longer, FINDING_CERTIFICATE_LIVES_LONG);
    const ASN1_INTEGER *serial = X509_get0_serialNumber(leaf);
    int64_t number = -1;
    tls_hygiene_find_if(hygiene, ASN1_INTEGER_get_int64(&number, serial) == 1 && number == 0,
        FINDING_CERTIFICATE_SERIAL_ZERO);
}

/* RFC 9525 §6.3: the whole of the leftmost label, below a name that somebody can have. */
static bool tls_hygiene_is_odd_wildcard(const ASN1_STRING *name)
{
    const unsigned char *text = ASN1_STRING_get0_data(name);
    int len = ASN1_STRING_length(name), stars = 0, dots = 0;
    for (int i = 0; i < len; i++) {
        stars += text[i] == '*' ? 1 : 0;
        dots += text[i] == '.' ? 1 : 0;
    }
    bool whole = len > 1 && text[0] == '*' && text[1] == '.';
    return stars > 0 && !(stars == 1 && whole && dots >= 2);
}

static void tls_hygiene_in_names(const struct tls_hygiene *hygiene, X509 *leaf)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    bool odd = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        odd = odd || (name->type == GEN_DNS && tls_hygiene_is_odd_wildcard(name->d.dNSName));
    }
    GENERAL_NAMES_free(names);
    tls_hygiene_find_if(hygiene, odd, FINDING_CERTIFICATE_WILDCARD_ODD);
}

void tls_hygiene_record(const struct tls_verify *verify, struct facts *facts)
{
    struct tls_hygiene hygiene = {.verify = verify, .facts = facts};
    if (!verify->ran || verify->leaf == NULL) {
        return;
    }
    for (int i = 0; i < sk_X509_num(verify->sent) && hygiene.sent_len < HYGIENE_SENT_MAX; i++) {
        hygiene.sent[hygiene.sent_len++] = sk_X509_value(verify->sent, i);
    }
    tls_hygiene_in_chain(&hygiene);
    tls_hygiene_in_cross(&hygiene);
    tls_hygiene_in_identifiers(&hygiene);
    tls_hygiene_in_algorithms(&hygiene);
    tls_hygiene_in_usage(&hygiene, verify->leaf);
    tls_hygiene_in_dates(&hygiene, verify->leaf);
    tls_hygiene_in_names(&hygiene, verify->leaf);
}
