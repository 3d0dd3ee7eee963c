#include "harness/tls/session.h"

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/tls/hygiene.h"

#define TLS_CERTIFICATE_TEXT_MAX ((size_t)1024 * 1024) /* of a name: the fact cuts it */
#define TLS_CERTIFICATE_WORD_MAX 80 /* of a key's or digest's name; OIDs are cut */
#define TLS_CERTIFICATE_DAY_S 86400
#define TLS_CERTIFICATE_AUTHORITIES_MAX 32 /* names kept of a server's request, for people */
#define TLS_CERTIFICATE_IPV4 4
#define TLS_CERTIFICATE_IPV6 16
#define TLS_CERTIFICATE_IPV6_GROUPS (TLS_CERTIFICATE_IPV6 / 2)

/* RFC 4985 §2: id-on-dnsSRV */
#define TLS_CERTIFICATE_DNS_SRV "1.3.6.1.5.5.7.8.7"

/* --- subject and issuer --- */

/* RFC 2253 with what is beyond ASCII left as UTF-8; control octets come as \0A. */
static void tls_certificate_show_name(const X509_NAME *name, struct buf *out)
{
    const unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL;
    if (bio != NULL && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
        long len = BIO_get_mem_data(bio, &data);
        struct span text = span_of(data, len > 0 ? (size_t)len : 0);
        buf_append(out, span_first(text, out->max - out->len));
    }
    BIO_free(bio);
}

static void tls_certificate_record_name(struct facts *facts, enum fact fact, const X509_NAME *name)
{
    CLEANUP(buf_done) struct buf text = {0};
    buf_init(&text, TLS_CERTIFICATE_TEXT_MAX);
    tls_certificate_show_name(name, &text);
    facts_bytes(facts, fact, buf_span(&text));
}

/* --- alternative names --- */

/* RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups as
 * two colons. */
static void tls_certificate_show_ipv6(const uint8_t *address, struct buf *out)
{
    size_t run = 0, run_len = 1;
    for (size_t i = 0; i < TLS_CERTIFICATE_IPV6_GROUPS; i++) {
        size_t len = 0;
        while (i + len < TLS_CERTIFICATE_IPV6_GROUPS && address[2 * (i + len)] == 0 &&
               address[2 * (i + len) + 1] == 0) {
            len++;
        }
        if (len > run_len) {
            run = i;
            run_len = len;
        }
    }
    for (size_t i = 0; i < TLS_CERTIFICATE_IPV6_GROUPS;) {
        if (run_len > 1 && i == run) {
            buf_append_text(out, "::");
            i += run_len;
            continue;
        }
        bool first = i == 0 || (run_len > 1 && i == run + run_len);
        unsigned group = (unsigned)address[2 * i] << 8 | address[2 * i + 1];
        buf_printf(out, "%s%x", first ? "" : ":", group);
        i++;
    }
}

/* RFC 5280 §4.2.1.6: four or sixteen octets. Any other number is shown as it is. */
static void tls_certificate_show_address(struct span address, struct buf *out)
{
    buf_append_text(out, "ip:");
    if (address.len == TLS_CERTIFICATE_IPV4) {
        buf_printf(
            out, "%u.%u.%u.%u", address.data[0], address.data[1], address.data[2], address.data[3]);
    } else if (address.len == TLS_CERTIFICATE_IPV6) {
        tls_certificate_show_ipv6(address.data, out);
    } else {
        text_escape(address, false, out);
    }
}

static void tls_certificate_show_oid(const ASN1_OBJECT *object, struct buf *out)
{
    char oid[TLS_CERTIFICATE_WORD_MAX] = "";
    (void)OBJ_obj2txt(oid, sizeof oid, object, 1);
    buf_append_text(out, oid);
}

static struct span tls_certificate_octets(const ASN1_STRING *string)
{
    int len = ASN1_STRING_length(string);
    return span_of(ASN1_STRING_get0_data(string), len > 0 ? (size_t)len : 0);
}

static void tls_certificate_show_other_name(const OTHERNAME *other, struct buf *out)
{
    char oid[TLS_CERTIFICATE_WORD_MAX] = "";
    (void)OBJ_obj2txt(oid, sizeof oid, other->type_id, 1);
    if (strcmp(oid, TLS_CERTIFICATE_DNS_SRV) == 0 && other->value != NULL &&
        other->value->type == V_ASN1_IA5STRING) {
        buf_append_text(out, "srv:");
        buf_append(out, tls_certificate_octets(other->value->value.ia5string));
    } else {
        buf_append_text(out, "other:");
        buf_append_text(out, oid);
    }
}

