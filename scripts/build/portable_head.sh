#!/bin/sh
# aero, portable: this shell script, and behind it a gzipped tar with the Deno runtime and aero's own modules.
# On the first start it unpacks itself into the user's cache; after that it only starts what is there.
set -u
digest=@DIGEST@
offset=@OFFSET@
megabytes=@MEGABYTES@

fail() {
  printf 'error: Cannot unpack the runtime of aero into "%s"\ncause: %s\n\nhint: %s\n' "$1" "$2" \
    "give it $megabytes MB in a place of your own: \`XDG_CACHE_HOME=/path aero\`" >&2
  exit 4
}

# Whether $1 is, or can be made, a directory that nobody else can write to.
own() {
  [ -d "$1" ] || (umask 077 && mkdir -p -- "$1") 2>/dev/null || [ -d "$1" ] || return 1
  [ -O "$1" ] && [ -w "$1" ]
}

# Sets `cache`. A start that finds its runtime in the first place looks no further.
choose() {
  for cache in "${XDG_CACHE_HOME:-}" "${HOME:+$HOME/.cache}"; do
    case $cache in
      /*) cache=$cache/aero/runtime ;;
      *) continue ;;
    esac
    [ -x "$cache/$digest/deno" ] && [ -O "$cache/$digest" ] && return
    own "$cache" && return
  done
  # A directory that all may write to: its parent must keep others from replacing ours, and ours must be ours.
  parent=${TMPDIR:-/tmp}
  user=$(id -u)
  cache=$parent/aero-$user
  [ -k "$parent" ] || [ -O "$parent" ] || fail "$cache" "others may replace files in $parent"
  (umask 077 && mkdir -- "$cache") 2>/dev/null
  [ -d "$cache" ] && [ ! -L "$cache" ] && [ -O "$cache" ] || fail "$cache" "it belongs to somebody else"
  case $(ls -ldn -- "$cache") in
    drwx------*) ;;
    *) fail "$cache" "others may read or write it" ;;
  esac
  cache=$cache/runtime
  own "$cache" || fail "$cache" "it cannot be written"
}

unpack() {
  umask 077
  part=$(mktemp -d "$cache/.part.XXXXXXXX") || fail "$cache" "it cannot be written"
  trap 'rm -rf -- "$part"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  reason=$({ tail -c "+$offset" -- "$self" | LC_ALL=C tar -xzf - -C "$part"; } 2>&1) || {
    case $reason in *'No space left'* | *'Wrote only'*) reason='No space left on device' ;; esac
    fail "$cache" "$(printf '%s\n' "$reason" | sed '/./!d;q')"
  }
  # After a power cut, a name must not stand for bytes that never reached the disk.
  sync "$part/deno" 2>/dev/null
  # Renamed only where nothing is: another start may have been faster.
  mv -T -- "$part" "$cache/$digest" 2>/dev/null || [ -e "$cache/$digest" ] || mv -- "$part" "$cache/$digest"
  [ -x "$cache/$digest/deno" ] || fail "$cache" "programs cannot be started there"
  # Other versions that were unpacked long ago, and what a killed start left.
  find "$cache" -mindepth 1 -maxdepth 1 ! -name "$digest" \( -mtime +90 -o -name '.part.*' -mtime +1 \) \
    -exec rm -rf -- {} + 2>/dev/null
  :
}

self=$0
path=${PATH-}
PATH=$path:/usr/bin:/bin
choose
[ -x "$cache/$digest/deno" ] || (unpack) || exit
PATH=$path
runtime=$cache/$digest
# What is started again later, by aero itself or by systemd, is this file: what it unpacks may be removed.
case $self in /*) AERO_PROGRAM=$self ;; *) AERO_PROGRAM=$PWD/$self ;; esac
export AERO_PROGRAM
# Programs that aero starts must not find this Deno under the name of `node`.
export DENO_DIR="$runtime/state" DENO_NO_UPDATE_CHECK=1 DENO_DISABLE_NODE_SHIM=1
exec "$runtime/deno" run --quiet --no-config --no-lock --no-remote --no-npm --cached-only @FLAGS@ \
  "$runtime/app/main.js" "$@"
