#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs the kernel's own Kconfig tests with our conf: kernel_suite.sh TREE PROFILE CONF
set -eu
tree=$1 profile=$2 conf=$3
[ -d "$tree/scripts/kconfig/tests" ] || { echo "skipped: no kernel source in $tree"; exit 77; }
python=
for candidate in /usr/bin/python3 python3; do
  if "$candidate" -c 'import pytest' 2>/dev/null; then python=$candidate; break; fi
done
[ -n "$python" ] || { echo "skipped: no pytest (python3-pytest)"; exit 77; }
case $profile in 6.12) expected=16 ;; 6.1) expected=17 ;; *) echo "unknown profile"; exit 1 ;; esac
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/scripts/kconfig"
cp -R "$tree/scripts/kconfig/tests" "$work/scripts/kconfig/"
cp "$conf" "$work/scripts/kconfig/conf"
cd "$work"
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here KCONFIG_PROFILE=$profile KCONFIG_PROBE_CACHE='' \
  "$python" -m pytest -q -p no:cacheprovider -p ending_conf scripts/kconfig/tests | tee result
grep -q "== $expected passed in" result
