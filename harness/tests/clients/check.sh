#!/bin/sh
# check.sh PROGRAM CLIENT: a program that is not ours logs in at `smtpvet serve` and sends a message,
# in clear text, by STARTTLS and with TLS from the start; each time what the server saw is judged.
# Then the certificate is one that it must not accept. Without the client: 77, skipped, and why.
# shellcheck disable=SC2317 # functions that are called by a name put together
set -eu
program=$1
client=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=$(mktemp -d)
server=
end() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap end EXIT

# Where the client is another program than its name says, or more than one.
needs() {
    case $client in
    openssl | curl | swaks | msmtp) echo "$client" ;;
    smtplib) echo python3 ;;
    nodemailer) echo node ;;
    *)
        echo "check.sh: no client '$client'" >&2
        exit 2
        ;;
    esac
}

skip() {
    echo "skipped: $client: $1"
    exit 77
}

command -v "$(needs)" >/dev/null 2>&1 || skip "there is no $(needs) here"
if [ "$client" = nodemailer ] && ! (cd "$here" && node -e 'require("nodemailer")') 2>/dev/null; then
    skip 'nodemailer is not there: npm ci --prefix harness/tests/clients'
fi
if [ "$client" = swaks ] && ! perl -MNet::SSLeay -e 1 2>/dev/null; then
    skip 'it has no TLS here: libnet-ssleay-perl'
fi

printf 'From: joe@here.com\r\nTo: jane@there.com\r\nSubject: From a real client\r\n\r\nHello.\r\n' \
    >"$folder/message"

# All commands at once: s_client shows no replies to wait for, and the server takes them in turn.
send_openssl() { # PORT MODE
    case $2 in
    on-connect) set -- "$1" ;;
    certificate) set -- "$1" -cert "$folder/own.pem" -key "$folder/own-key.pem" ;;
    *) set -- "$1" -starttls smtp ;;
    esac
    port=$1
    shift
    {
        printf 'EHLO client.here.com\r\nAUTH PLAIN %s\r\n' "$(printf '\0joe\0correct-horse' | base64)"
        printf 'MAIL FROM:<joe@here.com>\r\nRCPT TO:<jane@there.com>\r\nDATA\r\n'
        cat "$folder/message"
        printf '.\r\nQUIT\r\n'
    } | openssl s_client -quiet -no_ign_eof -nocommands -verify_return_error \
        -connect "localhost:$port" -verify_hostname localhost -CAfile "$folder/ca.pem" "$@"
}

send_curl() { # PORT MODE
    scheme=smtp
    [ "$2" != on-connect ] || scheme=smtps
    case $2 in
    starttls | untrusted) set -- "$1" --ssl-reqd ;;
    *) set -- "$1" ;;
    esac
    url=$scheme://localhost:$1/client.here.com
    shift
    curl --silent --show-error --max-time 60 --cacert "$folder/ca.pem" --user joe:correct-horse \
        --mail-from joe@here.com --mail-rcpt jane@there.com --upload-file "$folder/message" \
        --url "$url" "$@"
}

send_swaks() { # PORT MODE
    case $2 in
    plain) set -- "$1" ;;
    on-connect) set -- "$1" --tls-on-connect ;;
    *) set -- "$1" --tls ;;
    esac
    port=$1
    shift
    swaks --server localhost --port "$port" --timeout 60 --helo client.here.com \
        --from joe@here.com --to jane@there.com --data - \
        --auth PLAIN --auth-user joe --auth-password correct-horse \
        --tls-verify --tls-ca-path "$folder/ca.pem" "$@" <"$folder/message"
}

send_msmtp() { # PORT MODE
    case $2 in
    plain) set -- "$1" --tls=off ;;
    on-connect) set -- "$1" --tls=on --tls-starttls=off ;;
    *) set -- "$1" --tls=on --tls-starttls=on ;;
    esac
    port=$1
    shift
    msmtp --file=/dev/null --host=localhost --port="$port" --timeout=60 --auth=plain --user=joe \
        --passwordeval='echo correct-horse' --tls-trust-file="$folder/ca.pem" \
        --from=joe@here.com "$@" jane@there.com <"$folder/message"
}

send_smtplib() { # PORT MODE
    python3 "$here/send.py" "$1" "$2" "$folder/ca.pem"
}

send_nodemailer() { # PORT MODE
    node "$here/send.js" "$1" "$2" "$folder/ca.pem"
}

failed=0
mkfifo "$folder/out"
check() { # MODE
    code=0
    "$program" serve "$here/server.yaml#$1" --count 1 --for 100s --judge --quiet \
        --ca-file "$folder/ca.pem" >"$folder/out" &
    server=$!
    exec 3<"$folder/out"
    read -r where <&3
    "send_$client" "${where##*:}" "$1" >"$folder/said" 2>&1 </dev/null || code=$?
    verdict=0
    wait "$server" || verdict=$?
    server=
    cat <&3
    exec 3<&-
    if { [ "$1" = untrusted ] && [ "$code" -eq 0 ]; } ||
        { [ "$1" != untrusted ] && [ "$code" -ne 0 ]; } || [ "$verdict" -ne 0 ]; then
        echo "$client, $1: it ended with $code, the judge with $verdict; it said:"
        cat "$folder/said"
        failed=1
    fi
}

[ "$client" = openssl ] || check plain # it speaks nothing but TLS
check starttls
check on-connect
check untrusted
if [ "$client" = openssl ]; then # one of its own, which nobody here trusts; older than the server
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=client.here.com -days 2 \
        -keyout "$folder/own-key.pem" -out "$folder/own.pem" 2>/dev/null
    check certificate
fi
exit "$failed"
