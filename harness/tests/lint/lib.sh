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

# Ends a check: shows what `found` holds and fails when that is something.
verdict() { # FOUND
    if [ -n "$1" ]; then
        printf '%s\n' "$1"
        printf '%s\n' "$1" | awk 'END { print NR " found" }'
        exit 1
    fi
}
