#!/bin/sh
# Functions that banned.txt forbids, called or handed on, notes of unfinished work, #pragma once. Comments and text literals
# are no calls. exemptions.txt excuses single files, each line with its reason and only while needed.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
root=$1
lint=harness/tests/lint

calls=$(cd "$root" && files . c h | awk -v rules="$lint/banned.txt" -v excuses="$lint/exemptions.txt" \
    -v c_texts=0 "$c_source"'
function trim(text) {
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    return text
}
function complain(rule, text) {
    if ((path, rule) in excuse)
        needed[path, rule] = 1
    else
        print path ":" number ": " text
}
function read_rules(line, cells, list, n, i, rule) {
    while ((getline line < rules) > 0) {
        if (line !~ /^[a-z]/)
            continue
        if (split(line, cells, "|") != 4) {
            print rules ": four columns are wanted: " line
            continue
        }
        rule = trim(cells[1])
        n = split(cells[2], list, " ")
        for (i = 1; i <= n; i++) {
            if (sub(/\(\)$/, "", list[i]))
                called_only[list[i]] = 1
            rule_of[list[i]] = rule
        }
        allowed[rule] = trim(cells[3])
        instead[rule] = trim(cells[4])
    }
    allowed["words"] = allowed["pragma"] = ""
    while ((getline line < excuses) > 0) {
        if (line ~ /^(#|[ \t]*$)/)
            continue
        if (split(line, cells, "|") != 3 || trim(cells[3]) == "")
            print excuses ": file, rule and reason are wanted: " line
        else if (!(trim(cells[2]) in allowed))
            print excuses ": there is no rule " trim(cells[2]) ": " line
        else
            excuse[trim(cells[1]), trim(cells[2])] = line
    }
}
# A header that includes unit.h is for tests: `layers` keeps it out of everything else.
function is_test(path, line, yes) {
    if (path ~ /_test\.c$/ || path ~ /^harness\/(tests|bench|fuzz)\//)
        return 1
    if (path !~ /\.h$/)
        return 0
    if (!(path in for_tests)) {
        while ((getline line < path) > 0)
            yes = yes || line ~ /^#include "harness\/tests\/unit\.h"/
        close(path)
        for_tests[path] = yes + 0
    }
    return for_tests[path]
}
function is_allowed(rule, list, n, i) {
    n = split(allowed[rule], list, " ")
    for (i = 1; i <= n; i++)
        if (list[i] == "tests" ? is_test(path) : index(path, list[i]) == 1)
            return 1
    return 0
}
# Is the name, as it stands between what is before and behind it, no use of the function? A field
# (`x->free(`, `.free =`), where one is declared (`void (*free)(`), an attribute of a compiler.
function is_harmless(before, behind, called) {
    called = behind ~ /^[ \t]*\(/ || behind ~ /^[ \t]*\)[ \t]*\(/
    if (before ~ /(\.|->)[ \t]*$/ || ((plain in called_only) && !called))
        return 1
    if (before ~ /__attribute__[ \t]*\(\(/ && before !~ /__attribute__[ \t]*\(\(.*\)\)/)
        return 1
    return behind ~ /^[ \t]*\)[ \t]*\(/ && before ~ /[A-Za-z0-9_*][ \t]*\([ \t]*\*[ \t]*$/ &&
        before !~ /(^|[^A-Za-z0-9_])(return|else|do|case|sizeof)[ \t]*\([ \t]*\*[ \t]*$/
}
# Every use of a banned function, called or not: `strcpy(`, `(strcpy)(`, `= strcpy;`.
function check_names(code, name, before, behind) {
    if (code ~ /^[ \t]*#[ \t]*include/)
        return
    before = ""
    while (match(code, /[A-Za-z_][A-Za-z0-9_]*/)) {
        name = plain = substr(code, RSTART, RLENGTH)
        sub(/^__builtin_(___)?/, "", plain)
        before = before substr(code, 1, RSTART - 1)
        behind = substr(code, RSTART + RLENGTH)
        code = behind
        if ((plain in rule_of) && !is_allowed(rule_of[plain]) && !is_harmless(before, behind))
            complain(rule_of[plain], name "(): " instead[rule_of[plain]])
        before = before name
    }
}
function check_file() {
    c_start()
    while (c_line(path)) {
        check_names(c_text)
        if (c_text ~ /^[ \t]*#[ \t]*pragma[ \t]+once/)
            complain("pragma", "#pragma once: an include guard with the path in its name")
        if ((c_text ~ /(^|[^A-Za-z0-9_])(stdout|stderr)([^A-Za-z0-9_]|$)/) && !is_allowed("output"))
            complain("output", "stdout, stderr: " instead["output"])
    }
}
BEGIN { read_rules() }
{
    path = $0
    is_test(path) # it reads the file, so not while that is being read
    check_file()
}
END {
    for (key in excuse)
        if (!(key in needed) && key !~ /\034words$/)
            print excuses ": nothing needs this any more: " excuse[key]
}
')

# Unfinished work is a task for somebody, not a comment: in whatever is text.
words=$(cd "$root" && { files . c h def yaml cmake txt md json sh; find 'do' .ci CMakeLists.txt -type f 2>/dev/null || true; } |
    grep -v "^$lint/" | sort -u | awk -v excuses="$lint/exemptions.txt" '
BEGIN {
    while ((getline line < excuses) > 0)
        if (line !~ /^#/ && split(line, cells, "|") == 3) {
            gsub(/^[ \t]+|[ \t]+$/, "", cells[1])
            gsub(/[ \t]/, "", cells[2])
            if (cells[2] == "words")
                excuse[cells[1]] = line
        }
}
{
    path = $0
    number = 0
    while ((getline line < path) > 0) {
        number++
        if (line !~ /(^|[^A-Za-z0-9_])(FIXME|TODO|XXX|HACK)([^A-Za-z0-9_]|$)/)
            continue
        if (path in excuse)
            needed[path] = 1
        else
            print path ":" number ": a note of unfinished work"
    }
    close(path)
}
END {
    for (path in excuse)
        if (!(path in needed))
            print excuses ": nothing needs this any more: " excuse[path]
}
')
verdict "$(printf '%s\n%s\n' "$calls" "$words" | sed '/^$/d')"
