/*
 * fake_run — a moment being played: a rule's actions, or normal behaviour where no rule acts.
 *
 * Knows: how each action is performed, what the modifiers before it do, what is waited for between
 * actions, and that the first complete reply is the server's answer.
 * Refuses to know: which rule acts (fake_script), what an answer changes (fake_command).
 *
 * Runs stand on a stack in the session, because moments lie in each other: the handshake of a
 * STARTTLS comes before the actions behind start_tls. Only the topmost one goes on.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_RUN_H
#define SMTPVET_FAKE_SERVER_FAKE_RUN_H

#include "fake-server/fake_reply.h"
#include "fake-server/fake_script.h"
#include "fake-server/fake_transaction.h"

struct fake_session;
struct fake_command;

enum fake_wait {
    FAKE_WAIT_NOTHING,
    FAKE_WAIT_TIME, /* a delay */
    FAKE_WAIT_DRIP, /* the next piece of a drip */
    FAKE_WAIT_TLS,  /* a handshake */
};

struct fake_run {
    enum plan_moment kind;
    const struct fake_command *command; /* COMMAND; NULL for an unknown one */
    const struct fake_rule *rule;       /* NULL: normal behaviour */
    const struct plan_action *actions;
    size_t actions_len, next;
    size_t modifiers_from; /* modifiers from here on belong to the next sending action */
    struct fake_answer answer;
    bool answered;
    struct fake_transaction before;     /* the transaction as the moment found it */
    bool transaction_set;               /* by an action: no answer changes it */
    enum plan_set hello_set, login_set; /* by an action: no answer changes them */
    enum fake_wait wait;
    int64_t resume_us;
    bool paused;    /* by a fault, before the first action */
    bool start_tls; /* once what is being sent is out */
    struct buf drip;
    size_t drip_at;  /* so much of it is out */
    bool drip_below; /* wire bytes, not text */
    int64_t drip_every_us;
    size_t drip_octets;
};

/* fake_run_push begins a moment: finds its rule and puts its run on the stack. `reached` as in
 * struct fake_moment. Where no rule is for it and its normal behaviour is nothing, nothing happens.
 * False where it does not begin: nothing would come of it. */
bool fake_run_push(struct fake_session *session, enum plan_moment kind,
    const struct fake_command *command, int64_t reached);
/* The normal answer to a message that has come whole. */
void fake_run_perform_message(struct fake_session *session);

/* fake_run_step goes on with the topmost run. False when it has to wait. */
bool fake_run_step(struct fake_session *session);

/* `at_us` and so much later; WIRE_NEVER where that is beyond all time. */
int64_t fake_run_after(int64_t at_us, int64_t duration_us);

/* Drops all runs. */
void fake_run_clear(struct fake_session *session);

/* The moment at which the topmost run goes on by itself, or WIRE_NEVER. */
int64_t fake_run_deadline_us(const struct fake_session *session);

#endif
