# Broken samples for the checks: each samples_X.sh sources this and shows that check_X.sh passes a
# sound tree and fails each broken one, for the right reason.
# shellcheck shell=sh
set -eu
rule=${0##*/}
rule=${rule#samples_}
rule=${rule%.sh}
lint=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
samples_failed=0
samples_run=0

# Puts standard input into a file of the sample tree.
put() { # PATH
    mkdir -p "$tree/$(dirname "$1")"
    cat >"$tree/$1"
}

run_check() {
    check_code=0
    check_output=$(sh "$lint/check_$rule.sh" "$tree" 2>&1) || check_code=$?
    samples_run=$((samples_run + 1))
    if [ "$check_code" -eq 77 ]; then
        echo "$check_output"
        exit 77
    fi
}

sound() { # WHAT
    run_check
    if [ "$check_code" -ne 0 ]; then
        samples_failed=1
        printf 'the check fails on %s:\n%s\n' "$1" "$check_output"
    fi
}

# The tree as it stands must fail with a line that holds TEXT; then it is made sound again.
broken() { # WHAT TEXT
    run_check
    if [ "$check_code" -ne 1 ]; then
        samples_failed=1
        printf 'the check ends with %s, not 1, on %s:\n%s\n' "$check_code" "$1" "$check_output"
    elif ! printf '%s\n' "$check_output" | grep -qF -- "$2"; then
        samples_failed=1
        printf 'the check says nothing of "%s" on %s:\n%s\n' "$2" "$1" "$check_output"
    fi
    rm -rf "${tree:?}"/*
    sound_tree
}

finish() {
    echo "$samples_run samples"
    exit "$samples_failed"
}
