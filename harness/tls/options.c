#include "harness/tls/resume.h"
#include "harness/tls/serve.h"

#define TLS_OPTIONS_LIST_MAX 4096 /* octets of a cipher list; the longest useful one has 2000 */
#define TLS_OPTIONS_WORD_MAX 255  /* octets of a word in it; cipher names have under 50 */
#define TLS_OPTIONS_LEVEL_MAX 5
#define TLS_OPTIONS_FRAGMENT_MIN 512 /* the library's least SSL_set_max_send_fragment */

#define TLS_OPTIONS_OLD (TLS_PROTOCOL_1_0 | TLS_PROTOCOL_1_1)
#define TLS_OPTIONS_KNOWN (TLS_OPTIONS_OLD | TLS_PROTOCOL_1_2 | TLS_PROTOCOL_1_3)

static const struct tls_options_version {
    unsigned protocol;
    int version;
    uint64_t refuse; /* the option that leaves a hole in the range */
} tls_options_versions[] = {
    {TLS_PROTOCOL_1_0, TLS1_VERSION, SSL_OP_NO_TLSv1},
    {TLS_PROTOCOL_1_1, TLS1_1_VERSION, SSL_OP_NO_TLSv1_1},
    {TLS_PROTOCOL_1_2, TLS1_2_VERSION, SSL_OP_NO_TLSv1_2},
    {TLS_PROTOCOL_1_3, TLS1_3_VERSION, SSL_OP_NO_TLSv1_3},
};

static enum status tls_options_refuse(struct fail *fail, enum fail_class class, const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    return fail_set(fail, class, "%s: %s", what, reason == NULL ? "not known why" : reason);
}

/* What is asked for, with the default put in; SSL 2 and 3 are left out where others stand beside
 * them. */
static enum status tls_options_protocols(unsigned asked, unsigned *ret, struct fail *fail)
{
    unsigned protocols = asked == 0 ? TLS_PROTOCOL_1_2 | TLS_PROTOCOL_1_3
                                    : asked & TLS_OPTIONS_KNOWN;
    if (protocols == 0) {
        return fail_set(
            fail, FAIL_USAGE, "SSL 2 and SSL 3 are not available in %s", tls_library_version());
    }
    *ret = protocols;
    return STATUS_OK;
}

/* A client can look for one of these two; the library's part then stands by. */
static int tls_options_detects(unsigned asked)
{
    return asked == TLS_PROTOCOL_SSL2   ? SSL2_VERSION
           : asked == TLS_PROTOCOL_SSL3 ? SSL3_VERSION
                                        : 0;
}

static enum status tls_options_set_versions(SSL *ssl, unsigned protocols, struct fail *fail)
{
    int least = 0, most = 0;
    uint64_t refuse = 0;
    for (size_t i = 0; i < ARRAY_LEN(tls_options_versions); i++) {
        const struct tls_options_version *row = &tls_options_versions[i];
        if ((protocols & row->protocol) != 0) {
            least = least == 0 ? row->version : least;
            most = row->version;
        } else {
            refuse |= row->refuse;
        }
    }
    if (SSL_set_min_proto_version(ssl, least) != 1 || SSL_set_max_proto_version(ssl, most) != 1) {
        return tls_options_refuse(fail, FAIL_INTERNAL, "protocol versions");
    }
    SSL_set_options(ssl, refuse);
    return STATUS_OK;
}

