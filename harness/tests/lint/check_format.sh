#!/bin/sh
# clang-format 14 has nothing to change. Other versions break lines differently, so it is 14 or none.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
root=$1

tool=''
for candidate in clang-format-14 clang-format; do
    if command -v "$candidate" >/dev/null &&
        [ "$("$candidate" --version | sed -n 's/.*version \([0-9]*\)\..*/\1/p')" = 14 ]; then
        tool=$candidate
        break
    fi
done
[ -n "$tool" ] || skip 'there is no clang-format 14 here'

cd "$root"
if [ -n "$(files . c h)" ]; then
    files . c h | tr '\n' '\0' | xargs -0 "$tool" --dry-run -Werror --ferror-limit=1 --style=file || exit 1
fi
