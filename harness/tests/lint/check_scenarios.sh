#!/bin/sh
# Scenario files are as people look for them: version, name, requirement and source on top; ids that
# can be typed; catalogue ids of one form. What a file means is the loader's business. A file whose
# name begins with _ is there for others to include: it says for itself what it is.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
root=$1

found=$(cd "$root" && files scenarios yaml yml | awk '
function complain(number, text) {
    print path ":" number ": " text
}
# "[STL-02, AUT-41]" or "STL-02": each of the form XXX-NN.
function check_covers(number, text, list, n, i) {
    gsub(/[\[\],"\047]/, " ", text)
    n = split(text, list, " ")
    if (n == 0)
        complain(number, "covers nothing")
    for (i = 1; i <= n; i++)
        if (list[i] !~ /^[A-Z][A-Z][A-Z]-[0-9][0-9]$/)
            complain(number, "covers \"" list[i] "\", which is not of the form XXX-NN")
}
function check_id(number, text) {
    gsub(/["\047]/, "", text)
    sub(/[ \t]*(#.*)?$/, "", text)
    if (text !~ /^[a-z0-9.-]+$/)
        complain(number, "the id \"" text "\" has other characters than a-z 0-9 . -")
}
function check_line(line, number, text) {
    if (line ~ /\t/)
        complain(number, "a tab")
    if (line ~ /[ \t\r]$/)
        complain(number, "blanks at the end of the line")
    if (line ~ /^[a-z_]+:/) {
        text = line
        sub(/:.*/, "", text)
        seen[text] = 1
        if (text == "version" && line !~ /^version: 1$/)
            complain(number, "version: 1 is wanted")
    }
    if (in_covers) {
        if (line ~ /^ *- /) {
            sub(/^ *- /, "", line)
            check_covers(number, line)
            return
        }
        in_covers = 0
    }
    if (match(line, /(^|[ {,-])covers: */)) {
        text = substr(line, RSTART + RLENGTH)
        sub(/[ \t]*#.*/, "", text)
        if (text == "")
            in_covers = 1
        else if (substr(text, 1, 1) == "[")
            check_covers(number, substr(text, 1, index(text, "]")))
        else
            check_covers(number, text)
    }
    if (line ~ /^(  )?- id: / || line ~ /^  - \{id: /) {
        text = line
        sub(/^.*id: /, "", text)
        sub(/[,}].*/, "", text)
        check_id(number, text)
    }
}
function check_file(line, number, name, words, n, i) {
    split("", seen)
    in_covers = 0
    if (path !~ /^scenarios\/[a-z0-9\/.-]*_?[a-z0-9.-]+\.yaml$/ || path ~ /[^\/]_/)
        complain(1, "the path has other characters than a-z 0-9 . - /, or does not end in .yaml")
    while ((getline line < path) > 0) {
        number++
        check_line(line, number)
    }
    close(path)
    n = split(path ~ /\/_/ ? "version" : "version name requirement spec", words, " ")
    for (i = 1; i <= n; i++)
        if (!(words[i] in seen))
            complain(1, words[i] " is missing")
}
{
    path = $0
    check_file()
}
')
verdict "$found"
