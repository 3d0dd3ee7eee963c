#include "harness/tls/staple.h"

#include <openssl/ocsp.h>

#include "harness/tls/test_pair.h"

/* Answers about one leaf, signed by whom each row says; then what a client makes of what a server
 * staples, in both ways that it can come. */

static const struct mint_extension authority[] = {
    {"basicConstraints", "critical,CA:TRUE"}, {"keyUsage", "keyCertSign,cRLSign"}, {NULL, NULL}};
static const struct mint_extension names[] = {{"subjectAltName", "DNS:a.test"}, {NULL, NULL}};
static const struct mint_extension responder[] = {
    {"extendedKeyUsage", "OCSPSigning"}, {NULL, NULL}};

struct people {
    struct minted root, leaf, other;           /* other: an issuer of the same name */
    struct minted asked, unasked, late, stray; /* may sign for root; no usage; over; of other */
};

static void people_init(struct people *people)
{
    const struct mint ca = {.common_name = "root", .extensions = authority};
    const struct mint speaker = {.common_name = "speaker", .extensions = responder};
    struct mint unasked = speaker, late = speaker;
    unasked.extensions = names;
    late.from_s = -30 * MINT_DAY_S;
    late.until_s = -MINT_DAY_S;
    people->root = mint_make(&ca, NULL);
    people->other = mint_make(&ca, NULL);
    people->leaf = mint_make(
        &(struct mint){.common_name = "a.test", .extensions = names, .serial = 77}, &people->root);
    people->asked = mint_make(&speaker, &people->root);
    people->unasked = mint_make(&unasked, &people->root);
    people->late = mint_make(&late, &people->root);
    people->stray = mint_make(&speaker, &people->other);
}

static void people_done(struct people *people)
{
    struct minted *all[] = {&people->root, &people->leaf, &people->other, &people->asked,
        &people->unasked, &people->late, &people->stray};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        mint_done(all[i]);
    }
}

struct answer {
    const struct minted *signer; /* its certificate goes with the answer where it is not the root */
    const EVP_MD *digest;        /* that names the certificate; NULL: SHA-1 */
    int status;
    int64_t from_s, until_s; /* relative to now; until 0: not told */
    int fill;                /* answers about the root that stand before it */
};

/* The caller frees it. */
static unsigned char *answer_make(
    const struct people *people, const struct answer *answer, size_t *ret_len)
{
    X509 *root = people->root.certificate;
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    ASN1_GENERALIZEDTIME *from = ASN1_GENERALIZEDTIME_set(NULL, MINT_NOW_S + answer->from_s);
    ASN1_GENERALIZEDTIME *until = answer->until_s == 0 ? NULL
                                                       : ASN1_GENERALIZEDTIME_set(
                                                             NULL, MINT_NOW_S + answer->until_s);
    for (int i = 0; i <= answer->fill; i++) {
        X509 *about = i == answer->fill ? people->leaf.certificate : root;
        OCSP_CERTID *id = OCSP_cert_to_id(
            answer->digest == NULL ? EVP_sha1() : answer->digest, about, root);
        ck_assert_ptr_nonnull(OCSP_basic_add1_status(basic, id, answer->status, 0,
            answer->status == V_OCSP_CERTSTATUS_REVOKED ? from : NULL, from, until));
        OCSP_CERTID_free(id);
    }
    ck_assert_int_eq(OCSP_basic_sign(basic, answer->signer->certificate, answer->signer->key,
                         EVP_sha256(), NULL, answer->signer == &people->root ? OCSP_NOCERTS : 0),
        1);
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    unsigned char *der = NULL;
    int der_len = i2d_OCSP_RESPONSE(response, &der);
    ck_assert_int_gt(der_len, 0);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    ASN1_GENERALIZEDTIME_free(until);
    ASN1_GENERALIZEDTIME_free(from);
    *ret_len = (size_t)der_len;
    return der;
}

static enum tls_ocsp answer_read(const struct people *people, struct span der)
{
    enum tls_ocsp found = tls_staple_read(
        der, people->leaf.certificate, people->root.certificate, MINT_NOW_S);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    return found;
}

