#!/bin/sh
# shellcheck source=samples.sh
. "$(dirname "$0")/samples.sh"

sound_tree() {
    put harness/tests/layers.txt <<'TEXT'
# room | folder | may include | system headers | links
base        | harness/base   | | |
match       | harness/match  | base | pcre2.h |
tls         | harness/tls    | base | openssl/* |
certs       | harness/certs  | base | openssl/* !openssl/ssl.h |
client      | harness/client | base tls | |
fake-server | fake-server    | base match tls | openssl/evp.h |
runner      | harness/runner | base client fake-server | pthread.h |
threads     | -              | | pthread.h |
tests       | harness/tests  | everything | |
TEXT
    printf '#include <string.h>\n' | put harness/base/buf.h
    printf '#include "harness/base/buf.h"\n#include <pcre2.h>\n' | put harness/match/match.h
    put harness/match/words.c <<'TEXT'
/* #include <uv.h> in a comment
#include <pthread.h>
 */ #include "harness/base/buf.h" // #include <openssl/ssl.h>
#define INCLUDED "#include <pthread.h>" /* #import */ '"'
int included = 1; // a comment that goes on \
#include <pthread.h>
TEXT
    printf '#include "harness/base/buf.h"\n#include <openssl/ssl.h>\n' | put harness/tls/tls.h
    printf '#include <openssl/evp.h>\n' | put harness/certs/certs.c
    printf '#include "harness/tls/tls.h"\n' | put harness/client/client.h
    printf '#include "harness/match/match.h"\n#include <openssl/evp.h>\n' | put fake-server/fake.h
    printf '#include <pthread.h>\n' | put harness/runner/runner.c
    printf '\n' | put harness/tests/unit.h
    printf '#include "harness/tests/unit.h"\n' | put harness/client/client_test.c
    printf '#include <pthread.h>\n' | put harness/tls/tls_threads_test.c
    printf '#include "harness/tests/unit.h"\n' | put harness/tls/tls_kit.h
    printf '#include "harness/tls/tls_kit.h"\n' | put harness/tls/tls_test.c
    printf '#include "fake-server/fake.h"\n#include "harness/client/client.h"\n#include <pcre2.h>\n' |
        put harness/tests/all_test.c
}

sound_tree
sound 'a sound tree'
printf '#include "harness/match/match.h"\n' | put harness/base/buf.c
broken 'a room that reaches upwards' 'harness/base/buf.c:1: base may not include match'
printf '#include "fake-server/fake.h"\n' | put harness/client/client.c
broken 'a client with the server in it' 'client may not include fake-server'
printf '#include "harness/client/client.h"\n' | put fake-server/fake.c
broken 'a server with the client in it' 'fake-server may not include client'
printf '\n  #  include <pcre2.h>\n' | put harness/base/text.c
broken 'a system header outside its room' 'harness/base/text.c:2: <pcre2.h> lives in match only'
printf '#include <openssl/ssl.h>\n' | put harness/certs/certs.h
broken 'a header that is taken out' '<openssl/ssl.h> lives in tls only'
printf '#include <openssl/ssl.h>\n' | put fake-server/sasl.c
broken 'a header beside the one that is shared' 'not in fake-server'
printf '#include <pthread.h>\n' | put harness/tls/plain_test.c
broken 'threads in a test that is not named so' '<pthread.h> lives in'
printf '#include "buf.h"\n' | put harness/base/buf.c
broken 'an include that is not from the root' 'not a file from the root'
printf '#include "../base/buf.h"\n' | put harness/match/up.c
broken 'an include that climbs' 'not a file from the root'
printf '#include "harness/base/gone.h"\n' | put harness/match/gone.c
broken 'an include of nothing' 'not a file from the root'
printf '#include BUF_H\n' | put harness/base/macro.c
broken 'an include by macro' 'cannot be checked'
include_of() { # WHAT TEXT-OF-THE-FILE LINE-AND-COMPLAINT
    printf '%b' "$2" | put harness/base/odd.c
    broken "$1" "harness/base/odd.c:$3"
}
include_of 'a digraph' '%:include <pcre2.h>\n' '1: <pcre2.h> lives in match only'
include_of 'a comment within the directive' '#/**/include/**/<pcre2.h>\n' '1: <pcre2.h> lives in match only'
include_of 'a comment before the directive' '/* a\n b */ #include <pcre2.h>\n' '2: <pcre2.h> lives in match only'
include_of 'a directive on two lines' '\n#inc\\\nlude \\\n <pcre2.h>\n\n' '2: <pcre2.h> lives in match only'
include_of 'an include behind such a one' '#inc\\\nlude <a.h>\n#include <pcre2.h>\n' '3: <pcre2.h> lives in match only'
include_of 'an include without a space' '#include"harness/match/match.h"\n' '1: base may not include match'
include_of 'an import' '#import <string.h>\n' '1: an include that is neither'
include_of 'the next include' '# include_next <string.h>\n' '1: an include that is neither'
include_of 'a macro behind a comment' '#include/**/BUF_H\n' '1: an include that is neither'
include_of 'a question for a header' '#if __has_include(<pcre2.h>)\n#endif\n' '1: __has_include asks'
include_of 'a file of the tree in brackets' '#include <harness/match/match.h>\n' '1: <harness/match/match.h> is a file of the tree'
include_of 'a system header by a detour' '#include <sys/../pcre2.h>\n' '1: <sys/../pcre2.h> is no plain name'
include_of 'a system header by its place' '#include </usr/include/pcre2.h>\n' '1: </usr/include/pcre2.h> is no plain name'
include_of 'a room by a detour' '#include "harness/base/../match/match.h"\n' '1: "harness/base/../match/match.h" is not a file from the root'
printf '  %%:  include "harness/tests/unit.h"\n' | put harness/base/kit.h
printf '#include "harness/base/kit.h"\n' | put harness/base/buf.c
broken 'a header for tests by a digraph' '"harness/base/kit.h" is for tests'
printf '\n' | put harness/stray/stray.c
broken 'a folder that is no room' 'harness/stray/stray.c:1: lies in no room'
printf '#include "harness/tests/unit.h"\n' | put harness/base/buf.c
broken 'the test header in a program file' 'base may not include tests'
printf '#include "harness/base/a_kit.h"\n' | put harness/base/buf.c
printf '#include "harness/base/kit.h"\n' | put harness/base/a_kit.h
printf '#include "harness/tests/unit.h"\n' | put harness/base/kit.h
broken 'a header for tests in a program file' '"harness/base/a_kit.h" is for tests'
sed 's/^fake-server .*/fake-server | fake-server | base match tls client | openssl\/evp.h |/' "$tree/harness/tests/layers.txt" |
    put new && mv "$tree/new" "$tree/harness/tests/layers.txt"
broken 'a table that lets the server reach the client' 'must not reach each other'
sed 's/^match .*/match | harness\/match | bases | |/' "$tree/harness/tests/layers.txt" |
    put new && mv "$tree/new" "$tree/harness/tests/layers.txt"
broken 'a table with a room that is not there' 'bases, which is no room above it'
sed 's/^base .*/base | harness\/base | runner | |/' "$tree/harness/tests/layers.txt" |
    put new && mv "$tree/new" "$tree/harness/tests/layers.txt"
broken 'a table that goes round in a circle' 'base may include runner, which is no room above it'
printf '' | put harness/tests/layers.txt
broken 'an empty table' 'no rooms'
finish