/* A name with its kind in front; a DNS name stands alone. Octets are kept, a NUL among them: a name
 * that means one thing to the CA and another to a careless reader is to be seen. */
static void tls_certificate_show_general(const GENERAL_NAME *name, struct buf *out)
{
    switch (name->type) {
    case GEN_DNS:
        buf_append(out, tls_certificate_octets(name->d.dNSName));
        break;
    case GEN_IPADD:
        tls_certificate_show_address(tls_certificate_octets(name->d.iPAddress), out);
        break;
    case GEN_EMAIL:
        buf_append_text(out, "email:");
        buf_append(out, tls_certificate_octets(name->d.rfc822Name));
        break;
    case GEN_URI:
        buf_append_text(out, "uri:");
        buf_append(out, tls_certificate_octets(name->d.uniformResourceIdentifier));
        break;
    case GEN_DIRNAME:
        buf_append_text(out, "dir:");
        tls_certificate_show_name(name->d.directoryName, out);
        break;
    case GEN_RID:
        buf_append_text(out, "rid:");
        tls_certificate_show_oid(name->d.registeredID, out);
        break;
    case GEN_OTHERNAME:
        tls_certificate_show_other_name(name->d.otherName, out);
        break;
    default: /* X.400 and EDI: nobody has seen one */
        buf_append_text(out, "other:");
        break;
    }
}

static void tls_certificate_record_names(X509 *leaf, struct facts *facts)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    CLEANUP(buf_done) struct buf text = {0};
    buf_init(&text, TLS_CERTIFICATE_TEXT_MAX);
    facts_empty_list(facts, FACT_CERTIFICATE_NAMES);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        buf_clear(&text);
        tls_certificate_show_general(sk_GENERAL_NAME_value(names, i), &text);
        facts_append(facts, FACT_CERTIFICATE_NAMES, buf_span(&text));
    }
    GENERAL_NAMES_free(names);
}

/* --- time --- */

/* Unix seconds without the machine's time zone; false on a time that is none. */
static bool tls_certificate_time(const ASN1_TIME *time, int64_t *ret_s)
{
    int days = 0, seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    bool known = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    if (known) {
        *ret_s = (int64_t)days * TLS_CERTIFICATE_DAY_S + seconds;
    }
    return known;
}

static void tls_certificate_record_date(struct facts *facts, enum fact fact, int64_t date_s)
{
    CLEANUP(buf_done) struct buf text = {0};
    buf_init(&text, TLS_CERTIFICATE_WORD_MAX);
    units_show_date(date_s, &text);
    facts_bytes(facts, fact, buf_span(&text));
}

static void tls_certificate_record_dates(X509 *leaf, int64_t at_s, struct facts *facts)
{
    int64_t date_s;
    if (tls_certificate_time(X509_get0_notBefore(leaf), &date_s)) {
        tls_certificate_record_date(facts, FACT_CERTIFICATE_NOT_BEFORE, date_s);
    }
    if (tls_certificate_time(X509_get0_notAfter(leaf), &date_s)) {
        int64_t left_s = date_s - at_s;
        int64_t days = left_s / TLS_CERTIFICATE_DAY_S;
        days -= left_s % TLS_CERTIFICATE_DAY_S < 0 ? 1 : 0;
        tls_certificate_record_date(facts, FACT_CERTIFICATE_NOT_AFTER, date_s);
        facts_integer(facts, FACT_CERTIFICATE_DAYS_LEFT, days);
    }
}

/* --- key and digest --- */

static const struct tls_certificate_curve {
    const char *library, *name;
} tls_certificate_curves[] = {
    {"prime256v1", "p256"},
    {"secp384r1", "p384"},
    {"secp521r1", "p521"},
};

/* "prime256v1" and "P-256" both are p256; a curve that is spelt out has its size only. */
static void tls_certificate_show_curve(EVP_PKEY *key, struct buf *out)
{
    char group[TLS_CERTIFICATE_WORD_MAX] = "";
    size_t group_len = 0;
    if (EVP_PKEY_get_group_name(key, group, sizeof group, &group_len) != 1) {
        buf_printf(out, "ec%d", EVP_PKEY_get_bits(key));
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(tls_certificate_curves); i++) {
        if (strcmp(tls_certificate_curves[i].library, group) == 0) {
            buf_append_text(out, tls_certificate_curves[i].name);
            return;
        }
    }
    buf_append_text(out, group);
}

