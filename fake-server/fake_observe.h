/*
 * fake_observe — what the client of one connection did, as the server saw it (server.saw.*).
 *
 * Knows: commands and lines as they came, and which spans of them are secret by their place (a
 * response of SASL, whatever is in it): those carry what is to be seen of them beside it; bytes in
 * clear text and whether a password is among them: one of the secrets in any encoding, or whatever
 * stands where a mechanism has its password; how the client went. Recorded whatever the script
 * makes of it.
 * Refuses to know: what the server answered, what was expected.
 *
 * Everything kept lives in the arena; a message belongs to the server, because its facts speak of
 * the whole case.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_OBSERVE_H
#define SMTPVET_FAKE_SERVER_FAKE_OBSERVE_H

#include "fake-server/fake_lines.h"
#include "harness/evidence/fact.h"
#include "harness/tls/tls.h"

#define FAKE_OBSERVE_LINES_MAX 2000   /* of one connection; further ones happen, but are not kept */
#define FAKE_OBSERVE_LINE_MAX 1024    /* octets kept of a line */
#define FAKE_OBSERVE_MECHANISM_MAX 20 /* RFC 4422 §3.1 */
#define FAKE_OBSERVE_VERB_MAX 40 /* octets of a verb; longer ones are no verb of any extension */
/* Clear text is searched in blocks of this size, … */
#define FAKE_OBSERVE_CLEAR_MAX ((size_t)256 * 1024)
/* … each together with the end of the one before: whatever form a secret has, it fits a line. */
#define FAKE_OBSERVE_OVERLAP FAKE_LINES_MAX

struct fake_observe_secrets {
    const struct secret_set *passwords; /* of the server's users */
    const struct secret_set *all;       /* of the case; may be NULL */
};

/* What came, and what is to be seen of it; shown.data NULL: the same, its secrets masked. */
struct fake_observe_text {
    struct span text, shown;
};

struct fake_observe {
    struct arena *arena;
    struct fake_observe_secrets secrets;
    /* Who wants each line as it may be seen; NULL: nobody. */
    void (*told)(void *context, bool response, struct span shown);
    void *told_context;
    struct buf clear; /* clear text that was not searched yet, behind the overlap */
    struct fake_observe_text *commands;
    size_t commands_len;
    struct fake_observe_text *lines;
    size_t lines_len;
    struct fake_observe_text *mechanisms;
    size_t mechanisms_len;
    struct fake_observe_text *users, *authorized_as,
        *bindings; /* of exchanges, as far as they came */
    size_t users_len, authorized_as_len, bindings_len;
    bool has_hello_name, has_logged_in;
    struct span hello_name;
    struct span logged_in;
    /* of the latest exchange */
    struct span mechanism; /* in capitals */
    unsigned responses;    /* counted from the initial one, whether it was given or not */
    unsigned auth_attempts, initial_responses, all_responses, cancelled;
    size_t longest_line;
    bool password_in_clear, mail_in_clear, early_bytes, bytes_before_client_hello, bare_lf;
    bool pipelined;
    bool after_auth; /* nothing since the latest AUTH was a command, or on the other side of TLS */
    bool auth_in_tls;
    bool quit, fin, reset, no_close_notify;
};

void fake_observe_init(
    struct fake_observe *saw, struct arena *arena, struct fake_observe_secrets secrets);
void fake_observe_rest(struct fake_observe *saw); /* nothing happens for a while */
void fake_observe_done(struct fake_observe *saw); /* wipes; the arena stays */

/* Bytes that came outside TLS, as they came. */
void fake_observe_clear(struct fake_observe *saw, struct span bytes);
/* A command line, read. */
struct fake_observe_line {
    const struct fake_line *line;
    struct span verb; /* in capitals, FAKE_OBSERVE_VERB_MAX octets at most */
    struct span argument;
    bool known; /* the server has such a command */
    bool tls;   /* it came inside TLS */
};
void fake_observe_command(struct fake_observe *saw, const struct fake_observe_line *line);
/* A response of a SASL exchange. */
void fake_observe_response(struct fake_observe *saw, const struct fake_line *line, bool tls);
void fake_observe_login(struct fake_observe *saw, struct span user);

/* An exchange is over, or was left: who the client said it is, wants to act as, and what channel
 * binding it spoke of. Empty: it did not say. */
struct fake_observe_exchange {
    struct span user, authorize_as, binding;
};
void fake_observe_exchange(struct fake_observe *saw, const struct fake_observe_exchange *exchange);

/* fake_observe_record writes the facts of this connection, which `facts` must stand at. `tls` may
 * be NULL. */
void fake_observe_record(
    struct fake_observe *saw, const struct tls_session *tls, struct facts *facts);

/* --- messages, of all connections --- */
#define FAKE_OBSERVE_MESSAGES_MAX 1000 /* kept; further ones are counted */

struct fake_message {
    struct span from;
    const struct span *to;
    size_t to_len;
    int64_t octets;
    struct span subject;
};
struct fake_messages {
    struct fake_message *items;
    size_t kept;
    int64_t count, longest_line;
    bool eight_bit, nul, bare; /* see fake_body; of any of them */
};
/* Keeps a copy in the arena, while there is room. */
void fake_messages_keep(
    struct fake_messages *messages, struct arena *arena, const struct fake_message *message);
void fake_messages_record(const struct fake_messages *messages, struct facts *facts);

#endif
