#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Installs the library, and builds and runs a program with find_package(kconfig):
# package.sh SOURCE BUILD      (BUILD: the finished build of kconfig/)
set -eu
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" > "$work/log" || { cat "$work/log"; exit 1; }
# Headers must not lean on the source tree: it is not on the include path here.
cmake -S "$source/tests/package" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" \
  > "$work/log" 2>&1 && cmake --build "$work/build" >> "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cd "$work"
./build/two_trees
# No global state: nothing writable but constants that the loader completes (.data.rel.ro).
library=$(find "$work/prefix" -name libkconfig.a)
writable=$(objdump -tC "$library" | grep -E ' O +\.(data|bss|tbss|tdata)' | grep -v '\.data\.rel\.ro\|DW\.ref' || true)
if [ -n "$writable" ]; then
  echo "global state in the library:"
  echo "$writable"
  exit 1
fi
