#!/bin/sh
# shellcheck source=samples.sh
. "$(dirname "$0")/samples.sh"

sound_tree() {
    mkdir -p "$tree/harness/tests/lint"
    cp "$lint/banned.txt" "$tree/harness/tests/lint/"
    echo 'harness/base/mem.c | exits | a reason' | put harness/tests/lint/exemptions.txt
    put harness/base/mem.c <<'TEXT'
/* strcpy(a, b) in a comment
 * malloc(1) */
void *mem_alloc(size_t size)
{
    void *memory = malloc(size); // free(memory)
    if (memory == NULL) {
        _exit(4);
    }
    log("sprintf(\"%d\") in quotes", '"', exit_code(1), ops->free(1), ops.exit (2));
    mem_free(memory);
    return memory;
}
TEXT
    printf 'int main(void)\n{\n    printf("%%s", getenv("HOME"));\n    exit(0);\n}\n' |
        put harness/cli/main/main.c
    printf 'int main(void)\n{\n    fprintf(stderr, "no");\n}\n' | put harness/base/buf_test.c
    printf '/* mkostemp of fileXXXXXX */\n' | put harness/base/text.c
}

banned_call() { # FILE CODE RULE-TEXT
    printf 'void f(void)\n{\n    %s\n}\n' "$2" | put "$1"
    broken "$2 in $1" "$1:3: $3"
}

sound_tree
sound 'a sound tree'
banned_call harness/base/x.c 'strcpy(a, b);' 'strcpy(): '
banned_call harness/base/x.c 'int y = strcat (a, b) + 1;' 'strcat(): '
banned_call harness/base/x.c 'g("\"", sprintf(a, b));' 'sprintf(): '
banned_call harness/base/x.c 'g(1); /* harmless */ vsprintf(a, b, c);' 'vsprintf(): '
banned_call harness/base/x.c 'gets(a);' 'gets(): '
banned_call harness/client/x.c "g('\"'); atoi(a);" 'atoi(): '
banned_call fake-server/x.c 'atol(a);' 'atol(): '
banned_call harness/base/x.c 'strtok(a, b);' 'strtok(): '
banned_call harness/base/x_test.c 'sleep(1);' 'sleep(): '
banned_call harness/runner/x.c 'usleep(1);' 'usleep(): '
banned_call harness/base/x.c 'alloca(n);' 'alloca(): '
banned_call harness/base/buf.c 'malloc(n);' 'malloc(): '
banned_call harness/tls/x.c 'calloc(n, 1);' 'calloc(): '
banned_call harness/tls/x.c 'realloc(p, 1);' 'realloc(): '
banned_call harness/cli/x.c 'free(p);' 'free(): '
banned_call harness/tls/x.c 'exit(1);' 'exit(): '
banned_call harness/base/buf.c '_exit(4);' '_exit(): '
banned_call harness/tls/x.c 'abort();' 'abort(): '
banned_call reports/x.c 'printf("x");' 'printf(): '
banned_call reports/x.c 'write_to(stdout);' 'stdout, stderr: '
banned_call harness/tls/x.c 'getenv("HOME");' 'getenv(): '
banned_call harness/client/x.c 'time(NULL);' 'time(): '
banned_call harness/judge/x.c 'localtime_r(&t, &tm);' 'localtime_r(): '
banned_call harness/cli/x.c 'setlocale(LC_ALL, "");' 'setlocale(): '
banned_call harness/net/x.c 'rand();' 'rand(): '
banned_call harness/runner/x.c 'system("ls");' 'system(): '
printf '#pragma once\n' | put harness/base/x.h
broken 'a pragma' 'harness/base/x.h:1: #pragma once'
for word in FIXME TODO XXX HACK; do
    printf '/* %s: later */\n' "$word" | put harness/base/x.c
    broken "the word $word in code" 'harness/base/x.c:1: a note of unfinished work'
done
printf '# TODO\n' | put scenarios/a/b.yaml
broken 'unfinished work in a scenario' 'scenarios/a/b.yaml:1: a note'
printf '# TODO\n' | put 'do'
broken 'unfinished work in the command' 'do:1: a note'
printf 'harness/base/mem.c | exits | a reason\nharness/base/mem.c | waits | an old reason\n' |
    put harness/tests/lint/exemptions.txt
broken 'an exemption that nothing needs' 'nothing needs this any more: harness/base/mem.c | waits'
printf 'harness/base/mem.c | exits | a reason\nharness/base/gone.c | words | gone\n' |
    put harness/tests/lint/exemptions.txt
broken 'an exemption for a file that is gone' 'nothing needs this any more: harness/base/gone.c'
printf 'harness/base/mem.c | exits |\n' | put harness/tests/lint/exemptions.txt
broken 'an exemption without a reason' 'file, rule and reason are wanted'
printf 'harness/base/mem.c | exits | a reason\nharness/base/mem.c | exit | b\n' |
    put harness/tests/lint/exemptions.txt
broken 'an exemption from no rule' 'there is no rule exit'
finish
