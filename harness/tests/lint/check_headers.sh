#!/bin/sh
# Each header opens with its contract and has an include guard made of its path. A room's header says
# what it knows and what it refuses to know.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
root=$1

found=$(cd "$root" && files . h | awk '
function complain(number, text) {
    print path ":" number ": " text
}
function guard_of(path) {
    sub(/^harness\//, "", path)
    gsub(/[^A-Za-z0-9]/, "_", path)
    return "SMTPVET_" toupper(path)
}
function check_file(line, number, guard, comment, state, text, last) {
    guard = guard_of(path)
    comment = ""
    state = "comment"
    while ((getline line < path) > 0) {
        number++
        if (line != "")
            last = line
        if (number == 1 && line !~ /^\/\*/) {
            complain(1, "the header does not open with a comment")
            state = "guard"
        }
        if (state == "comment") {
            comment = comment " " line
            if (line ~ /\*\//)
                state = "guard"
        } else if (state == "guard" && line != "") {
            if (line != "#ifndef " guard)
                complain(number, "#ifndef " guard " is wanted")
            state = "define"
        } else if (state == "define") {
            if (line != "#define " guard)
                complain(number, "#define " guard " is wanted")
            state = "rest"
        }
    }
    close(path)
    if (state != "rest" || last != "#endif")
        complain(number + 0, "the guard is not whole: #ifndef, #define … #endif at the end")
    gsub(/[ \t*]+/, " ", comment)
    if (path !~ /^harness\/(tests|bench|fuzz)\// && comment !~ /[Rr]efuses to know/)
        complain(1, "the opening comment does not say what it refuses to know")
    if (path !~ /^harness\/(tests|bench|fuzz)\// && comment !~ /Knows/)
        complain(1, "the opening comment does not say what it knows")
}
{
    path = $0
    check_file()
}
')
verdict "$found"
