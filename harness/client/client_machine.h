/*
 * client_machine — the inside of the client engine, for the files of this room only.
 *
 * Knows: the parts that a client is made of. One table of states (client_state.c), one function
 * that changes state (client_enter); client.c turns events into replies and ends; client_connect.c,
 * client_auth.c and client_mail.c hold what is done on entering a state and on its reply;
 * client_end.c decides how a session ends.
 * Refuses to know: what client.h refuses to know.
 */
#ifndef SMTPVET_CLIENT_CLIENT_MACHINE_H
#define SMTPVET_CLIENT_CLIENT_MACHINE_H

#include "harness/client/client.h"
#include "harness/client/client_capabilities.h"
#include "harness/client/client_channel.h"
#include "harness/client/client_exchange.h"
#include "harness/client/client_message.h"
#include "harness/client/client_turns.h"
#include "harness/evidence/fact.h"

#define CLIENT_LINE_MAX ((size_t)128 * 1024) /* of a command: an AUTH response and its base64 */
#define CLIENT_HELLO_NAME "client.smtpvet.test"
/* How long a server that has said goodbye may take to close. Those that close do so at once. */
#define CLIENT_PARTING_US (INT64_C(60) * 1000 * 1000)

enum client_state {
    CLIENT_STATE_IDLE,
    CLIENT_STATE_PAUSE, /* before another connection */
    CLIENT_STATE_CONNECT,
    CLIENT_STATE_HANDSHAKE,
    CLIENT_STATE_LISTEN, /* to what is said in clear text where TLS was due */
    CLIENT_STATE_GREETING,
    CLIENT_STATE_EHLO,
    CLIENT_STATE_HELO,
    CLIENT_STATE_STARTTLS,
    CLIENT_STATE_AUTH,
    CLIENT_STATE_AUTH_RESPONSE,
    CLIENT_STATE_AUTH_CANCEL,
    CLIENT_STATE_MAIL,
    CLIENT_STATE_RCPT,
    CLIENT_STATE_DATA,
    CLIENT_STATE_BODY,
    CLIENT_STATE_MESSAGE,
    CLIENT_STATE_CHUNK, /* RFC 3030; of the last one the reply is the message's */
    CLIENT_STATE_LAST_CHUNK,
    CLIENT_STATE_DRAIN,   /* replies to commands that went out together with a refused one */
    CLIENT_STATE_RSET,    /* of a step too; a transaction without recipients is given up */
    CLIENT_STATE_COMMAND, /* of a step: a command or none, and one reply */
    CLIENT_STATE_WAIT,
    CLIENT_STATE_SILENCE,
    CLIENT_STATE_QUIT,
    CLIENT_STATE_CLOSING, /* our end is closed, theirs is waited for */
    CLIENT_STATE_DONE,
    CLIENT_STATE_COUNT,
};

#define CLIENT_STAGE_PRESENT PLAN_STAGE_COUNT /* of a state: the one that the session is in */
struct client_state_row {
    const char *name;
    const char *waits_for; /* for people: "the greeting" */
    enum plan_stage stage; /* its time limit, and where a session that ends here has ended */
    bool speaks;           /* its enter function sends: nothing may have come unasked before */
    void (*enter)(struct client *client);
    void (*on_reply)(struct client *client, const struct client_reply *reply);
};

enum client_gone { CLIENT_GONE_NOT, CLIENT_GONE_FIN, CLIENT_GONE_RESET };

/* What of a connection is remembered to be compared, and for nothing else. */
struct client_memory {
    struct client_capabilities heard[2]; /* by the last hello in clear text; inside TLS */
    bool hello_inside_tls;               /* one was accepted there */
};

struct client {
    const struct plan_client *plan;
    struct client_environment environment;
    struct client_detection detection;
    struct arena *arena; /* capabilities */
    struct wire_queue queue;
    int64_t now_us, begin_us, handshake_us, deadline_us;
    enum client_state state;
    enum plan_stage stage; /* that the session is in */
    struct fail fail;      /* the machine's own fault */

    struct client_channel channel;
    struct client_reply_reader reader;
    enum client_gone gone;   /* the server's end: all that came before is still read */
    unsigned connection;     /* number of the present one */
    size_t target_at;        /* of plan->targets */
    enum plan_ssl_mode mode; /* what detection chose, or none after falling back */
    bool fallen_back;

    struct client_capabilities offered; /* by the latest hello; forgotten when TLS begins */
    bool starttls_offered;
    struct client_memory memory;

    const struct client_mechanism *mechanism;
    struct client_exchange *exchange;
    unsigned mechanisms_tried;      /* bits of client_sasl_bit */
    bool initial_sent;              /* a response went with the latest AUTH */
    bool two_steps, better_refused; /* it is wanted alone; a mechanism that shows no password was */
    int64_t auth_attempts;
    bool logged_in;
    struct buf response; /* of the mechanism, to be sent */
    bool response_given, response_shows;
    struct tls_memory *sessions; /* to be resumed; NULL: none is */
    const char *hello_name;
    size_t message_at;                        /* of plan->messages */
    size_t recipient_at, recipients_accepted; /* of this transaction */
    struct client_turns turns;
    bool alpn_dropped; /* the server would not have it */
    int64_t messages_accepted;
    struct client_message message;

    bool finished; /* the outcome stands: the first cause decides */
    bool helloed;  /* a hello was accepted, on whichever connection */

    size_t step_at;        /* of plan->steps; as many as there are when all is done */
    bool connected;        /* there is a connection that was not given up */
    bool greeted, goodbye; /* on this connection; QUIT was answered */
    bool starttls_granted; /* on this connection, to a step: the next octet is TLS or injected */
    bool owed; /* a step said something by raw octets, and no reply has been read since */
};

/* client_state.c */
const struct client_state_row *client_state_row(enum client_state state);
/* client_enter is the only function that changes state: sets the limit, checks that nothing came
 * unasked before something is said, and does what the state begins with. */
void client_enter(struct client *client, enum client_state state);
void client_renew_deadline(struct client *client);

/* client.c: sends one command line and notes it, as `shown` where that is not NULL. */
void client_say(struct client *client, const char *line, const char *shown);
void client_note(struct client *client, enum transcript_kind kind, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* client.c: ssl_mode.*: what detection came to. */
void client_record_detection(struct client *client);
const char *client_host(const struct client *client); /* the logical one */
const char *client_hello_name(const struct client *client);
#endif
