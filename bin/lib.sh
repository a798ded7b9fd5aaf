# Shared functions of the scripts in bin/: paths, messages, processes, database, and builds.
# Sourced, never run. Uses only features of bash 3.2, because macOS has that version.
# shellcheck shell=bash

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VAR=$ROOT/var
INVOKED_FROM=$PWD
cd "$ROOT"

absolute() {
  case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s\n' "$INVOKED_FROM/$1" ;; esac
}

CARGO_TARGET_DIR=$(absolute "${CARGO_TARGET_DIR:-$ROOT/target}")
TOOLS=$(absolute "${LYCEUM_TOOLS:-$VAR/tools}")
export CARGO_TARGET_DIR LYCEUM_TOOLS=$TOOLS
# cargo-leptos builds with these values from Cargo.toml; tests and lints need the same paths of
# server functions.
export SERVER_FN_MOD_PATH=true DISABLE_SERVER_FN_HASH=true

PATH_AS_FOUND=${LYCEUM_PATH_AS_FOUND:-$PATH}
export LYCEUM_PATH_AS_FOUND=$PATH_AS_FOUND
if ! command -v cargo >/dev/null && [ -x "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo" ]; then
  PATH_AS_FOUND=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH_AS_FOUND
fi
# Programs in the versions that this repository pins come first.
export PATH=$ROOT/bin/tools:$TOOLS/bin:$ROOT/end2end/node_modules/.bin:$PATH_AS_FOUND

