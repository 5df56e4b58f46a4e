#!/usr/bin/env bash
# A private Docker engine for tests, where the machine runs none: a data root, a socket and a pid file of its own.
#
#   exports=$(.ci/engine.sh start) && eval "$exports"     prints `export DOCKER_HOST=unix://…` once the engine answers
#   .ci/engine.sh stop                                    ends that engine (and only that one); its images stay for the next start
#
# ALIBI_ENGINE_DIR: where data root, socket and log live (default: a folder of this user's under the temp dir).
# Needs root and Debian's apt-get when dockerd is not installed. Exits non-zero, with the log's tail, when no engine came up.
set -euo pipefail

dir=${ALIBI_ENGINE_DIR:-${TMPDIR:-/tmp}/alibi-engine-$(id -u)}
socket=$dir/docker.sock
pidfile=$dir/docker.pid
log=$dir/dockerd.log

say() { echo "engine: $*" >&2; }

fail() {
  say "$1"
  if [ -f "${2:-}" ]; then tail -n 25 "$2" | sed 's/^/  | /' >&2; fi
  exit 1
}

answers() { timeout 5 docker -H "unix://$socket" version >/dev/null 2>&1; }

# A pid alone may have been reused: it is ours only while it was started at the same clock tick.
start_time() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

running() {
  local pid started
  [ -f "$dir/owner" ] && read -r pid started <"$dir/owner" && [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ]
}

install_engine() {
  command -v dockerd >/dev/null && command -v docker >/dev/null && command -v iptables >/dev/null && return
  command -v apt-get >/dev/null || fail "dockerd is not installed and there is no apt-get: install Docker yourself"
  say "installing docker.io"
  local out=$dir/install.log
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker.io iptables; } \
    >"$out" 2>&1 || fail "docker.io did not install" "$out"
}

start() {
  mkdir -p "$dir"
  install_engine
  if ! (running && answers); then
    running && fail "an engine runs in $dir but does not answer" "$log"
    [ "$(id -u)" = 0 ] || fail "dockerd needs root: run this as root, or point DOCKER_HOST at an engine"
    unmount_leftovers
    rm -rf "$socket" "$pidfile" "$dir/exec"
    : >"$log"
    # No default bridge: runs make networks of their own, and docker0 may belong to another engine.
    setsid dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$pidfile" -H "unix://$socket" \
      --bridge none </dev/null >>"$log" 2>&1 &
    local pid=$!
    echo "$pid $(start_time "$pid")" >"$dir/owner"
    local deadline=$((SECONDS + 60))
    until answers; do
      running || fail "dockerd ended at once" "$log"
      if [ $SECONDS -ge $deadline ]; then
        stop
        fail "dockerd did not answer within 60 s" "$log"
      fi
      sleep 0.2
    done
  fi
  say "docker $(docker -H "unix://$socket" version --format '{{.Server.Version}}') answers"
  echo "export DOCKER_HOST=unix://$socket"
}

unmount_leftovers() {
  awk -v under="$dir/" 'index($2, under) == 1 { print $2 }' /proc/mounts | tac | while read -r mount; do
    umount "$mount" 2>/dev/null || umount -l "$mount" || say "could not unmount $mount"
  done
}

stop() {
  if running; then
    local pid _
    read -r pid _ <"$dir/owner"
    kill -TERM "$pid"
    local deadline=$((SECONDS + 40))
    while running; do
      if [ $SECONDS -ge $deadline ]; then
        say "dockerd did not stop within 40 s: killing it"
        kill -KILL "$pid"
        sleep 1
        break
      fi
      sleep 0.2
    done
  fi
  unmount_leftovers
  rm -rf "$dir/owner" "$socket" "$pidfile" "$dir/exec"
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  *)
    echo "usage: $0 start|stop" >&2
    exit 64
    ;;
esac
