#!/bin/sh
# shellcheck source=samples.sh
. "$(dirname "$0")/samples.sh"

sound_tree() {
    printf 'base | harness/base | | |\nthreads | - | | |\ntests | harness/tests | everything | |\nfuzz | harness/fuzz | everything | |\n' |
        put harness/tests/layers.txt
    printf '# harness/base\nThe ground.\n\n**Knows** a. **Refuses to know** b.\n' | put harness/base/README.md
    printf '# harness/tests\nTests.\n' | put harness/tests/README.md
}

sound_tree
sound 'a sound tree'
rm "$tree/harness/base/README.md"
broken 'a room without one' 'harness/base/README.md: there is none'
printf '' | put harness/tests/README.md
broken 'an empty one' 'harness/tests/README.md: there is none'
printf '# Base\n**Knows** a. **Refuses to know** b.\n' | put harness/base/README.md
broken 'another title' "harness/base/README.md:1: it should begin with '# harness/base'"
printf '# harness/base\n**Knows** a.\n' | put harness/base/README.md
broken 'a room that refuses nothing' '**Refuses to know** is missing'
printf '# harness/base\n**Refuses to know** a.\n' | put harness/base/README.md
broken 'a room that knows nothing' '**Knows** is missing'
finish
