/*
 * fake_session — one connection of the fake server: its state, and who may change what.
 *
 * Knows: the parts that a connection is made of. The channel turns wire bytes into input and output
 * into segments; the runner (fake_run) plays rules and normal behaviour; commands (fake_command,
 * fake_auth) decide normal replies and what an answer changes; the session moves input to moments.
 * Refuses to know: sockets, clocks. Private to this room; owned by its server.
 *
 * However input is cut into segments, the same comes of it: it is worked off a line or a TLS record
 * at a time. What comes too early (early_bytes, pipelined) is noted only where the server was made
 * to wait: beside one that answers at once, a hasty client and a quick one look alike.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_SESSION_H
#define SMTPVET_FAKE_SERVER_FAKE_SESSION_H

#include "fake-server/fake_body.h"
#include "fake-server/fake_capabilities.h"
#include "fake-server/fake_channel_state.h"
#include "fake-server/fake_observe.h"
#include "fake-server/fake_run.h"
#include "fake-server/fake_sasl.h"
#include "fake-server/fake_server.h"
#include "fake-server/fake_shared.h"
#include "fake-server/fake_transaction.h"
#include "harness/tls/handmade.h"

#define FAKE_SESSION_INPUT_MAX ((size_t)64 * 1024 * 1024) /* a message of the largest size */
#define FAKE_SESSION_RECIPIENTS_MAX 1000 /* RFC 5321 §4.5.3.1.8 asks for 100 at least */
/* Moments inside moments: STARTTLS, its ClientHello, its handshake, a greeting behind it. */
#define FAKE_SESSION_RUNS_MAX 6

enum fake_life {
    FAKE_LIFE_SERVING,
    FAKE_LIFE_HUNG,    /* reads on, says nothing */
    FAKE_LIFE_LEAVING, /* our FIN is out; reads on until the client closes */
    FAKE_LIFE_DONE,
};

enum fake_mode { FAKE_MODE_COMMANDS, FAKE_MODE_AUTH, FAKE_MODE_BODY, FAKE_MODE_CHUNK };

struct fake_session {
    struct fake_server *server;
    struct arena *arena;            /* what the client of this connection said */
    const struct fake_watch *watch; /* NULL: nobody */
    size_t index;                   /* in the server's list */
    unsigned number;                /* in order of acceptance, from 1 */
    unsigned in_case;               /* the same, with those of earlier attempts at the case */
    int64_t now_us, last_byte_us;
    int64_t idle_fired_us; /* silence for which rules have acted since the last byte */
    struct wire_queue queue;
    struct fake_channel channel;
    struct buf input; /* decrypted or clear, from input_at on not yet taken */
    size_t input_at;
    size_t clear_len;    /* of it, inside TLS: octets that came in clear and that a fault kept */
    bool taken_in_clear; /* what was taken last had such octets */
    struct fake_lines lines;
    struct buf overheard; /* clear text where TLS was due, its last line incomplete */
    struct fake_lines overheard_lines;
    enum fake_life life;
    bool deaf;            /* stopped reading */
    bool tls_due;         /* TLS was promised: on connect, or by a 220 to STARTTLS */
    bool talks_tls;       /* TLS records came where SMTP was read: the rest is noise */
    bool client_finished; /* FIN or close_notify: no more input will come */

    struct fake_run *runs; /* room for FAKE_SESSION_RUNS_MAX; NULL while idle */
    size_t runs_len;
    struct buf piece; /* what the present action sends */
    struct fake_script_counts counts;

    /* SMTP state */
    bool greeting_sent, greeted, hello, extended, logged_in;
    bool quitting; /* a 2yz to QUIT or a scripted alert went out: closes when the moment is over */
    enum fake_mode mode;
    struct fake_transaction transaction;
    struct fake_usage used;
    struct fake_sasl sasl;
    bool sasl_stepped; /* the response of this moment was given to the mechanism */
    struct fake_body body;
    bool body_answered; /* a reply came before the final dot: none comes behind it */
    struct buf line;    /* the command line or response of the present moment */
    bool line_too_long;
    char verb_capitals[FAKE_OBSERVE_VERB_MAX];
    struct span verb;     /* into verb_capitals */
    struct span argument; /* into `line` */
    struct fake_observe saw;
};

struct fake_server {
    const struct plan_server *plan;
    struct fake_server_environment environment;
    struct arena *arena; /* messages, and what is made once */
    struct fake_script script;
    const struct plan_rule *gave_up; /* see fake_script_counts */
    bool holds_hello; /* until a ClientHello has come whole: it is looked at before TLS reads it */
    enum tls_handmade handmade; /* by what a ClientHello is answered */
    struct tls_server_identity *identities;
    struct tls_server_options tls_options;
    struct tls_session *spare_tls; /* made to try the options; the first handshake takes it */
    struct secret_set *passwords;
    struct fake_session **sessions;
    size_t sessions_len, sessions_capacity;
    struct fake_server_shared *shared, own; /* `own` is idle where there is a fellow */
    unsigned failed_logins;                 /* of all connections, those that are freed too */
    struct fake_pairs pairs;
};
struct tls_session *fake_server_take_tls(struct fake_server *server); /* owned; NULL: it cannot */
struct fake_salted *fake_server_salted(const struct fake_server *server);
void fake_session_init(struct fake_session *session, struct fake_server *server, unsigned number);
void fake_session_done(struct fake_session *session);
bool fake_session_inside_tls(const struct fake_session *session);
struct fake_capabilities fake_session_capabilities(const struct fake_session *session);
/* Puts a reply into the piece; `enhanced` only where such codes are advertised (RFC 2034 §4). */
void fake_session_reply(
    struct fake_session *session, unsigned code, const char *enhanced, const char *text);
void fake_session_input(struct fake_session *session, struct span bytes);    /* from the channel */
void fake_session_overhear(struct fake_session *session, struct span bytes); /* clear, unanswered */
/* Records what the client has done and nobody took up; then nothing is served. Twice is once. */
void fake_session_settle(struct fake_session *session);
void fake_session_drop_lines(struct fake_session *session); /* seen, and never answered */
void fake_session_forget(struct fake_session *session);     /* when TLS begins: RFC 3207 §4.2 */
void fake_session_end_transaction(struct fake_session *session);
/* fake_session_close ends the server's side, `how` reset all of it. Nothing is said afterwards. */
void fake_session_close(struct fake_session *session, enum plan_close how);
void fake_session_hang(struct fake_session *session);    /* no rule and no reply from now on */
void fake_session_message(struct fake_session *session); /* one has come whole */

#endif