static bool tls_options_is_tls_1_3_suite(const char *name)
{
    static const char *const suites[] = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"};
    for (size_t i = 0; i < ARRAY_LEN(suites); i++) {
        if (strcmp(suites[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* One list of names for two setters: suites of TLS 1.3 to one, everything else, IANA's names
 * translated, to the other. False on a word that is too long to be a name. */
static bool tls_options_sort_ciphers(const char *list, struct buf *new_suites, struct buf *old_list)
{
    struct span rest = span_text(list);
    while (rest.len > 0) {
        size_t end = span_find(rest, ':');
        char name[TLS_OPTIONS_WORD_MAX + 1] = "";
        struct span word = span_first(rest, end);
        rest = span_from(rest, end + 1);
        if (word.len == 0) {
            continue;
        }
        if (word.len > TLS_OPTIONS_WORD_MAX) {
            return false;
        }
        memcpy(name, word.data, word.len);
        name[word.len] = '\0';
        struct buf *list_of = old_list;
        const char *known = name;
        if (tls_options_is_tls_1_3_suite(name)) {
            list_of = new_suites;
        } else if (strncmp(name, "TLS_", strlen("TLS_")) == 0) {
            known = OPENSSL_cipher_name(name);
            known = strcmp(known, "(NONE)") == 0 ? name : known;
        }
        if (list_of->len > 0) {
            buf_append_byte(list_of, ':');
        }
        buf_append_text(list_of, known);
    }
    return new_suites->len + old_list->len > 0 && !new_suites->over && !old_list->over;
}

static enum status tls_options_set_ciphers(SSL *ssl, const char *list, struct fail *fail)
{
    if (list == NULL) {
        return STATUS_OK;
    }
    CLEANUP(buf_done) struct buf new_suites = {0};
    CLEANUP(buf_done) struct buf old_list = {0};
    buf_init(&new_suites, TLS_OPTIONS_LIST_MAX);
    buf_init(&old_list, TLS_OPTIONS_LIST_MAX);
    bool good = tls_options_sort_ciphers(list, &new_suites, &old_list);
    if (good && new_suites.len > 0) {
        good = SSL_set_ciphersuites(ssl, buf_text(&new_suites)) == 1;
    }
    if (good && old_list.len > 0) {
        good = SSL_set_cipher_list(ssl, buf_text(&old_list)) == 1;
    }
    if (!good) {
        return fail_set(fail, FAIL_USAGE, "ciphers '%s': the library knows none of them", list);
    }
    return STATUS_OK;
}

/* --- checks of lists before anything is run --- */

static void tls_options_free_context(SSL_CTX **context)
{
    SSL_CTX_free(*context);
}

static bool tls_options_knows_cipher(SSL_CTX *context, struct span word)
{
    char name[TLS_OPTIONS_WORD_MAX + 1] = "";
    if (word.len > TLS_OPTIONS_WORD_MAX) {
        return false;
    }
    memcpy(name, word.data, word.len);
    if (strchr("!-@", name[0]) != NULL || tls_options_is_tls_1_3_suite(name)) {
        return true;
    }
    const char *known = name[0] == '+' ? name + 1 : name;
    const char *translated = strncmp(known, "TLS_", strlen("TLS_")) == 0
                                 ? OPENSSL_cipher_name(known)
                                 : known;
    return SSL_CTX_set_cipher_list(context, translated) == 1;
}

enum status tls_options_check_ciphers(const char *list, struct fail *fail)
{
    CLEANUP(tls_options_free_context) SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = context == NULL ? NULL : SSL_new(context);
    enum status status = ssl == NULL ? tls_options_refuse(fail, FAIL_INTERNAL, "a list of ciphers")
                                     : STATUS_OK;
    struct span rest = span_text(list);
    while (status == STATUS_OK && rest.len > 0) {
        struct span word = span_first(rest, span_find(rest, ':'));
        rest = span_from(rest, word.len + 1);
        SSL_CTX_set_security_level(context, 0);
        if (word.len > 0 && !tls_options_knows_cipher(context, word)) {
            status = fail_set(fail, FAIL_USAGE, "%s knows no cipher '%.*s'", tls_library_version(),
                (int)span_first(word, TLS_OPTIONS_WORD_MAX).len, (const char *)word.data);
        }
    }
    if (status == STATUS_OK && tls_options_set_ciphers(ssl, list, NULL) != STATUS_OK) {
        status = fail_set(fail, FAIL_USAGE, "of these ciphers nothing is left");
    }
    SSL_free(ssl);
    ERR_clear_error();
    return status;
}

enum status tls_options_check_groups(const char *list, struct fail *fail)
{
    CLEANUP(tls_options_free_context) SSL_CTX *context = SSL_CTX_new(TLS_method());
    enum status status = STATUS_OK;
    if (context == NULL) {
        status = tls_options_refuse(fail, FAIL_INTERNAL, "a list of groups");
    } else if (list[0] == 0 || SSL_CTX_set1_groups_list(context, list) != 1) {
        status = fail_set(fail, FAIL_USAGE,
            "%s does not know these groups, or one of them stands there twice",
            tls_library_version());
    }
    ERR_clear_error();
    return status;
}

enum status tls_options_check_signatures(const char *list, struct fail *fail)
{
    CLEANUP(tls_options_free_context) SSL_CTX *context = SSL_CTX_new(TLS_method());
    enum status status = STATUS_OK;
    if (context == NULL) {
        status = tls_options_refuse(fail, FAIL_INTERNAL, "a list of signature schemes");
    } else if (list[0] == 0 || SSL_CTX_set1_sigalgs_list(context, list) != 1) {
        status = fail_set(fail, FAIL_USAGE,
            "%s does not know these signature schemes, or one of them stands there twice",
            tls_library_version());
    }
    ERR_clear_error();
    return status;
}

struct tls_options_lists {
    const char *ciphers, *groups, *signatures;
};

static enum status tls_options_set_common(struct tls_session *session, unsigned protocols,
    int level, const struct tls_options_lists *lists, struct fail *fail)
{
    if (level > TLS_OPTIONS_LEVEL_MAX) {
        return fail_set(fail, FAIL_USAGE, "security level %d: 0 to 5 exist", level);
    }
    if (level < 0 && (protocols & TLS_OPTIONS_OLD) != 0) {
        level = 0; /* the signatures of TLS 1.1 and older need it */
    }
    if (level >= 0) {
        SSL_set_security_level(session->ssl, level);
    }
    TRY(tls_options_set_versions(session->ssl, protocols, fail));
    TRY(tls_options_set_ciphers(session->ssl, lists->ciphers, fail));
    if (lists->groups != NULL && SSL_set1_groups_list(session->ssl, lists->groups) != 1) {
        return fail_set(
            fail, FAIL_USAGE, "groups '%s': the library does not know them", lists->groups);
    }
    if (lists->signatures != NULL && SSL_set1_sigalgs_list(session->ssl, lists->signatures) != 1) {
        return fail_set(
            fail, FAIL_USAGE, "signatures '%s': the library does not know them", lists->signatures);
    }
    return STATUS_OK;
}

static struct tls_session *tls_session_new(
    struct tls_worker *worker, bool server, bool seals_alerts, bool resumes)
{
    struct tls_session *session = mem_zalloc(1, sizeof *session);
    session->worker = worker;
    session->server = server;
    session->state = TLS_STATE_HANDSHAKE;
    session->alert_sent = TLS_NO_ALERT;
    session->alert_received = TLS_NO_ALERT;
    session->alert_instead = TLS_NO_ALERT;
    session->warning_received = TLS_NO_ALERT;
    buf_init(&session->output, TLS_OUTPUT_MAX);
    buf_init(&session->plain, TLS_PLAIN_MAX);
    SSL_CTX *context = tls_worker_get(worker, server, seals_alerts, resumes);
    session->ssl = context == NULL ? NULL : SSL_new(context);
    BIO *bio = session->ssl == NULL ? NULL : tls_session_bio_new(session);
    if (bio == NULL) {
        tls_session_free(session);
        return NULL;
    }
    SSL_set_bio(session->ssl, bio, bio);
    SSL_set_app_data(session->ssl, session);
    if (server) {
        SSL_set_accept_state(session->ssl);
    } else {
        SSL_set_connect_state(session->ssl);
    }
    return session;
}

static bool tls_options_is_address(const char *name)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);
    ASN1_OCTET_STRING_free(address);
    tls_errors_clear();
    return address != NULL;
}

/* RFC 6066 §3: a name never is an address literal and has no dot at its end. */
static enum status tls_options_set_names(
    struct tls_session *session, const struct tls_client_options *options, struct fail *fail)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(session->ssl);
    if (options->name != NULL && options->name[0] != '\0') {
        size_t len = strlen(options->name);
        len -= len > 1 && options->name[len - 1] == '.' ? 1 : 0;
        bool set = tls_options_is_address(options->name)
                       ? X509_VERIFY_PARAM_set1_ip_asc(param, options->name) == 1
                       : X509_VERIFY_PARAM_set1_host(param, options->name, len) == 1;
        if (!set) {
            return tls_options_refuse(fail, FAIL_USAGE, "the name to be verified");
        }
        /* RFC 9525 §2, §6.3: no common name, no `sm*.a.test`. */
        X509_VERIFY_PARAM_set_hostflags(
            param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        session->verify.has_name = true;
    }
    if (options->sni == NULL || options->sni[0] == '\0' || tls_options_is_address(options->sni)) {
        return STATUS_OK;
    }
    session->sni = mem_strdup(options->sni);
    size_t len = strlen(session->sni);
    if (len > 1 && session->sni[len - 1] == '.') {
        session->sni[len - 1] = '\0';
    }
    if (SSL_set_tlsext_host_name(session->ssl, session->sni) != 1) {
        return fail_set(fail, FAIL_USAGE, "the server name '%s' cannot be sent", session->sni);
    }
    return STATUS_OK;
}

/* --- ALPN --- */

/* Takes the first name off a list of RFC 7301 §3.1. */
static struct span tls_options_protocol_name(struct span *list)
{
    struct span name = span_first(span_from(*list, 1), list->data[0]);
    *list = span_from(*list, 1 + (size_t)list->data[0]);
    return name;
}

static bool tls_options_is_offered(struct span offered, struct span name)
{
    while (offered.len > 0) {
        if (span_equal(tls_options_protocol_name(&offered), name)) {
            return true;
        }
    }
    return false;
}

int tls_options_choose_protocol(SSL *ssl, const unsigned char **ret, unsigned char *ret_len,
    const unsigned char *offered, unsigned offered_len, void *unused)
{
    const struct tls_session *session = tls_session_of(ssl);
    struct span rest = session->alpn;
    (void)unused;
    if (rest.len == 0) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    while (rest.len > 0) {
        struct span name = tls_options_protocol_name(&rest);
        if (session->alpn_unasked || tls_options_is_offered(span_of(offered, offered_len), name)) {
            *ret = name.data;
            *ret_len = (unsigned char)name.len;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL; /* no_application_protocol */
}

static enum status tls_options_offer_protocols(
    struct tls_session *session, struct span alpn, struct fail *fail)
{
    if (alpn.len > 0 && SSL_set_alpn_protos(session->ssl, alpn.data, (unsigned)alpn.len) != 0) {
        return fail_set(fail, FAIL_USAGE, "alpn: the library does not take the list");
    }
    return STATUS_OK;
}

static enum status tls_options_set_revocation(
    struct tls_session *session, const struct tls_client_options *options, struct fail *fail)
{
    struct tls_verify *verify = &session->verify;
    X509_VERIFY_PARAM *param = SSL_get0_param(session->ssl);
    verify->asks_for_staple = options->asks_for_staple;
    verify->judges_staple = options->judges_staple;
    verify->checks_lists = options->checks_lists;
    if (options->asks_for_staple &&
        SSL_set_tlsext_status_type(session->ssl, TLSEXT_STATUSTYPE_ocsp) != 1) {
        return tls_options_refuse(fail, FAIL_INTERNAL, "the request for a stapled answer");
    }
    if (!options->checks_lists) {
        return STATUS_OK;
    }
    if (!tls_verify_add_lists(verify, options->lists, options->lists_len)) {
        return tls_options_refuse(fail, FAIL_USAGE, "a list of revoked certificates");
    }
    if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) !=
        1) {
        return tls_options_refuse(fail, FAIL_INTERNAL, "the check of lists");
    }
    return STATUS_OK;
}

static enum status tls_options_set_client(
    struct tls_session *session, const struct tls_client_options *options, struct fail *fail)
{
    unsigned protocols = 0;
    session->detects = tls_options_detects(options->protocols);
    if (session->detects != 0) {
        return STATUS_OK;
    }
    TRY(tls_options_protocols(options->protocols, &protocols, fail));
    const struct tls_options_lists lists = {options->ciphers, options->groups, options->signatures};
    TRY(tls_options_set_common(session, protocols, options->security_level, &lists, fail));
    TRY(tls_options_set_names(session, options, fail));
    if (options->identity != NULL && !tls_session_present(session, options->identity)) {
        return tls_options_refuse(fail, FAIL_INTERNAL, "the client's certificate");
    }
    SSL_set_post_handshake_auth(session->ssl, options->post_handshake_auth ? 1 : 0);
    if (options->fallback_scsv) {
        SSL_set_mode(session->ssl, SSL_MODE_SEND_FALLBACK_SCSV);
    }
    TRY(tls_options_offer_protocols(session, options->alpn, fail));
    TRY(tls_options_set_revocation(session, options, fail));
    X509_VERIFY_PARAM *param = SSL_get0_param(session->ssl);
    X509_VERIFY_PARAM_set_time(param, (time_t)options->verify_at_s);
    /* RFC 5280 §6.1: what a chain demands of its policies; the library looks only when told to. */
    if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_POLICY_CHECK) != 1) {
        return tls_options_refuse(fail, FAIL_INTERNAL, "the policies of certificates");
    }
    if (options->trust != NULL &&
        SSL_set1_verify_cert_store(session->ssl, tls_trust_get_store(options->trust)) != 1) {
        return tls_options_refuse(fail, FAIL_INTERNAL, "the trusted certificates");
    }
    session->verify.at_s = options->verify_at_s;
    session->verify.forgiven = options->forgiven;
    session->verify.stop_on_problem = options->stop_on_problem;
    tls_resume_set_client(session, options);
    session->verify.pins = options->pins;
    session->verify.pins_len = options->pins_len;
    return STATUS_OK;
}

struct tls_session *tls_session_new_client(
    const struct tls_client_options *options, struct fail *fail)
{
    tls_errors_clear();
    struct tls_session *session = tls_session_new(
        options->worker, false, options->seals_alerts, options->memory != NULL);
    if (session == NULL) {
        (void)tls_options_refuse(fail, FAIL_INTERNAL, "a TLS session");
    } else if (tls_options_set_client(session, options, fail) != STATUS_OK) {
        tls_session_free(session);
        session = NULL;
    }
    tls_errors_clear();
    return session;
}

static enum status tls_options_set_server(
    struct tls_session *session, const struct tls_server_options *options, struct fail *fail)
{
    unsigned protocols = 0;
    TRY(tls_options_protocols(options->protocols, &protocols, fail));
    const struct tls_options_lists lists = {options->ciphers, options->groups, options->signatures};
    TRY(tls_options_set_common(session, protocols, options->security_level, &lists, fail));
    if (!tls_serve_set(session, options)) {
        return tls_options_refuse(fail, FAIL_INTERNAL, "the server's certificate");
    }
    session->alpn = options->alpn;
    session->alpn_unasked = options->alpn_unasked;
    session->record_max = options->record_max;
    session->spoil = options->spoil;
    if (options->record_max >= TLS_OPTIONS_FRAGMENT_MIN &&
        options->record_max <= SSL3_RT_MAX_PLAIN_LENGTH) {
        SSL_set_max_send_fragment(session->ssl, (long)options->record_max);
    }
    return STATUS_OK;
}

struct tls_session *tls_session_new_server(
    const struct tls_server_options *options, struct fail *fail)
{
    tls_errors_clear();
    struct tls_session *session = tls_session_new(options->worker, true,
        options->seals_alerts || options->spoil != TLS_SPOIL_NOTHING, options->tickets.count > 0);
    if (session == NULL) {
        (void)tls_options_refuse(fail, FAIL_INTERNAL, "a TLS session");
    } else if (tls_options_set_server(session, options, fail) != STATUS_OK) {
        tls_session_free(session);
        session = NULL;
    }
    tls_errors_clear();
    return session;
}
