#!/usr/bin/env bash
# The project's commands; './do' lists them.
set -euo pipefail
here=$PWD
CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

usage() {
    cat <<'TEXT'
./do run [ARG...]   build the release and run the shipped scenarios (or what ARG says)
./do test           build and run every test, with sanitizers and lints
./do build          build the release: build/release/smtpvet
./do bench          what sessions and suites cost, and which limits are met
./do lint           layers, format and the other rules that are tests
TEXT
}

# What building needs, and what testing needs besides; Debian 12's and Ubuntu 24.04's names.
build_packages=(gcc libc6-dev cmake ninja-build pkg-config libssl-dev libyaml-dev libuv1-dev
    libgsasl-dev libjansson-dev libpcre2-dev libidn2-dev)
test_packages=(check clang clang-format libxml2-utils shellcheck)
# Other people's clients, for the tests of `smtpvet serve`; where one cannot be had, its test is
# skipped and says so.
client_packages=(openssl curl swaks libnet-ssleay-perl msmtp python3 nodejs npm ca-certificates)
# The same as programs and pkg-config modules, for systems without these packages.
build_programs=(cc cmake ninja pkg-config)
build_modules=(openssl yaml-0.1 libuv libgsasl jansson libpcre2-8 libidn2)
test_programs=(gcc clang)
test_modules=(check)

stop() { # MESSAGE...
    printf '%s\n' "do: $1" "${@:2}" >&2
    exit 2
}

# Is all of it there already, however it came?
present() { # WHAT
    local program programs=("${build_programs[@]}") modules=("${build_modules[@]}")
    if [ "$1" = test ]; then
        programs+=("${test_programs[@]}")
        modules+=("${test_modules[@]}")
    fi
    for program in "${programs[@]}"; do
        command -v "$program" >/dev/null || return 1
    done
    pkg-config --exists "${modules[@]}" 2>/dev/null
}

# Installs what is missing for `build` or `test` and says so; where that cannot be, stops with 2.
need() { # WHAT
    local package packages=("${build_packages[@]}") missing=() root=()
    [ "$1" = build ] || packages+=("${test_packages[@]}")
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        present "$1" && return
        stop 'this is neither Debian nor Ubuntu. Install what these packages of theirs hold:' \
            "  ${packages[*]}"
    fi
    for package in "${packages[@]}"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            stop 'packages are missing, and there is no sudo. As root:' \
                "  apt-get install ${missing[*]}"
        root=(sudo)
        [ -t 0 ] || root=(sudo -n) # nobody could type a password
    fi
    echo "== installing: ${missing[*]}"
    local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3
        -o DPkg::Lock::Timeout=120)
    if ! "${apt[@]}" update >/dev/null ||
        ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null; then
        stop 'the packages could not be installed. As root:' "  apt-get install ${missing[*]}"
    fi
}

# The clients, where they can be had without a question.
need_clients() {
    local package missing=() root=()
    if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
        for package in "${client_packages[@]}"; do
            # Whoever has node from elsewhere has npm with it, and their packages would not go along.
            if [[ $package == n* ]] && command -v "${package%js}" >/dev/null; then continue; fi
            dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
                missing+=("$package")
        done
    fi
    if [ ${#missing[@]} -gt 0 ] && { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }; then
        [ "$(id -u)" -eq 0 ] || root=(sudo -n)
        echo "== installing: ${missing[*]}"
        local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q
            -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120)
        { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } \
            >/dev/null 2>&1 || echo '== not all of them could be had: their tests are skipped'
    fi
    if command -v npm >/dev/null && [ ! -d harness/tests/clients/node_modules/nodemailer ]; then
        npm ci --prefix harness/tests/clients --no-audit --no-fund >/dev/null 2>&1 ||
            echo '== nodemailer could not be had: its test is skipped'
    fi
}

# Runs a command; shows what it printed only where it fails, but then all of it.
quietly() { # LOG COMMAND...
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        return 1
    }
}

configure() { # PRESET
    quietly "build/$1-configure.log" cmake --preset "$1"
}

build() { # PRESET [TARGET...]
    local preset=$1 targets=()
    shift
    [ $# -eq 0 ] || targets=(--target "$@")
    configure "$preset" &&
        quietly "build/$preset-build.log" \
            cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}"
}

