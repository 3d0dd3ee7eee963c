#!/bin/sh
# The project's scripts: shellcheck has nothing to say of them.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$1"
command -v shellcheck >/dev/null || skip 'there is no shellcheck here'

# SC2016: what stands in single quotes is text for awk, sed or another script.
found=$(find . -mindepth 1 \( -path './build*' -o -path './.git' \) -prune -o -type f -print |
    sed 's|^\./||' | sort | while read -r file; do
    case ${file##*/} in
    *.sh) echo "$file" ;;
    *.*) ;;
    *) if head -n 1 "$file" | grep -qaE '^#!.*[/ ](ba)?sh'; then echo "$file"; fi ;;
    esac
done | xargs -r shellcheck --external-sources --source-path=SCRIPTDIR --exclude=SC2016 --format=gcc) || true
verdict "$found"
