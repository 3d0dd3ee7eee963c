# What the checks share; they source it. A check is called with the folder of a tree, prints one line
# for each thing that is wrong ("file:line: what"), and ends with 1 when it printed any.
# shellcheck shell=sh
set -eu
LC_ALL=C
export LC_ALL

skip() { # REASON...
    echo "skipped: $*"
    exit 77
}

# Files below a folder of the tree by ending, in order; without what building made and
# without hidden folders. find and not git, so that a source archive can be checked too.
files() { # FOLDER ENDING...
    (
        folder=$1
        shift
        wanted=''
        for ending in "$@"; do
            wanted="$wanted${wanted:+|}$ending"
        done
        find "$folder" -mindepth 1 \( -path "./build*" -o -path "./.*" \) -prune -o -type f -print |
            grep -E "\\.($wanted)\$" | sed 's|^\./||' | sort || true
    )
}

# C as a compiler sees it, for awk: c_line(path) reads the next line of a file, lines that a backslash
# joins as one, the digraph %: as #, without comments, into `c_text`; 0 at the end. `number` is where
# it stands. With `c_texts` 0 what stands in quotes is left out too. c_start() is due before.
# shellcheck disable=SC2034
c_source='
function c_start() {
    c_in_comment = c_next = number = 0
}
function c_line(path, line, more) {
    number += c_next + 1
    c_next = 0
    if ((getline line < path) <= 0) {
        close(path)
        c_text = ""
        return 0
    }
    while (line ~ /\\[ \t]*$/ && (getline more < path) > 0) {
        sub(/\\[ \t]*$/, "", line)
        line = line more
        c_next++
    }
    c_text = c_plain(line)
    return 1
}
function c_plain(line, out, at, rest, quote) {
    out = ""
    while (line != "") {
        if (c_in_comment) {
            at = index(line, "*/")
            if (at == 0)
                return out
            line = substr(line, at + 2)
            c_in_comment = 0
        } else if (match(line, /["\047]|\/\*|\/\/|%:/)) {
            rest = substr(line, RSTART)
            out = out substr(line, 1, RSTART - 1)
            if (substr(rest, 1, 2) == "//")
                return out
            if (substr(rest, 1, 2) == "/*" || substr(rest, 1, 2) == "%:") {
                c_in_comment = substr(rest, 1, 1) == "/"
                out = out (c_in_comment ? " " : "#")
                line = substr(rest, 3)
                continue
            }
            quote = substr(rest, 1, 1)
            for (at = 2; at <= length(rest) && substr(rest, at, 1) != quote; at++)
                if (substr(rest, at, 1) == "\\")
                    at++
            out = out (c_texts ? substr(rest, 1, at) : " ")
            line = substr(rest, at + 1)
        } else {
            return out line
        }
    }
    return out
}
'

# Ends a check: shows what `found` holds and fails when that is something.
verdict() { # FOUND
    if [ -n "$1" ]; then
        printf '%s\n' "$1"
        printf '%s\n' "$1" | awk 'END { print NR " found" }'
        exit 1
    fi
}
