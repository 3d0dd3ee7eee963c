#include "harness/certs/recipe.h"

#include "harness/tests/unit.h"

#define TODAY_S INT64_C(1767225600) /* 2026-01-01 */
#define LONG_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONGEST LONG_63 "." LONG_63 "." LONG_63 "." LONG_61

static const struct plan_certificate stock = {
    .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
    .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
};

static struct plan_certificate with_names(const char *const *names, size_t names_len)
{
    struct plan_certificate plan = stock;
    plan.names = names;
    plan.names_len = names_len;
    return plan;
}

static void check_dns(const struct certs_name *name, const char *wanted)
{
    ck_assert_int_eq(name->kind, CERTS_NAME_DNS);
    ck_assert(span_equal(name->text, span_text(wanted)));
}

/* Checks a recipe that must be good; the result lives in `arena`. */
static struct certs_recipe good(
    struct arena *arena, const struct plan_certificate *plan, const char *host)
{
    struct certs_recipe recipe;
    struct fail fail = {0};
    enum status status = certs_recipe_check(plan, host, TODAY_S, arena, &recipe, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
    return recipe;
}

static void refused(
    const struct plan_certificate *plan, const char *host, int64_t clock_s, const char *why)
{
    struct arena *arena = arena_new();
    struct certs_recipe recipe = {.leaf.names_len = 77};
    struct fail fail = {0};
    ck_assert_int_eq(certs_recipe_check(plan, host, clock_s, arena, &recipe, &fail), STATUS_FAILED);
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    ck_assert_msg(strstr(fail.text, why) != NULL, "'%s' does not say '%s'", fail.text, why);
    ck_assert_uint_eq(recipe.leaf.names_len, 77); /* untouched */
    arena_free(arena);
}

static void refused_name(const char *name, const char *why)
{
    struct plan_certificate plan = with_names(&name, 1);
    refused(&plan, "mail.here.com", TODAY_S, why);
}

START_TEST(test_the_host_is_the_name)
{
    struct arena *arena = arena_new();
    struct certs_recipe recipe = good(arena, &stock, "mail.here.com");
    ck_assert_uint_eq(recipe.leaf.names_len, 1);
    check_dns(&recipe.leaf.names[0], "mail.here.com");
    ck_assert_str_eq(recipe.leaf.common_name, "mail.here.com");
    ck_assert_int_eq(recipe.leaf.not_before_s, TODAY_S - 86400);
    ck_assert_int_eq(recipe.leaf.not_after_s, TODAY_S + 90 * 86400);
    arena_free(arena);
}
END_TEST

START_TEST(test_a_host_that_is_an_address)
{
    static const uint8_t one[] = {127, 0, 0, 1}, six[16] = {[15] = 1};
    struct arena *arena = arena_new();
    struct certs_recipe recipe = good(arena, &stock, "127.0.0.1");
    ck_assert_int_eq(recipe.leaf.names[0].kind, CERTS_NAME_ADDRESS);
    ck_assert(span_equal(span_of(recipe.leaf.names[0].address, recipe.leaf.names[0].address_len),
        span_of(one, sizeof one)));
    recipe = good(arena, &stock, "::1");
    ck_assert(span_equal(span_of(recipe.leaf.names[0].address, recipe.leaf.names[0].address_len),
        span_of(six, sizeof six)));
    ck_assert_str_eq(recipe.leaf.common_name, "::1");
    /* Not addresses, whatever a lenient reader makes of them. */
    static const char *const hosts[] = {
        "1.2.3", "1.2.3.256", "4294967297.1.1.1", "dead.beef", "+1.1.1.1"};
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        recipe = good(arena, &stock, hosts[i]);
        check_dns(&recipe.leaf.names[0], hosts[i]);
    }
    arena_free(arena);
}
END_TEST

START_TEST(test_names_of_each_kind)
{
    static const char *const names[] = {
        "ip:10.0.0.1", "*.a.test", "127.0.0.1", "ip:2001:db8::7", "with,comma.test"};
    struct arena *arena = arena_new();
    struct plan_certificate plan = with_names(names, ARRAY_LEN(names));
    struct certs_recipe recipe = good(arena, &plan, NULL);
    ck_assert_uint_eq(recipe.leaf.names_len, ARRAY_LEN(names));
    ck_assert_uint_eq(recipe.leaf.names[0].address_len, 4);
    check_dns(&recipe.leaf.names[1], "*.a.test");
    check_dns(&recipe.leaf.names[2], "127.0.0.1"); /* a mistake that people make */
    ck_assert_uint_eq(recipe.leaf.names[3].address_len, 16);
    check_dns(&recipe.leaf.names[4], "with,comma.test");
    ck_assert_str_eq(recipe.leaf.common_name, "10.0.0.1");
    arena_free(arena);
}
END_TEST