release() { # [TARGET...]
    need build
    build release "$@"
}

run() {
    [ -x build/release/smtpvet ] || echo '== building; the first time it takes a minute or two' >&2
    release || return 1
    if [ $# -gt 0 ]; then
        (cd "$here" && "$OLDPWD/build/release/smtpvet" run "$@")
    else
        mkdir -p build/reports
        build/release/smtpvet run scenarios --report text \
            --report junit:build/reports/TEST-smtpvet.xml --report json:build/reports/run.ndjson
    fi
}

# Postfix's smtp-source and smtp-sink are what the bench compares with. They are unpacked, never
# installed: a mail server that starts by itself is more than a bench may leave behind.
bench() {
    local postfix=$PWD/build/postfix
    if ! command -v smtp-source >/dev/null && [ ! -x "$postfix/usr/sbin/smtp-source" ] &&
        command -v apt-get >/dev/null; then
        mkdir -p "$postfix"
        (cd "$postfix" && apt-get -q download postfix && dpkg -x postfix_*.deb .) >/dev/null 2>&1 ||
            echo '== postfix could not be had: what is compared with it is skipped'
    fi
    build/release/smtpvet_bench &&
        LD_LIBRARY_PATH=$postfix/usr/lib/postfix${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
            PATH=$PATH:$postfix/usr/sbin:/usr/sbin \
            bash harness/bench/serve.sh build/release/smtpvet
}

passed=0
failed=0
skipped=0

step() { # NAME COMMAND...
    local name=$1
    shift
    echo "== $name"
    # The command is part of a condition, where `set -e` does not hold: it must return its failure.
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "== FAILED: $name"
        return 1
    fi
}

# One preset's tests, counted one by one.
ctest_of() { # PRESET CTEST-ARGUMENT...
    local preset=$1 log=build/$1-tests.log code=0 total bad out steady=()
    shift
    mkdir -p build/reports
    # Sanitizers of some compilers cannot live with an address space as random as some kernels'.
    if setarch "$(uname -m)" -R true 2>/dev/null; then
        steady=(setarch "$(uname -m)" -R)
    fi
    echo "== tests: $preset"
    "${steady[@]}" ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" \
        --no-tests=error --output-junit "$PWD/build/reports/TEST-$preset.xml" "$@" 2>&1 |
        tee "$log" || code=$?
    total=$(sed -n 's/.*tests passed, .* tests failed out of \([0-9]*\).*/\1/p' "$log")
    bad=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of .*/\1/p' "$log")
    out=$(grep -c '([Ss]kipped)$' "$log" || true)
    if [ -z "$total" ] || { [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
        total=1 bad=1 out=0
    fi
    [ "$out" -eq 0 ] || grep -h '^skipped: ' "build/$preset/Testing/Temporary/LastTest.log" | sort -u
    failed=$((failed + bad))
    skipped=$((skipped + out))
    passed=$((passed + total - bad - out))
}

tests() {
    need test
    need_clients
    export CC=gcc # the preset dev-clang names its own
    if step 'build with gcc' build dev; then
        ctest_of dev
    fi
    step 'build with clang' build dev-clang || true
    if step 'build with AddressSanitizer and UndefinedBehaviorSanitizer' build asan-ubsan; then
        ctest_of asan-ubsan -LE lint
    fi
    if step 'build with ThreadSanitizer' build tsan threads_tests; then
        ctest_of tsan -L threads
    fi
    step 'release, and the scenarios' run || true
    [ "$skipped" -eq 0 ] || echo "$skipped skipped, for the reasons above"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}

alone() { # COMMAND ARGUMENT...
    [ $# -eq 1 ] || stop "'$1' takes no argument, not '$2'"
}

case "${1:-}" in
'' | help | -h | --help) usage ;;
run) shift; run "$@" ;;
test) alone "$@"; tests ;;
build) alone "$@"; release ;;
bench) alone "$@"; release smtpvet smtpvet_bench && bench ;;
lint) alone "$@"; need test; configure dev && ctest --test-dir build/dev -L lint --output-on-failure || exit 1 ;;
*) echo "do: unknown command '$1'" >&2; usage >&2; exit 2 ;;
esac