static void tls_certificate_show_key(X509 *leaf, struct buf *out)
{
    EVP_PKEY *key = X509_get0_pubkey(leaf);
    int bits = key == NULL ? 0 : EVP_PKEY_get_bits(key);
    switch (key == NULL ? NID_undef : EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC:
        tls_certificate_show_curve(key, out);
        break;
    case EVP_PKEY_RSA:
        buf_printf(out, "rsa%d", bits);
        break;
    case EVP_PKEY_RSA_PSS:
        buf_printf(out, "rsapss%d", bits);
        break;
    case EVP_PKEY_DSA:
        buf_printf(out, "dsa%d", bits);
        break;
    case EVP_PKEY_ED25519:
        buf_append_text(out, "ed25519");
        break;
    case EVP_PKEY_ED448:
        buf_append_text(out, "ed448");
        break;
    default: {
        ASN1_OBJECT *algorithm = NULL; /* a kind that the library does not have */
        X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(leaf));
        tls_certificate_show_oid(algorithm, out);
        break;
    }
    }
}

static void tls_certificate_show_digest(X509 *leaf, struct buf *out)
{
    int digest_nid = NID_undef, key_nid = NID_undef;
    if (X509_get_signature_info(leaf, &digest_nid, &key_nid, NULL, NULL) != 1) {
        (void)OBJ_find_sigid_algs(X509_get_signature_nid(leaf), &digest_nid, &key_nid);
    }
    if (digest_nid == NID_undef) {
        return; /* RFC 8410 §3: Ed25519 and Ed448 have none to choose */
    }
    for (const char *name = OBJ_nid2sn(digest_nid); *name != '\0'; name++) {
        buf_append_byte(out, (uint8_t)text_lower(*name));
    }
}

static void tls_certificate_record_algorithms(X509 *leaf, struct facts *facts)
{
    CLEANUP(buf_done) struct buf text = {0};
    buf_init(&text, TLS_CERTIFICATE_WORD_MAX);
    tls_certificate_show_key(leaf, &text);
    facts_bytes(facts, FACT_CERTIFICATE_KEY, buf_span(&text));
    buf_clear(&text);
    tls_certificate_show_digest(leaf, &text);
    if (text.len > 0) {
        facts_bytes(facts, FACT_CERTIFICATE_DIGEST, buf_span(&text));
    }
}

/* --- the rest --- */

static bool tls_certificate_is_self_signed(X509 *leaf)
{
    EVP_PKEY *key = X509_get0_pubkey(leaf);
    return key != NULL &&
           X509_NAME_cmp(X509_get_subject_name(leaf), X509_get_issuer_name(leaf)) == 0 &&
           X509_verify(leaf, key) == 1;
}

static void tls_certificate_record_fingerprint(
    X509 *leaf, const EVP_MD *sha256, struct facts *facts)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;
    if (X509_digest(leaf, sha256, digest, &digest_len) != 1) {
        return;
    }
    CLEANUP(buf_done) struct buf text = {0};
    buf_init(&text, 2 * sizeof digest);
    text_hex_encode(span_of(digest, digest_len), "0123456789abcdef", &text);
    facts_bytes(facts, FACT_CERTIFICATE_FINGERPRINT, buf_span(&text));
}

/* As `client.verify.pin` takes it. */
static void tls_certificate_record_pin(X509 *leaf, const EVP_MD *sha256, struct facts *facts)
{
    struct tls_pin pin;
    if (!tls_pin_of_key(leaf, sha256, &pin)) {
        return;
    }
    CLEANUP(buf_done) struct buf text = {0};
    buf_init(&text, TLS_CERTIFICATE_WORD_MAX);
    buf_append_text(&text, "sha256/");
    text_base64_encode(span_of(pin.sha256, sizeof pin.sha256), &text);
    facts_bytes(facts, FACT_CERTIFICATE_SPKI, buf_span(&text));
}

/* In the table's order, which is nobody's order of finding. */
static void tls_certificate_record_flags(struct facts *facts, enum fact fact, unsigned flags)
{
    facts_empty_list(facts, fact);
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        const struct certificate_flag_row *row = certificate_flag_row(i);
        if ((flags & row->bit) != 0) {
            facts_append(facts, fact, span_text(row->name));
        }
    }
}

