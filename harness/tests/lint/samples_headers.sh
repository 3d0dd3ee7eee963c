#!/bin/sh
# shellcheck source=samples.sh
. "$(dirname "$0")/samples.sh"

header() { # GUARD COMMENT
    printf '/*\n * x — what it is.\n *\n * %s\n */\n#ifndef %s\n#define %s\n\nint x;\n\n#endif\n' "$2" "$1" "$1"
}
contract='Knows: a. Refuses\n * to know: b.'

sound_tree() {
    header SMTPVET_BASE_X_H "$(printf "%b" "$contract")" | put harness/base/x.h
    header SMTPVET_FAKE_SERVER_FAKE_X_H 'Knows: a. Refuses to know: b.' | put fake-server/fake_x.h
    header SMTPVET_TESTS_X_H 'For tests.' | put harness/tests/x.h
}

sound_tree
sound 'a sound tree'
header SMTPVET_X_H 'Knows: a. Refuses to know: b.' | put harness/base/x.h
broken 'a guard without its path' 'harness/base/x.h:6: #ifndef SMTPVET_BASE_X_H is wanted'
header SMTPVET_BASE_X_H 'Knows: a. Refuses to know: b.' | sed 's/^#define.*/#define OTHER/' | put harness/base/x.h
broken 'a guard that defines something else' 'harness/base/x.h:7: #define SMTPVET_BASE_X_H is wanted'
header SMTPVET_BASE_X_H 'Knows: a. Refuses to know: b.' | sed '$d' | put harness/base/x.h
broken 'a guard that never ends' 'the guard is not whole'
header SMTPVET_BASE_X_H 'Knows: a.' | put harness/base/x.h
broken 'a header that refuses nothing' 'does not say what it refuses to know'
header SMTPVET_BASE_X_H 'Refuses to know: b.' | put harness/base/x.h
broken 'a header that knows nothing' 'does not say what it knows'
header SMTPVET_TESTS_X_H 'For tests.' | sed 1,5d | put harness/tests/x.h
broken 'a header without a comment' 'harness/tests/x.h:1: the header does not open with a comment'
printf '' | put harness/base/empty.h
broken 'an empty header' 'harness/base/empty.h:0: the guard is not whole'
finish
