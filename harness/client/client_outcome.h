/*
 * client_outcome — how a session can end, the good ends first.
 *
 * Knows: a name for each. Refuses to know: when one is reached (client_end decides).
 */
#ifndef SMTPVET_CLIENT_CLIENT_OUTCOME_H
#define SMTPVET_CLIENT_CLIENT_OUTCOME_H

enum client_outcome {
    CLIENT_OUTCOME_CONNECTED,
    CLIENT_OUTCOME_NEGOTIATED,
    CLIENT_OUTCOME_LOGGED_IN,
    CLIENT_OUTCOME_SENT,
    CLIENT_OUTCOME_REFUSED,
    CLIENT_OUTCOME_STOPPED,
    CLIENT_OUTCOME_TLS_FAILED,
    CLIENT_OUTCOME_PROTOCOL_ERROR,
    CLIENT_OUTCOME_DISCONNECTED,
    CLIENT_OUTCOME_TIMED_OUT,
    CLIENT_OUTCOME_UNREACHABLE,
    CLIENT_OUTCOME_COUNT,
};

#endif
