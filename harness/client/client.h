/*
 * client — the SMTP client engine: bytes in, bytes out.
 *
 * Knows: SMTP (RFC 5321), STARTTLS (RFC 3207), AUTH (RFC 4954) through libgsasl, what each ssl_mode
 * decides, when to stop, and how each end of a session is called.
 * Refuses to know: sockets, clocks, files, threads, the fake server's code, what a case expects.
 *
 * Driven as harness/base/wire.h says. After WIRE_CONNECT is asked for, the driver opens a
 * connection to client_target and tells WIRE_OPENED or WIRE_FAILED; only one connection exists at a
 * time. Facts and transcript are recorded as things happen; they are whole once client_is_done.
 */
#ifndef SMTPVET_CLIENT_CLIENT_H
#define SMTPVET_CLIENT_CLIENT_H

#include "harness/base/wire.h"
#include "harness/evidence/transcript.h"
#include "harness/plan/client.h"
#include "harness/tls/tls.h"

/* What clients of one thread share: libgsasl's context. */
struct client_worker;
struct client_worker *client_worker_new(struct fail *fail); /* NULL and FAIL_INTERNAL */
void client_worker_free(struct client_worker *worker);

struct client_environment {
    struct client_worker *worker;
    struct tls_worker *tls_worker;
    const struct tls_trust *trust;       /* what `verify.trust` means in this case */
    const struct tls_identity *identity; /* the client's own certificate; NULL: none */
    const struct tls_pin *pins;          /* what `verify.pin` means in it */
    size_t pins_len;
    const struct span *lists; /* of revoked certificates, where `verify.revocation` looks at them */
    size_t lists_len;
    struct facts *facts;
    struct transcript *transcript;
    struct secret_set *secrets; /* the client adds the encoded forms that it computes */
    int64_t clock_s;            /* unix seconds at time 0: certificates are checked against it */
    /* Of manual steps: do these expectations hold now? And: judge them, now, for the verdict. Both
     * may be NULL where the plan has no steps. */
    bool (*holds)(void *context, const struct plan_expectation *expectations, size_t len);
    void (*judge)(void *context, const struct plan_expectation *expectations, size_t len);
    void *context;
};

/* "GNU SASL 2.2.0": what logging in runs with. */
const char *client_libraries(void);

struct client;

/* client_new: everything given must live longer than the client. Nothing can fail here: what is
 * wrong with the options (ciphers that do not exist) shows as outcome `stopped` or through
 * client_fail. */
struct client *client_new(
    const struct plan_client *plan, const struct client_environment *environment);
void client_free(struct client *client); /* NULL is fine */

/* client_start begins: the first action is WIRE_CONNECT. */
void client_start(struct client *client, int64_t now_us);
void client_event(struct client *client, const struct wire_event *event, int64_t now_us);
struct wire_queue *client_queue(struct client *client);
int64_t client_deadline_us(const struct client *client);
bool client_is_done(const struct client *client);

/* Where WIRE_CONNECT leads: the actual address when `connect_to` is given, else the logical one. */
struct client_target {
    const char *host;
    uint16_t port;
};
struct client_target client_target(const struct client *client);

/* How many of the plan's steps are over; as many as there are when all was done. */
size_t client_steps_reached(const struct client *client);

/* NULL, or why smtpvet itself could not go on (verdict error): an impossible setting. */
const struct fail *client_fail(const struct client *client);

/* --- decisions that scenarios test, as pure functions --- */
struct client_detection {
    enum plan_ssl_mode mode; /* never AUTO */
    uint16_t port;
    const char *reason; /* "explicit", "host", "port", "default" */
};
/* Port 465 is TLS on connect, 587 STARTTLS if supported, 25 clear text, others clear text; a
 * well-known host fills port and mode where the port is auto (0) and the mode AUTO; an explicit
 * mode always wins (RFC 8314 §3.3, §7.3). */
struct client_detection client_detect(const char *host, uint16_t port, enum plan_ssl_mode mode);

#endif
