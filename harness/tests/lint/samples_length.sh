#!/bin/sh
# shellcheck source=samples.sh
. "$(dirname "$0")/samples.sh"

lines() { # COUNT TEXT
    awk -v count="$1" -v text="$2" 'BEGIN { for (i = 0; i < count; i++) print text }'
}

function_of() { # LINES
    printf 'static int before(void)\n{\n    return 1;\n}\n\n/* Why. */\nint f(\n    int x)\n{\n'
    lines $(($1 - 4)) '    x++;'
    printf '}\n'
}

sound_tree() {
    function_of 70 | put harness/base/f.c
    lines 600 '' | put harness/base/long.c
    lines 150 '' | put harness/base/long.h
    lines 700 "$(printf '%0200d' 0)" | put harness/base/table.def
    { printf '/* %094d */\n' 0; printf '/* §§§§§%089d */\n' 0; } | put harness/base/wide.c
}

sound_tree
sound 'a tree at its limits'
function_of 71 | put harness/base/f.c
broken 'a function too long' 'harness/base/f.c:7: the function has 71 lines'
lines 601 '' | put fake-server/long.c
broken 'a file too long' 'fake-server/long.c:601: the file has 601 lines'
lines 151 '' | put harness/base/long.h
broken 'a header too long' 'the header has 151 lines'
printf '/* %095d */\n' 0 | put harness/base/wide.c
broken 'a line too wide' 'harness/base/wide.c:1: the line has 101 characters'
finish
