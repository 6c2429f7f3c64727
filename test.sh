#!/usr/bin/env bash
# Runs all tests: formatting, build, every test project. The last line is "N passed, N failed, N skipped".
#
#   ./test.sh                       everything
#   ./test.sh -class "*Sync*"       arguments go to each test program (see its --help)
#
# PostgreSQL, Chromium, Prometheus's parser, a key module (softhsm2) and readers of statement files (ofxdump, xmllint) are installed by apt when they are missing and this may do so (root, apt-get, network). Without them the
# tests that need them show as skipped; with CI=true their absence is a failure. AFFLUENT_TEST_POSTGRES=postgres://… takes a
# PostgreSQL that already runs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

in_ci() { [[ "${CI:-}" == true || "${CI:-}" == 1 ]]; }
say() { printf '== %s\n' "$*"; }

passed=0 failed=0 skipped=0
failures=()
finish() {
  # Named again at the end: what was printed above is long, and its head may be lost.
  if [[ ${#failures[@]} -gt 0 ]]; then
    say "Failed:"
    printf '%s\n' "${failures[@]}"
  fi
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  exit $((failed > 0))
}
broken() { # a step without which no test can run
  say "FAILED: $*"
  failed=$((failed + 1))
  finish
}

work=$(mktemp -d)
postgres_bin=
cleanup() {
  if [[ -f "$work/postgres/postmaster.pid" ]]; then
    as_postgres "$postgres_bin/pg_ctl" -D "$work/postgres" -m immediate -w stop >"$work/stop.log" 2>&1
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# PostgreSQL refuses to run as root.
as_postgres() {
  if [[ $EUID -eq 0 ]]; then
    (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
  else
    "$@"
  fi
}

find_postgres() {
  local initdb
  initdb=$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
  [[ -n "$initdb" ]] && postgres_bin=$(dirname "$(readlink -f "$initdb")")
}

find_chromium() {
  chromium=${AFFLUENT_TEST_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
  [[ -n "$chromium" ]]
}

find_prometheus_parser() {
  local python
  for python in python3 /usr/bin/python3; do
    "$python" -c 'import prometheus_client' 2>/dev/null && return
  done
  return 1
}

find_key_module() {
  [[ -f /usr/lib/softhsm/libsofthsm2.so ]] && ls /usr/lib/*/engines-3/pkcs11.so >/dev/null 2>&1 && command -v openssl >/dev/null
}

find_statement_tools() {
  command -v ofxdump >/dev/null && command -v xmllint >/dev/null && command -v aqbanking-cli >/dev/null \
    && /usr/bin/python3 -c 'import ofxparse' 2>/dev/null && /usr/bin/perl -MFinance::QIF -e 1 2>/dev/null
}

install_missing() {
  local packages=()
  [[ -n "${AFFLUENT_TEST_POSTGRES:-}" ]] || find_postgres || packages+=(postgresql)
  find_chromium || packages+=(chromium)
  command -v php >/dev/null || packages+=(php-cli)
  find_prometheus_parser || packages+=(python3-prometheus-client)
  find_key_module || packages+=(softhsm2 libengine-pkcs11-openssl openssl)
  find_statement_tools || packages+=(ofx libxml2-utils aqbanking-tools python3-ofxparse libfinance-qif-perl)
  if [[ ${#packages[@]} -eq 0 || $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    return
  fi
  say "Installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if ! { timeout 120 apt-get update -q && timeout 420 apt-get install -qy --no-install-recommends "${packages[@]}"; } \
    >"$work/apt.log" 2>&1 </dev/null; then
    tail -n 3 "$work/apt.log"
    say "They could not be installed"
  fi
}

start_postgres() {
  local data=$work/postgres port attempt
  mkdir "$data"
  if [[ $EUID -eq 0 ]]; then
    chmod 711 "$work"
    chown postgres "$data"
  fi
  as_postgres "$postgres_bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-sync >"$work/initdb.log" 2>&1 || {
    cat "$work/initdb.log"
    return 1
  }
  for attempt in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 40000))
    if as_postgres "$postgres_bin/pg_ctl" -D "$data" -w -t 30 -l "$data/log" -o \
      "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data -c fsync=off -c full_page_writes=off -c max_connections=600" \
      start >"$work/start.log" 2>&1; then
      export AFFLUENT_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
      say "PostgreSQL runs on port $port"
      return
    fi
  done
  cat "$data/log"
  return 1
}

install_missing
if [[ -z "${AFFLUENT_TEST_POSTGRES:-}" ]] && ! { find_postgres && start_postgres; }; then
  in_ci && broken "the tests need PostgreSQL"
  say "Without PostgreSQL: its tests are skipped"
fi
if find_chromium; then
  export AFFLUENT_TEST_CHROMIUM=$chromium
else
  in_ci && broken "the tests need Chromium"
  say "Without Chromium: its tests are skipped"
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
locked=()
in_ci && locked=(--locked-mode)
say "Restoring"
dotnet tool restore >"$work/tools.log" 2>&1 || { cat "$work/tools.log"; broken "the tools could not be restored"; }
dotnet restore "${locked[@]}" -v q || broken "the packages could not be restored"
while IFS= read -r lock; do
  if ! command -v npm >/dev/null; then
    in_ci && broken "the tests need node and npm"
    say "Without npm: the tests of $(dirname "$lock") are skipped"
  else
    (cd "$(dirname "$lock")" && npm ci --no-audit --no-fund --loglevel=error) || broken "npm ci in $(dirname "$lock")"
  fi
done < <(find tests clients -name package-lock.json -not -path '*/node_modules/*' 2>/dev/null)

say "Checking the formatting"
dotnet csharpier check . || { failed=$((failed + 1)); say "FAILED: run dotnet csharpier format ."; }
say "Building"
dotnet build --no-restore -v q || broken "the build"

# Runs a test program; leaves its report and how it ended.
run() { # name, arguments
  local name=$1
  shift
  timeout 2700 "artifacts/bin/$name/debug/$name" -noLogo -noColor -result-xml "$work/$name.xml" "$@"
  echo $? >"$work/$name.code"
}

# The failed tests of a report: each with the beginning of what it says and where that was.
tell_failures() { # report
  awk '
    function between(from, to,   rest) {
      if (!index($0, from)) return ""
      rest = substr($0, index($0, from) + length(from))
      return substr(rest, 1, index(rest, to) - 1)
    }
    BEGIN { RS = "</test>" }
    / result="Fail"/ {
      $0 = substr($0, match($0, /<test [^>]* result="Fail"/))
      message = substr(between("<message>", "</message>"), 1, 800)
      stack = substr(between("<stack-trace>", "</stack-trace>"), 1, 600)
      print between(" name=\"", "\" result=\"Fail\"") "\n" message "\n" stack
    }' "$1" | sed -E 's/&#xA;|&#xD;/ /g; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'"'"'/g; s/&amp;/\&/g; s/^/   /'
}

add_up() { # name
  local name=$1 report=$work/$1.xml code counts failed_here
  code=$(<"$work/$name.code")
  if ! counts=$(grep -o '<assembly [^>]*>' "$report" 2>/dev/null); then
    say "FAILED: $name ended with $code and without a report"
    failed=$((failed + 1))
    return
  fi
  count() { grep -o " $1=\"[0-9]*\"" <<<"$counts" | awk -F'"' '{ n += $2 } END { print n + 0 }'; }
  failed_here=$(($(count failed) + $(count errors)))
  mapfile -t -O ${#failures[@]} failures < <(tell_failures "$report")
  passed=$((passed + $(count passed)))
  skipped=$((skipped + $(count skipped)))
  # A program that ends badly with no failed test has crashed.
  if [[ $code -ne 0 && $failed_here -eq 0 ]]; then
    say "FAILED: $name ended with $code"
    failed_here=1
  fi
  failed=$((failed + failed_here))
}

# One after the other: each program uses all processors, and those from end to end start dozens of processes, beside which the others' time-outs would run out.
for project in tests/*/*.csproj; do
  name=$(basename "$project" .csproj)
  say "$name"
  run "$name" "$@"
  add_up "$name"
done
finish