START_TEST(test_common_names)
{
    struct arena *arena = arena_new();
    struct plan_certificate plan = stock;
    plan.common_name = "J\xc3\xbcrgen's server";
    ck_assert_str_eq(good(arena, &plan, "a.test").leaf.common_name, plan.common_name);
    plan.common_name = "";
    ck_assert_str_eq(good(arena, &plan, "a.test").leaf.common_name, "");
    plan.common_name = NULL;
    ck_assert_str_eq(good(arena, &plan, LONG_63 "a").leaf.common_name, LONG_63 "a");
    ck_assert_str_eq(good(arena, &plan, LONG_63 ".a").leaf.common_name, "");
    plan.common_name = LONG_63 "aa";
    refused(&plan, "a.test", TODAY_S, "64 octets");
    plan.common_name = "\xff";
    refused(&plan, "a.test", TODAY_S, "a name is no UTF-8: '\\xff'");
    arena_free(arena);
}
END_TEST

START_TEST(test_names_that_make_no_sense)
{
    refused_name("", "empty");
    refused(&stock, "", TODAY_S, "empty");
    refused(&stock, NULL, TODAY_S, "empty");
    ck_assert_uint_eq(strlen(LONGEST), CERTS_NAME_MAX);
    struct arena *arena = arena_new();
    good(arena, &stock, LONGEST);
    arena_free(arena);
    refused_name(LONGEST "a", "longer than 253");
    refused(&stock, LONGEST "a", TODAY_S, "longer than 253");
    refused_name("b\xc3\xbc.test", "'b\xc3\xbc.test'");
    refused_name("a b.test", "no DNS name has");
    refused_name("a\n.test", "'a\\n.test'");
    refused_name("uri:smtp.a.test", "no kind that is known");
    refused_name("srv:", "empty");
    static const char *const addresses[] = {"ip:", "ip:1.2.3", "ip:1.2.3.256", "ip:1.2.3.4 ",
        "ip: 1.2.3.4", "ip:4294967297.1.1.1", "ip::::", "ip:1:2:3:4:5:6:7:8:9", "ip:[::1]",
        "ip:a.test", "ip:::1%lo", "ip:1.2.3.4/24"};
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        refused_name(addresses[i], "no IP address");
    }
}
END_TEST

START_TEST(test_no_names_at_all)
{
    struct arena *arena = arena_new();
    struct plan_certificate plan = stock;
    plan.names_written = true;
    struct certs_recipe recipe = good(arena, &plan, "mail.here.com");
    ck_assert_uint_eq(recipe.leaf.names_len, 0);
    ck_assert_str_eq(recipe.leaf.common_name, "mail.here.com");
    plan.common_name = "me";
    ck_assert_str_eq(good(arena, &plan, "mail.here.com").leaf.common_name, "me");
    arena_free(arena);
}
END_TEST

START_TEST(test_as_many_names_as_allowed)
{
    const char *names[CERTS_NAMES_MAX + 1];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        names[i] = "a.test";
    }
    struct plan_certificate plan = with_names(names, CERTS_NAMES_MAX);
    struct arena *arena = arena_new();
    good(arena, &plan, NULL);
    arena_free(arena);
    plan = with_names(names, CERTS_NAMES_MAX + 1);
    refused(&plan, "a.test", TODAY_S, "101 names, 100 are the most");
}
END_TEST

START_TEST(test_moments)
{
    struct arena *arena = arena_new();
    struct plan_certificate plan = stock;
    plan.not_before_s = 86400;
    plan.not_after_s = -86400; /* people mint that */
    ck_assert_int_eq(good(arena, &plan, "a.test").leaf.not_after_s, TODAY_S - 86400);
    plan.not_after_s = CERTS_TIME_MAX_S - TODAY_S;
    good(arena, &plan, "a.test");
    plan.not_after_s++;
    refused(&plan, "a.test", TODAY_S, "years 1 to 9999");
    plan.not_after_s = INT64_MAX;
    refused(&plan, "a.test", TODAY_S, "years 1 to 9999");
    plan = stock;
    plan.not_before_s = CERTS_TIME_MIN_S - TODAY_S - 1;
    refused(&plan, "a.test", TODAY_S, "years 1 to 9999");
    plan.not_before_s = INT64_MIN;
    refused(&plan, "a.test", -1, "years 1 to 9999");
    refused(&stock, "a.test", CERTS_TIME_MAX_S + 1, "the clock");
    refused(&stock, "a.test", INT64_MIN, "the clock");
    arena_free(arena);
}
END_TEST