#define DAYS(n) ((n)*MINT_DAY_S)

START_TEST(test_who_says_what_and_when)
{
    static struct people people;
    people_init(&people);
    const struct minted *root = &people.root;
    const struct {
        struct answer answer;
        enum tls_ocsp found;
    } rows[] = {
        {{root, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 0}, TLS_OCSP_GOOD},
        {{root, EVP_sha256(), V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 0}, TLS_OCSP_GOOD},
        {{root, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 3}, TLS_OCSP_GOOD},
        {{root, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), TLS_STAPLE_ANSWERS_MAX},
            TLS_OCSP_OTHER_CERTIFICATE},
        {{root, NULL, V_OCSP_CERTSTATUS_REVOKED, -60, DAYS(7), 0}, TLS_OCSP_REVOKED},
        {{root, NULL, V_OCSP_CERTSTATUS_REVOKED, -DAYS(9), -DAYS(2), 0}, TLS_OCSP_REVOKED},
        {{root, NULL, V_OCSP_CERTSTATUS_UNKNOWN, -60, DAYS(7), 0}, TLS_OCSP_UNKNOWN},
        {{root, NULL, V_OCSP_CERTSTATUS_GOOD, -DAYS(9), -1, 0}, TLS_OCSP_STALE},
        {{root, NULL, V_OCSP_CERTSTATUS_GOOD, -DAYS(9), 1, 0}, TLS_OCSP_GOOD},
        {{root, NULL, V_OCSP_CERTSTATUS_GOOD, -DAYS(9), 0, 0}, TLS_OCSP_GOOD},
        {{root, NULL, V_OCSP_CERTSTATUS_GOOD, -DAYS(11), 0, 0}, TLS_OCSP_STALE},
        {{root, NULL, V_OCSP_CERTSTATUS_GOOD, 60, DAYS(7), 0}, TLS_OCSP_GOOD},
        {{root, NULL, V_OCSP_CERTSTATUS_GOOD, 600, DAYS(7), 0}, TLS_OCSP_EARLY},
        {{&people.asked, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 0}, TLS_OCSP_GOOD},
        {{&people.unasked, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 0}, TLS_OCSP_UNTRUSTED},
        {{&people.late, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 0}, TLS_OCSP_UNTRUSTED},
        {{&people.stray, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 0}, TLS_OCSP_UNTRUSTED},
        {{&people.other, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 0}, TLS_OCSP_UNTRUSTED},
        {{&people.leaf, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 0}, TLS_OCSP_UNTRUSTED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t len;
        unsigned char *der = answer_make(&people, &rows[i].answer, &len);
        enum tls_ocsp found = answer_read(&people, span_of(der, len));
        ck_assert_msg(found == rows[i].found, "row %zu: %s, wanted %s", i, tls_staple_name(found),
            tls_staple_name(rows[i].found));
        ck_assert_int_eq(
            tls_staple_read(span_of(der, len), people.leaf.certificate, NULL, MINT_NOW_S),
            TLS_OCSP_UNTRUSTED);
        OPENSSL_free(der);
    }
    people_done(&people);
}
END_TEST

/* Cut at every octet, every octet changed, one too many: nothing of it is a good answer but where
 * a change is in no part that is signed. */
START_TEST(test_damaged_answers)
{
    static struct people people;
    people_init(&people);
    const struct answer answer = {&people.asked, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 1};
    size_t len;
    unsigned char *der = answer_make(&people, &answer, &len);
    ck_assert_int_eq(answer_read(&people, span_of(der, len)), TLS_OCSP_GOOD);
    ck_assert_int_eq(answer_read(&people, SPAN_EMPTY), TLS_OCSP_ABSENT);
    for (size_t cut = 1; cut < len; cut++) {
        unsigned char *piece = OPENSSL_memdup(der, cut); /* so that a look behind it is seen */
        ck_assert_int_eq(answer_read(&people, span_of(piece, cut)), TLS_OCSP_MALFORMED);
        OPENSSL_free(piece);
    }
    for (size_t at = 0; at < len; at++) {
        for (unsigned bit = 1; bit <= 0x80; bit <<= 1) {
            der[at] ^= (unsigned char)bit;
            enum tls_ocsp found = answer_read(&people, span_of(der, len));
            ck_assert_int_ne(found, TLS_OCSP_REVOKED);
            ck_assert_int_ne(found, TLS_OCSP_UNKNOWN);
            ck_assert_int_ne(found, TLS_OCSP_STALE);
            der[at] ^= (unsigned char)bit;
        }
    }
    unsigned char *longer = OPENSSL_zalloc(len + 1);
    memcpy(longer, der, len);
    ck_assert_int_eq(answer_read(&people, span_of(longer, len + 1)), TLS_OCSP_MALFORMED);
    OPENSSL_free(longer);
    OPENSSL_free(der);
    people_done(&people);
}
END_TEST