/* No answer, and none demanded, is no problem and no knowledge either. */
static void tls_certificate_record_revocation(const struct tls_verify *verify, struct facts *facts)
{
    bool by_staple = verify->staple_looked_at && (verify->judges_staple || verify->must_staple);
    bool unknown = (verify->flags & CERTIFICATE_REVOCATION_UNKNOWN) != 0 ||
                   (by_staple && !verify->checks_lists && verify->ocsp == TLS_OCSP_ABSENT);
    facts_text(facts, FACT_CERTIFICATE_REVOCATION,
        !by_staple && !verify->checks_lists          ? "not-checked"
        : (verify->flags & CERTIFICATE_REVOKED) != 0 ? "revoked"
        : unknown                                    ? "unknown"
                                                     : "good");
    facts_truth(facts, FACT_CERTIFICATE_MUST_STAPLE, tls_staple_is_demanded(verify->leaf));
}

void tls_certificate_record(const struct tls_session *session, struct facts *facts)
{
    const struct tls_verify *verify = &session->verify;
    X509 *leaf = verify->leaf;
    if (!verify->ran || leaf == NULL) {
        return;
    }
    tls_certificate_record_name(facts, FACT_CERTIFICATE_SUBJECT, X509_get_subject_name(leaf));
    tls_certificate_record_name(facts, FACT_CERTIFICATE_ISSUER, X509_get_issuer_name(leaf));
    tls_certificate_record_names(leaf, facts);
    tls_certificate_record_dates(leaf, verify->at_s, facts);
    tls_certificate_record_algorithms(leaf, facts);
    tls_certificate_record_fingerprint(leaf, session->worker->fingerprint, facts);
    tls_certificate_record_pin(leaf, session->worker->fingerprint, facts);
    facts_integer(facts, FACT_CERTIFICATE_CHAIN_LENGTH, verify->chain_len);
    facts_truth(facts, FACT_CERTIFICATE_SELF_SIGNED, tls_certificate_is_self_signed(leaf));
    tls_certificate_record_flags(facts, FACT_CERTIFICATE_FLAGS, verify->flags);
    tls_certificate_record_flags(
        facts, FACT_CERTIFICATE_UNFORGIVEN, verify->flags & ~(verify->forgiven | verify->pardoned));
    facts_truth(facts, FACT_CERTIFICATE_VERIFIED, (verify->flags & ~verify->pardoned) == 0);
    tls_certificate_record_revocation(verify, facts);
    if (verify->pins_len > 0) {
        facts_truth(facts, FACT_CERTIFICATE_PINNED, verify->pinned);
    }
    if (verify->has_name) {
        facts_truth(
            facts, FACT_CERTIFICATE_NAME_MATCHES, (verify->flags & CERTIFICATE_NAME_MISMATCH) == 0);
    }
    tls_hygiene_record(verify, facts);
    tls_errors_clear();
}

/* --- certificates of clients --- */

void tls_certificate_record_client(const struct tls_session *session, struct facts *facts)
{
    X509 *leaf = SSL_get0_peer_certificate(session->ssl);
    leaf = leaf == NULL ? session->verify.leaf : leaf; /* one that was refused */
    if (leaf == NULL) {
        return;
    }
    unsigned flags = session->verify.flags;
    tls_certificate_record_name(
        facts, FACT_SAW_CLIENT_CERTIFICATE_SUBJECT, X509_get_subject_name(leaf));
    tls_certificate_record_flags(facts, FACT_SAW_CLIENT_CERTIFICATE_FLAGS, flags);
    facts_truth(facts, FACT_SAW_CLIENT_CERTIFICATE_VERIFIED, flags == 0);
}

void tls_certificate_record_authorities(const struct tls_session *session, struct facts *facts)
{
    const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(session->ssl);
    int len = names == NULL ? 0 : sk_X509_NAME_num(names);
    facts_integer(facts, FACT_TLS_CLIENT_CERTIFICATE_ISSUERS_COUNT, len);
    facts_empty_list(facts, FACT_TLS_CLIENT_CERTIFICATE_ISSUERS);
    for (int i = 0; i < len && i < TLS_CERTIFICATE_AUTHORITIES_MAX; i++) {
        CLEANUP(buf_done) struct buf text = {0};
        buf_init(&text, TLS_CERTIFICATE_TEXT_MAX);
        tls_certificate_show_name(sk_X509_NAME_value(names, i), &text);
        facts_append(facts, FACT_TLS_CLIENT_CERTIFICATE_ISSUERS, buf_span(&text));
    }
}
