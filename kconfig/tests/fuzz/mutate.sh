#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Mutated inputs to the parser: mutate.sh PROGRAM COUNT [FIRST [LINUX [STATE]]]
#
# With a kernel source, its Kconfig files are among those that are mutated. With a file STATE it
# notes in it every part that is done, and goes on behind those when it is started again; a new
# PROGRAM begins anew.
set -eu
program=$1 count=$2 first=${3:-0} tree=${4:-} state=${5:-}
part=20000
work=$(mktemp -d -p "$( [ -w /dev/shm ] && echo /dev/shm || echo /tmp)")
trap 'rm -rf "$work"' EXIT
if [ -n "$state" ]; then
  touch "$state"
  state=$(realpath "$state")
else
  state=$work/state
  touch "$state"
fi
identity="program $(sha256sum < "$program" | cut -d' ' -f1) first $first"
[ "$(head -n 1 "$state")" = "$identity" ] || echo "$identity" > "$state"
# What is freed is small here: little of it has to be kept, and none of it given back.
export ASAN_OPTIONS="${ASAN_OPTIONS:-quarantine_size_mb=8:allocator_release_to_os_interval_ms=-1}"
cd "$work"
set --
if [ -n "$tree" ] && [ -d "$tree/init" ]; then
  set -- "$tree"/Kconfig "$tree"/init/Kconfig "$tree"/lib/Kconfig* "$tree"/kernel/*/Kconfig \
    "$tree"/scripts/Kconfig.include "$tree"/scripts/kconfig/tests/*/Kconfig*
fi
last=$((first + count)) at=$first
while [ "$at" -lt "$last" ]; do
  size=$((last - at < part ? last - at : part))
  if ! grep -q "^$at $size inputs: " "$state"; then
    code=0
    "$program" "$size" "$at" "$@" > out || code=$?
    if [ "$code" -ne 0 ]; then
      cat out
      echo "inputs from $at on: exit code $code" >&2
      exit 1
    fi
    echo "$at $(tail -n 1 out)" >> "$state"
  fi
  at=$((at + size))
done
awk -v first="$first" -v last="$last" -v part="$part" '
  $3 == "inputs:" && $1 >= first && ($1 - first) % part == 0 &&
      $2 == (last - $1 < part ? last - $1 : part) && !seen[$1]++ {
    count += $2; read += $4; refused += $6; speechless += $8
  }
  END {
    printf "%d inputs: %d read, %d refused, %d of them without a sentence\n", count, read,
      refused, speechless
    exit count != last - first || read == 0 || refused == 0 || speechless != 0
  }' "$state"