/* --- over the wire --- */

static void pair_of_people(struct pair *pair, const struct people *people)
{
    pair_init(pair);
    tls_identity_free(pair->identity);
    tls_trust_free(pair->trust);
    pair->identity = mint_identity(&people->leaf.certificate, 1, people->leaf.key);
    pair->row.identity = pair->identity;
    pair->trust = mint_trust(people->root.certificate);
    pair->client_options.trust = pair->trust;
    pair->client_options.asks_for_staple = true;
    pair->client_options.judges_staple = true;
}

static void check_fact(const struct pair *pair, const char *name, const char *wanted)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_client(pair->client, facts);
    tls_session_record_server(pair->server, facts);
    pair_check_fact(facts, name, wanted);
}

START_TEST(test_what_a_server_staples_comes_as_it_is)
{
    static const unsigned protocols[] = {TLS_PROTOCOL_1_2, TLS_PROTOCOL_1_3};
    static struct people people;
    struct pair pair;
    people_init(&people);
    pair_of_people(&pair, &people);
    const struct answer answer = {&people.root, NULL, V_OCSP_CERTSTATUS_GOOD, -60, DAYS(7), 0};
    size_t len;
    unsigned char *der = answer_make(&people, &answer, &len);
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        pair.client_options.protocols = protocols[i];
        for (size_t cut = 0; cut <= len; cut += cut < len && cut + 5 > len ? len - cut : 5) {
            tls_identity_staple(pair.identity, span_of(der, cut));
            pair_start(&pair);
            pair_run(&pair);
            bool open = cut == 0 || cut == len;
            ck_assert(span_equal(tls_staple_of(pair.client->ssl), span_of(der, cut)));
            check_fact(&pair, "tls.ocsp", cut == 0 ? "absent" : cut == len ? "good" : "malformed");
            check_fact(&pair, "server.saw.client_hello.status_request", "true");
            check_fact(&pair, "certificate.flags", open ? "[]" : "[revocation-unknown]");
            check_fact(&pair, "tls.alert_sent", open ? NULL : "bad_certificate_status_response");
            check_fact(
                &pair, "server.saw.tls_alert", open ? NULL : "bad_certificate_status_response");
            ck_assert_int_eq(
                tls_session_state(pair.client), open ? TLS_STATE_OPEN : TLS_STATE_FAILED);
            pair_stop(&pair);
            if (cut == len) {
                break;
            }
        }
    }
    OPENSSL_free(der);
    pair_done(&pair);
    people_done(&people);
}
END_TEST

START_TEST(test_nobody_staples_unasked)
{
    static struct people people;
    struct pair pair;
    people_init(&people);
    pair_of_people(&pair, &people);
    pair.client_options.asks_for_staple = false;
    tls_identity_staple(pair.identity, SPAN_LITERAL("no answer"));
    pair_open(&pair, TLS_PROTOCOL_1_2);
    ck_assert_uint_eq(tls_staple_of(pair.client->ssl).len, 0);
    check_fact(&pair, "tls.ocsp", NULL);
    check_fact(&pair, "certificate.revocation", "not-checked");
    check_fact(&pair, "server.saw.client_hello.status_request", "false");
    pair_done(&pair);
    people_done(&people);
}
END_TEST

UNIT_MAIN(test_who_says_what_and_when, test_damaged_answers,
    test_what_a_server_staples_comes_as_it_is, test_nobody_staples_unasked)
