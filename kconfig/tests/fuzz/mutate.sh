#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Mutated inputs to the parser: mutate.sh PROGRAM COUNT [FIRST [LINUX]]
# With a kernel source, its Kconfig files are among those that are mutated.
set -eu
program=$1 count=$2 first=${3:-0} tree=${4:-}
work=$(mktemp -d -p "$( [ -w /dev/shm ] && echo /dev/shm || echo /tmp)")
trap 'rm -rf "$work"' EXIT
cd "$work"
if [ -n "$tree" ] && [ -d "$tree/init" ]; then
  set -- "$tree"/Kconfig "$tree"/init/Kconfig "$tree"/lib/Kconfig* "$tree"/kernel/*/Kconfig \
    "$tree"/scripts/Kconfig.include "$tree"/scripts/kconfig/tests/*/Kconfig*
else
  set --
fi
"$program" "$count" "$first" "$@"