START_TEST(test_what_cannot_be_signed)
{
    struct arena *arena = arena_new();
    struct plan_certificate plan = stock;
    plan.digest = PLAN_DIGEST_MD5;
    refused(&plan, "a.test", TODAY_S, "MD5");
    plan.key = PLAN_KEY_P384;
    refused(&plan, "a.test", TODAY_S, "MD5");
    plan.issuer = PLAN_ISSUER_TRUSTED;
    good(arena, &plan, "a.test");
    plan.issuer = PLAN_ISSUER_SELF;
    plan.key = PLAN_KEY_RSA1024;
    good(arena, &plan, "a.test");
    plan.key = PLAN_KEY_LAST + 1;
    refused(&plan, "a.test", TODAY_S, "unknown");
    arena_free(arena);
}
END_TEST

static void canon(
    struct arena *arena, const struct plan_certificate *plan, const char *host, struct buf *out)
{
    struct certs_recipe recipe = good(arena, plan, host);
    buf_init(out, CERTS_CANON_MAX);
    certs_recipe_canon(&recipe, out);
    ck_assert(!out->over);
}

/* True when both have one canon. */
static bool same(const struct plan_certificate *a, const char *a_host,
    const struct plan_certificate *b, const char *b_host)
{
    struct arena *arena = arena_new();
    struct buf a_text, b_text;
    canon(arena, a, a_host, &a_text);
    canon(arena, b, b_host, &b_text);
    bool equal = span_equal(buf_span(&a_text), buf_span(&b_text));
    buf_done(&a_text);
    buf_done(&b_text);
    arena_free(arena);
    return equal;
}

START_TEST(test_one_canon_for_what_is_the_same)
{
    static const char *const spelled[] = {"a.test"};
    struct plan_certificate plan = with_names(spelled, 1);
    ck_assert(same(&plan, "elsewhere.test", &stock, "a.test"));
    plan = stock;
    plan.for_sni = "b.test"; /* decides when it is shown, not what it is */
    ck_assert(same(&plan, "a.test", &stock, "a.test"));
    plan = stock;
    plan.chain = PLAN_CHAIN_WITH_ROOT; /* what signs itself is its own chain */
    ck_assert(same(&plan, "a.test", &stock, "a.test"));
    struct plan_certificate ed25519 = stock;
    ed25519.key = PLAN_KEY_ED25519;
    plan = ed25519;
    plan.digest = PLAN_DIGEST_SHA1; /* it has none */
    ck_assert(same(&plan, "a.test", &ed25519, "a.test"));
}
END_TEST

START_TEST(test_another_canon_for_each_difference)
{
    static const char *const two[] = {"a.test", "b.test"}, *const turned[] = {"b.test", "a.test"};
    struct plan_certificate trusted = stock;
    trusted.issuer = PLAN_ISSUER_TRUSTED;
    struct plan_certificate others[] = {
        trusted, trusted, trusted, trusted, trusted, trusted, trusted, trusted, trusted};
    others[0].issuer = PLAN_ISSUER_UNTRUSTED;
    others[1].key = PLAN_KEY_P384;
    others[2].digest = PLAN_DIGEST_SHA384;
    others[3].chain = PLAN_CHAIN_REVERSED;
    others[4].not_before_s--;
    others[5].not_after_s++;
    others[6].common_name = "b.test";
    others[7].names = two;
    others[7].names_len = 2;
    others[8].names = turned;
    others[8].names_len = 2;
    others[8].common_name = "a.test";
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        ck_assert_msg(!same(&trusted, "a.test", &others[i], "a.test"), "%zu", i);
        for (size_t j = 0; j < i; j++) {
            ck_assert_msg(!same(&others[j], "a.test", &others[i], "a.test"), "%zu %zu", i, j);
        }
    }
    ck_assert(!same(&trusted, "a.test", &trusted, "b.test"));
}
END_TEST

