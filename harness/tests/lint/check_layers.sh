#!/bin/sh
# Every #include stands where harness/tests/layers.txt lets it stand, and is written from the root.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
root=$1

found=$(cd "$root" && files . c h | awk -v table=harness/tests/layers.txt -v c_texts=1 "$c_source"'
function trim(text) {
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    return text
}
function complain(place, text) {
    print place ": " text
}
# Does `header` fit one of the words? "x/*" is all below x, "!x" takes x out again.
function fits(header, words, list, n, i, word, yes) {
    n = split(words, list, " ")
    yes = 0
    for (i = 1; i <= n; i++) {
        word = list[i]
        if (word == header)
            yes = 1
        else if (word ~ /\/\*$/ && index(header, substr(word, 1, length(word) - 1)) == 1)
            yes = 1
        else if (substr(word, 1, 1) == "!" && substr(word, 2) == header)
            return 0
    }
    return yes
}
# May `from` include `to`, straight or through others?
function reaches(from, to, list, n, i) {
    n = split(may[from], list, " ")
    for (i = 1; i <= n; i++)
        if (list[i] == to || (list[i] in may && reaches(list[i], to)))
            return 1
    return 0
}
function room_of(path, name, best) {
    best = ""
    for (name in folder)
        if (index(path, folder[name] "/") == 1 &&
            (best == "" || length(folder[name]) > length(folder[best])))
            best = name
    return best
}
function owners(header, name, text) {
    text = ""
    for (name in system_headers)
        if (name != "threads" && fits(header, system_headers[name]))
            text = text (text == "" ? "" : ", ") name
    return text
}
function read_table(line, cells, names, count, i, n, list, k, bad) {
    while ((getline line < table) > 0) {
        if (line !~ /^[a-z]/)
            continue
        if (split(line, cells, "|") != 5) {
            complain(table, "five columns are wanted: " line)
            continue
        }
        count++
        names[count] = trim(cells[1])
        folder[names[count]] = trim(cells[2])
        may[names[count]] = trim(cells[3])
        system_headers[names[count]] = trim(cells[4])
    }
    close(table)
    if (count == 0)
        complain(table, "no rooms")
    for (i = 1; i <= count; i++) {
        n = split(may[names[i]], list, " ")
        for (k = 1; k <= n; k++)
            if (list[k] != "everything" && !(list[k] in above)) {
                complain(table, names[i] " may include " list[k] ", which is no room above it")
                bad = 1
            }
        above[names[i]] = 1
    }
    # Two implementations: a parser that both shared would agree with itself.
    if (!bad && (reaches("client", "fake-server") || reaches("fake-server", "client")))
        complain(table, "client and fake-server must not reach each other")
}
# A header beside the code that includes unit.h, straight or through others, is for tests only.
function is_test(path) {
    return path ~ /_test\.c$/ || (path in test_headers)
}
# What the line includes: "\"x.h" or "<x.h", "?" where that cannot be told, "" where it is no include.
function included(text, rest) {
    if (text !~ /^[ \t]*#[ \t]*(include|include_next|import)([^A-Za-z0-9_]|$)/)
        return ""
    rest = text
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", rest)
    if (rest ~ /^"[^"]*"/ || rest ~ /^<[^>]*>/) {
        sub(substr(rest, 1, 1) == "<" ? ">.*" : "^\"", "", rest)
        sub(/".*/, "", rest)
        return substr(rest, 1, 1) == "<" ? rest : "\"" rest
    }
    return "?"
}
function find_test_headers(path, header, found) {
    if (path !~ /\.h$/ || (path in test_headers) || may[room_of(path)] == "everything")
        return 0
    c_start()
    while (c_line(path)) {
        header = included(c_text)
        if (substr(header, 1, 1) == "\"") {
            header = substr(header, 2)
            found = found || header == "harness/tests/unit.h" || (header in test_headers)
        }
    }
    if (found)
        test_headers[path] = 1
    return found
}
function check_ours(place, path, room, header, other) {
    if (header ~ /(^|\/)\.?\.?(\/|$)/ || index(header, "/") == 0 || (getline other < header) < 0) {
        complain(place, "\"" header "\" is not a file from the root of the tree")
        return
    }
    close(header)
    if (may[room] == "everything")
        return
    if ((header in test_headers) && !is_test(path))
        complain(place, "\"" header "\" is for tests")
    other = room_of(header)
    if (other == room || (is_test(path) && header == "harness/tests/unit.h"))
        return
    if (other == "")
        complain(place, "\"" header "\" lies in no room")
    else if (index(" " may[room] " ", " " other " ") == 0)
        complain(place, room " may not include " other " (\"" header "\")")
}
function check_system(place, path, room, header, theirs) {
    if (header ~ /^[ \t]|[ \t]$|(^|\/)\.?\.?(\/|$)/) {
        complain(place, "<" header "> is no plain name of a system header")
        return
    }
    if ((getline theirs < header) >= 0) {
        close(header)
        complain(place, "<" header "> is a file of the tree: it stands in quotes")
        return
    }
    theirs = owners(header)
    if (theirs == "" || may[room] == "everything" || fits(header, system_headers[room]))
        return
    if (path ~ /_threads_test\.c$/ && fits(header, system_headers["threads"]))
        return
    complain(place, "<" header "> lives in " theirs " only, not in " room)
}
function check_file(path, room, header, place) {
    room = room_of(path)
    if (room == "") {
        complain(path ":1", "lies in no room")
        return
    }
    c_start()
    while (c_line(path)) {
        place = path ":" number
        header = included(c_text)
        if (header == "?")
            complain(place, "an include that is neither #include \"…\" nor #include <…> cannot be checked")
        else if (substr(header, 1, 1) == "\"")
            check_ours(place, path, room, substr(header, 2))
        else if (header != "")
            check_system(place, path, room, substr(header, 2))
        if (c_text ~ /(^|[^A-Za-z0-9_])__has_(include|include_next|embed)([^A-Za-z0-9_]|$)/)
            complain(place, "__has_include asks for what may not be included: CMake asks, at configure time")
    }
}
BEGIN { read_table() }
{ files[++files_len] = $0 }
END {
    do {
        more = 0
        for (i = 1; i <= files_len; i++)
            more += find_test_headers(files[i])
    } while (more > 0)
    for (i = 1; i <= files_len; i++)
        check_file(files[i])
}
')
verdict "$found"