say() { printf '%s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }
die() {
  complain "$@"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# version_at_least 1.88 1.95.0
version_at_least() {
  local major=${2%%.*} minor=${2#*.}
  minor=${minor%%[!0-9]*}
  [ "$major" -gt "${1%%.*}" ] 2>/dev/null || { [ "$major" -eq "${1%%.*}" ] && [ "${minor:-0}" -ge "${1#*.}" ]; } 2>/dev/null
}

# Creates a folder that this user can write to, or explains why that is impossible.
make_folder() {
  if mkdir -p "$1" 2>/dev/null && [ -w "$1" ]; then return; fi
  if [ ! -e "$1" ] && explain_full_disk "$1"; then exit 1; fi
  die "$1 can't be written to: run this as the user who owns it, or remove it if another user left it."
}

# how_to_get DEBIAN-PACKAGES [HOMEBREW-PACKAGE]
how_to_get() {
  if have apt-get; then
    if [ "$(id -u)" -eq 0 ]; then printf 'apt-get install %s' "$1"; else printf 'sudo apt-get install %s' "$1"; fi
  elif [ "$(uname)" = Darwin ]; then
    printf 'brew install %s' "${2:-$1}"
  else
    printf 'install %s with the package manager of your system' "$1"
  fi
}

# Prints the first Python that can download a package: 3.10 or newer, with pip.
find_python() {
  local python
  for python in python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.10; do
    if have "$python" && "$python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
      printf '%s\n' "$python"
      return
    fi
  done
  return 1
}

# Prints the browser that the browser tests use. The headless shell is Chromium without the windows
# that nobody sees, and runs the tests in two thirds of the time.
find_chromium() {
  local name path
  for name in "${LYCEUM_CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' /Applications/Chromium.app/Contents/MacOS/Chromium; do
    # Ubuntu has a chromium-browser that only explains how to install one.
    if [ -n "$name" ] && path=$(command -v "$name") && "$path" --version >/dev/null 2>&1; then
      printf '%s\n' "$path"
      return
    fi
  done
  path=$(cd end2end && node -p 'require("playwright-core").chromium.executablePath()' 2>/dev/null) || return 1
  [ -x "$path" ] && printf '%s\n' "$path"
}

# --- Disks ----------------------------------------------------------------------------------------

existing_parent() {
  local path=$1
  while [ ! -e "$path" ]; do path=$(dirname "$path"); done
  printf '%s\n' "$path"
}

free_mb() { df -Pk "$(existing_parent "$1")" | awk 'NR == 2 { print int($4 / 1024) }'; }

# Reports a disk with less than 64 MB left among those of the given paths. Fails if there is none.
explain_full_disk() {
  local path free
  for path in "$@"; do
    free=$(free_mb "$path")
    if [ "$free" -lt 64 ]; then
      complain "The disk that holds $path is full ($free MB left): free some space, then run this again."
      return 0
    fi
  done
  return 1
}

# --- One at a time --------------------------------------------------------------------------------

# Holds var/lock/NAME until the script ends. Without flock, uses a folder with the holder's id.
lock() {
  local name=$1
  make_folder "$VAR/lock"
  if have flock; then
    exec 9>"$VAR/lock/$name"
    if ! flock -n 9; then
      complain "Waiting for another script of this checkout that is busy with $name."
      flock 9
    fi
    return
  fi
  local folder=$VAR/lock/$name.d said='' holder
  until mkdir "$folder" 2>/dev/null; do
    holder=$(cat "$folder/holder" 2>/dev/null || true)
    if [ -n "$holder" ] && ! holder_lives "$holder"; then
      rm -rf "$folder"
      continue
    fi
    [ -n "$said" ] || complain "Waiting for another script of this checkout that is busy with $name."
    said=yes
    sleep 0.3
  done
  process_mark $$ >"$folder/holder"
}

unlock() {
  if have flock; then exec 9>&-; else rm -rf "$VAR/lock/$1.d"; fi
}

# --- Processes ------------------------------------------------------------------------------------

# Prints a process as "id start-time", because ids are reused, and soon in containers. Fails if
# there is no such process.
process_mark() {
  local stat
  if [ -r "/proc/$1/stat" ]; then
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The name of the command may contain spaces. After it come the state and, nineteen fields
    # later, the start time.
    # shellcheck disable=SC2086
    set -- "$1" ${stat##*) }
    [ "$2" != Z ] || return 1
    shift 20 && printf '%s %s\n' "${stat%% *}" "$1"
  elif [ ! -d /proc/self ] && have ps; then
    stat=$(ps -o lstart= -p "$1") && printf '%s %s\n' "$1" "$stat"
  else
    return 1
  fi
}

holder_lives() { [ "$(process_mark "${1%% *}" 2>/dev/null)" = "$1" ]; }

# Prints every process and its parent, one pair per line.
process_tree() {
  local stat rest
  if [ -d /proc/self ]; then
    for stat in /proc/[0-9]*/stat; do
      { read -r rest <"$stat"; } 2>/dev/null || continue
      stat=${rest%% *}
      rest=${rest##*) }
      rest=${rest#* }
      printf '%s %s\n' "$stat" "${rest%% *}"
    done
  else
    ps -A -o pid=,ppid=
  fi
}

descendants() {
  process_tree | awk -v root="$1" '
    { parent[$1] = $2 }
    END { for (id in parent) { for (p = parent[id]; p in parent && p != root; p = parent[p]); if (p == root && id != root) print id } }'
}

alive() { kill -0 "$1" 2>/dev/null; }

# Asks a job and its descendants to end, and kills them after the given number of seconds. The job
# itself ends descendants in process groups of their own, unless it is gone first.
stop_job() {
  local job=$1 patience=$2 family waited=0 asked=
  family=$(descendants "$job" | tr '\n' ' ')
  kill -TERM "-$job" 2>/dev/null || kill -TERM "$job" 2>/dev/null || true
  # shellcheck disable=SC2086
  while any_alive "$job" $family && [ "$waited" -lt $((patience * 10)) ]; do
    if [ -z "$asked" ] && ! any_alive "$job"; then
      kill -TERM $family 2>/dev/null || true
      asked=yes
    fi
    sleep 0.1
    waited=$((waited + 1))
  done
  # shellcheck disable=SC2086
  kill -KILL "$job" $family 2>/dev/null || true
}

any_alive() {
  local id
  for id in "$@"; do
    if process_mark "$id" >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

# JOB is the running command. It has its own process group, so that it can be stopped with its
# descendants. Signals to this script do not wait for its end.
JOB=
start_job() {
  set -m
  "$@" </dev/null &
  JOB=$!
  set +m
}

run_job() {
  start_job "$@"
  wait_job
}

wait_job() {
  local status=0
  wait "$JOB" || status=$?
  JOB=
  return "$status"
}

stop_current_job() {
  if [ -n "$JOB" ]; then
    stop_job "$JOB" "${1:-5}" 2>/dev/null
    wait "$JOB" 2>/dev/null || true
    JOB=
  fi
}

# On Linux, the command gets a signal if this script dies without stopping it (kill -9).
tied_to_us() {
  if [ -z "${TIE+set}" ]; then
    TIE=
    if setpriv --pdeathsig TERM true 2>/dev/null; then TIE="setpriv --pdeathsig TERM"; fi
  fi
  # shellcheck disable=SC2086
  exec $TIE "$@"
}

# Runs the given function once when the script ends for any reason: its end, Ctrl-C, TERM, or a
# closed terminal.
at_end() {
  # shellcheck disable=SC2064
  trap "$1" EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  # Writing to a closed terminal would fail.
  trap 'exec >/dev/null 2>&1; exit 129' HUP
}

# --- Ports ----------------------------------------------------------------------------------------

port_open() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# Prints a free port of 127.0.0.1 below the range that systems use for outgoing connections.
free_port() {
  local port attempts=0
  while [ "$attempts" -lt 50 ]; do
    port=$((20000 + RANDOM % 12000))
    if ! port_open 127.0.0.1 "$port"; then
      printf '%s\n' "$port"
      return
    fi
    attempts=$((attempts + 1))
  done
  die "No free port was found on 127.0.0.1."
}

# Reads LYCEUM_ADDR into ADDR (in numbers), HOST (to reach it from here) and PORT.
read_address() {
  ADDR=${LYCEUM_ADDR:-127.0.0.1:3000}
  ADDR=${ADDR/#localhost:/127.0.0.1:}
  PORT=${ADDR##*:}
  HOST=${ADDR%:*}
  if [ "$HOST" = "$ADDR" ] || [ -z "$HOST" ] || [ -z "$PORT" ] || [ -n "${PORT//[0-9]/}" ]; then
    die "LYCEUM_ADDR is \"$ADDR\", but it must be an address and a port, like 127.0.0.1:3000."
  fi
  case $HOST in 0.0.0.0) HOST=127.0.0.1 ;; '[::]') HOST=::1 ;; \[*\]) HOST=${HOST#\[} HOST=${HOST%\]} ;; esac
  export LYCEUM_ADDR=$ADDR LEPTOS_SITE_ADDR=$ADDR
  # Beginning of links in mails.
  export LYCEUM_URL=${LYCEUM_URL:-$(site_url)}
}

# Ends the script, whose name is given, if the port is taken.
refuse_taken_port() {
  if port_open "$HOST" "$PORT"; then
    die "Port $PORT is already taken by another program: stop that, or choose another port with LYCEUM_ADDR=127.0.0.1:$((PORT + 10)) $1."
  fi
}

site_url() {
  case $HOST in *:*) printf 'http://[%s]:%s' "$HOST" "$PORT" ;; *) printf 'http://%s:%s' "$HOST" "$PORT" ;; esac
}

# Succeeds if the home page answers; needs no curl.
page_answers() {
  local line=
  {
    exec 3<>"/dev/tcp/$HOST/$PORT" || return 1
    printf 'GET / HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' "$HOST" "$PORT" >&3
    IFS= read -r -t 10 line <&3
    # Reads to the end, because a page that is dropped halfway appears in the server's log.
    while IFS= read -r -t 5 _ <&3; do :; done
    exec 3>&-
  } 2>/dev/null || true
  case $line in 'HTTP/1.'?' '[23]*) return 0 ;; *) return 1 ;; esac
}

# --- Database -------------------------------------------------------------------------------------

# Exports DATABASE_URL: the given one, or that of the embedded PostgreSQL (dev or test), which is
# started for this script.
DATABASE_LEASED=
use_database() {
  if [ -n "${DATABASE_URL:-}" ]; then
    say "The database is the one of DATABASE_URL."
    return
  fi
  DATABASE_LEASED=$1
  run_job bin/postgres start "$1" --for $$ || return 1
  DATABASE_URL=$(bin/postgres url "$1")
  export DATABASE_URL
}

release_database() {
  if [ -n "$DATABASE_LEASED" ]; then bin/postgres release "$DATABASE_LEASED" --for $$ </dev/null || true; fi
}

# --- Builds ---------------------------------------------------------------------------------------

RELEASE_BINARY=$CARGO_TARGET_DIR/release/lyceum
# The server for tests: compiled faster than the release, and with checks of overflow.
TEST_BINARY=$CARGO_TARGET_DIR/debug/lyceum
SITE_STAMP=$VAR/site-build

# Identifies the finished files of the site by the hashes in their names.
site_fingerprint() {
  cat "$CARGO_TARGET_DIR/release/hash.txt" && ls target/site/pkg
}

site_is_current() {
  [ -e "$SITE_STAMP" ] && [ "$(site_fingerprint 2>/dev/null)" = "$(cat "$SITE_STAMP")" ] || return 1
  local inputs=() path
  for path in src style public Cargo.toml Cargo.lock Leptos.toml build.rs .cargo bin/tools; do
    if [ -e "$path" ]; then inputs+=("$path"); fi
  done
  [ -z "$(find "${inputs[@]}" -newer "$SITE_STAMP" -print 2>/dev/null | head -n 1)" ]
}

# Builds the browser's part in release mode, shrinks and compresses it. Does nothing if no input
# changed: cargo-leptos would split it again.
build_site() {
  if site_is_current; then
    say "The site's files are up to date."
    return
  fi
  rm -f "$SITE_STAMP"
  touch "$SITE_STAMP.new"
  # cargo-leptos writes the names of the files there.
  mkdir -p "$CARGO_TARGET_DIR/release"
  cargo leptos build --release --frontend-only --split || return 1
  node bin/tools/optimize.mjs target/site/pkg "$TOOLS/optimized" || return 1
  node bin/tools/pack.mjs target/site/pkg || return 1
  node bin/tools/compress.mjs target/site || return 1
  # Dated by the start of the build, so that files edited during the build count as newer.
  touch -r "$SITE_STAMP.new" "$SITE_STAMP.started"
  site_fingerprint >"$SITE_STAMP.new"
  touch -r "$SITE_STAMP.started" "$SITE_STAMP.new"
  rm -f "$SITE_STAMP.started"
  mv "$SITE_STAMP.new" "$SITE_STAMP"
}

build_release() {
  build_site && cargo leptos build --release --server-only
}
