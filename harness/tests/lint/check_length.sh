#!/bin/sh
# Functions have at most 70 lines, files 600, headers 150; lines have at most 100 characters. Tables
# (.def files) are as long and as wide as they are.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
root=$1

found=$(cd "$root" && files . c h | awk '
function complain(number, text) {
    print path ":" number ": " text
}
# Octets that continue a character of UTF-8 take no room.
function width(line) {
    gsub(/[\200-\277]/, "", line)
    return length(line)
}
function check_file(line, number, start) {
    start = 1
    while ((getline line < path) > 0) {
        number++
        if (width(line) > 100)
            complain(number, "the line has " width(line) " characters, 100 are allowed")
        # A function starts behind the last line that cannot belong to its head.
        if (line == "{") {
            opened = number
        } else if (line == "}" && opened > 0) {
            if (number - start + 1 > 70)
                complain(start, "the function has " number - start + 1 " lines, 70 are allowed")
            opened = 0
        }
        if (opened == 0 && (line == "" || line ~ /^[ \t]*(#|\*|\/\*|\/\/)/ || line ~ /(;|}|\*\/)$/))
            start = number + 1
    }
    close(path)
    if (path ~ /\.h$/ && number > 150)
        complain(number, "the header has " number " lines, 150 are allowed")
    else if (number > 600)
        complain(number, "the file has " number " lines, 600 are allowed")
}
{
    path = $0
    opened = 0
    check_file()
}
')
verdict "$found"
