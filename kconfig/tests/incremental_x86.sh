#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The incremental evaluator on a kernel's x86 tree: incremental_x86.sh TREE PROGRAM [SETS [SEED]]
set -eu
tree=$1 program=$2
shift 2
[ -d "$tree/scripts/kconfig" ] || { echo "skipped: no kernel source in $tree"; exit 77; }
here=$(cd "$(dirname "$0")" && pwd)
. "$here/kernel_env.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export KCONFIG_PROBE_CACHE="$work/probes"
"$program" Kconfig "${@:-1000}" 2> "$work/err" || { code=$?; tail -n 20 "$work/err"; exit $code; }
