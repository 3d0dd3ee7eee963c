#!/bin/sh
# shellcheck source=samples.sh
. "$(dirname "$0")/samples.sh"

sound_tree() {
    printf '#!/bin/sh\necho "$1"\n' | put harness/x.sh
    printf '#!/usr/bin/env bash\n[[ $1 == a ]] && ls\n' | put 'do'
    printf '#!/bin/sh\nls\n' | put .ci/run
    printf 'echo $1 is no script\n' | put harness/README.md
    printf '#!/usr/bin/awk -f\n' | put harness/table.awk
}

sound_tree
sound 'a sound tree'
printf '#!/bin/sh\necho $1\n' | put harness/x.sh
broken 'an unquoted word' 'harness/x.sh:2:6:'
printf '#!/bin/sh\n[[ $1 == a ]]\n' | put harness/tests/x.sh
broken 'bash in sh' 'harness/tests/x.sh:2:1:'
printf '#!/usr/bin/env bash\nrm -rf $1\n' | put 'do'
broken 'the command' 'do:2:8:'
printf '#!/bin/bash\ncd x\nif then\n' | put .ci/run
broken 'what CI runs' '.ci/run:3:'
finish
