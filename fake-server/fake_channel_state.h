/*
 * fake_channel_state — the state of a channel, which its session owns; fake_channel changes it.
 *
 * Knows: what stands between wire bytes and text. Refuses to know: the session around it.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_CHANNEL_STATE_H
#define SMTPVET_FAKE_SERVER_FAKE_CHANNEL_STATE_H

#include "fake-server/fake_records.h"
#include "harness/base/buf.h"
#include "harness/tls/filter.h"
#include "harness/tls/tls.h"

enum fake_channel_kind {
    FAKE_CHANNEL_PLAIN,
    FAKE_CHANNEL_SEAM, /* TLS is due; what is not TLS is dropped and noted */
    FAKE_CHANNEL_HANDSHAKE,
    FAKE_CHANNEL_TLS,
    FAKE_CHANNEL_DEAD, /* TLS failed or an alert ended it: nothing is answered any more */
};

struct fake_channel {
    enum fake_channel_kind kind;
    struct tls_session *tls;
    struct tls_filter filter;
    struct buf wire; /* came in, and is from wire_at on not yet looked at */
    size_t wire_at;
    struct fake_records records; /* of what came in since TLS was due */
    struct buf text;             /* waits to be encrypted; used inside TLS only */
    struct buf segment;          /* wire bytes of the segment that is being put together */
    struct buf hello;            /* a ClientHello that rules want to see before it is answered */
    bool holds_hello, hello_complete;
    unsigned handmade; /* ClientHello answered by hand (fake_handmade.h) */
    bool opened;       /* the handshake succeeded: all input since then came inside TLS */
    bool failed;       /* by itself, not by a scripted alert: the server closes … */
    bool resets;       /* … and so */
    size_t seam_dropped;
};

#endif
