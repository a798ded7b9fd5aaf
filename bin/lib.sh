# What the scripts in bin/ share: where things are, how they speak, and how they start and stop what they run.
# Sourced, never run. Kept to what bash 3.2 understands, because that is the bash of macOS.
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
# cargo-leptos builds with these (they come from Cargo.toml); tests and lints shall see the same paths of server functions.
export SERVER_FN_MOD_PATH=true DISABLE_SERVER_FN_HASH=true

PATH_AS_FOUND=${LYCEUM_PATH_AS_FOUND:-$PATH}
export LYCEUM_PATH_AS_FOUND=$PATH_AS_FOUND
if ! command -v cargo >/dev/null && [ -x "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo" ]; then
  PATH_AS_FOUND=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH_AS_FOUND
fi
# The versions that this repository pins come first.
export PATH=$TOOLS/bin:$ROOT/end2end/node_modules/.bin:$PATH_AS_FOUND

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

# Makes a folder that this user can write to, or says why not.
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

# The first Python that can download a package: 3.10 or newer, with pip.
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

# The browser that the browser tests drive.
find_chromium() {
  local name path
  for name in "${LYCEUM_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' /Applications/Chromium.app/Contents/MacOS/Chromium; do
    # Ubuntu has a chromium-browser that only says how to get one.
    if [ -n "$name" ] && path=$(command -v "$name") && "$path" --version >/dev/null 2>&1; then
      printf '%s\n' "$path"
      return
    fi
  done
  path=$(cd end2end && node -p 'require("playwright-core").chromium.executablePath()' 2>/dev/null) || return 1
  [ -x "$path" ] && printf '%s\n' "$path"
}

# --- Disks -----------------------------------------------------------------------------------------------------

existing_parent() {
  local path=$1
  while [ ! -e "$path" ]; do path=$(dirname "$path"); done
  printf '%s\n' "$path"
}

free_mb() { df -Pk "$(existing_parent "$1")" | awk 'NR == 2 { print int($4 / 1024) }'; }

# Says so when a disk that we write to is as good as full; the status tells whether it is.
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

# --- One at a time ---------------------------------------------------------------------------------------------

# Holds var/lock/NAME until the script ends. Where there is no flock, a folder with the holder's id does.
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

# --- Processes -------------------------------------------------------------------------------------------------

# A process as "id start-time", because ids are used again, in containers soon. Fails when there is no such process.
process_mark() {
  local stat
  if [ -r "/proc/$1/stat" ]; then
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # What follows the command's name, which may hold spaces: the state, and nineteen fields on the start time.
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

# Every process and its parent, a pair a line.
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

# Asks a job and all that it started to end, and after the given seconds insists. What has a process group of its own is left to
# the job to end, unless the job goes first.
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

# JOB is the command that runs now. It has a process group of its own, so that it can be stopped with what it started, and
# signals to this script don't have to wait for its end.
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

# On Linux the command gets a signal when this script dies without having stopped it (kill -9).
tied_to_us() {
  if [ -z "${TIE+set}" ]; then
    TIE=
    if setpriv --pdeathsig TERM true 2>/dev/null; then TIE="setpriv --pdeathsig TERM"; fi
  fi
  # shellcheck disable=SC2086
  exec $TIE "$@"
}

# Has `finish` run once, whatever ends the script: its end, Ctrl-C, TERM, a terminal that closes.
at_end() {
  # shellcheck disable=SC2064
  trap "$1" EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  # Nobody reads what is written after the terminal has gone, and writing to it fails.
  trap 'exec >/dev/null 2>&1; exit 129' HUP
}

# --- Ports -----------------------------------------------------------------------------------------------------

port_open() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# A free port of 127.0.0.1, below the range that systems hand out for outgoing connections.
free_port() {
  local port tries=0
  while [ "$tries" -lt 50 ]; do
    port=$((20000 + RANDOM % 12000))
    if ! port_open 127.0.0.1 "$port"; then
      printf '%s\n' "$port"
      return
    fi
    tries=$((tries + 1))
  done
  die "No free port was found on 127.0.0.1."
}

# Reads LYCEUM_ADDR into ADDR (as given, but in numbers), HOST (where to reach it from here) and PORT.
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
  # What links in mails start with.
  export LYCEUM_URL=${LYCEUM_URL:-$(site_url)}
}

# Ends the script, which it is told the name of, when the port is taken.
refuse_taken_port() {
  if port_open "$HOST" "$PORT"; then
    die "Port $PORT is already taken by another program: stop that, or choose another port with LYCEUM_ADDR=127.0.0.1:$((PORT + 10)) $1."
  fi
}

site_url() {
  case $HOST in *:*) printf 'http://[%s]:%s' "$HOST" "$PORT" ;; *) printf 'http://%s:%s' "$HOST" "$PORT" ;; esac
}

# Whether the home page is answered, without needing curl.
page_answers() {
  local line=
  {
    exec 3<>"/dev/tcp/$HOST/$PORT" || return 1
    printf 'GET / HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' "$HOST" "$PORT" >&3
    IFS= read -r -t 10 line <&3
    # To the end: a page that is dropped half-way shows in the server's log.
    while IFS= read -r -t 5 _ <&3; do :; done
    exec 3>&-
  } 2>/dev/null || true
  case $line in 'HTTP/1.'?' '[23]*) return 0 ;; *) return 1 ;; esac
}

# --- Database --------------------------------------------------------------------------------------------------

# Exports DATABASE_URL: the one that is set, else that of the embedded PostgreSQL (dev or test), started for this script.
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

# --- Builds ----------------------------------------------------------------------------------------------------

RELEASE_BINARY=$CARGO_TARGET_DIR/release/lyceum
RELEASE_STAMP=$VAR/release-build

# What the finished build consists of: the hashes in the names of the site's files, and which binary it is.
release_fingerprint() {
  cat "$CARGO_TARGET_DIR/release/hash.txt" && ls -lin "$RELEASE_BINARY" && ls target/site/pkg
}

release_is_current() {
  [ -e "$RELEASE_STAMP" ] && [ "$(release_fingerprint 2>/dev/null)" = "$(cat "$RELEASE_STAMP")" ] || return 1
  local inputs=() path
  for path in src migrations style public content Cargo.toml Cargo.lock Leptos.toml build.rs .cargo; do
    if [ -e "$path" ]; then inputs+=("$path"); fi
  done
  [ -z "$(find "${inputs[@]}" -newer "$RELEASE_STAMP" -print 2>/dev/null | head -n 1)" ]
}

# The release build of server and browser, with what the browser downloads compressed beforehand. Nothing happens when nothing
# changed since the last one: cargo-leptos would split, shrink and compress the browser's part again.
build_release() {
  if release_is_current; then
    say "The release build is up to date."
    return
  fi
  rm -f "$RELEASE_STAMP"
  touch "$RELEASE_STAMP.new"
  cargo leptos build --release --split --precompress || return 1
  # Dated by the start of the build, so that what was edited meanwhile counts as newer.
  touch -r "$RELEASE_STAMP.new" "$RELEASE_STAMP.started"
  release_fingerprint >"$RELEASE_STAMP.new"
  touch -r "$RELEASE_STAMP.started" "$RELEASE_STAMP.new"
  rm -f "$RELEASE_STAMP.started"
  mv "$RELEASE_STAMP.new" "$RELEASE_STAMP"
}