/* Every field that is new to a recipe makes another certificate of it. */
START_TEST(test_another_canon_for_each_field)
{
    static const char *const domain[] = {"a.test"};
    static const struct span octets[] = {{(const uint8_t *)"a\0b", 3}};
    static const struct plan_certificate_extension extension[] = {{.oid = "1.2.3"},
        {.oid = "1.2.3", .critical = true}, {.oid = "1.2.4"},
        {.oid = "1.2.3", .value = {(const uint8_t *)"\x05", 1}}};
    static const enum plan_link links[] = {PLAN_LINK_LEAF, PLAN_LINK_OTHER};
    static const struct plan_certificate authority = {.not_after_s = 1}, other = {.not_after_s = 2},
                                         twice = {.not_after_s = 1, .count = {true, 2}};
    struct plan_certificate trusted = stock;
    trusted.issuer = PLAN_ISSUER_TRUSTED;
    struct plan_certificate all[32];
    size_t len = 0;
#define WITH(field, value) \
    all[len] = trusted;    \
    all[len++].field = value
    WITH(key_usage, PLAN_USAGE_WRITTEN);
    WITH(key_usage, 1U << 6);
    WITH(extended_key_usage, PLAN_USAGE_WRITTEN);
    WITH(ca, PLAN_CA_YES);
    WITH(ca, PLAN_CA_ABSENT);
    WITH(path_length, ((struct plan_count){true, 0}));
    WITH(serial, ((struct plan_count){true, 0}));
    WITH(version, 1);
    WITH(signature, PLAN_SIGNATURE_BROKEN);
    WITH(signature, PLAN_SIGNATURE_WRONG_SIGNER);
    WITH(identifiers, PLAN_IDENTIFIERS_NONE);
    WITH(identifiers, PLAN_IDENTIFIERS_WRONG_AUTHORITY);
    WITH(not_critical, PLAN_NOT_CRITICAL_NAMES);
    WITH(permit, ((struct plan_text_list){domain, 1}));
    WITH(exclude, ((struct plan_text_list){domain, 1}));
    WITH(intermediate, &authority);
    WITH(intermediate, &other);
    WITH(intermediate, &twice);
    WITH(root, &authority);
    WITH(older_root, &authority);
    WITH(anchor, PLAN_ANCHOR_LEAF);
    WITH(file, "a.pem");
    WITH(octet_names, octets);
    all[len - 1].octet_names_len = 1;
    for (size_t i = 0; i < ARRAY_LEN(extension); i++) {
        WITH(extensions, &extension[i]);
        all[len - 1].extensions_len = 1;
    }
    WITH(chain, PLAN_CHAIN_LISTED);
    all[len - 1].links = links;
    all[len - 1].links_len = 1;
    all[len] = all[len - 1];
    all[len++].links_len = 2;
#undef WITH
    ck_assert_uint_le(len, ARRAY_LEN(all));
    for (size_t i = 0; i < len; i++) {
        ck_assert_msg(!same(&trusted, "a.test", &all[i], "a.test"), "%zu", i);
        for (size_t j = 0; j < i; j++) {
            ck_assert_msg(!same(&all[j], "a.test", &all[i], "a.test"), "%zu %zu", i, j);
        }
    }
}
END_TEST

/* A text that holds the canon's own words is not taken for them: lengths stand before texts. */
START_TEST(test_no_canon_can_be_forged)
{
    static const char *const one[] = {"a.test"}, *const two[] = {"a.test", "b.test"};
    struct plan_certificate forged = with_names(two + 1, 1), honest = with_names(two, 2);
    forged.common_name = "x dns 6:a.test";
    honest.common_name = "x";
    ck_assert(!same(&forged, NULL, &honest, NULL));
    forged = with_names(one, 1);
    forged.common_name = "";
    honest = with_names(one, 1);
    honest.common_name = " dns 6:a.test";
    ck_assert(!same(&forged, NULL, &honest, NULL));
    /* Names have no blanks, but that is not for the canon to know. */
    const struct certs_name joined[] = {{.text = SPAN_LITERAL("a dns b")}},
                            apart[] = {{.text = SPAN_LITERAL("a")}, {.text = SPAN_LITERAL("b")}};
    struct certs_recipe recipe = {.leaf = {.names = joined, .names_len = 1, .common_name = ""}};
    struct buf joined_text, apart_text;
    buf_init(&joined_text, CERTS_CANON_MAX);
    buf_init(&apart_text, CERTS_CANON_MAX);
    certs_recipe_canon(&recipe, &joined_text);
    recipe.leaf.names = apart;
    recipe.leaf.names_len = 2;
    certs_recipe_canon(&recipe, &apart_text);
    ck_assert(!span_equal(buf_span(&joined_text), buf_span(&apart_text)));
    buf_done(&joined_text);
    buf_done(&apart_text);
}
END_TEST

START_TEST(test_the_longest_canon_fits)
{
    static char longest[CERTS_NAME_MAX + 1];
    memset(longest, 'a', CERTS_NAME_MAX);
    const char *names[CERTS_NAMES_MAX];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        names[i] = longest;
    }
    struct plan_certificate plan = with_names(names, ARRAY_LEN(names));
    struct arena *arena = arena_new();
    struct buf text;
    canon(arena, &plan, NULL, &text);
    buf_done(&text);
    arena_free(arena);
}
END_TEST

UNIT_MAIN(test_the_host_is_the_name, test_a_host_that_is_an_address, test_names_of_each_kind,
    test_common_names, test_names_that_make_no_sense, test_no_names_at_all,
    test_as_many_names_as_allowed, test_moments, test_what_cannot_be_signed,
    test_one_canon_for_what_is_the_same, test_another_canon_for_each_difference,
    test_another_canon_for_each_field, test_no_canon_can_be_forged, test_the_longest_canon_fits)
