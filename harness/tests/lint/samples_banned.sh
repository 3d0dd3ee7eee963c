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
    int64_t time = 0, *at = &time; /* a good name for a value too */
    use(time, clock, ops->write);
    mem_free(memory);
    return memory;
}
TEXT
    printf 'int main(void)\n{\n    printf("%%s", getenv("HOME"));\n    exit(0);\n}\n' |
        put harness/cli/main/main.c
    printf 'int main(void)\n{\n    fprintf(stderr, "no");\n}\n' | put harness/base/buf_test.c
    printf '#include "harness/tests/unit.h"\nint f(void)\n{\n    return system("ls");\n}\n' |
        put harness/base/buf_kit.h
    put harness/base/text.h <<'TEXT'
#include <time.h>
#define PRINTF_LIKE(at) __attribute__((format(printf, at, 1)))
void *text_new(size_t len) __attribute__((malloc, malloc(text_free)));
struct text {
    void (*free)(struct text *text);
    int (* write )(int);
};
static const struct text texts = {.free = text_free, .write = text_write};
// strcpy(a, \
   sprintf(b));
TEXT
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
banned_call harness/base/x.c '(strcpy)(a, b);' 'strcpy(): '
banned_call harness/base/x.c '( strcpy ) (a, b);' 'strcpy(): '
banned_call harness/base/x.c '(*strcpy)(a, b);' 'strcpy(): '
banned_call harness/base/x.c 'return (*strcpy)(a, b);' 'strcpy(): '
banned_call harness/base/x.c '(&sprintf)(a, b);' 'sprintf(): '
banned_call harness/base/x.c 'char *(*copy)(char *, const char *) = strcpy;' 'strcpy(): '
banned_call harness/base/x.c 'f = &strcpy;' 'strcpy(): '
banned_call harness/base/x.c 'g(a, strcpy);' 'strcpy(): '
banned_call harness/base/x.c 'struct ops ops = {.copy = strcpy};' 'strcpy(): '
banned_call harness/base/x.c 'return longer ? strcat : g;' 'strcat(): '
banned_call harness/base/x.c '#define COPY strcpy' 'strcpy(): '
banned_call harness/base/x.c '__builtin_strcpy(a, b);' '__builtin_strcpy(): '
banned_call harness/base/x.c 'g(1); /**/ strcpy /**/ (a, b);' 'strcpy(): '
banned_call harness/base/x.c '(time)(NULL);' 'time(): '
banned_call harness/tls/x.c 'f = exit;' 'exit(): '
banned_call harness/tls/x.c 'write(1, a, 1);' 'write(): '
banned_call fake-server/x.c 'fprintf(file, "x");' 'fprintf(): '
banned_call harness/evidence/x.c 'fwrite(a, 1, 1, file);' 'fwrite(): '
banned_call harness/runner/x.c 'f = printf;' 'printf(): '
banned_call harness/scenario/x.c 'ask(getenv);' 'getenv(): '
banned_call harness/scenario/x.c 'extern char **environ;' 'environ(): '
printf 'char *a = str\\\ncpy(b, c);\nint d = exit(1);\n' | put harness/base/x.c
broken 'a call on two lines' 'harness/base/x.c:1: strcpy(): '
printf '\\\n\nint d = exit(1);\n' | put harness/base/x.c
broken 'a call behind lines that are joined' 'harness/base/x.c:3: exit(): '
banned_call harness/base/buf_kit.h 'return system("ls");' 'system(): '
printf '#include "harness/tests/unit.h"\nint f = strcpy(a, b);\n' | put harness/base/buf_kit.h
broken 'what tests may not call either' 'harness/base/buf_kit.h:2: strcpy(): '
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
