#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The modes of conf that show help texts have them: help_modes.sh CONF
set -eu
conf=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export KCONFIG_PROBE_CACHE=
cat > Kconfig <<'END'
config ASKED
	bool "asked"
	help
	  What it is for.
END
for mode in oldaskconfig oldconfig syncconfig helpnewconfig; do
  rm -rf .config include
  printf '?\ny\n' | "$conf" --$mode Kconfig > out 2>&1
  grep -q '^What it is for\.$' out || { echo "--$mode shows no help:"; cat out; exit 1; }
done
