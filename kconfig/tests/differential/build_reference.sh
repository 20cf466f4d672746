#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Builds the kernel's own conf from an unpacked source: build_reference.sh TREE OUTPUT
set -eu
tree=$1 output=$2
[ -d "$tree/scripts/kconfig" ] || { echo "skipped: no kernel source in $tree"; exit 77; }
[ -x "$output/scripts/kconfig/conf" ] && exit 0
mkdir -p "$output"
# A tree of its own for scripts/: the build must not write into the source, which may have
# been configured in place.
exec make -s -C "$tree" O="$output" ARCH=x86 allnoconfig
