#!/bin/sh
# Each room explains itself in its README.md: what it knows, what it refuses to know.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$1"

found=$(awk -F'|' '/^[a-z]/ {
    gsub(/[ \t]/, "", $2)
    if ($2 != "-" && ($3 !~ /everything/ || $2 == "harness/tests"))
        print $2
}' harness/tests/layers.txt | while read -r folder; do
    [ -d "$folder" ] || continue
    if [ ! -s "$folder/README.md" ]; then
        echo "$folder/README.md: there is none"
        continue
    fi
    if [ "$(head -n 1 "$folder/README.md")" != "# $folder" ]; then
        echo "$folder/README.md:1: it should begin with '# $folder'"
    fi
    [ "$folder" != harness/tests ] || continue
    for words in '**Knows**' '**Refuses to know**'; do
        if ! grep -qF "$words" "$folder/README.md"; then
            echo "$folder/README.md: $words is missing"
        fi
    done
done)
verdict "$found"
