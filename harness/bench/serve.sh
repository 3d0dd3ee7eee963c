#!/usr/bin/env bash
# serve.sh PROGRAM: what `smtpvet serve` costs beside servers of other people's, each pair under the
# same client in one run: sessions per CPU second of the server by the system's account, the best of
# some rounds, interleaved. Nothing fails: figures are not asserted.
set -euo pipefail
program=$1
rounds=3
sessions=4000
seconds=2
folder=$(mktemp -d)
server=
end() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap end EXIT
ticks=$(getconf CLK_TCK)

cat >"$folder/case.yaml" <<'YAML'
version: 1
name: What a server costs
requirement: It is as quick as others.
spec: [rfc5321]
expect: {server.saw.connections: 1}
cases:
  - id: plain
    server: {host: mail.here.com, port: 25, tls: none}
    client: {}
  - id: tls
    server: {host: mail.here.com, port: 465, tls: on-connect, certificate: self-signed}
    client: {}
YAML

# A port that nobody listens on, for programs that cannot choose one.
free_port() {
    local port
    for port in $(seq $((20000 + $$ % 10000)) 32000); do
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
            echo "$port"
            return
        }
    done
}

await() { # PORT
    until (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do kill -0 "$server" 2>/dev/null || return 1; done
}

serve() { # CASE: sets server and port
    rm -f "$folder/out"
    mkfifo "$folder/out"
    "$program" serve "$folder/case.yaml#$1" --quiet >"$folder/out" &
    server=$!
    read -r port <"$folder/out"
    port=${port##*:}
}

sink() {
    port=$(free_port)
    local as=()
    [ "$(id -u)" -ne 0 ] || as=(-u nobody)
    smtp-sink "${as[@]}" "127.0.0.1:$port" 1024 >/dev/null 2>&1 &
    server=$!
    await "$port"
}

s_server() {
    port=$(free_port)
    # Its input never ends: at an end it would go.
    openssl s_server -accept "127.0.0.1:$port" -cert "$folder/cert.pem" -key "$folder/key.pem" \
        -num_tickets 0 -www -quiet >/dev/null 2>&1 < <(exec tail -f --pid=$$ /dev/null) &
    server=$!
    await "$port"
}

source_load() { # prints how many sessions
    smtp-source -s 4 -m "$sessions" "127.0.0.1:$port" >/dev/null 2>&1 && echo "$sessions"
}

time_load() {
    openssl s_time -connect "127.0.0.1:$port" -new -time "$seconds" -tls1_3 2>/dev/null </dev/null |
        awk '/connections in .* real seconds/ { print $1; exit }'
}

# Sessions per CPU second of one server under one load.
rate() { # LOAD SERVER [CASE]
    local load=$1 count used
    shift
    "$@"
    count=$("$load")
    used=$(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$server/stat")
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
    awk -v n="${count:-0}" -v t="$used" -v hz="$ticks" 'BEGIN { print (t > 0 ? n * hz / t : 0) }'
}

best() { # A B: the larger one
    awk -v a="$1" -v b="$2" 'BEGIN { print (a > b ? a : b) }'
}

compare() { # WHAT LIMIT LOAD OTHER-NAME CASE OTHER
    local mine=0 other=0 i
    for ((i = 0; i < rounds; i++)); do
        mine=$(best "$mine" "$(rate "$3" serve "$5")")
        other=$(best "$other" "$(rate "$3" "$6")")
    done
    awk -v what="$1" -v limit="$2" -v name="$4" -v a="$mine" -v b="$other" 'BEGIN {
        r = (b > 0 ? a / b : 0)
        printf "  %-50s %9.0f\n  %-50s %9.0f\n", what, a, "  the same, " name, b
        printf "  %-50s %9.3f   at least %-5g  %s\n", "  ratio", r, limit, (r >= limit ? "met" : "NOT met")
    }'
}

echo "a server on a real port, sessions per CPU second, best of $rounds rounds"
if command -v smtp-source >/dev/null && command -v smtp-sink >/dev/null; then
    compare 'plain sessions with a message (smtp-source)' 1.0 source_load smtp-sink plain sink
else
    echo '  skipped: there is no smtp-source here (Postfix): nothing to compare plain sessions with'
fi
if command -v openssl >/dev/null; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mail.here.com \
        -days 30 -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
    compare 'TLS 1.3 handshakes (openssl s_time)' 0.9 time_load 'openssl s_server' tls s_server
else
    echo '  skipped: there is no openssl here: nothing to compare handshakes with'
fi
