/*
 * fake_modify — what a script's modifiers do to the bytes of the action behind them.
 *
 * Knows: inject, truncate, corrupt, edit; in the order in which they are written.
 * Refuses to know: what the bytes are, when they are sent (drip is the runner's).
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_MODIFY_H
#define SMTPVET_FAKE_SERVER_FAKE_MODIFY_H

#include "harness/base/buf.h"
#include "harness/match/match.h"
#include "harness/plan/script.h"

/* fake_modify_apply changes `piece` as one modifier says; others are left alone. `pattern` is the
 * compiled `find` of an edit: its first match is replaced. Inside base64 each line's text behind
 * the code (or the whole line where there is none) is decoded, edited and encoded again; a line
 * that is not base64 stays. */
void fake_modify_apply(
    const struct plan_action *action, const struct match_pattern *pattern, struct buf *piece);

#endif
