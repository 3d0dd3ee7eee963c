#!/bin/sh
# shellcheck source=samples.sh
. "$(dirname "$0")/samples.sh"

sound_tree() {
    cp "$lint/../../../.clang-format" "$tree/"
    printf 'int main(void)\n{\n    return 0;\n}\n' | put harness/cli/main/main.c
}

sound_tree
sound 'a sound tree'
printf 'int main(void) {\n  return 0;\n}\n' | put harness/cli/main/main.c
broken 'a brace on the wrong line' 'harness/cli/main/main.c:1:'
printf 'int  x;\n' | put harness/base/x.h
broken 'a header with a blank too many' 'harness/base/x.h:1:'
finish
